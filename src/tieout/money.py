"""Exact amounts: text in, named roundings out; the only user of `decimal`.

An amount is text, a `Decimal`, a `Fraction`, or an integer number of *units* of 10^-18. Binary
floating point appears nowhere. In SQL an amount is a HUGEINT of units while it is being computed
and a DECIMAL(38,18) while it rests.
"""

import decimal
import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import iso4217

from tieout.errors import NotANumber

SCALE = 18
UNITS = 10**SCALE
WIDTH = 38
MODES = ("toward_zero", "half_away_from_zero", "half_even", "away_from_zero")
PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


def guard_arithmetic() -> None:
    """Make every thread started from now on exact to 76 digits and deaf to floats."""
    decimal.DefaultContext.prec = 76
    decimal.DefaultContext.traps[decimal.FloatOperation] = True
    decimal.setcontext(decimal.DefaultContext.copy())


def parse_number(text: str) -> Decimal:
    """Give the number that ASCII digits, a sign, one point and an exponent spell.

    >>> parse_number("7.1E-05")
    Decimal('0.000071')

    Raises NotANumber for everything else: empty text, `1_000`, `NaN`, Arabic digits, separators.
    """
    if not PLAIN.fullmatch(text):
        raise NotANumber(text=text)
    return Decimal(format(Decimal(text), "f"))


def to_units(value: Decimal | Fraction | int) -> int:
    """Give the value in units of 10^-18; it must have at most 18 decimals.

    >>> to_units(parse_number("-29.00"))
    -29000000000000000000
    """
    scaled = Fraction(value) * UNITS
    if scaled.denominator != 1:
        raise NotANumber(text=str(value))
    return int(scaled.numerator)


def round_fraction(value: Fraction, *, digits: int, mode: str) -> Fraction:
    """Round once to `digits` decimals; cutting and half go by magnitude, the sign is kept.

    >>> round_fraction(Fraction("-14.245"), digits=2, mode="half_away_from_zero")
    Fraction(-57, 4)
    """
    scaled = abs(value) * 10**digits
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    up = {
        "toward_zero": False,
        "half_away_from_zero": twice >= scaled.denominator,
        "half_even": twice > scaled.denominator or (twice == scaled.denominator and whole % 2 == 1),
        "away_from_zero": rest > 0,
    }[mode]
    magnitude = Fraction(whole + up, 10**digits)
    return -magnitude if value < 0 else magnitude


def shortest(value: Decimal | Fraction | int) -> str:
    """Give the shortest plain text of a number with an end: no exponent, no negative zero.

    >>> shortest(Decimal("-3.190"))
    '-3.19'
    """
    units = to_units(value)
    whole, rest = divmod(abs(units), UNITS)
    text = f"{whole}.{rest:018d}".rstrip("0").rstrip(".")
    return f"-{text}" if units < 0 else text


def with_digits(value: Decimal | Fraction | int, digits: int) -> str:
    """Give plain text with at least `digits` decimals, more only where the number has more.

    >>> with_digits(Decimal("30"), 2)
    '30.00'
    """
    text = shortest(value)
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest:0<{digits}}" if digits or rest else whole


def written_total(amount: str, currency: str) -> str:
    """Give a document's total as it is printed: with the minor unit's digits at least.

    >>> written_total("594.9", "EUR")
    '594.90'
    """
    return with_digits(parse_number(amount), minor_units(currency) or 0)


@lru_cache(maxsize=512)
def minor_units(currency: str) -> int | None:
    """Give the decimals of a currency's smallest coin (EUR 2, JPY 0, KWD 3); None if unknown.

    Source: ISO 4217. Codes without a minor unit (XAU) count as unknown.
    """
    try:
        found = iso4217.Currency(currency)
    except ValueError:
        return None
    return found.exponent


def currencies() -> dict[str, int]:
    """Give every ISO 4217 code that has a minor unit, with its number of decimals."""
    found = ((currency.code, currency.exponent) for currency in iso4217.Currency)
    return {code: digits for code, digits in found if digits is not None}


def ratio(text: str, *, per: int = 1) -> tuple[int, int]:
    """Give a decimal text divided by `per` as a fraction in lowest terms.

    >>> ratio("5", per=100)
    (1, 20)
    """
    value = Fraction(parse_number(text)) / per
    return value.numerator, value.denominator
