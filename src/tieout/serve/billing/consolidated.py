"""Consolidated invoices as canonical JSON: each purchase line with its sales line beside it.

document ─> price_line, rounding_line ─> numbered_line ─> linked_line ─> printed_line ─> text
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from tieout.engine.duckdb import Engine, define_macros, sql_text
from tieout.money import SCALE
from tieout.report.rows import name_inputs
from tieout.report.visibility import VISIBLE_INVOICE, Viewer, Wanted, visible_invoices
from tieout.serve.billing.document_json import line_sql, report_json, text_views, unmatched_sql
from tieout.serve.export.stream import stream_list
from tieout.store.house import House

PACKAGE = "tieout.serve.billing"
BEFORE = ("organization", "subscription", "purchase_order", "price_line", "rounding_line")
AFTER = (
    *("linked_line", "document_total", "unmatched_sale", "match_report"),
    *("document_part", "subscription_part"),
)


def documents_of(house: House, party: str, *, start: date, end: date) -> pa.Table:
    """Give the party's published purchase documents of the range, and the sales that may match.

    The columns are those of VISIBLE_INVOICE, with `is_purchase`, `is_in_range` and `grain`, the
    smallest coin in units of 10^-18.
    """
    viewer = Viewer(organization_id=party, sees_cost=False)
    within = Wanted(direction="incoming", date_from=start.isoformat(), date_till=end.isoformat())
    bought = visible_invoices(house.catalog, viewer, wanted=within)
    sold = visible_invoices(house.catalog, viewer, wanted=Wanted(direction="outgoing"))
    day = sold["invoice_date"]
    in_range = pc.and_(
        pc.greater_equal(day, start.isoformat()), pc.less_equal(day, end.isoformat())
    )
    same_period = pc.is_in(sold["period"], value_set=bought["period"].combine_chunks())
    sold = sold.append_column("is_in_range", in_range).filter(pc.or_(in_range, same_period))
    bought = bought.append_column("is_in_range", pa.array([True] * bought.num_rows, pa.bool_()))
    sides = pa.array([True] * bought.num_rows + [False] * sold.num_rows, pa.bool_())
    both = pa.concat_tables([bought, sold]).append_column("is_purchase", sides)
    grains = [10 ** (SCALE - digits) for digits in both["minor_digits"].to_pylist()]
    both = both.append_column("grain", pa.array(grains, pa.int64())).sort_by(
        [
            ("is_purchase", "descending"),
            ("invoice_date", "ascending"),
            ("invoice_number", "ascending"),
        ]
    )
    ordinals = pa.array(range(1, both.num_rows + 1), pa.int64())
    return both.set_column(VISIBLE_INVOICE.get_field_index("ordinal"), "ordinal", ordinals)


def define_documents(engine: Engine, house: House, *, documents: pa.Table) -> int:
    """Define the relations of the answer; give the number of price lines in it."""
    name_inputs(engine, house, invoices=documents)
    define_macros(engine, PACKAGE, names=["minor_amount"])
    engine.register("document", documents)
    for name in BEFORE:
        engine.view(name, sql_text(PACKAGE, name))
    engine.table("numbered_line", sql_text(PACKAGE, "numbered_line"))
    for name in AFTER:
        engine.view(name, sql_text(PACKAGE, name))
    for name, sql in text_views().items():
        engine.view(name, sql)
    engine.view("printed_line", sql_text(PACKAGE, "printed_line"))
    return int(engine.one("SELECT lines FROM match_report")["lines"])


def stream_documents(stack: ExitStack, engine: Engine) -> Iterator[bytes]:
    """Give the document as bytes; the stack is closed at its end."""
    sales = engine.arrow(unmatched_sql()).column(0).to_pylist()
    report = report_json(engine.one("SELECT * FROM match_report"))
    closing = f'],"MatchGroups":[],"MatchReport":{report},"UnmatchedSales":[{",".join(sales)}]}}'
    yield from stream_list(
        stack, engine, sql=line_sql(), opening=b'{"Invoices":[', closing=closing.encode()
    )
