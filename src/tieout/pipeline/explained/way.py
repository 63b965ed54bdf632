"""A line's whole way recomputed: owner, chain, cycle, and at each hop rule, rate and figures."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tieout.pipeline.explained.frozen import Frozen
from tieout.pipeline.explained.line import (
    CORRECTION,
    Cycle,
    Line,
    Proration,
    cycle_of,
    proration_of,
)
from tieout.pipeline.explained.owner import Owner, Row, find_owner
from tieout.pipeline.explained.price import Priced, price_hops
from tieout.pipeline.explained.terms import PRORATED, Terms, choose_terms

TOO_WIDE = "AMOUNT_TOO_WIDE"


@dataclass(frozen=True)
class Way:
    """All that was found. `missing` is reason code, hop (None before any) and sentence."""

    line: Line
    owner: Owner
    cycle: Cycle
    proration: Proration
    rule_day: dt.date | None
    terms: tuple[Terms, ...] = ()
    hops: tuple[Priced, ...] = ()
    missing: tuple[str, int | None, str] | None = None


def recompute(line: Line, *, frozen: Frozen, first_day: dt.date, twins: Sequence[Line] = ()) -> Way:
    """Place and price a vendor line of the period that begins on a day.

    `twins` are the other rows of its seat change, with which it falls in one charge cycle.
    """
    owner = _owner(line, frozen)
    cycle = cycle_of(line, owner.subscription)
    rule_day = line.match_day
    if line.charge_type_id == CORRECTION and cycle.start is not None:
        cycle, rule_day = _cycle_of_pair(line, twins, frozen=frozen)
    proration = proration_of(line, owner.subscription, cycle=cycle)
    way = Way(line, owner, cycle, proration, rule_day)
    if owner.missing or rule_day is None:
        return replace(way, missing=(owner.missing or "NO_SUBSCRIPTION", None, owner.why))
    terms = choose_terms(line, owner, frozen=frozen, rule_day=rule_day, first_day=first_day)
    own = next((one.hop for one in terms if one.kind in PRORATED), None)
    missing = _missing(line, terms, own=own, proration=proration)
    if missing:
        return replace(way, terms=terms, missing=missing)
    hops = price_hops(line, terms, share=proration, subscription=owner.subscription)
    return replace(way, terms=terms, hops=hops)


def _cycle_of_pair(
    line: Line, twins: Sequence[Line], *, frozen: Frozen
) -> tuple[Cycle, dt.date | None]:
    """Give the cycle and the rule day of a correction: with a twin of another sign, its credit's.

    A row with cycles of another length than the credit's keeps its own cycle.
    """
    rows = [line, *(twin for twin in twins if twin.charge_type_id == CORRECTION)]
    lived = [_lived(row, frozen) for row in rows]
    if len({row.row["subtotal"] < 0 for row in rows}) == 1:
        return lived[0].cycle, lived[0].cycle.start
    first = min(lived, key=lambda one: one.order)
    alike = lived[0].is_yearly == first.is_yearly
    return first.cycle if alike else lived[0].cycle, first.cycle.start


@dataclass(frozen=True)
class _Lived:
    """The charge cycle that a row states by itself."""

    is_charge: bool
    cycle: Cycle
    is_yearly: bool

    @property
    def order(self) -> tuple[object, ...]:
        """The place among the rows of a seat change: credits first, then the earliest cycle."""
        cycle = self.cycle
        days = (cycle.start, cycle.first_end, cycle.end)
        return (self.is_charge, *(day or dt.date.max for day in days), self.is_yearly)


def _lived(row: Line, frozen: Frozen) -> _Lived:
    subscription = _owner(row, frozen).subscription
    return _Lived(
        row.row["subtotal"] >= 0, cycle_of(row, subscription), row.is_yearly(subscription)
    )


def without_room(way: Way, *, hop: int) -> Way:
    """Let a line that has a price at a hop wait for the room that its run did not have there.

    Fractions have room for everything, so here the run is believed.
    """
    if not any(one.terms.hop == hop for one in way.hops):
        return way
    why = f"a figure of hop {hop} has more digits than exact arithmetic has room for"
    return replace(way, hops=(), missing=(TOO_WIDE, hop, why))


def _missing(
    line: Line, terms: tuple[Terms, ...], *, own: int | None, proration: Proration
) -> tuple[str, int | None, str] | None:
    """Say what keeps a placed line from being priced: what a hop lacks comes first."""
    if gap := terms[-1].missing:
        return gap[0], terms[-1].hop, gap[1]
    if own is not None and not proration.is_found:
        return "PRORATION_NOT_REPRODUCED", own, proration.why
    if own is not None and line.is_credit and not line.is_usage:
        why = "a customer credit of a licence follows no price of its own"
        return "PRORATION_NOT_REPRODUCED", own, why
    return None


def _owner(line: Line, frozen: Frozen) -> Owner:
    subscriptions = frozen.rows(
        "subscriptions",
        vendor_id=line.row["vendor"],
        vendor_subscription_id=line.row["subscription_id"],
    )
    contracts: list[Row] = []
    wanted = {row["contract_id"] for row in subscriptions}
    while wanted:
        contract_id = wanted.pop()
        found = frozen.rows("contracts", contract_id=contract_id)
        contracts += [row for row in found if row not in contracts]
        known = {row["contract_id"] for row in contracts}
        wanted |= {row["parent_contract_id"] for row in found if row["parent_contract_id"]} - known
    return find_owner(line, subscriptions=subscriptions, contracts=contracts)
