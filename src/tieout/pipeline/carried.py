"""Lines of earlier, closed months that a month bills. Decision 0030."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tieout.engine.duckdb import Engine, sql_text
from tieout.pipeline.late_tables import CARRIED_LINE, LATE_CHARGE, LATE_DETAIL_LINE
from tieout.pipeline.of_runs import name_of_runs
from tieout.store.late_lines import CARRIED, LATE, Ledger
from tieout.tables import CHARGE, DETAIL_LINE

PACKAGE = "tieout.pipeline"
UNSAID = ("charge_no", "file_id", "row_number")  # of a charge: what no digest covers
Kept = TypeVar("Kept")


def name_carried(engine: Engine, ledger: Ledger, *, is_estimate: bool = False) -> None:
    """Name `carried_charge` and `carried_detail`, what the month bills of earlier ones.

    Late lines that another month's run bills stay there, and those of a chain that is closed in
    this month too wait for a later one. Estimates bill nothing. `carried_input` is their content.
    """
    earlier = () if is_estimate else ledger.earlier
    others, own = ledger.takers, [ledger.own] if ledger.own else []
    late = {LATE: LATE_CHARGE, "late_detail_line": LATE_DETAIL_LINE}
    for kind, schema in late.items():
        name_of_runs(engine, f"earlier_{kind}", runs=earlier, kind=kind, schema=schema)
    for name, runs in (("taken_elsewhere", others), ("taken_here", own)):
        name_of_runs(engine, name, runs=runs, kind=CARRIED, schema=CARRIED_LINE)
    name_taken(engine, charge="carried_charge", detail="carried_detail_line")


def name_taken(engine: Engine, *, charge: str, detail: str) -> None:
    """Make the tables `carried_charge` and `carried_detail` by two SQL files, and their content."""
    engine.table("carried_charge", sql_text(PACKAGE, charge))
    engine.table("carried_detail", sql_text(PACKAGE, detail))
    said = [name for name in CHARGE.names if name not in UNSAID]
    priced = [name for name in DETAIL_LINE.names if name not in ("hop", "charge_no")]
    engine.view(
        "carried_input",
        "SELECT late_of, entry_key, sha256(any_value(said) || string_agg(priced, chr(30) ORDER BY"
        f" hop)) AS content FROM (SELECT carried_no, late_of, entry_key, {_text(said)} AS said"
        f" FROM carried_charge) JOIN (SELECT carried_no, hop, {_text(priced)} AS priced"
        " FROM carried_detail) USING (carried_no) GROUP BY late_of, entry_key",
    )


def add_carried_lines(engine: Engine, *, keep: Callable[..., Kept]) -> list[Kept]:
    """Add the late lines that the month bills to its charges, and beside its detail lines.

    Gives what `keep` made of their charges, their detail lines by hop and `carried_line`; nothing
    where there are none.
    """
    if not has_carried(engine):
        return []
    engine.run("DROP VIEW IF EXISTS own_charge")
    engine.run("ALTER VIEW placed_charge RENAME TO own_charge")
    for name in ("placed", "placed_detail", "line"):
        engine.table(f"carried_{name}", sql_text(PACKAGE, f"carried_{name}"))
    engine.view("placed_charge", sql_text(PACKAGE, "carried_with_own"))
    engine.run(f"INSERT INTO chain_hop BY NAME {sql_text(PACKAGE, 'carried_chain_hop')}")
    detail = "SELECT DISTINCT hop FROM carried_placed_detail ORDER BY hop"
    return [
        keep("charge", "SELECT * EXCLUDE (chain_no, set_no) FROM carried_placed"),
        keep(CARRIED, "SELECT * FROM carried_line"),
        *(
            keep("detail_line", f"SELECT * FROM carried_placed_detail WHERE hop = {hop}", hop=hop)
            for hop in engine.arrow(detail)["hop"].to_pylist()
        ),
    ]


def has_carried(engine: Engine) -> bool:
    """Say whether the month bills lines of earlier ones."""
    return bool(engine.one("SELECT count(*) AS n FROM carried_charge")["n"])


def _text(names: Sequence[str]) -> str:
    cells = ", ".join(f"coalesce(\"{name}\"::VARCHAR, '')" for name in names)
    return f"concat_ws(chr(31), {cells})"
