"""Generated billing months and, by fractions alone, what they must come to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from random import Random

MINOR = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
RATES = {
    (one, other): Fraction(7919 * (n + 1) % 20011, 10000)
    for n, (one, other) in enumerate((a, b) for a in MINOR for b in MINOR if a != b)
}
VENDOR = "microsoft"
MONTH, DAYS = "2026-03", 31
FEE, CORRECTION, USAGE = 2, 3, 4
LICENCE = "One-Month commitment for monthly billing"


def half_away(value: Fraction, digits: int) -> Fraction:
    """Round half away from zero, written out plainly."""
    scaled = abs(value) * 10**digits
    whole = scaled.numerator // scaled.denominator
    if 2 * (scaled - whole) >= 1:
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**digits)


def cut(value: Fraction, digits: int) -> Fraction:
    """Cut toward zero."""
    scaled = abs(value) * 10**digits
    whole = scaled.numerator // scaled.denominator
    return Fraction(whole if value >= 0 else -whole, 10**digits)


def text(value: Fraction) -> str:
    """Write a fraction with at most 18 decimals as plain text."""
    units = value * 10**18
    assert units.denominator == 1
    whole, rest = divmod(abs(units.numerator), 10**18)
    written = f"{whole}.{rest:018d}".rstrip("0").rstrip(".")
    return f"-{written}" if units < 0 else written


@dataclass(frozen=True)
class Hop:
    """One hop of a chain: parties, currency, rule; `rate` turns the seller's currency into it."""

    contract_id: str
    seller: str
    buyer: str
    currency: str
    kind: str = ""
    value: Fraction = Fraction(0)
    rate: Fraction = Fraction(1)


@dataclass(frozen=True)
class Line:
    """One vendor line and the chain it takes; no chain means that nobody owns it."""

    subscription: str
    charge_type: str
    class_id: int
    start: int
    quantity: Fraction
    unit: Fraction
    effective: Fraction
    total: Fraction
    currency: str
    chain: tuple[Hop, ...] = ()


@dataclass
class Month:
    """A whole month: its chains by customer and its lines; `currency` is the vendor's in it."""

    chains: dict[str, tuple[Hop, ...]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    currency: str = "EUR"


def make_months(seeds: Iterable[int]) -> Month:
    """Draw a month for each seed and put them side by side; only the vendor is the same."""
    whole = Month()
    for seed in seeds:
        month = make_month(seed)
        chains = {chain: _apart(chain, seed) for chain in month.chains.values()}
        for chain in chains.values():
            whole.chains[chain[-1].buyer] = chain
        whole.lines += [
            replace(
                line,
                subscription=f"{line.subscription}-{seed}",
                chain=chains[line.chain] if line.chain else (),
            )
            for line in month.lines
        ]
    return whole


def _apart(chain: tuple[Hop, ...], seed: int) -> tuple[Hop, ...]:
    """Give a chain with contracts and parties of its own."""
    return tuple(
        replace(
            hop,
            contract_id=f"{hop.contract_id}-{seed}",
            seller=hop.seller if hop.seller == VENDOR else f"{hop.seller}-{seed}",
            buyer=f"{hop.buyer}-{seed}",
        )
        for hop in chain
    )


def make_month(seed: int) -> Month:
    """Draw a month: chains of 1 to 4 hops, seat histories, usage, refunds, several currencies."""
    rng = Random(seed)
    month = Month(currency=rng.choice(["EUR", "USD", "KWD"]))
    depth = rng.randint(1, 4)
    parties = [VENDOR, *(f"seller{n}" for n in range(1, depth))]
    upper = [_hop(rng, f"up{n}", pair, month, n) for n, pair in enumerate(pairwise(parties), 1)]
    for n in range(rng.randint(1, 3)):
        customer = f"customer{n}"
        last = _hop(rng, f"last{n}", (parties[-1], customer), month, depth, upper)
        month.chains[customer] = (*upper, last)
        for kind in ("seats", "usage", "refund"):
            if rng.random() < 0.8:
                month.lines += _LINES[kind](rng, f"{customer}-{kind}", month.chains[customer])
    five = Fraction(5)
    month.lines += [
        Line("nobody", "new", FEE, 1, Fraction(1), five, five, five, month.currency)
        for _ in range(rng.randint(0, 2))
    ]
    return month


def _hop(
    rng: Random,
    contract_id: str,
    pair: tuple[str, str],
    month: Month,
    hop: int,
    upper: Iterable[Hop] = (),
) -> Hop:
    before = [*upper][-1].currency if [*upper] else month.currency
    if hop == 1:
        return Hop(contract_id, *pair, month.currency)
    foreign = rng.random() < 0.3
    currency = rng.choice(list(MINOR)) if foreign else before
    rate = Fraction(1) if currency == before else RATES[before, currency]
    kind = rng.choice(["markup", "markup", "margin", "pass_through", "fixed"])
    value = {
        "markup": Fraction(rng.randint(-5000, 90000), 1000),
        "margin": Fraction(rng.randint(0, 9000), 100),
        "pass_through": Fraction(0),
        "fixed": Fraction(rng.randint(0, 99999), 1000),
    }[kind]
    return Hop(contract_id, *pair, currency, kind, value, rate)


def _seats(rng: Random, subscription: str, chain: tuple[Hop, ...]) -> list[Line]:
    """Draw a fee and pairs of -old, +new seats, prorated by cutting the unit, then multiplying."""
    unit, seats = Fraction(rng.randint(1, 9999), 100), rng.randint(1, 40)
    whole, currency = unit * seats, chain[0].currency
    lines = [Line(subscription, "new", FEE, 1, Fraction(seats), unit, unit, whole, currency, chain)]
    for day in sorted(rng.sample(range(2, DAYS + 1), rng.randint(0, 4))):
        now = rng.randint(1, 40)
        effective = cut(unit * (DAYS - day + 1) / DAYS, 2)
        word = "addQuantity" if now > seats else "removeQuantity"
        for sign, count in ((-1, seats), (1, now)):
            lines.append(
                Line(
                    subscription,
                    word,
                    CORRECTION,
                    day,
                    Fraction(count),
                    unit,
                    sign * effective,
                    sign * effective * count,
                    currency,
                    chain,
                )
            )
        seats = now
    return lines


def _usage(rng: Random, subscription: str, chain: tuple[Hop, ...]) -> list[Line]:
    lines, currency = [], chain[0].currency
    for _ in range(rng.randint(1, 4)):
        quantity = Fraction(rng.randint(1, 10**7), 10**6)
        unit = Fraction(rng.randint(1, 10**6), 10**8)
        amounts = (quantity, unit, unit, quantity * unit)
        lines.append(Line(subscription, "Usage", USAGE, 1, *amounts, currency, chain))
    return lines


def _refund(rng: Random, subscription: str, chain: tuple[Hop, ...]) -> list[Line]:
    unit, seats = Fraction(rng.randint(1, 9999), 100), Fraction(rng.randint(1, 9))
    bought, returned = (seats, unit, unit, unit * seats), (seats, unit, -unit, -unit * seats)
    currency = chain[0].currency
    return [
        Line(subscription, "new", FEE, 1, *bought, currency, chain),
        Line(subscription, "cancelImmediate", CORRECTION, 1, *returned, currency, chain),
    ]


_LINES = {"seats": _seats, "usage": _usage, "refund": _refund}


@dataclass(frozen=True)
class Sold:
    """What one line comes to at one hop."""

    total: Fraction
    effective: Fraction


def sell(line: Line) -> list[Sold]:
    """Give the line at every hop of its chain, each hop exact and rounded at the 18th decimal."""
    made = [Sold(line.total, line.effective)]
    for hop in line.chain[1:]:
        before = made[-1]
        if hop.kind == "fixed":
            made.append(_at_fixed_price(line, hop.value, digits=MINOR[hop.currency]))
            continue
        factor = {
            "markup": 1 + hop.value / 100,
            "margin": 1 / (1 - hop.value / 100),
            "pass_through": Fraction(1),
        }[hop.kind] * hop.rate
        made.append(
            Sold(half_away(before.total * factor, 18), half_away(before.effective * factor, 18))
        )
    return made


def _at_fixed_price(line: Line, price: Fraction, *, digits: int) -> Sold:
    sign = -1 if line.effective < 0 else 1
    if line.effective == 0 and line.unit != 0:
        sign = 0
    if line.class_id == USAGE or line.start == 1:
        unit = sign * price
        return Sold(half_away(unit * line.quantity, 18), half_away(unit, 18))
    unit = cut(sign * price * (DAYS - line.start + 1) / DAYS, digits)
    return Sold(half_away(unit * line.quantity, 18), half_away(unit, 18))


def groups(month: Month) -> dict[tuple[str, str, str, str, int], tuple[Fraction, Fraction]]:
    """Give detail total and rounded total by seller, buyer, currency, subscription, class."""
    sums: dict[tuple[str, str, str, str, int], Fraction] = defaultdict(Fraction)
    for line in month.lines:
        for hop, sold in zip(line.chain, sell(line), strict=False):
            sums[hop.seller, hop.buyer, hop.currency, line.subscription, line.class_id] += (
                sold.total
            )
    return {key: (total, half_away(total, MINOR[key[2]])) for key, total in sums.items()}
