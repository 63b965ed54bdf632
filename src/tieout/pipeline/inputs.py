"""What a month is billed from: read from the catalog, named for the stages, and digested."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from tieout import __version__
from tieout.engine.duckdb import Engine, sql_text
from tieout.invoice.digest import digest_of_lines
from tieout.money import SCALE, currencies
from tieout.pipeline.carried import name_carried
from tieout.pipeline.closed import billed_files, name_billed, name_closed
from tieout.reference import view_current
from tieout.rounding import policies
from tieout.store import late_lines, line_decisions, manifest, manual_lines, vendor_invoices
from tieout.store.billed_invoices import Content, contents_of
from tieout.store.house import House
from tieout.store.late_lines import Ledger
from tieout.store.manual_lines import MANUAL_LINE, Typed
from tieout.store.resources import RESOURCES
from tieout.store.vendor_invoices import TakenFile
from tieout.tables import LINE_DECISION, REJECTED_ROW, SET_ASIDE_LINE, TOO_WIDE_LINE, VENDOR_LINE

SECRET = "match_key_secret"  # noqa: S105 - the name of the setting, not the secret


@dataclass(frozen=True)
class Inputs:
    """What a month is billed from, or, where it has unbilled files only, previewed from."""

    taken: Sequence[TakenFile]
    current: manifest.Snapshot
    told: Sequence[Content] = ()
    is_estimate: bool = False
    decisions: Sequence[Mapping[str, Any]] = ()
    typed: Sequence[Typed] = ()
    ledger: Ledger = field(default_factory=lambda: Ledger(""))


def read_inputs(connection: Connection, house: House, *, period: str) -> Inputs:
    """Give what a month would be billed from now."""
    taken, is_estimate = files_of_period(connection, house, period=period)
    return Inputs(
        taken,
        manifest.latest_snapshot(connection, house),
        contents_of(connection, period=period, is_estimate=is_estimate),
        is_estimate=is_estimate,
        decisions=line_decisions.standing(connection),
        typed=manual_lines.lines_of(connection, period=period),
        ledger=late_lines.ledger_of(connection, house, period=period),
    )


def files_of_period(
    connection: Connection, house: House, *, period: str
) -> tuple[list[TakenFile], bool]:
    """Give the files that a period bills, or those it can only preview, and whether it is so.

    Unbilled files give way as a whole to the first billed file of their period (rulings 6).
    """
    billed = vendor_invoices.taken_files(connection, house, period=period)
    if billed:
        return billed, False
    found = vendor_invoices.taken_files(connection, house, period=period, state="estimate")
    return found, bool(found)


def open_inputs(engine: Engine, inputs: Inputs, *, house: House) -> None:
    """Name what the stages read: vendor lines, rejected rows, lines typed, reference data.

    Lines of verified invoices are read from where they were billed, and lines that the month bills
    though they belong to earlier ones are named. `too_wide_line` has no rows yet: it takes up what
    rating has no room for.
    """
    ledger = inputs.ledger
    name_billed(engine, ledger)
    open_vendor_lines(
        engine,
        inputs.taken,
        also=billed_files(engine, house, taken=inputs.taken) if ledger.verified else (),
        decisions=inputs.decisions,
        is_estimate=inputs.is_estimate,
    )
    name_closed(engine, ledger)
    name_carried(engine, ledger, is_estimate=inputs.is_estimate)
    told = [("vendorInvoice|", "|".join(one)) for one in inputs.told]
    told.append(("reference|", inputs.current.digest))
    engine.register("told_input", _input_table(told))
    engine.register("no_too_wide_line", TOO_WIDE_LINE.empty_table())
    engine.table("too_wide_line", "SELECT * FROM no_too_wide_line")
    name_manual_lines(engine, inputs.typed)
    open_reference(engine, inputs.current)


def open_vendor_lines(
    engine: Engine,
    taken: Sequence[TakenFile],
    *,
    also: Collection[TakenFile] = (),
    decisions: Sequence[Mapping[str, Any]] = (),
    is_estimate: bool = False,
) -> None:
    """Name the vendor's lines and rejected rows that a period takes; files get numbers.

    Makes `taken_file`, `taken_invoice` and `rejected_row`; `read_line`, every billed line;
    `set_aside_line`, those that `decisions` in force set aside; `vendor_line`, all others, and
    `told_line`, those told of the month, with the ones that other months bill already. Of an
    estimate the lines are those that no invoice bills yet. Files of `also` only get numbers.
    """
    ordered = sorted((*taken, *also), key=lambda file: file.file_id)
    engine.register(
        "taken_file",
        pa.table(
            {
                "file_no": pa.array(range(len(ordered)), pa.int32()),
                "file_id": pa.array([file.file_id for file in ordered], pa.string()),
                "name": pa.array([file.name for file in ordered], pa.string()),
                "format": pa.array([file.format for file in ordered], pa.string()),
            }
        ),
    )
    numbers = [(at, n) for at, f in enumerate(ordered) if f not in also for n in f.invoice_numbers]
    engine.register(
        "taken_invoice",
        pa.table(
            {
                "file_no": pa.array([at for at, _ in numbers], pa.int32()),
                "file_id": pa.array([ordered[at].file_id for at, _ in numbers], pa.string()),
                "invoice_number": pa.array([number for _, number in numbers], pa.string()),
            }
        ),
    )
    engine.parquet("vendor_line_all", [file.vendor_line for file in taken], schema=VENDOR_LINE)
    read = sql_text("tieout.pipeline", "estimate_line" if is_estimate else "vendor_line")
    here = {file.file_id for file in taken}
    _split(engine, [one for one in decisions if one["file_id"] in here], read=read)
    engine.view("told_line", "SELECT * FROM vendor_line")
    rejected = [file.rejected_row for file in taken if file.rejected_row]
    engine.parquet("rejected_row_all", rejected, schema=REJECTED_ROW)
    engine.view("rejected_row", sql_text("tieout.pipeline", "rejected_row"))


def _split(engine: Engine, decisions: Sequence[Mapping[str, Any]], *, read: str) -> None:
    """Part the lines read into those set aside and all others; with no decision nothing is read."""
    if not decisions:
        engine.view("read_line", read)
        engine.view("vendor_line", "SELECT * FROM read_line")
        engine.register("set_aside_line", SET_ASIDE_LINE.empty_table())
        return
    rows = [{name: one[name] for name in LINE_DECISION.names} for one in decisions]
    engine.register("line_decision", pa.Table.from_pylist(rows, schema=LINE_DECISION))
    engine.view("read_line", read)
    engine.table("set_aside_line", sql_text("tieout.pipeline", "set_aside_line"))
    engine.view(
        "vendor_line",
        "SELECT * FROM read_line ANTI JOIN set_aside_line USING (file_no, row_number)",
    )


def name_manual_lines(engine: Engine, typed: Sequence[Typed]) -> None:
    """Name `manual_line`, what persons typed onto drafts of the period."""
    rows = [{name: one[name] for name in MANUAL_LINE.names} for one in typed]
    engine.register("manual_line", pa.Table.from_pylist(rows, schema=MANUAL_LINE))


def open_reference(engine: Engine, current: manifest.Snapshot) -> None:
    """Name the reference data of a snapshot, and what the smallest coin of each currency is."""
    for label, resource in RESOURCES.items():
        view_current(engine, resource, path=current.files.get(label))
        engine.view(label, f"SELECT * FROM current_{label}")
    engine.view("exchange_rates", sql_text("tieout.pipeline", "usable_rate"))
    name_grains(engine)


def name_grains(engine: Engine) -> None:
    """Name `minor_grain`: of each currency its smallest coin in 10^-18, and its decimals."""
    grains = {code: digits for code, digits in currencies().items() if digits <= SCALE}
    engine.register(
        "minor_grain",
        pa.table(
            {
                "currency": list(grains),
                "digits": pa.array(grains.values(), pa.int32()),
                "grain": pa.array([10 ** (SCALE - d) for d in grains.values()], pa.int64()),
            }
        ),
    )


def digest_inputs(engine: Engine) -> str:
    """Give the digest of all that a run is computed from: lines, reference data, policies.

    Vendor invoices and the reference data count by the digests of their content, which were made
    when they were loaded.
    """
    engine.view("kept_input", sql_text("tieout.invoice", "kept_input"))
    return digest_of_lines(engine, f"SELECT head || rest AS line FROM ({_input_lines(engine)})")


def name_input_lines(engine: Engine) -> str:
    """Give the SQL of what a run is computed from (head, rest): each vendor line, each row."""
    engine.table("repeated_line", sql_text("tieout.match", "repeated_line"))
    line = sql_text("tieout.invoice", "vendor_line_input")
    engine.view("kept_input", f"{line} UNION ALL {_reference_input()}")
    return _input_lines(engine)


def _input_lines(engine: Engine) -> str:
    engine.register("made_with", _input_table(_made_with()))
    return sql_text("tieout.invoice", "input_line")


def _input_table(lines: Sequence[tuple[str, str]]) -> pa.Table:
    heads, rests = zip(*lines, strict=True)
    return pa.table({"head": heads, "rest": rests})


def _made_with() -> list[tuple[str, str]]:
    """Give the input lines of the engine and the rounding policies."""
    lines = [("engine|", f"tieout|{__version__}|")]
    for name, policy in policies().items():
        content = hashlib.sha256(repr(policy).encode()).hexdigest()
        lines.append(("policy|", f"{name}|{policy.version}|{content}"))
    return lines


def _reference_input() -> str:
    """Give the SQL of the input lines of the reference data: kind; key, first day, content."""
    parts = []
    for resource in RESOURCES.values():
        keys = ", ".join(f"coalesce(\"{key}\", '')" for key in resource.keys)
        cells = ", ".join(f"coalesce(\"{column}\", '')" for column in resource.columns)
        content = f"sha256(concat_ws(chr(31), {cells}))"
        parts.append(
            f"SELECT '{resource.name}|' AS head, concat_ws('|', {keys}, {content}) AS rest"
            f" FROM current_{resource.name}"
        )
    return " UNION ALL ".join(parts)
