"""A line's whole way recomputed: owner, chain, cycle, and at each hop rule, rate and figures."""

import datetime as dt
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


def recompute(line: Line, *, frozen: Frozen, first_day: dt.date) -> Way:
    """Place and price a vendor line of the period that begins on a day."""
    owner = _owner(line, frozen)
    cycle = cycle_of(line, owner.subscription)
    rule_day = line.match_day
    if line.charge_type_id == CORRECTION and cycle.start is not None:
        rule_day = cycle.start
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
