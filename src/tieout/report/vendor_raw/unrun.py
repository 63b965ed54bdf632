"""Vendor invoices that no run has a document of yet: whose they are, and how they are dated."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from tieout.store.billed_invoices import BilledInvoice
from tieout.store.catalog import reference

Row = Mapping[str, Any]
CONTRACT, ORGANIZATION = reference["contracts"], reference["organizations"]


def unrun_documents(
    connection: Connection,
    consumer: str,
    *,
    invoices: Iterable[BilledInvoice],
    sole: Collection[str],
    documents: Sequence[Row],
) -> list[dict[str, Any]]:
    """Give what stands for the consumer's document of each month that has none, without a run.

    Of vendors that nobody else buys from. It is dated as a run would date it: the billing day of
    the contract with the vendor, in the month after.
    """
    had = {(row["vendor_id"], row["currency"], row["period"]) for row in documents}
    billed = {
        (one.vendor, one.currency, one.period) for one in invoices if one.vendor in sole
    } - had
    if not billed:
        return []
    names = dict(
        connection.execute(
            select(ORGANIZATION.c.organization_id, ORGANIZATION.c.name).where(
                ORGANIZATION.c.organization_id.in_(sorted({vendor for vendor, *_ in billed})),
                ORGANIZATION.c.to_snapshot.is_(None),
            )
        ).all()
    )
    contracts = connection.execute(
        select(CONTRACT)
        .where(
            CONTRACT.c.buyer_id == consumer,
            CONTRACT.c.seller_id == CONTRACT.c.vendor_id,
            CONTRACT.c.purpose != "consume",
            CONTRACT.c.to_snapshot.is_(None),
        )
        .order_by(CONTRACT.c.valid_from, CONTRACT.c.contract_id)
    ).mappings()
    held = [dict(row) for row in contracts]
    return [_document(key, held, vendor_name=names.get(key[0], key[0])) for key in sorted(billed)]


def _document(
    key: tuple[str, str, str], held: Sequence[Row], *, vendor_name: str
) -> dict[str, Any]:
    """Make one out of the contract in the currency, of these the newest that holds by its date."""
    vendor, currency, period = key
    first = dt.date.fromisoformat(f"{period}-01")
    following = (first + dt.timedelta(days=31)).replace(day=1)
    of_vendor = [row for row in held if row["vendor_id"] == vendor]
    fitting = [row for row in of_vendor if row["currency"] == currency] or of_vendor
    begun = [row for row in fitting if row["valid_from"] <= following.isoformat()] or fitting[:1]
    contract = begun[-1]
    date = following + dt.timedelta(days=int(contract["billing_day"] or 1) - 1)
    return {
        "run_id": None,
        "period": period,
        "vendor_id": vendor,
        "vendor_name": vendor_name,
        "currency": currency,
        "invoice_date": date.isoformat(),
        "contract_type_name": contract["type_name"],
        "snapshot_id": None,
    }
