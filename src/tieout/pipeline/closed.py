"""A month with verified invoices: what is billed stays, and what came late is told apart and kept.

Source: reporting-api.md 8.2. Decision 0030.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.pipeline.late_tables import (
    CARRIED_LINE,
    CLOSED_INVOICE,
    LATE_CHARGE,
    LATE_DETAIL_LINE,
    TOLD_AGAIN,
)
from tieout.pipeline.of_runs import name_of_runs
from tieout.rate import rate_hops
from tieout.store.house import House
from tieout.store.late_lines import CARRIED, HELD_BACK, LATE, PART, Ledger
from tieout.store.vendor_files import loaded_file
from tieout.store.vendor_invoices import TakenFile
from tieout.tables import CHARGE, DETAIL_LINE, PARKED_LINE, VENDOR_LINE

PACKAGE = "tieout.pipeline"
NOTHING = {LATE: LATE_CHARGE, "late_detail_line": LATE_DETAIL_LINE, "told_again": TOLD_AGAIN}
NOTHING[HELD_BACK] = PARKED_LINE
KEPT = {"charge": CHARGE, "detail_line": DETAIL_LINE, CARRIED: CARRIED_LINE}
Kept = TypeVar("Kept")


def name_billed(engine: Engine, ledger: Ledger) -> None:
    """Name `closed_invoice` and, where there are any, the charges that verified invoices bill.

    `billed_charge` and `billed_detail` are lines of this month that are billed in it, or late in
    another, `billed_line` the same, narrow.
    """
    engine.register("closed_invoice", _parties(ledger.verified))
    for name, schema in NOTHING.items():
        engine.register(f"no_{name}", schema.empty_table())
        engine.table(name, f"SELECT * FROM no_{name}")
    engine.register("no_charge", CHARGE.empty_table())
    engine.table("added_charge", "SELECT * FROM no_charge")
    engine.let(late_part=f"{PART}{ledger.period}", late_of=ledger.period)
    if not ledger.verified:
        return
    runs = [*([ledger.own] if ledger.own else []), *ledger.takers]
    for kind, schema in KEPT.items():
        name_of_runs(engine, f"ran_{kind}", runs=runs, kind=kind, schema=schema)
    engine.register(
        "verified_invoice",
        pa.concat_tables(
            _parties(one.verified).append_column(
                "run_id", pa.array([one.run_id] * len(one.verified), pa.string())
            )
            for one in runs
        ),
    )
    engine.let(own_run_id=ledger.own.run_id if ledger.own else None)
    engine.table("billed_line", sql_text(PACKAGE, "late_billed_line"))


def billed_files(engine: Engine, house: House, *, taken: Sequence[TakenFile]) -> list[TakenFile]:
    """Give the files behind `billed_line` that are not taken any more; name all their lines."""
    ids = engine.arrow("SELECT DISTINCT file_id FROM billed_line ORDER BY file_id")["file_id"]
    with house.catalog.read() as connection:
        files = [
            loaded_file(connection, house, file_id=str(one), numbers=()) for one in ids.to_pylist()
        ]
    engine.parquet("billed_file_line", [f.vendor_line for f in files], schema=VENDOR_LINE)
    here = {file.file_id for file in taken}
    return [file for file in files if file.file_id not in here]


def name_closed(engine: Engine, ledger: Ledger) -> None:
    """Read billed lines from where they were billed; what the vendor tells again is told once.

    `vendor_line`, made by `open_vendor_lines`, gets the lines that verified invoices are made of
    in the place of their equals, and of those that are told no more: `gone_line`.
    """
    if not ledger.verified:
        return
    engine.run("DROP VIEW IF EXISTS standing_line")
    engine.run("ALTER VIEW vendor_line RENAME TO standing_line")
    for name in ("live_line", "told_pair", "gone_line", "told_again", "billed_place"):
        engine.table(name, sql_text(PACKAGE, f"late_{name}"))
    engine.view("vendor_line", sql_text(PACKAGE, "late_vendor_line"))
    engine.view("told_line", sql_text(PACKAGE, "late_told_line"))


def part_late(engine: Engine) -> bool:
    """Take the late lines out of `matched_line`, or park them; tell whether there can be any.

    They wait in `late_match`; what stays keeps the match keys that it was billed with.
    """
    if not engine.one("SELECT count(*) AS n FROM closed_invoice")["n"]:
        return False
    engine.table("closed_chain", sql_text(PACKAGE, "late_closed_chain"))
    for name in ("late_setting", "late_match"):
        engine.table(name, sql_text(PACKAGE, name))
    engine.run("ALTER TABLE matched_line RENAME TO every_match")
    engine.table("matched_line", sql_text(PACKAGE, "late_month_match"))
    engine.run("DROP TABLE every_match")
    engine.run(f"INSERT INTO parked_line {sql_text(PACKAGE, 'late_parked_line')}")
    _name_chains(engine)
    return True


def _name_chains(engine: Engine) -> None:
    """Name the chains that the lines in `matched_line` take, and which of them are of orders."""
    for name in ("chain_hop", "ordered_charge"):
        engine.table(name, sql_text("tieout.match", name))


def rate_late(engine: Engine) -> None:
    """Rate the late lines as their month rates its own; make `late_charge` with what stands of it.

    Besides them it has what takes back lines that are gone, and late lines settled before.
    """
    engine.run("ALTER TABLE matched_line RENAME TO month_match")
    engine.table(
        "matched_line",
        "SELECT * EXCLUDE (closed_hop, late_lines) FROM late_match WHERE late_lines <> 'hold'"
        " ORDER BY chain_no, subscription_id, file_no, row_number",
    )
    _name_chains(engine)
    engine.register("no_detail_line", DETAIL_LINE.empty_table())
    engine.table("added_detail", "SELECT * FROM no_detail_line")
    engine.table("added_charge", "SELECT * FROM charge")
    for _ in rate_hops(engine):
        engine.run("INSERT INTO added_detail BY NAME SELECT * FROM detail_hop")
    engine.run("DROP TABLE matched_line")
    engine.run("ALTER TABLE month_match RENAME TO matched_line")
    _name_chains(engine)
    for name in ("entry", "charge"):
        engine.table(f"late_{name}", sql_text(PACKAGE, f"late_{name}"))


def keep_late(engine: Engine, *, keep: Callable[..., Kept]) -> list[Kept]:
    """Name `late_detail_line`, with the invoices of the month; give what `keep` made of them all.

    Nothing where nothing of the month is verified; what has no rows is not kept.
    """
    if not engine.one("SELECT count(*) AS n FROM closed_invoice")["n"]:
        return []
    engine.table("late_detail_line", sql_text(PACKAGE, "late_detail_line"))
    engine.table(HELD_BACK, sql_text(PACKAGE, "late_held_back"))
    return [
        keep(kind, f"SELECT * FROM {kind}")
        for kind in NOTHING
        if engine.one(f"SELECT count(*) AS n FROM {kind}")["n"]
    ]


def name_kept_late(engine: Engine, ledger: Ledger) -> None:
    """Name `late_charge` before any line is matched: what is late, and what the run found so.

    Which lines come late shows in matching; from equal inputs a run finds what it found before.
    """
    if not ledger.verified:
        return
    late = ledger.own.paths.get(LATE, ()) if ledger.own else ()
    engine.parquet("kept_late", list(late), schema=LATE_CHARGE)
    engine.table("late_charge", sql_text(PACKAGE, "late_known"))


def _parties(verified: Sequence[Mapping[str, object]]) -> pa.Table:
    rows = [{name: one[name] for name in CLOSED_INVOICE.names} for one in verified]
    return pa.Table.from_pylist(rows, schema=CLOSED_INVOICE)
