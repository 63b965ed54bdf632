"""The lines of a published run by name, and the digests of its invoices computed again."""

from collections.abc import Sequence

import pyarrow as pa

from tieout.engine.duckdb import Engine
from tieout.invoice.digest import digests_of_invoices, look_at_row_ids
from tieout.store import manifest
from tieout.store.house import House
from tieout.store.workflow import Header
from tieout.tables import CHARGE, DETAIL_LINE, PARKED_LINE


def name_lines(engine: Engine, house: House, *, run_id: str, known: Sequence[Header]) -> None:
    """Name a run's lines, and `known_invoice`: those of its invoices, by their parties."""
    with house.catalog.read() as connection:
        paths = manifest.run_paths(connection, house, run_id=run_id)
    engine.parquet("detail_line", paths.get("detail_line", []), schema=DETAIL_LINE)
    engine.parquet("kept_charge", paths.get("charge", []), schema=CHARGE)
    engine.register("no_charge", CHARGE.empty_table())  # columns younger than the run are null
    engine.view("charge", "SELECT * FROM no_charge UNION ALL BY NAME SELECT * FROM kept_charge")
    engine.parquet("parked_line", paths.get("parked_line", []), schema=PARKED_LINE)
    columns = ("invoice_id", "hop", "seller_id", "buyer_id", "currency")
    cells = {name: [one[name] for one in known] for name in columns}
    cells["hop"] = pa.array(cells["hop"], pa.int32())
    engine.register(
        "known_invoice",
        pa.table({**cells, "vendor": [one["vendor_id"] for one in known]}),
    )


def output_digests(engine: Engine, invoices: Sequence[Header]) -> dict[str, str]:
    """Compute the output digests of invoices of the run that `name_lines` named; by id."""
    if not invoices:
        return {}
    ids = [one["invoice_id"] for one in invoices]
    numbers = pa.array(range(len(ids)), pa.int32())
    engine.register(
        "ready_invoice",
        pa.table({"invoice_id": pa.array(ids, pa.string()), "invoice_no": numbers}),
    )
    engine.view(
        "invoice_key",
        "SELECT known_invoice.*, unhex(replace(invoice_id, '-', '')) AS invoice_bytes, invoice_no"
        " FROM known_invoice JOIN ready_invoice USING (invoice_id)",
    )
    engine.view(
        "invoiced_line",
        "SELECT * FROM detail_line JOIN charge USING (charge_no)"
        " JOIN invoice_key USING (hop, seller_id, buyer_id, vendor, currency)",
    )
    look_at_row_ids(engine)
    return {ids[number]: digest for number, digest in digests_of_invoices(engine).items()}
