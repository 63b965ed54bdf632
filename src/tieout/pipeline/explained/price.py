"""A line's figures at each hop: what its seller pays times a factor, or a price of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import takewhile

from tieout.money import minor_units
from tieout.pipeline.explained.choice import plan_of, price_and_parts, rate_value
from tieout.pipeline.explained.figures import Figured, Told, figured, number
from tieout.pipeline.explained.line import Line, Proration
from tieout.pipeline.explained.owner import Row
from tieout.pipeline.explained.terms import ON_LIST, OWN_PRICE, PRORATED, Terms
from tieout.rounding import Operands, Policy, Step, policies


@dataclass(frozen=True)
class Priced:
    """A line's figures at one hop. `total` tells its steps; at hop 1 it is the vendor's own."""

    terms: Terms
    policy: str
    total: Figured
    effective: Figured | None
    unit: Figured | None

    @property
    def exchange_rate(self) -> Fraction | None:
        """The rate from purchase to sale, whole; 1 within one currency; None where unknown."""
        if self.terms.rate is None:
            return Fraction(1)
        return rate_value(self.terms.rate.taken) if self.terms.rate.taken else None


def price_hops(
    line: Line, terms: Sequence[Terms], *, share: Proration, subscription: Row
) -> tuple[Priced, ...]:
    """Price every hop in turn: the vendor's own amounts first."""
    subtotal = Fraction(line.row["subtotal"])
    prices = (line.price(name) for name in ("effective_unit_price", "unit_price"))
    effective, unit = (None if one is None else Figured(one, (), one) for one in prices)
    hops = [Priced(terms[0], "vendor", Figured(subtotal, (), subtotal), effective, unit)]
    credit_hop = _credit_hop(line, terms)
    for here in terms[1:]:
        if here.kind in OWN_PRICE:
            hops.append(_own_price(line, here, share=share, subscription=subscription))
            continue
        kept = line.credit_rate if here.hop == credit_hop else None
        if here.kind == "gap_share":
            asked = _Prorated(line, share, subscription)
            hops.append(_gap_share(here, hops[-1], asked=asked, kept=kept))
        else:
            hops.append(_on_cost(here, hops[-1], kept=kept))
    return tuple(hops)


def _credit_hop(line: Line, terms: Sequence[Terms]) -> int | None:
    """Give the first hop that keeps the earned credit, above every own price (ruling 35).

    A gap_share may keep what its own cost was before the credit; below it nothing is left to keep.
    """
    rate = line.credit_rate
    if rate is None or not 0 < rate < 1:
        return None
    above = list(takewhile(lambda one: one.kind not in PRORATED, terms))
    above += [one for one in terms[len(above) : len(above) + 1] if one.kind == "gap_share"]
    keeps = (
        one.hop
        for one in above
        if one.rule and one.rule.taken and one.rule.taken["earned_credit"] == "keep"
    )
    return next(keeps, None)


def _own_price(line: Line, terms: Terms, *, share: Proration, subscription: Row) -> Priced:
    """Price a hop by a fixed or list price; a part of the cycle as the vendor prorated it."""
    rule = terms.rule.taken if terms.rule else None
    assert rule is not None
    factor, parts, words = Fraction(1), 1, {}
    price = Fraction(rule["value"] or 0)
    if terms.kind in ON_LIST:
        assert terms.listed is not None
        assert terms.listed.taken is not None
        plan = plan_of(line, subscription)
        price, parts = price_and_parts(terms.listed.taken, plan=plan)
        if terms.kind == "discount_on_list":
            factor, words["discount"] = _percent(rule["value"], sign=-1)
    if parts > 1:
        words["discount"] = f"{words.get('discount', '')} / {parts} charges a term".strip()
    if share.days_cycle != 1:
        words["prorate"] = f"x {share.days_billed} / {share.days_cycle}"
    sign = 1 if line.sign == 0 and rule["charge_free"] == "yes" else line.sign
    operands = Operands(
        start=price * sign,
        days_billed=share.days_billed,
        days_cycle=share.days_cycle,
        discount=factor / parts,
        quantity=line.quantity,
        minor=minor_units(terms.contract["currency"]) or 0,
    )
    words["multiply"] = f"x {number(line.quantity)}"
    name = terms.contract["rounding_policy"] or "hop-exact"
    if name == "hop-exact" and terms.kind == "fixed":
        name = share.profile
    unit = Operands(start=price, discount=factor / parts)
    return _priced(terms, name, operands=operands, unit=unit, words=words)


def _on_cost(terms: Terms, cost: Priced, *, kept: Fraction | None) -> Priced:
    """Price a hop by what its seller pays: markup, margin or pass-through, and the rate."""
    rule = terms.rule.taken if terms.rule else None
    assert rule is not None
    factor, words = Fraction(1), {}
    if terms.kind == "markup":
        factor, words["discount"] = _percent(rule["value"], sign=1)
    elif terms.kind == "margin":
        down, said = _percent(rule["value"], sign=-1)
        factor, words["discount"] = 1 / down, said.replace("x", "/", 1)
    rate = Fraction(1)
    if terms.rate is not None and terms.rate.taken is not None:
        rate = rate_value(terms.rate.taken)
        words["convert"] = f"x {number(rate)} {terms.cost_currency} to {terms.contract['currency']}"
    left = Fraction(1) if kept is None else 1 - kept
    if kept is not None:
        words["prorate"] = f"/ {number(left)} that the earned credit left"
    fine = 10**6 if (left * 10**6).denominator == 1 else 10**18
    operands = Operands(
        start=cost.total.value,
        days_billed=1 if kept is None else fine,  # stands where a share of days would
        days_cycle=1 if kept is None else int(left * fine),
        discount=factor,
        rate=rate,
        minor=minor_units(terms.contract["currency"]) or 0,
    )
    name = terms.contract["rounding_policy"] or "hop-exact"
    unit = Operands(start=cost.unit.value, discount=factor, rate=rate) if cost.unit else None
    made = _priced(terms, name, operands=operands, unit=unit, words=words)
    effective = replace(operands, start=cost.effective.value) if cost.effective else None
    return replace(made, effective=_effective(name, effective, words=words))


@dataclass(frozen=True)
class _Prorated:
    """A line, how the vendor prorated it, and its subscription."""

    line: Line
    share: Proration
    subscription: Row


def _gap_share(terms: Terms, cost: Priced, *, asked: _Prorated, kept: Fraction | None) -> Priced:
    """Price a hop between its cost and the list price, rounded once by the policy's last round."""
    rule = terms.rule.taken if terms.rule else None
    assert rule is not None
    assert terms.listed is not None
    assert terms.listed.taken is not None
    line, share = asked.line, asked.share
    part = Fraction(rule["value"] or 0) / 100
    price, parts = price_and_parts(terms.listed.taken, plan=plan_of(line, asked.subscription))
    rate = rate_value(terms.rate.taken) if terms.rate and terms.rate.taken else Fraction(1)
    sign = 1 if line.sign == 0 and rule["charge_free"] == "yes" else line.sign
    days = Fraction(share.days_billed, share.days_cycle)
    listed, before = price / parts, rate / (1 - (kept or 0))
    policy = policies()[terms.contract["rounding_policy"] or "hop-exact"].made_here()
    last = Policy(policy.name, policy.version, tuple(_rounds(policy))[-1:])
    exact = policies()["exact"].unit()
    minor = minor_units(terms.contract["currency"]) or 0

    def mixed(
        rounding: Policy, bought: Figured | None, *, factor: Fraction, wanted: Fraction
    ) -> Figured | None:
        if bought is None:
            return None
        cost_here = bought.value * factor
        between = cost_here + part * (wanted - cost_here)
        said = (
            f"{number(cost_here)} + {number(part * 100)}/100"
            f" x ({number(wanted)} - {number(cost_here)}) = {number(between)}"
        )
        steps = tuple(_rounds(rounding))
        made = figured(
            Policy(rounding.name, rounding.version, steps),
            Operands(start=between, minor=minor),
            words={},
        )
        told = (Told("gap_share", said, between), *(t for t in made.told if t.kind == "round"))
        return Figured(bought.value, told, made.value)

    charged = listed * sign * days
    total = mixed(last, cost.total, factor=before, wanted=charged * line.quantity)
    assert total is not None
    return Priced(
        terms,
        f"{policy.name}@{policy.version}",
        total,
        mixed(exact, cost.effective, factor=before, wanted=charged),
        mixed(exact, cost.unit, factor=rate, wanted=listed),
    )


def _rounds(policy: Policy) -> Iterator[Step]:
    return (step for step in policy.steps if step.kind == "round")


def _percent(value: str | None, *, sign: int) -> tuple[Fraction, str]:
    """Give 1 plus or minus a percentage, and how a person writes that."""
    percent = Fraction(value or 0)
    if percent < 0:
        sign, percent = -sign, -percent
    word = "+" if sign > 0 else "-"
    return 1 + sign * percent / 100, f"x (1 {word} {number(percent)}/100)"


def _priced(
    terms: Terms,
    name: str,
    *,
    operands: Operands,
    unit: Operands | None,
    words: Mapping[str, str],
) -> Priced:
    policy = policies()[name].made_here()
    exact = policies()["exact"].unit()
    full = {kind: said for kind, said in words.items() if kind != "prorate"}
    return Priced(
        terms,
        f"{name}@{policy.version}",
        figured(policy, operands, words=words),
        _effective(name, operands, words=words),
        None if unit is None else figured(exact, unit, words=full),
    )


def _effective(name: str, operands: Operands | None, *, words: Mapping[str, str]) -> Figured | None:
    """Give the price per unit as charged: the policy's steps before the quantity comes in."""
    if operands is None:
        return None
    return figured(policies()[name].made_here().unit(), operands, words=words)
