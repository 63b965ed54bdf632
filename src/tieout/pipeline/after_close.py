"""Late lines of a closed month on documents of their own: adjustments, drafts to be verified.

Source: reporting-api.md 5.1 and 8.2. Decision 0030.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.engine.duckdb import Engine, sql_text
from tieout.invoice import issue_invoices
from tieout.invoice.certificate import check_law
from tieout.invoice.digest import digest_of_lines
from tieout.pipeline.carried import add_carried_lines, has_carried, name_taken
from tieout.pipeline.rated import invoice_lines
from tieout.store.catalog import ADJUSTMENT, INVOICE, NEW
from tieout.store.house import House
from tieout.store.invoices import NOT_KEPT
from tieout.store.lake import LakeFile
from tieout.store.late_lines import Ledger
from tieout.tables import DETAIL_LINE, INVOICE_LINE


@dataclass(frozen=True)
class Adjustments:
    """The run of a month's adjustments: what it bills, by month, its headers and its files."""

    run_id: str
    input_digest: str
    output_digest: str
    carried: Sequence[Mapping[str, Any]]
    headers: Sequence[Mapping[str, Any]]
    files: Sequence[LakeFile]


NONE = Adjustments("", "", "", (), (), ())


def adjust_month(
    engine: Engine, house: House, *, ledger: Ledger, run_id: str, keep: Callable[..., LakeFile]
) -> Adjustments:
    """Bill the late lines that go to adjustments; the names of the month's invoices are lost.

    Reads `late_charge` and `late_detail_line` of the month's run, whose id is `run_id`.
    """
    engine.let(rated_run_id=run_id)
    name_taken(engine, charge="adjusted_charge", detail="adjusted_detail_line")
    if not has_carried(engine):
        return NONE
    for name in ("placed_charge", "chain_hop"):
        engine.table(f"no_{name}", f"SELECT * FROM {name} LIMIT 0")
    engine.view("placed_charge", "SELECT * FROM no_placed_charge")
    engine.table("chain_hop", "SELECT * FROM no_chain_hop")
    files = add_carried_lines(engine, keep=keep)
    details = [house.lake.full(one.path) for one in files if one.kind == "detail_line"]
    engine.parquet("detail_line", details, schema=DETAIL_LINE)
    named = f"{ledger.period} adjustment {ledger.adjustment_no}"
    lines = invoice_lines(engine, period=named, keep=keep)
    paths = [house.lake.full(one.path) for one in lines]
    engine.parquet("invoice_line", paths, schema=INVOICE_LINE)
    issue_invoices(engine)
    check_law(engine, "law_residual")
    said = "SELECT concat_ws('|', late_of, entry_key, content) AS line FROM carried_input"
    shown = "SELECT invoice_id || '|' || output_digest AS line FROM invoice_digest"
    digest = digest_of_lines(engine, said)
    return Adjustments(
        run_id=f"{named.replace(' ', '-')}-{digest[:12]}",
        input_digest=digest,
        output_digest=digest_of_lines(engine, shown),
        carried=engine.arrow(sql_text("tieout.invoice", "certificate_carried")).to_pylist(),
        headers=engine.arrow("SELECT * FROM invoice_header").to_pylist(),
        files=[*files, *lines],
    )


def adjustment_headers(
    made: Adjustments, *, summary: Mapping[str, Any], now: str
) -> list[dict[str, Any]]:
    """Give the rows of the catalog: drafts of the closed month, dated as its invoices."""
    said = {
        "run_id": made.run_id,
        "period": summary["period"],
        "input_digest": made.input_digest,
        "document_type": INVOICE,
        "source_id": ADJUSTMENT,
        "status_id": NEW,
        "invoice_number": None,
        "changed_at": now,
        "revision": 1,
    }
    return [
        {**{name: value for name, value in one.items() if name not in NOT_KEPT}, **said}
        for one in made.headers
    ]
