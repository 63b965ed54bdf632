"""The journey of a billing period: match, rate, invoice, certify, publish."""

import datetime as dt
import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from tieout import __version__
from tieout.engine.duckdb import Engine, after, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import LawBroken, NotFound
from tieout.invoice import issue_invoices
from tieout.invoice.certificate import certify, check_laws
from tieout.invoice.digest import digest_of_headed_lines, digest_of_lines
from tieout.money import SCALE, currencies
from tieout.pipeline.inputs import name_manual_lines, open_vendor_lines
from tieout.pipeline.keep import utc_text, write
from tieout.pipeline.rated import add_manual_lines, invoice_lines, rate_lines
from tieout.reference import view_current
from tieout.rounding import policies
from tieout.store import (
    audit,
    invoices,
    line_decisions,
    manifest,
    manual_lines,
    vendor_invoices,
)
from tieout.store.audit import Event, Signed
from tieout.store.catalog import ESTIMATE, INVOICE
from tieout.store.house import House
from tieout.store.lake import LakeFile
from tieout.store.resources import RESOURCES
from tieout.tables import DETAIL_LINE, INVOICE_LINE, TOO_WIDE_LINE

SECRET = "match_key_secret"  # noqa: S105 - the name of the setting, not the secret


@dataclass(frozen=True)
class NewLine:
    """A line that a person typed onto a draft: its row of the catalog, and for the audit."""

    values: Mapping[str, Any]
    event: Event
    signed: Signed


def run_period(
    house: House,
    period: str,
    *,
    now: dt.datetime,
    threads: int | None = None,
    watch: Watch = UNWATCHED,
) -> dict[str, Any]:
    """Match, rate, invoice and certify a calendar month, and publish it as a whole.

    Running the same inputs again gives the same figures and ids. Raises NotFound when the period
    has no vendor invoices or no reference data was loaded, Conflict when a verified invoice would
    change, LawBroken when a border does not tie out.
    """
    started = time.monotonic()
    with house.writer(), session(house.scratch, threads=threads, watch=watch) as engine:
        summary = bill_month(house, engine, period=period, now=now)
    return {
        **{key: value for key, value in summary.items() if key != "certificate"},
        "seconds": f"{time.monotonic() - started:.3f}",
    }


def bill_month(
    house: House, engine: Engine, *, period: str, now: dt.datetime, line: NewLine | None = None
) -> dict[str, Any]:
    """Do what `run_period` does, as the writer; give the run's summary with its certificate.

    `line` was typed onto a draft just now: it is published with the run, in one transaction.
    """
    with house.catalog.read() as connection:
        taken, is_estimate = files_of_period(connection, house, period=period)
        current = manifest.latest_snapshot(connection, house)
        before = manifest.current_run(connection, period=period)
        decisions = line_decisions.standing(connection)
        typed = manual_lines.lines_of(connection, period=period)
    if not taken:
        raise NotFound(kind="vendor invoice of period", name=period)
    if not current.snapshot_id:
        raise NotFound(kind="reference data", name="nothing was loaded yet")
    typed += [manual_lines.opened(line.values)] if line else []
    open_inputs(
        engine, taken, current=current, decisions=decisions, typed=typed, is_estimate=is_estimate
    )
    secret = str(house.catalog.setting(SECRET)).encode()

    def kept(kind: str, sql: str, *, hop: int | None = None) -> LakeFile:
        return write(house, engine, sql=sql, kind=kind, hop=hop)

    engine.watch.phase("rate")
    files = rate_lines(engine, period=period, secret=secret, keep=kept)
    files += add_manual_lines(engine, _detail_paths(house, files), keep=kept)
    engine.parquet("detail_line", _detail_paths(house, files), schema=DETAIL_LINE)
    engine.watch.phase("invoice")
    lines = invoice_lines(engine, period=period, keep=kept)
    engine.parquet("invoice_line", [house.lake.full(f.path) for f in lines], schema=INVOICE_LINE)
    issue_invoices(engine)
    files += lines
    engine.watch.phase("certify")
    check_laws(engine)
    summary = _certified(engine, period=period, snapshot_id=current.snapshot_id, before=before)
    summary["isEstimate"] = summary["certificate"]["isEstimate"] = is_estimate
    summary["certificate"]["manualLines"] = [manual_lines.told(one) for one in typed]
    _publish_run(house, engine, summary=summary, files=files, now=now, line=line)
    return summary


def _detail_paths(house: House, files: Sequence[LakeFile]) -> list[Path]:
    return [house.lake.full(file.path) for file in files if file.kind == "detail_line"]


def files_of_period(
    connection: Connection, house: House, *, period: str
) -> tuple[list[vendor_invoices.TakenFile], bool]:
    """Give the files that a period bills, or those it can only preview, and whether it is so.

    Unbilled files give way as a whole to the first billed file of their period (rulings 6).
    """
    billed = vendor_invoices.taken_files(connection, house, period=period)
    if billed:
        return billed, False
    found = vendor_invoices.taken_files(connection, house, period=period, state="estimate")
    return found, bool(found)


def open_inputs(
    engine: Engine,
    taken: Sequence[vendor_invoices.TakenFile],
    *,
    current: manifest.Snapshot,
    decisions: Sequence[Mapping[str, Any]] = (),
    typed: Sequence[manual_lines.Typed] = (),
    is_estimate: bool = False,
) -> None:
    """Name what the stages read: vendor lines, rejected rows, lines typed, reference data.

    `too_wide_line` has no rows yet: it takes up what rating has no room for.
    """
    open_vendor_lines(engine, taken, decisions=decisions, is_estimate=is_estimate)
    engine.register("no_too_wide_line", TOO_WIDE_LINE.empty_table())
    engine.table("too_wide_line", "SELECT * FROM no_too_wide_line")
    name_manual_lines(engine, typed)
    open_reference(engine, current)


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


def _certified(
    engine: Engine, *, period: str, snapshot_id: int, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Give a run's summary and certificate; equal inputs must have given equal outputs."""
    input_digest = digest_inputs(engine)
    output_digest = digest_of_lines(
        engine, "SELECT invoice_id || '|' || output_digest AS line FROM invoice_digest"
    )
    if (
        before
        and before["input_digest"] == input_digest
        and before["output_digest"] != output_digest
    ):
        law = "equal input digests give equal output digests"
        raise LawBroken(law=law, left=before["output_digest"], right=output_digest)
    certificate = certify(
        engine, period=period, input_digest=input_digest, output_digest=output_digest
    )
    certificate["previousDigest"] = before["output_digest"] if before else None
    counts = engine.one(sql_text("tieout.pipeline", "run_count"))
    return {
        "period": period,
        "runId": f"{period}-{input_digest[:12]}",
        "snapshot": snapshot_id,
        **counts,
        "inputDigest": input_digest,
        "outputDigest": output_digest,
        "certificate": certificate,
    }


def digest_inputs(engine: Engine) -> str:
    """Give the digest of all that a run is computed from: lines, reference data, policies."""
    return digest_of_headed_lines(engine, input_lines(engine))


def input_lines(engine: Engine) -> str:
    """Give the SQL of the lines (head, rest), one per thing, that the input digest is made of."""
    heads, rests = zip(*_made_with(), strict=True)
    engine.register("made_with", pa.table({"head": heads, "rest": rests}))
    relations = {"reference_input": _reference_input()}
    return after(relations, sql_text("tieout.invoice", "input_line"))


def _publish_run(
    house: House,
    engine: Engine,
    *,
    summary: Mapping[str, Any],
    files: Sequence[LakeFile],
    now: dt.datetime,
    line: NewLine | None = None,
) -> None:
    """Publish a run's files and invoice headers, and a line just typed, in one transaction."""
    certificate = summary["certificate"]
    headers = engine.arrow("SELECT * FROM invoice_header").to_pylist()
    typed = Counter(one["invoiceId"] for one in certificate["manualLines"])
    for header in headers:
        header["detail_count"] += typed[header["invoice_id"]]
        header["is_corrected"] = header["invoice_id"] in typed
        header |= {
            "run_id": summary["runId"],
            "period": summary["period"],
            "input_digest": summary["inputDigest"],
            "document_type": ESTIMATE if summary["isEstimate"] else INVOICE,
        }
    said = {key: value for key, value in summary.items() if key != "certificate"}
    engine.watch.phase("publish")
    with house.catalog.write() as connection:
        manifest.publish_run(
            connection,
            {
                "run_id": summary["runId"],
                "period": summary["period"],
                "snapshot_id": summary["snapshot"],
                "created_at": utc_text(now),
                "input_digest": summary["inputDigest"],
                "output_digest": summary["outputDigest"],
                "previous_digest": certificate["previousDigest"],
                "certificate": json.dumps(certificate),
                "summary": json.dumps(said),
            },
            files=files,
        )
        invoices.replace_invoices(connection, headers, period=summary["period"], now=utc_text(now))
        if line:
            manual_lines.record(connection, line.values)
            audit.record(connection, [line.event], signed=line.signed)


def _made_with() -> list[tuple[str, str]]:
    """Give the input lines of the engine and the rounding policies."""
    lines = [("engine|", f"tieout|{__version__}|")]
    for name, policy in policies().items():
        content = hashlib.sha256(repr(policy).encode()).hexdigest()
        lines.append(("policy|", f"{name}|{policy.version}|{content}"))
    return lines


def _reference_input() -> str:
    """Give the SQL of the input lines of the reference data: kind; key, first day, content."""
    parts = ["SELECT head, rest FROM made_with"]
    for resource in RESOURCES.values():
        keys = ", ".join(f"coalesce(\"{key}\", '')" for key in resource.keys)
        cells = ", ".join(f"coalesce(\"{name}\", '')" for name in resource.columns)
        parts.append(
            f"SELECT '{resource.name}|' AS head,"
            f" concat_ws('|', {keys}, sha256(concat_ws(chr(31), {cells}))) AS rest"
            f" FROM {resource.name}"
        )
    return " UNION ALL ".join(parts)
