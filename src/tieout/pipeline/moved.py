"""Vendor invoices of files loaded before, given another month (rulings 6). Decision 0042."""

from collections.abc import Sequence

from tieout.engine.duckdb import Engine
from tieout.errors import Conflict
from tieout.pipeline.closed import name_billed
from tieout.store import audit, vendor_invoices
from tieout.store.audit import Event, Signed
from tieout.store.house import House
from tieout.store.late_lines import Ledger, ledger_of

OF_IT = """
SELECT count(*)::INT AS lines
FROM billed_line
JOIN ran_charge AS charge USING (run_id, charge_no)
SEMI JOIN (
    SELECT run_id, charge_no FROM ran_detail_line WHERE vendor = getvariable('moved_vendor')
) AS of_vendor USING (run_id, charge_no)
WHERE charge.vendor_invoice_number = getvariable('moved_number')
"""


def move_invoices_of(
    engine: Engine, house: House, *, file_ids: Sequence[str], period: str, signed: Signed
) -> dict[str, list[str]]:
    """Give the invoices of files another month, all or none; give by file which changed.

    The audit has each. Raises Conflict when a verified invoice from hop 2 on bills lines of one of
    them: in its own month, late in another, or by an adjustment.
    """
    with house.catalog.read() as connection:
        wanted = {
            file_id: vendor_invoices.to_be_moved(connection, file_id=file_id, period=period)
            for file_id in file_ids
        }
        moving = dict.fromkeys(one for found in wanted.values() for one in found)
        months = {before: ledger_of(connection, house, period=before) for _, before, _ in moving}
    for number, before, vendor in moving:
        _refuse_billed(engine, months[before], number=number, vendor=vendor)
    events = [
        Event("move", "vendor_invoice", number, before={"period": before}, after={"period": period})
        for number, before, _ in moving
    ]
    with house.catalog.write() as connection:
        for file_id in file_ids:
            vendor_invoices.move(connection, file_id=file_id, period=period)
        audit.record(connection, events, signed=signed)
    return {file_id: sorted(number for number, *_ in found) for file_id, found in wanted.items()}


def _refuse_billed(engine: Engine, ledger: Ledger, *, number: str, vendor: str) -> None:
    if not ledger.verified:
        return
    name_billed(engine, ledger)
    engine.let(moved_vendor=vendor, moved_number=number)
    if lines := engine.one(OF_IT)["lines"]:
        raise Conflict(
            reason=f"vendor invoice {number} stays in {ledger.period}: verified invoices bill"
            f" {lines} lines of it"
        )
