"""The journey of a billing period: match, rate, invoice, certify, publish."""

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import LawBroken, NotFound
from tieout.invoice import issue_invoices
from tieout.invoice.certificate import certify, check_laws
from tieout.invoice.digest import digest_of_lines
from tieout.pipeline.after_close import Adjustments, adjust_month, adjustment_headers
from tieout.pipeline.carried import add_carried_lines, has_carried
from tieout.pipeline.closed import keep_late
from tieout.pipeline.inputs import SECRET, Inputs, digest_inputs, open_inputs, read_inputs
from tieout.pipeline.keep import utc_text, write
from tieout.pipeline.rated import add_manual_lines, invoice_lines, rate_lines
from tieout.pipeline.word import Word
from tieout.store import audit, invoices, late_lines, manifest, manual_lines
from tieout.store.audit import PROGRAM, Event, Signed
from tieout.store.catalog import ESTIMATE, INVOICE
from tieout.store.house import House
from tieout.store.lake import LakeFile
from tieout.store.late_lines import Ledger
from tieout.tables import DETAIL_LINE, INVOICE_LINE


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
    by: str = PROGRAM,
) -> dict[str, Any]:
    """Match, rate, invoice and certify a calendar month, and publish it as a whole.

    The audit says by whom.

    Running the same inputs again gives the same figures and ids. Raises NotFound when the period
    has no vendor invoices or no reference data was loaded, Conflict when a verified invoice would
    change, LawBroken when a border does not tie out.
    """
    started = time.monotonic()
    with house.writer(), session(house.scratch, threads=threads, watch=watch) as engine:
        summary = bill_month(house, engine, period=period, word=Word(by, now))
    return {
        **{key: value for key, value in summary.items() if key != "certificate"},
        "seconds": f"{time.monotonic() - started:.3f}",
    }


def bill_month(
    house: House, engine: Engine, *, period: str, word: Word, line: NewLine | None = None
) -> dict[str, Any]:
    """Do what `run_period` does, as the writer; give the run's summary with its certificate.

    `line` was typed onto a draft just now: it is published with the run, in one transaction. A
    month without vendor files bills late lines of earlier ones alone, all of them as drafts, since
    its own lines may still come. One that was run before and has no lines any more loses its drafts
    and the vendor's documents.
    """
    with house.catalog.read() as connection:
        inputs = read_inputs(connection, house, period=period)
        before = manifest.current_run(connection, period=period)
        late_lines.refuse_stale_months(connection, period=period)
    if not (inputs.taken or inputs.ledger.earlier or before):
        raise NotFound(kind="vendor invoice of period", name=period)
    if not inputs.current.snapshot_id:
        raise NotFound(kind="reference data", name="nothing was loaded yet")
    if line:
        inputs = replace(inputs, typed=[*inputs.typed, manual_lines.opened(line.values)])

    def kept(kind: str, sql: str, *, hop: int | None = None) -> LakeFile:
        return write(house, engine, sql=sql, kind=kind, hop=hop)

    is_known = before is not None
    files = _issue(house, engine, inputs=inputs, period=period, is_known=is_known, keep=kept)
    summary = _certified(
        engine, period=period, snapshot_id=inputs.current.snapshot_id, before=before
    )
    summary["isEstimate"] = summary["certificate"]["isEstimate"] = inputs.is_estimate
    summary["certificate"]["manualLines"] = [manual_lines.told(one) for one in inputs.typed]
    headers = engine.arrow("SELECT * FROM invoice_header").to_pylist()
    adjusted = adjust_month(engine, house, ledger=inputs.ledger, run_id=summary["runId"], keep=kept)
    summary["adjustments"] = len(adjusted.headers)
    engine.watch.phase("publish")
    with house.catalog.write() as connection:
        _publish_run(connection, summary, headers=headers, files=files, word=word)
        _publish_adjustments(connection, adjusted, summary=summary, ledger=inputs.ledger, word=word)
        if line:
            manual_lines.record(connection, line.values)
            audit.record(connection, [line.event], signed=line.signed)
    return summary


def _issue(
    house: House,
    engine: Engine,
    *,
    inputs: Inputs,
    period: str,
    is_known: bool,
    keep: Callable[..., LakeFile],
) -> list[LakeFile]:
    """Match, rate and invoice a month, and check the laws; give the files of its lines."""
    open_inputs(engine, inputs, house=house)
    if not (inputs.taken or is_known or has_carried(engine)):
        raise NotFound(kind="vendor invoice of period", name=period)
    secret = str(house.catalog.setting(SECRET)).encode()
    engine.watch.phase("rate")
    files = rate_lines(engine, period=period, secret=secret, keep=keep)
    files += add_manual_lines(engine, _detail_paths(house, files), keep=keep)
    files += add_carried_lines(engine, keep=keep)
    engine.parquet("detail_line", _detail_paths(house, files), schema=DETAIL_LINE)
    engine.watch.phase("invoice")
    lines = invoice_lines(engine, period=period, keep=keep)
    engine.parquet("invoice_line", [house.lake.full(f.path) for f in lines], schema=INVOICE_LINE)
    issue_invoices(engine)
    files += [*lines, *keep_late(engine, keep=keep)]
    engine.watch.phase("certify")
    check_laws(engine)
    drafts = "TRUE"
    if inputs.taken:  # no order's invoice is verified without lines of its order (rulings 24)
        drafts = "order_id IN (SELECT order_id FROM waiting_order)"
    engine.run(f"UPDATE invoice_header SET start_status = 'new' WHERE {drafts}")
    return files


def _detail_paths(house: House, files: Sequence[LakeFile]) -> list[Path]:
    return [house.lake.full(file.path) for file in files if file.kind == "detail_line"]


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


def _publish_run(
    connection: Connection,
    summary: Mapping[str, Any],
    *,
    headers: Sequence[dict[str, Any]],
    files: Sequence[LakeFile],
    word: Word,
) -> None:
    """Publish a run's files and invoice headers."""
    now = utc_text(word.now)
    certificate = summary["certificate"]
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
    values = {
        "run_id": summary["runId"],
        "period": summary["period"],
        "snapshot_id": summary["snapshot"],
        "created_at": now,
        "input_digest": summary["inputDigest"],
        "output_digest": summary["outputDigest"],
        "previous_digest": certificate["previousDigest"],
        "certificate": json.dumps(certificate),
        "summary": json.dumps(said),
    }
    manifest.publish_run(connection, values, files=files, by=word.by)
    signed = Signed(word.by, now)
    invoices.replace_invoices(connection, headers, period=summary["period"], signed=signed)


def _publish_adjustments(
    connection: Connection,
    made: Adjustments,
    *,
    summary: Mapping[str, Any],
    ledger: Ledger,
    word: Word,
) -> None:
    """Publish the adjustments of the month in the place of those that are drafts."""
    now = utc_text(word.now)
    values = {
        "run_id": made.run_id,
        "period": summary["period"],
        "snapshot_id": summary["snapshot"],
        "created_at": now,
        "input_digest": made.input_digest,
        "output_digest": made.output_digest,
        "previous_digest": None,
        "certificate": json.dumps({"carriedIn": made.carried}),
        "summary": "{}",
    }
    late_lines.replace_adjustments(
        connection,
        values,
        headers=adjustment_headers(made, summary=summary, now=now),
        files=made.files,
        replaced=ledger.open_run_id,
        by=word.by,
    )
