"""Whose a line is: the subscriptions that were tried, and the contracts from it up to the vendor.

Source: reference-data.md 1, rulings 12, 13, 17, 33.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tieout.pipeline.explained.line import Line

HOPS_MAX = 8
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Tried:
    """One row that was looked at: the row, whether it was taken, and why or why not."""

    row: Row
    is_taken: bool
    why: str


@dataclass(frozen=True)
class Owner:
    """Whose a line is, or why it is nobody's: `missing` is a reason code, `why` a sentence.

    `chain` has the contract of each hop, from the vendor's down to the customer's.
    """

    subscriptions: tuple[Tried, ...]
    contracts: tuple[Tried, ...] = ()
    subscription: Row = field(default_factory=dict)
    chain: tuple[Row, ...] = ()
    missing: str | None = None
    why: str = ""


def in_force(row: Row, day: str) -> bool:
    """Whether a dated row holds on a day: valid_from is included, valid_to is not."""
    return row["valid_from"] <= day and (not row["valid_to"] or day < row["valid_to"])


def span(row: Row) -> str:
    """Say the days that a dated row holds."""
    return (
        f"{row['valid_from']} to before {row['valid_to']}"
        if row["valid_to"]
        else (f"from {row['valid_from']} on")
    )


def find_owner(line: Line, *, subscriptions: Sequence[Row], contracts: Sequence[Row]) -> Owner:
    """Find a line's subscription and chain among the rows with its vendor's subscription id."""
    day = f"{line.match_day}"
    tried = tuple(_try_subscription(line, row, day=day) for row in subscriptions)
    taken = [one.row for one in tried if one.is_taken]
    said = line.row["subscription_id"]
    if not taken:
        why = f"no subscription holds the vendor's id {said or '(none)'} on {day}"
        return Owner(tried, missing="NO_SUBSCRIPTION", why=why)
    if len(taken) > 1:
        names = ", ".join(sorted(row["subscription_id"] for row in taken))
        why = f"{len(taken)} subscriptions fit equally well: {names}"
        return Owner(tried, missing="AMBIGUOUS_SUBSCRIPTION", why=why)
    steps, chain = _climb(taken[0], contracts, day=day)
    if not chain:
        why = steps[-1].why if steps else f"no contract {taken[0]['contract_id']}"
        return Owner(tried, steps, taken[0], missing="NO_CONTRACT", why=why)
    first, currency = chain[0]["currency"], line.row["billing_currency"]
    if first != currency:
        why = f"the line is in {currency}, contract {chain[0]['contract_id']} in {first}"
        return Owner(tried, steps, taken[0], chain, "CURRENCY_MISMATCH", why)
    return Owner(tried, steps, taken[0], chain)


def _try_subscription(line: Line, row: Row, *, day: str) -> Tried:
    wanted, has = line.row["entitlement_id"], row["entitlement_id"]
    if wanted and has and wanted != has:
        return Tried(row, is_taken=False, why=f"entitlement {has}, the line has {wanted}")
    if not in_force(row, day):
        return Tried(row, is_taken=False, why=f"holds {span(row)}, not on {day}")
    keys = "vendor subscription id" + (" and entitlement" if wanted and has else "")
    return Tried(row, is_taken=True, why=f"same {keys}, holds on {day}")


def _climb(
    subscription: Row, contracts: Sequence[Row], *, day: str
) -> tuple[tuple[Tried, ...], tuple[Row, ...]]:
    """Follow parent contracts up to the vendor; no chain where one is missing on the day."""
    steps: list[Tried] = []
    chain: list[Row] = []
    wanted, vendor = subscription["contract_id"], None
    while len(chain) < HOPS_MAX:
        here = [row for row in contracts if row["contract_id"] == wanted]
        held = [
            row
            for row in here
            if in_force(row, day)
            and row["purpose"] != "consume"
            and vendor in (None, row["vendor_id"])
        ]
        if not held:
            spans = ", ".join(span(row) for row in here) or "never"
            why = f"contract {wanted} holds {spans}, not on {day}"
            at_fault = here[0] if here else {"contract_id": wanted}
            return (*steps, Tried(at_fault, is_taken=False, why=why)), ()
        row = held[0]
        chain.insert(0, row)
        steps.append(Tried(row, is_taken=True, why=f"holds {span(row)}"))
        if row["seller_id"] == row["vendor_id"]:
            return tuple(steps), tuple(chain)
        wanted, vendor = row["parent_contract_id"], row["vendor_id"]
    why = f"no vendor within {HOPS_MAX} contracts"
    return (*steps, Tried({}, is_taken=False, why=why)), ()
