"""What one hop charges for a line, in plain Python and fractions: rule, rate, price."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from fraction_line import VendorLine
from months_exact import cut, half_away
from months_files import Row

MINOR_UNITS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
FINEST = 18
RATE_DAYS = 7
SOURCES = {"Custom": 0, "ECB": 1}
CLASS_NAMES = {2: "CycleFee", 3: "Correction", 4: "UsageFee", 5: "OneTimeFee"}
# Scopes from the narrowest to the widest (reference-data.md 1).
SCOPES = (
    ("subscription_id",),
    ("customer_id", "sku_id"),
    ("customer_id", "product_id"),
    ("customer_id", "product_family"),
    ("customer_id",),
    ("sku_id",),
    ("product_id",),
    ("product_family",),
    (),
)


@dataclass(frozen=True)
class Priced:
    """A line's price at one hop: per unit and cycle, per unit as charged, in total."""

    unit: Fraction | None
    effective: Fraction | None
    total: Fraction

    def before_credit(self, rate: Fraction) -> "Priced":
        """Give the price as it was before the partner earned credit; units never had any."""
        effective = None if self.effective is None else self.effective / (1 - rate)
        return Priced(self.unit, effective, self.total / (1 - rate))


def choose_rule(rules: Iterable[Row], contract_id: str, facts: Row, day: dt.date) -> Row | None:
    """Give the rule of a contract in force on a day with the narrowest scope that fits `facts`.

    `facts` holds what a scope may name. A charge class decides between otherwise equal scopes.
    """
    scope_columns = ("subscription_id", "customer_id", "product_id", "sku_id", "product_family")
    fitting = [
        rule
        for rule in rules
        if rule["contract_id"] == contract_id
        and is_in_force(rule, day)
        and all(rule[name] in {"", facts[name]} for name in (*scope_columns, "charge_class"))
    ]
    return min(fitting, key=_rank, default=None)


def is_in_force(row: Row, day: dt.date) -> bool:
    """Whether a row with valid_from (included) and valid_to (excluded) holds on a day."""
    return row["valid_from"] <= day.isoformat() and (
        not row["valid_to"] or day.isoformat() < row["valid_to"]
    )


def _rank(rule: Row) -> tuple[int, bool]:
    scope = next(n for n, names in enumerate(SCOPES) if all(rule[name] for name in names))
    return scope, not rule["charge_class"]


def choose_rate(
    rates: Iterable[Row], seller_id: str, pair: tuple[str, str], invoice_date: dt.date
) -> Fraction | None:
    """Give the rate in force on the invoice date or up to 7 days before (rulings 8 and 31).

    The seller's own before a generic one, then the nearest day, then Custom, ECB, others by name.
    """
    if pair[0] == pair[1]:
        return Fraction(1)

    def order(rate: Row) -> tuple[bool, int, int, str]:
        source = SOURCES.get(rate["source"], len(SOURCES))
        return not rate["organization_id"], _age(rate, invoice_date), source, rate["source"]

    fitting = [
        rate
        for rate in rates
        if (rate["from"], rate["to"]) == pair
        and rate["organization_id"] in {"", seller_id}
        and 0 <= _age(rate, invoice_date) <= RATE_DAYS
    ]
    if not fitting:
        return None
    rate = min(fitting, key=order)
    return Fraction(rate["base_rate"]) * (1 + Fraction(rate["surcharge"] or 0) / 100)


def _age(rate: Row, invoice_date: dt.date) -> int:
    return (invoice_date - dt.date.fromisoformat(rate["date"])).days


def price_on_cost(
    rule: Row, cost: Priced, rate: Fraction, contract: Row, credit: Fraction = Fraction(0)
) -> Priced:
    """Give the price under markup, margin or pass_through: cost x rate x factor.

    `credit` is the partner earned credit that the seller keeps: the base is what it was before.
    """
    percent = Fraction(rule["value"] or 0) / 100
    factor = rate
    if rule["kind"] == "markup":
        factor *= 1 + percent
    elif rule["kind"] == "margin":
        factor /= 1 - percent
    elif rule["kind"] != "pass_through":
        raise ValueError(rule["kind"])
    return _priced(
        None if cost.unit is None else cost.unit * factor,
        None if cost.effective is None else cost.effective / (1 - credit) * factor,
        cost.total / (1 - credit) * factor,
        contract,
    )


def own_price(rule: Row, value: Fraction, line: VendorLine, contract: Row) -> Priced | None:
    """Give the price under a fixed or list rule; None where the vendor's proration is unknown.

    Policy hop-exact follows the vendor line's profile, with the minor unit of the hop's currency
    for the vendor's two decimals (ruling 2), under a fixed rule; all else prorates exactly.
    """
    if line.is_free and rule.get("charge_free") != "yes":
        return _priced(value, Fraction(0), Fraction(0), contract)
    proration = line.proration()
    if proration is None or (line.is_credit and not line.is_usage):
        return None
    share, profile = proration
    effective = value * share
    total = effective * line.quantity
    if rule["kind"] == "fixed" and (contract["rounding_policy"] or "hop-exact") == "hop-exact":
        minor = MINOR_UNITS[contract["currency"]]
        if profile == "nce-a":
            effective = cut(effective, minor)
            total = effective * line.quantity
        if profile == "nce-b":
            total = cut(total, minor)
    return _priced(value, line.sign * effective, line.sign * total, contract)


def gap_share(
    rule: Row, cost: Priced, listed: Fraction, line: VendorLine, *, contract: Row, rate: Fraction
) -> Priced | None:
    """Give cost + s/100 x (list - cost), cost in the hop's currency, list prorated as the line."""
    if not line.is_free and (line.proration() is None or (line.is_credit and not line.is_usage)):
        return None
    return _between(rule, cost, (listed, line), contract, rate)


def _between(
    rule: Row, cost: Priced, wanted: tuple[Fraction, VendorLine], contract: Row, rate: Fraction
) -> Priced:
    listed, line = wanted
    part = Fraction(rule["value"]) / 100
    is_given = line.is_free and rule.get("charge_free") != "yes"
    share, _ = line.proration() or (Fraction(1), "")
    effective = Fraction(0) if is_given else listed * share * line.sign

    def mix(cost_price: Fraction | None, list_price: Fraction) -> Fraction | None:
        return None if cost_price is None else (1 - part) * cost_price * rate + part * list_price

    total = mix(cost.total, effective * line.quantity)
    assert total is not None
    return _priced(mix(cost.unit, listed), mix(cost.effective, effective), total, contract)


def _priced(
    unit: Fraction | None, effective: Fraction | None, total: Fraction, contract: Row
) -> Priced:
    """Round once, at the hop's end: at the 18th decimal, or the total as policy reseller says."""
    is_reseller = contract["rounding_policy"] == "reseller"
    return Priced(
        None if unit is None else half_away(unit, FINEST),
        None if effective is None else half_away(effective, FINEST),
        half_away(total, MINOR_UNITS[contract["currency"]] if is_reseller else FINEST),
    )
