"""The rows of an invoice in each view: consolidated, corrections broken out, or every detail line.

visible_invoice ─> seen_line ───> consolidated_row, residual_row ─┐
                └> seen_detail ─> detail_row, usage_row ──────────┴> row_part ─> row
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tieout.engine.duckdb import Engine, define_macros, sql_text
from tieout.money import SCALE, currencies
from tieout.quotient import Columns, Quotient
from tieout.report.preferred import with_preferred
from tieout.report.run_file import name_lines_of, name_reference_files
from tieout.store.house import House

PACKAGE = "tieout.report"
EXPANDS = ("none", "corrections", "all")
NEARER = 4  # times as many invoices are read where those read did not fill a page
GROUPINGS = ("datesSign", "dates", "datesTotal", "none")


@dataclass(frozen=True)
class RowView:
    """Which view of the rows, in the words of reporting-api.md 3 and 6.2."""

    expand: str = "none"  # none, corrections or all
    residual: str = "field"  # field or row
    correction_scope: str = "only"  # only or mixed
    credit_grouping: str = "datesSign"
    correction_quantity: str = (
        "lone"  # lone: a Correction of one line keeps its quantity; alwaysOne
    )
    subscription_id: str | None = None
    # the last invoice dates (ISO) up to which corrections, and other lines, are not broken out
    corrections_until: str | None = None
    others_until: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The relations whose rows this view puts together."""
        if self.expand == "none":
            return ("consolidated_row",)
        parts = ["detail_row", "usage_row"]
        if self.mixes or self.corrections_until or self.others_until:
            parts.append("consolidated_row")
        if self.residual == "row":
            parts.append("residual_row")
        return ("no_row", *parts)

    @property
    def mixes(self) -> bool:
        """Whether classes that are not broken out are shown consolidated."""
        return self.expand == "corrections" and self.correction_scope == "mixed"


@dataclass(frozen=True)
class Place:
    """A row by its invoice, counted from 1, and its line; headers have line 0."""

    ordinal: int
    line_no: int = 0


BEGINNING = Place(0)


@dataclass(frozen=True)
class Asked:
    """The page that is asked for: at most `limit` rows after a place."""

    after: Place
    limit: int


@dataclass(frozen=True)
class RowPage:
    """How many rows a page has, and its last one where more follow."""

    count: int
    last: Place | None


def define_rows(engine: Engine, house: House, *, invoices: pa.Table, view: RowView) -> None:
    """Define `row_part` (to count) and `row` (to read) over the lines of the visible invoices.

    `invoices` has the shape VISIBLE_INVOICE; what the viewer may not see leaves no trace in `row`.
    """
    define_lines(engine, house, invoices=invoices, view=view)
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM {part}" for part in view.parts)
    engine.relation("row_part", union)
    engine.relation("row_with_margin", _with_margin(engine))
    engine.relation("row_with_preferred", with_preferred(engine))
    engine.relation("row", sql_text(PACKAGE, "row"))


def define_lines(engine: Engine, house: House, *, invoices: pa.Table, view: RowView) -> None:
    """Define what rows are made of, up to each kind of them: nothing of it is read yet."""
    name_inputs(engine, house, invoices=invoices)
    engine.let(
        subscription_id=view.subscription_id,
        credit_grouping=view.credit_grouping,
        corrections_are_one=view.correction_quantity == "alwaysOne",
        corrections_only=view.expand == "corrections",
        is_expanded=view.expand != "none",
        others_consolidated=view.mixes,
        corrections_until=view.corrections_until,
        others_until=view.others_until,
    )
    for name in ("charge_class", "seen_line", "seen_detail", "subscription_name", "order_name"):
        engine.relation(name, sql_text(PACKAGE, name))
    engine.relation("consolidated_row", sql_text(PACKAGE, "consolidated_row"))
    engine.relation("no_row", "SELECT * FROM consolidated_row LIMIT 0")
    for name in ("detail_row", "usage_group", "usage_row", "residual_row"):
        engine.relation(name, sql_text(PACKAGE, name))


def name_inputs(engine: Engine, house: House, *, invoices: pa.Table) -> None:
    """Name `visible_invoice`, the run files behind it, names of reference data and the macros."""
    name_invoices(engine, invoices)
    name_lines_of(engine, house, documents="visible_invoice")
    snapshots = set(invoices["snapshot_id"].to_pylist())
    resources = ("subscriptions", "orders", "organizations", "contracts", "exchange_rates")
    name_reference_files(engine, house, snapshots=snapshots, resources=resources)


def name_invoices(engine: Engine, invoices: pa.Table) -> None:
    """Name `visible_invoice`, `currency_coin` and the macros that write numbers."""
    define_macros(engine, PACKAGE, names=["amount_text"])
    engine.register("visible_invoice", invoices)
    coins = currencies()
    digits = pa.array(coins.values(), pa.int64())
    engine.register("currency_coin", pa.table({"currency": list(coins), "digits": digits}))


def holding(engine: Engine, invoices: pa.Table) -> pa.Table:
    """Give the invoices that hold a line of what `define_rows` was asked for."""
    found = engine.query("SELECT DISTINCT invoice_id FROM seen_line").to_arrow_table()
    return invoices.filter(pc.is_in(invoices["invoice_id"], found["invoice_id"]))


def define_page(
    engine: Engine, house: House, *, invoices: pa.Table, view: RowView, page: Asked
) -> RowPage:
    """Define `page_row`, the rows of a page, as `define_rows` would; give what it has.

    No more invoices are read than hold it: at first as many as should, by their counts of lines.
    """
    first = max(page.after.ordinal, 1)
    rest = invoices.slice(first - 1)
    counts = rest["row_count" if view.expand == "none" else "detail_count"]
    wanted = page.after.line_no + page.limit
    near = 1 + (pc.sum(pc.less_equal(pc.cumulative_sum(counts), wanted)).as_py() or 0)
    while True:
        define_rows(engine, house, invoices=rest.slice(0, near), view=view)
        cut = _cut_page(engine, rest, page=page)
        if cut.last or near >= rest.num_rows:
            return cut
        near *= NEARER


def _cut_page(engine: Engine, invoices: pa.Table, *, page: Asked) -> RowPage:
    """Define `page_row` as the page of `row`; `invoices` are those from its first one on.

    Of the invoices behind the page nothing but the number of rows is read.
    """
    first, line_no = max(page.after.ordinal, 1), page.after.line_no
    engine.let(first_ordinal=first, first_line=line_no, rows_max=page.limit)
    end = engine.one(sql_text(PACKAGE, "page_end"))
    last, last_line = end["last_ordinal"] or first, end["last_line"] or 0
    engine.register("visible_invoice", invoices.slice(0, last - first + 1))
    engine.relation(
        "page_row",
        f"SELECT * FROM row WHERE (ordinal > {first} OR line_no > {line_no})"
        f" AND (ordinal < {last} OR line_no <= {last_line})",
    )
    left = max(end["rows_left"], 0)
    is_more = left > page.limit
    return RowPage(min(left, page.limit), Place(last, last_line) if is_more else None)


def count_rows(engine: Engine) -> int:
    """Give the number of rows of `row` without building them."""
    counted = engine.query("SELECT count(*) AS n FROM row_part").to_arrow_table()
    return int(counted.column(0)[0].as_py())


def _with_margin(engine: Engine) -> str:
    """Add `margin_amount`: total - purchase x rate, rounded at the 18th decimal, half away."""
    foreign = "SELECT 1 AS n FROM seen_line WHERE cost_exchange_rate <> 1 LIMIT 1"
    if not engine.query(foreign).to_arrow_table().num_rows:
        return "SELECT *, total_price - cost_total_price AS margin_amount FROM row_part"
    columns = Columns(prefix="margin_")
    start, rate = columns.add("units(cost_total_price)", "units(cost_exchange_rate)")
    bought = Quotient(start, [], [], "half_away_from_zero", grain=str(10**SCALE), wide=rate).add_to(
        columns
    )
    over = columns.over("row_part")
    names = ", ".join(name for layer in columns.layers for name in layer)
    return (
        f"SELECT * EXCLUDE ({names}), total_price - amount({bought}) AS margin_amount FROM {over}"
    )
