"""Random lines for one hop of rating, and what fractions say they come to; nothing of tieout."""

import random
from dataclasses import dataclass
from fractions import Fraction

from months_exact import cut, half_away

KINDS = ("markup", "margin", "pass_through", "fixed", "list", "discount_on_list", "gap_share")
OWN = ("fixed", "list", "discount_on_list")
UNITS = 10**18
PRICINGS = 60


@dataclass(frozen=True)
class Pricing:
    """What holds at hop 2: rule, own price, rate, policy; `parts` charges share a list price."""

    kind: str
    percent: Fraction
    price: Fraction
    parts: int
    rate: Fraction
    policy: str
    minor: int


@dataclass(frozen=True)
class Line:
    """A line at hop 1, in exact numbers; `left` is what the kept credit left of its cost."""

    pricing: int
    total: Fraction
    unit: Fraction
    effective: Fraction
    quantity: Fraction
    days: tuple[int, int]
    profile: str
    sign: int
    left: Fraction | None


def pricings(draw: random.Random, kind: str) -> list[Pricing]:
    """Draw the questions to the rules of one kind; every third converts, some with fine rates."""
    made = []
    is_gap = kind == "gap_share"  # its widths: docs/decisions/0020
    far = 1 if is_gap else 10**4
    for number in range(PRICINGS):
        rate = Fraction(1)
        if number % 3 == 1:
            rate = Fraction(draw.randint(1, 10**7), 10**6)
        elif number % 9 == 2:
            rate = Fraction(draw.randint(10**15, 10**16), draw.randint(10**15, 10**16) * far)
        percent = Fraction(
            draw.randint(0, 99 * 10**4), 10 ** (4 if is_gap else draw.choice((4, 5, 6)))
        )
        price = Fraction(draw.randint(1, 10**8), 10 ** draw.choice((2, 4, 6)))
        parts = draw.choice((1, 1, 12, 36)) if kind != "fixed" else 1
        policy, minor = draw.choice(("hop-exact", "reseller")), draw.choice((0, 2, 2, 3))
        made.append(Pricing(kind, percent, price, parts, rate, policy, minor))
    return made


def lines(draw: random.Random, held: list[Pricing], count: int) -> list[Line]:
    """Draw lines: negatives, exact halves, parts of cycles, kept credit, quantities with ends."""
    made = []
    for number in range(count):
        pricing = number % len(held)
        sign = draw.choice((1, 1, -1))
        places = draw.choice((1, 3, 2, 15))
        total = Fraction(draw.randint(0, 10**6) * 10**places + draw.choice((0, 5)), 10**places)
        days = draw.choice(((1, 1), (draw.randint(1, 31), draw.choice((28, 30, 31, 365)))))
        keeps = held[pricing].kind not in OWN and draw.randrange(4) == 0
        if held[pricing].kind == "gap_share" and held[pricing].rate.denominator > 10**7:
            places = min(places, 3)
        quantity = Fraction(draw.randint(1, 300 * 10**places), 10**places)
        made.append(
            Line(
                pricing,
                sign * total,
                Fraction(draw.randint(0, 10**9), 10**6),
                sign * Fraction(draw.randint(0, 10**15), 10**12),
                quantity,
                days,
                draw.choice(("exact", "nce-a", "nce-b")),
                sign,
                draw.choice((Fraction("0.85"), Fraction("0.9133"))) if keeps else None,
            )
        )
    return made


def factor(pricing: Pricing) -> Fraction:
    """Give the factor of a rule on its cost or its price."""
    part = pricing.percent / 100
    return {
        "markup": 1 + part,
        "margin": 1 / (1 - part),
        "discount_on_list": (1 - part) / pricing.parts,
        "list": Fraction(1, pricing.parts),
        "gap_share": part,
    }.get(pricing.kind, Fraction(1))


def rated(line: Line, pricing: Pricing) -> tuple[Fraction, Fraction, Fraction]:
    """Give total, unit and effective unit price at hop 2 (rulings 3 and 5, arithmetic.md 5)."""
    share, left = Fraction(*line.days), line.left or Fraction(1)
    if pricing.kind in OWN:
        unit = pricing.price * factor(pricing)
        effective = unit * share * line.sign
        total = effective * line.quantity
        if pricing.kind == "fixed" and pricing.policy == "hop-exact":
            if line.profile == "nce-a":
                effective = cut(effective, pricing.minor)
                total = effective * line.quantity
            elif line.profile == "nce-b":
                total = cut(total, pricing.minor)
    else:
        unit, effective = line.unit * pricing.rate, line.effective / left * pricing.rate
        total = line.total / left * pricing.rate
        if pricing.kind == "gap_share":
            listed = pricing.price / pricing.parts
            charged = listed * share * line.sign
            part = factor(pricing)
            unit += part * (listed - unit)
            effective += part * (charged - effective)
            total += part * (charged * line.quantity - total)
        else:
            unit, effective, total = (n * factor(pricing) for n in (unit, effective, total))
    places = pricing.minor if pricing.policy == "reseller" else 18
    return half_away(total, places), half_away(unit, 18), half_away(effective, 18)
