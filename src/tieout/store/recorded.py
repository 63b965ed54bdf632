"""The catalog held against the audit: what was verified, and what no entry tells of.

Every invoice, load, run, snapshot, key, decision and typed line is recorded with an entry. So who
removes entries has to undo what they tell of as well, or it shows here.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select

from tieout.store.catalog import (
    NEW,
    access_key,
    audit_entry,
    invoice,
    line_decision,
    load,
    manual_line,
    run,
    setting,
    snapshot,
    summary_invoice,
    vendor_file,
)
from tieout.store.summaries import KIND as SUMMARY
from tieout.store.workflow import STATUS_NAMES, WITHDRAW, Header, as_verified

SINCE = "recorded_since"  # setting of a catalog that is older than this: from when on all is told
AT_VERIFICATION = ("total_amount", "currency", "output_digest", "invoice_number")
MOMENTS = ("verified_at", "issued_at", "paid_at", "accepted_parked")  # and why; with a move


def since_verification(connection: Connection, headers: Sequence[Header]) -> list[str]:
    """Say which verified documents are not what the audit kept of them, or are not in it.

    The vendor's own documents (hop 1) follow the vendor's lines, and the audit has each change.
    """
    known = {header["invoice_id"]: header for header in headers}
    verified, moved = _last_told(connection)
    differences = _unlike_runs(connection, headers)
    for invoice_id, (number, said) in verified.items():
        header = known.get(invoice_id)
        name = f"invoice {said.get('invoice_number')} ({invoice_id})"
        differences += [f"{name}: {one}" for one in _unlike(header, said, number=number)]
    for invoice_id, (number, status) in moved.items():
        header = known.get(invoice_id)
        if header and STATUS_NAMES[header["status_id"]] != status:
            differences.append(
                f"invoice {header['invoice_number']} ({invoice_id}): status is"
                f" {STATUS_NAMES[header['status_id']]}, audit entry {number} says {status}"
            )
    since = _since(connection)
    differences += [
        f"invoice {header['invoice_number']} ({invoice_id}): verified, and no audit entry says so"
        for invoice_id, header in known.items()
        if invoice_id not in verified and header["verified_at"] >= since
    ]
    return differences


def _last_told(
    connection: Connection,
) -> tuple[dict[str, tuple[int, dict[str, Any]]], dict[str, tuple[int, str]]]:
    """Give by invoice what stands of its verification, and its last status, with their entries."""
    entries = connection.execute(
        select(audit_entry.c.entry_no, audit_entry.c.subject_id, audit_entry.c.action)
        .add_columns(audit_entry.c.after)
        .where(audit_entry.c.subject_kind == "invoice")
        .order_by(audit_entry.c.entry_no)
    )
    verified: dict[str, tuple[int, dict[str, Any]]] = {}
    moved: dict[str, tuple[int, str]] = {}
    for number, invoice_id, action, after in entries:
        said = json.loads(after)
        if action == WITHDRAW:
            verified.pop(invoice_id, None)
            moved.pop(invoice_id, None)
            continue
        if "status" in said:
            moved[invoice_id] = (int(number), said["status"])
        if action == "verify":
            verified[invoice_id] = (int(number), said)
        elif invoice_id in verified and not {"output_digest", *MOMENTS}.isdisjoint(said):
            verified[invoice_id] = (int(number), verified[invoice_id][1] | said)
    return verified, moved


def _unlike(header: Header | None, said: Mapping[str, Any], *, number: int) -> list[str]:
    """Say in what a header is not what an audit entry says that was verified."""
    if header is None:
        return [f"verified by audit entry {number}, and not there"]
    if header["hop"] == 1 and "hop" not in said:  # recorded before its changes were
        return []
    found = [
        f"{figure} is {header[figure]}, audit entry {number} says {said[figure]}"
        for figure in (*AT_VERIFICATION, *MOMENTS)
        if figure in said and header[figure] != said[figure]
    ]
    if header["accepted_parked"] is not None and "accepted_parked" not in said:
        found.append(f"accepted_parked is said, and not in audit entry {number}")
    if "frozen" in said and said["frozen"] != as_verified(header)["frozen"]:
        found.append(f"parties, dates, terms or counts are not those of audit entry {number}")
    return found


def _unlike_runs(connection: Connection, headers: Sequence[Header]) -> list[str]:
    """Say which verified documents do not name the inputs of the run they were verified with."""
    since = _since(connection)
    known = dict(connection.execute(select(run.c.run_id, run.c.input_digest)).all())
    return [
        f"invoice {header['invoice_number']} ({header['invoice_id']}): its input digest is not"
        f" that of run {run_id}"
        for header in headers
        for run_id in (header["shown_run_id"] or header["run_id"],)
        if header["input_digest"] != known.get(run_id) and header["verified_at"] >= since
    ]


def changed_rows(connection: Connection) -> list[str]:
    """Say which summaries and typed lines are not what the audit kept of them."""
    entries = connection.execute(
        select(audit_entry.c.entry_no, audit_entry.c.action, audit_entry.c.subject_id)
        .add_columns(audit_entry.c.after)
        .where(or_(audit_entry.c.subject_kind == SUMMARY, audit_entry.c.action == "manual-line"))
        .order_by(audit_entry.c.entry_no)
    )
    kept = _rows_kept(connection)
    told: dict[tuple[str, Any], dict[str, Any]] = defaultdict(dict)
    last: dict[tuple[str, Any], int] = {}
    for number, action, subject, after in entries:
        said = json.loads(after)
        which = ("line", said["line_id"]) if action == "manual-line" else (SUMMARY, subject)
        told[which] |= said
        last[which] = int(number)
        if action == "discard":
            del told[which]
    differences = []
    for which, said in told.items():
        row = kept.get(which, {})
        if "invoices" in said:
            said["invoices"] = sorted(said["invoices"])
        if unlike := [figure for figure in said if row.get(figure) != said[figure]]:
            name = f"{which[0]} {which[1]}: {', '.join(unlike)}"
            differences.append(f"{name} not as audit entry {last[which]} says")
    return differences


def _rows_kept(connection: Connection) -> dict[tuple[str, Any], dict[str, Any]]:
    """Give summaries, with the invoices that each joins, and typed lines."""
    joined: dict[str, list[str]] = defaultdict(list)
    query = select(invoice.c.summary_id, invoice.c.invoice_id)
    found = connection.execute(query.where(invoice.c.summary_id.is_not(None)))
    for summary_id, invoice_id in found:
        joined[summary_id].append(invoice_id)
    kept: dict[tuple[str, Any], dict[str, Any]] = {
        (SUMMARY, row["summary_id"]): {
            **row,
            "status": STATUS_NAMES[row["status_id"]],
            "invoices": sorted(joined[row["summary_id"]]),
        }
        for row in connection.execute(select(summary_invoice)).mappings()
    }
    lines = connection.execute(select(manual_line)).mappings()
    return kept | {("line", row["line_id"]): dict(row) for row in lines}


def unrecorded(connection: Connection) -> list[str]:
    """Say what is in the catalog and in no audit entry."""
    since = _since(connection)
    loaded = select(vendor_file.c.file_id).join(load).where(load.c.created_at >= since)
    numbers = select(snapshot.c.snapshot_id).where(snapshot.c.created_at >= since)
    joined = select(summary_invoice.c.summary_id).where(summary_invoice.c.verified_at >= since)
    queries = {
        "vendor_file": loaded,
        "run": select(run.c.run_id).where(run.c.created_at >= since),
        "key": select(access_key.c.key_id).where(access_key.c.created_at >= since),
        "summary_invoice": joined.where(summary_invoice.c.status_id != NEW),
    }
    told = {kind: set(connection.execute(query).scalars()) for kind, query in queries.items()}
    told["reference"] = {f"snapshot {one}" for one in connection.execute(numbers).scalars()}
    entry = (audit_entry.c.subject_kind, audit_entry.c.subject_id)
    wanted = select(*entry).where(audit_entry.c.subject_kind.in_(told)).distinct()
    entries = {(kind, name) for kind, name in connection.execute(wanted)}
    return [
        f"{kind} {name} is there, and no audit entry tells of it"
        for kind, names in told.items()
        for name in sorted(names)
        if (kind, name) not in entries
    ] + _uncounted(connection, since=since)


def _uncounted(connection: Connection, *, since: str) -> list[str]:
    """Say of which rows that are only added there are more than entries."""
    rows_of = {
        "decisions on vendor lines": (line_decision.c.decided_at, ("set_aside", "take_back")),
        "lines typed onto drafts": (manual_line.c.typed_at, ("manual-line",)),
    }
    said = []
    for name, (at, actions) in rows_of.items():
        kept = select(func.count()).where(audit_entry.c.action.in_(actions))
        rows = connection.scalar(select(func.count()).where(at >= since)) or 0
        entries = connection.scalar(kept) or 0
        if rows > entries:
            said.append(f"{rows} {name} are there, and {entries} audit entries of any")
    return said


def _since(connection: Connection) -> str:
    """Give from when on everything is recorded; empty for always."""
    found = connection.scalar(select(setting.c.value).where(setting.c.name == SINCE))
    return found or ""
