"""The detail lines behind one row of the Reporting API, usage included."""

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.report.rows import PACKAGE, name_inputs
from tieout.store.house import House

ORDER = "ordinal, subscription_id, file_id, row_number"


def define_sources(
    engine: Engine, house: House, *, invoices: pa.Table, row_id: str, credit_grouping: str
) -> int:
    """Define `source_line`, the detail lines behind a row of the visible invoices; give how many.

    `invoices` has the shape VISIBLE_INVOICE; a row of any other invoice has no lines here. Order
    by ORDER. The row is a consolidated, a detail, a usage or credit row, or the rounding of one.
    """
    name_inputs(engine, house, invoices=invoices)
    engine.let(
        row_id=row_id,
        credit_grouping=credit_grouping,
        subscription_id=None,
        corrections_only=False,
        corrections_until=None,
        others_until=None,
    )
    for name in ("charge_class", "seen_line", "seen_detail"):
        engine.relation(name, sql_text(PACKAGE, name))
    engine.relation(
        "seen_line_key",
        "SELECT invoice_id, subscription_id, charge_type_id, part, row_id, rounding_residual"
        " FROM seen_line",
    )
    engine.table("source_line", sql_text(PACKAGE, "source_line"))
    return int(engine.one("SELECT count(*) AS n FROM source_line")["n"])
