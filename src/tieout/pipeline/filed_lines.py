"""The lines of a purchase and a sales file, read as reference files are: whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tieout.engine.duckdb import Engine, sql_text
from tieout.errors import FAULTS_MAX, Fault, LinesRefused
from tieout.reference.cell import define, load_cells
from tieout.reference.folder import read_file
from tieout.store.resources import Field, Resource

SIDES = ("purchase", "sales")
FIELDS = (
    Field("invoice_id", required=True),
    Field("line_id", "integer", required=True),
    Field("line_seq", "integer"),  # 1
    Field("match_key"),
    Field("subscription_id"),
    Field("customer_id"),
    Field("vendor"),
    Field("rate_period_id"),
    Field("plan_rate_id"),
    Field("sku"),
    Field("start_date", "printed_date", required=True),
    Field("end_date", "printed_date", required=True),
    Field("quantity", "magnitude", required=True),
    Field("duration", "magnitude", required=True),
    Field("direction", "direction"),  # the amount's sign
    Field("line_kind", "line_kind", required=True),
    Field("amount", "figure", required=True),
    Field("currency", "currency", required=True),
    Field("reservation_order"),
    Field("meter_category"),
    Field("flag", "line_flag"),
    Field("published", "yes_no"),  # yes
    # only for links that are kept: what the Billing API tells of a sales line
    Field("invoice_date", "printed_date"),
    Field("description"),
)
KEPT_ONLY = ("invoice_date", "description")


@dataclass(frozen=True)
class LinesFile(Resource):
    """The file of one side, with the columns in `FIELDS`; faults name it as it was given."""

    path: Path = Path()

    @property
    def file(self) -> str:
        """The path as given."""
        return str(self.path)


def read_lines(engine: Engine, paths: Mapping[str, Path]) -> str | None:
    """Make `purchase_line` and `sales_line` (shape `FILED_LINE`) from the CSV file of each side.

    Gives the currency of all lines, null where there is none. Raises LinesRefused with the faults
    of both files: a line left out could turn a guess into a certain pair.
    """
    define(engine)
    faults = []
    for side in SIDES:
        read = read_file(paths[side], LinesFile(f"{side}_file", FIELDS, path=paths[side]))
        faults += load_cells(engine, read) + read.faults
    _refuse(faults)

    engine.view(
        "both_file",
        " UNION ALL ".join(f"SELECT '{side}' AS side, * FROM new_{side}_file" for side in SIDES),
    )
    engine.table("typed_line", sql_text("tieout.pipeline", "typed_line"))
    refuse_faults(engine, paths, name="filed_fault")
    for side in SIDES:
        engine.view(
            f"{side}_line",
            f'SELECT * EXCLUDE (side, "row", currency, {", ".join(KEPT_ONLY)}) FROM typed_line'
            f" WHERE side = '{side}'",
        )
    currency: str | None = engine.one("SELECT any_value(currency) AS c FROM typed_line")["c"]
    return currency


def refuse_faults(engine: Engine, paths: Mapping[str, Path], *, name: str) -> None:
    """Stop at the faults that a query of lines gives: side, row, column, reason."""
    found = engine.arrow(sql_text("tieout.pipeline", name)).to_pylist()
    _refuse([Fault(str(paths[f["side"]]), f["row"], f["column"], f["reason"]) for f in found])


def _refuse(faults: list[Fault]) -> None:
    """Stop at faults, naming as many as a person reads."""
    if faults:
        in_order = sorted(faults, key=lambda f: (f.file, f.row or 0, f.column or "", f.reason))
        raise LinesRefused(faults=in_order[:FAULTS_MAX], more=max(0, len(faults) - FAULTS_MAX))
