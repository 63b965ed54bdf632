"""A month's lines matched, rated and consolidated, each relation kept as it is made."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from tieout.engine.duckdb import Engine, sql_text
from tieout.invoice import consolidate_hops
from tieout.match import match_lines
from tieout.pipeline.carried import has_carried
from tieout.pipeline.closed import part_late, rate_late
from tieout.rate import rate_hops
from tieout.tables import DETAIL_LINE

Kept = TypeVar("Kept")


def rate_lines(
    engine: Engine, *, period: str, secret: bytes, keep: Callable[..., Kept]
) -> list[Kept]:
    """Match and rate the vendor lines of a period; give what `keep` made of each relation.

    `keep(kind, sql)` is called for parked lines and charges, `keep(kind, sql, hop=hop)` for the
    detail lines of each hop, while the SQL can be computed. A line whose amounts have no room at
    some hop stands on no hop (ruling 27), nor does the rest of its seat change: with such lines
    parked all is matched, rated and kept anew. Lines that came after their invoices were verified
    are rated too, and left in `late_charge` for `keep_late`.
    """
    while True:
        parked = _count(engine)
        match_lines(engine, first_day=dt.date.fromisoformat(f"{period}-01"), secret=secret)
        is_closed = part_late(engine)
        kept = [keep(kind, f"SELECT * FROM {kind}") for kind in ("parked_line", "charge")]
        kept += [keep("detail_line", "SELECT * FROM detail_hop", hop=n) for n in rate_hops(engine)]
        if is_closed:
            rate_late(engine)
        if _count(engine) == parked:
            return kept


def add_manual_lines(
    engine: Engine, detail: Sequence[Path], *, keep: Callable[..., Kept]
) -> list[Kept]:
    """Add the lines of `manual_line` to the charges and beside the detail lines in the files.

    Gives what `keep` made of their charges and of the detail lines of each hop; nothing where no
    person typed a line.
    """
    if not engine.one("SELECT count(*) AS n FROM manual_line")["n"]:
        return []
    engine.run("DROP VIEW IF EXISTS vendor_charge")
    engine.run("ALTER VIEW placed_charge RENAME TO vendor_charge")
    engine.parquet("rated_line", detail, schema=DETAIL_LINE)
    for name in ("manual_charge", "manual_detail"):
        engine.table(name, sql_text("tieout.invoice", name))
    engine.view(
        "placed_charge", "SELECT * FROM vendor_charge UNION ALL SELECT * FROM manual_charge"
    )
    engine.run(
        "INSERT INTO chain_hop BY NAME SELECT -line_id AS chain_no, hop, vendor_id AS vendor,"
        " seller_id, buyer_id, contract_id, currency FROM manual_line"
    )
    hops = engine.arrow("SELECT DISTINCT hop FROM manual_detail ORDER BY hop")["hop"].to_pylist()
    kept = [keep("charge", "SELECT * EXCLUDE (chain_no, set_no) FROM manual_charge")]
    return kept + [
        keep("detail_line", f"SELECT * FROM manual_detail WHERE hop = {hop}", hop=hop)
        for hop in hops
    ]


def invoice_lines(engine: Engine, *, period: str, keep: Callable[..., Kept]) -> list[Kept]:
    """Consolidate the detail lines of a period, hop by hop; give what `keep` made of each hop.

    Reads what `rate_lines` left, and `detail_line` of all hops.
    """
    line = "SELECT * FROM hop_invoice_line"
    if has_carried(engine):
        line = sql_text("tieout.pipeline", "carried_invoice_line")
    return [keep("invoice_line", line, hop=hop) for hop in consolidate_hops(engine, period=period)]


def _count(engine: Engine) -> int:
    return int(engine.one("SELECT count(*) AS lines FROM too_wide_line")["lines"])
