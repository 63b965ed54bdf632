"""Which drafts a person wants verified, and which of them that person may verify."""

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.errors import Conflict, NotFound
from tieout.store.catalog import DRAFTS, ESTIMATE
from tieout.store.channel import channel_contracts
from tieout.store.house import House
from tieout.store.workflow import STATUS_NAMES, Header, find_invoices


@dataclass(frozen=True)
class Choice:
    """Which drafts to verify: by id, or all of a period, perhaps to one buyer only.

    `input_digest` is that of the preview that was looked at; `accept_parked` says why invoices are
    verified though lines that could belong to them are parked. `owner` asks as a channel's owner:
    for it there are no invoices of other channels.
    """

    names: Sequence[str] = ()
    period: str | None = None
    buyer: str | None = None
    input_digest: str | None = None
    accept_parked: str | None = None
    owner: str | None = None


def chosen(house: House, choice: Choice) -> tuple[str, set[str]]:
    """Give the period and the ids of the invoices that were named."""
    if not choice.names:
        if choice.period is None:
            raise Conflict(reason="name invoices or a period")
        return choice.period, set()
    with house.catalog.read() as connection:
        found = find_invoices(connection, choice.names)
    for one in within(house, found, choice=choice, are_named=True):
        if one["status_id"] not in DRAFTS:
            said = STATUS_NAMES[one["status_id"]]
            raise Conflict(reason=f"invoice {one['invoice_number']} is {said} already")
    periods = sorted({one["period"] for one in found})
    if len(periods) > 1 or choice.period not in (None, periods[0]):
        raise Conflict(reason=f"the invoices belong to {', '.join(periods)}: verify one period")
    return periods[0], {one["invoice_id"] for one in found}


def within(
    house: House, headers: Sequence[Header], *, choice: Choice, are_named: bool = False
) -> list[Header]:
    """Give those of invoices that the asker may verify. Raises NotFound for another named one."""
    if choice.owner is None:
        return list(headers)
    with house.catalog.read() as connection:
        contracts = channel_contracts(connection, choice.owner)
    for one in headers:
        if are_named and one["contract_id"] not in contracts:
            raise NotFound(kind="invoice", name=one["invoice_id"])
    return [one for one in headers if one["contract_id"] in contracts]


def wanted(
    house: House, known: Sequence[Header], *, choice: Choice, named: set[str]
) -> list[Header]:
    """Give the drafts that were asked for. Raises Conflict when they are estimates."""
    drafts = [one for one in known if one["status_id"] in DRAFTS]
    if named:
        drafts = [one for one in drafts if one["invoice_id"] in named]
    elif choice.buyer is not None:
        drafts = [one for one in drafts if one["buyer_id"] == choice.buyer]
    drafts = within(house, drafts, choice=choice)
    if any(one["document_type"] == ESTIMATE for one in drafts):
        period = drafts[0]["period"]
        raise Conflict(reason=f"{period} has estimates only: no vendor invoice bills it yet")
    return drafts
