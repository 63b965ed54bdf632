"""What a question asks for -> the price lines that answer it, each with what stands around it.

document ─> core_line ─> identified_line ─> kept_line, rounding_line ─> numbered_line
         ─> wanted_line or linked_line ─> base_line ─> placed_line ─> text
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from tieout.engine.duckdb import Engine, define_macros, literal, sql_text
from tieout.money import SCALE
from tieout.report.rows import name_invoices
from tieout.report.run_file import name_lines_of, name_reference_files, name_run_files
from tieout.report.visibility import VISIBLE_INVOICE, Viewer, Wanted, visible_invoices
from tieout.serve.billing.filed_links import FiledLinks, define_links, links_of
from tieout.serve.billing.match_report import MatchReport, groups_sql, unmatched_sql
from tieout.serve.billing.question import Question
from tieout.serve.settings import ANSWER_MACROS
from tieout.store.house import House

PACKAGE = "tieout.serve.billing"
RESOURCES = (
    *("subscriptions", "orders", "organizations", "contracts"),
    *("plans", "plan_periods", "plan_rates", "rate_periods"),
)
SORTED = [("invoice_date", "ascending"), ("place", "ascending"), ("invoice_number", "ascending")]
DIGITS = 64  # of a number that is an integer, to compare by; a longer one is a text of its own
CONSOLIDATED = "consolidatedinvoices"


@dataclass(frozen=True)
class Documents:
    """The documents in order, those of the answer first, and purchases outside its range."""

    table: pa.Table  # VISIBLE_INVOICE, is_base, is_purchase, is_in_range and grain
    elsewhere: pa.Table
    count: int  # of the answer, on all pages
    links: FiledLinks = field(default_factory=FiledLinks)

    def digest_parts(self) -> list[str]:
        """Give what changes whenever a byte of the answer could."""
        names = ("invoice_id", "shown_run_id", "status_id", "revision")
        parts = []
        for table in (self.table, self.elsewhere):
            rows = zip(*(table[name].to_pylist() for name in names), strict=True)
            parts += [repr(row) for row in rows]
        return [*parts, *(match_id for match_id, _ in self.links.matches)]


def documents_of(house: House, question: Question) -> Documents:
    """Give the party's issued documents that a question is about.

    For consolidated invoices also its sales of the same periods, and those dated in the range.
    """
    viewer = Viewer(organization_id=question.party, sees_cost=False)
    start, end = question.start.isoformat(), question.end.isoformat()
    sold_side = question.endpoint == "customerinvoices"
    base = visible_invoices(
        house.catalog,
        viewer,
        wanted=Wanted(
            direction="outgoing" if sold_side else "incoming", date_from=start, date_till=end
        ),
    )
    if question.vendors:
        base = base.filter(pc.is_in(base["vendor_id"], value_set=pa.array(question.vendors)))
    base = _in_order(base)
    empty = base.slice(0, 0)
    if question.endpoint != CONSOLIDATED:
        return Documents(_marked(base, empty, sold_side=sold_side), empty, base.num_rows)
    sold = visible_invoices(house.catalog, viewer, wanted=Wanted(direction="outgoing"))
    if question.vendors:
        sold = sold.filter(pc.is_in(sold["vendor_id"], value_set=pa.array(question.vendors)))
    day = sold["invoice_date"]
    in_range = pc.and_(pc.greater_equal(day, start), pc.less_equal(day, end))
    same_period = pc.is_in(sold["period"], value_set=base["period"].combine_chunks())
    sold = sold.append_column("is_in_range", in_range).filter(pc.or_(in_range, same_period))
    elsewhere = visible_invoices(house.catalog, viewer, wanted=Wanted(direction="incoming"))
    here = pc.is_in(elsewhere["invoice_id"], value_set=base["invoice_id"].combine_chunks())
    matters = pc.is_in(elsewhere["period"], value_set=sold["period"].combine_chunks())
    elsewhere = elsewhere.filter(pc.and_(pc.invert(here), matters))
    links = links_of(house, question.party, documents=base)
    return Documents(_marked(base, sold, sold_side=False), elsewhere, base.num_rows, links)


def _in_order(documents: pa.Table, first: Sequence[tuple[str, str]] = ()) -> pa.Table:
    """Sort by date and number as `number_place` does: integers by value, then all others."""
    numbers = documents["invoice_number"]
    is_integer = pc.match_substring_regex(numbers, f"^[0-9]{{1,{DIGITS}}}$")
    padded = pc.utf8_lpad(numbers, DIGITS, padding="0")
    places = pc.if_else(is_integer, pc.binary_join_element_wise("0", padded, ""), "1")
    sorted_ = documents.append_column("place", places).sort_by([*first, *SORTED])
    return sorted_.drop_columns(["place"])


def _marked(base: pa.Table, sold: pa.Table, *, sold_side: bool) -> pa.Table:
    base = base.append_column("is_in_range", pa.array([True] * base.num_rows, pa.bool_()))
    if "is_in_range" not in sold.column_names:
        sold = sold.append_column("is_in_range", pa.array([True] * sold.num_rows, pa.bool_()))
    of_answer = [True] * base.num_rows + [False] * sold.num_rows
    purchase = [not sold_side] * base.num_rows + [False] * sold.num_rows
    both = pa.concat_tables([base, sold])
    grains = [10 ** (SCALE - digits) for digits in both["minor_digits"].to_pylist()]
    for name, values, kind in (
        ("is_base", of_answer, pa.bool_()),
        ("is_purchase", purchase, pa.bool_()),
        ("grain", grains, pa.int64()),
    ):
        both = both.append_column(name, pa.array(values, kind))
    both = _in_order(both, [("is_base", "descending")])
    ordinals = pa.array(range(1, both.num_rows + 1), pa.int64())
    return both.set_column(VISIBLE_INVOICE.get_field_index("ordinal"), "ordinal", ordinals)


def define_lines(
    engine: Engine, house: House, *, answer: Documents, documents: pa.Table, question: Question
) -> None:
    """Define `placed_line` and everything that it stands on, for the answer's page of documents."""
    elsewhere = answer.elsewhere
    name_invoices(engine, documents)
    snapshots = set(documents["snapshot_id"].to_pylist())
    name_reference_files(engine, house, snapshots=snapshots, resources=RESOURCES)
    define_macros(engine, PACKAGE, names=ANSWER_MACROS[PACKAGE])
    engine.register("document", documents)
    name_lines_of(engine, house, documents="document")
    if question.endpoint == CONSOLIDATED:
        runs = {*documents["run_id"].to_pylist(), *elsewhere["run_id"].to_pylist()}
        hops = {hop + by for hop in documents["hop"].to_pylist() for by in (-1, 0, 1)}
        name_run_files(engine, house, runs=runs, hops=hops, kinds=("detail_line",), prefix="run_")
    engine.register("elsewhere", elsewhere)
    engine.let(requester=question.party, is_filtered=question.is_filtered)
    engine.let(range_start=question.start.isoformat(), range_end=question.end.isoformat())
    define_links(engine, answer.links)
    for name, values in (
        ("wanted_customer", question.customers),
        ("wanted_subscription", question.subscriptions),
        ("wanted_vendor", question.vendors or None),
    ):
        engine.let(**{f"by_{name}": values is not None})
        engine.register(name, pa.table({"id": pa.array(values or (), pa.string())}))
    engine.table("core_line", sql_text(PACKAGE, "core_line"))
    if question.is_filtered:  # documents without a line that is wanted are not looked at further
        engine.run(
            "DELETE FROM core_line WHERE ordinal NOT IN"
            " (SELECT ordinal FROM core_line WHERE is_wanted)"
        )
    for name in ("organization", "rate_period", "purchase_order", "cost_center"):
        engine.relation(name, sql_text(PACKAGE, name))
    engine.relation("identified_line", sql_text(PACKAGE, "identified_line"))
    engine.table("subscription", sql_text(PACKAGE, "subscription"))
    engine.table("repeated_id", sql_text(PACKAGE, "repeated_id"))
    for name in ("kept_line", "rounding_line"):
        engine.relation(name, sql_text(PACKAGE, name))
    engine.table("numbered_line", sql_text(PACKAGE, "numbered_line"))
    engine.relation("wanted_line", "SELECT * FROM numbered_line WHERE is_wanted")
    _define_base(engine, question)
    engine.relation("warning", sql_text(PACKAGE, "warning"))
    for name in ("subscription_part", "document_part", "placed_line"):
        engine.table(name, sql_text(PACKAGE, name))


def _define_base(engine: Engine, question: Question) -> None:
    """Define `base_line` and `document_total`: the lines of the answer, linked where it asks."""
    if question.endpoint == CONSOLIDATED:
        for name in ("own_sale", "own_purchase", "purchase_elsewhere", "keyed_line"):
            engine.relation(name, sql_text(PACKAGE, name))
        engine.table("linked_line", sql_text(PACKAGE, "linked_line"))
        engine.relation(
            "answered_link",
            "SELECT * FROM linked_line"
            " WHERE ordinal IN (SELECT ordinal FROM document WHERE is_base)",
        )
        for name in ("unmatched_sale", "match_group", "match_group_line"):
            engine.relation(name, sql_text(PACKAGE, name))
        source, total, warned = "answered_link", "consolidated_total", "sign_conflict"
    else:
        source, total, warned = "wanted_line", "document_total", "no_side_warning"
        engine.relation(
            warned,
            "SELECT 0::BIGINT AS ordinal, '' AS code, 0::BIGINT AS line_id, '' AS text WHERE false",
        )
    if question.lines == "grouped":
        is_linked = source == "answered_link"
        unlinked = sql_text(PACKAGE, "unlinked_line")
        engine.relation("detailed_line", f"SELECT * FROM {source}" if is_linked else unlinked)
        source = "grouped_line"
        engine.relation(source, sql_text(PACKAGE, source))
    keep = engine.table if source == "grouped_line" else engine.relation
    keep("base_line", f"SELECT * FROM {source}")
    engine.relation("scope", sql_text(PACKAGE, "scope"))
    engine.relation("document_total", sql_text(PACKAGE, total))
    if warned == "sign_conflict":
        engine.relation(warned, sql_text(PACKAGE, warned))
    engine.relation("side_warning", f"SELECT * FROM {warned}")


def count_lines(engine: Engine) -> int:
    """Give the number of price lines of the answer."""
    return int(engine.one("SELECT count(*) AS n FROM placed_line")["n"])


def count_warnings(engine: Engine, *, consolidated: bool) -> dict[str, int]:
    """Give how often each warning stands in the documents, by code, sorted; unmatched ones too."""
    sql = "SELECT code, count(*) AS n FROM warning GROUP BY code"
    if consolidated:
        sql += (
            " UNION ALL SELECT match_status, count(*) FROM base_line"
            " WHERE match_status = 'unmatched_purchase' GROUP BY match_status"
        )
    found = engine.arrow(f"SELECT * FROM ({sql}) ORDER BY code").to_pylist()
    return {row["code"]: row["n"] for row in found}


def faults(engine: Engine, codes: tuple[str, ...]) -> list[dict[str, object]]:
    """Give the warnings that `strict` refuses, as members of the problem."""
    listed = ", ".join(literal(code) for code in codes)
    return [
        {"Code": row["code"], "InvoiceID": row["invoice_number"], "LineIds": row["line_ids"]}
        for row in engine.arrow(
            "SELECT code, invoice_number, line_ids FROM warning JOIN document USING (ordinal)"
            f" WHERE code IN ({listed}) ORDER BY ordinal, code, line_ids"
        ).to_pylist()
    ]


def match_report(engine: Engine, format_name: str, *, is_last: bool) -> MatchReport:
    """Give the figures of a consolidated answer, with groups and unmatched sales as text.

    Unmatched sales stand on its last page only; groups too where pages are cut between lines.
    """
    sales = engine.arrow(unmatched_sql(format_name)).column(0).to_pylist() if is_last else []
    lists_groups = is_last or format_name in ("json", "xml")
    groups = engine.arrow(groups_sql(format_name)).column(0).to_pylist() if lists_groups else []
    unmatched = engine.one(
        "SELECT amount_text(coalesce(sum(amount), 0)::DECIMAL(38, 18),"
        f" coalesce(max(minor_digits), 2)) AS text FROM unmatched_sale WHERE {is_last}"
    )["text"]
    counted = engine.one(
        "SELECT count(*) AS lines, count(sale_amount) AS linked,"
        " coalesce(max(sale_digits), 2) AS digits FROM base_line"
    )
    grouped = engine.one(
        "SELECT coalesce(sum(sales_lines), 0)::BIGINT AS lines,"
        " amount_text(coalesce(sum(sales_total), 0)::DECIMAL(38, 18),"
        f" coalesce(max(minor_digits), {counted['digits']})) AS text FROM match_group"
    )
    tiers = engine.arrow(
        "SELECT match_tier AS tier, count(*) AS n FROM base_line WHERE match_tier IS NOT NULL"
        " GROUP BY tier ORDER BY tier"
    ).to_pylist()
    statuses = engine.arrow(
        "SELECT match_status AS status, count(*) AS n FROM base_line"
        " GROUP BY status ORDER BY status"
    ).to_pylist()
    return MatchReport(
        lines=counted["lines"],
        linked=counted["linked"] + grouped["lines"],
        in_groups=grouped["text"],
        unmatched=unmatched,
        tiers={row["tier"]: row["n"] for row in tiers},
        statuses={row["status"]: row["n"] for row in statuses},
        groups=tuple(groups),
        sales=tuple(sales),
    )
