"""The audit: who did what, when and why, each entry bound to the one before by a hash.

`entry_hash` is the SHA-256 of the JSON array [entry_no, at, by, action, subject_kind, subject_id,
reason, before, after, previous_hash], without spaces, in UTF-8; the first previous_hash is empty.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, text

from tieout.errors import AuditBroken, HeadUnknown
from tieout.store.audit_head import Head, head_of, move_head
from tieout.store.catalog import audit_entry
from tieout.store.database import insert_rows

PROGRAM = "tieout"  # who changes what where no person is named
AUDIT_LOCK = 7_428_002  # any fixed number: PostgreSQL's advisory locks are known by number
SINCE_ROWS = 500  # fetched at a time
NAMES = tuple(column.name for column in audit_entry.columns)


@dataclass(frozen=True)
class Signed:
    """Who decided, when (ISO 8601 UTC), and why."""

    by: str
    at: str
    reason: str | None = None


@dataclass(frozen=True)
class Event:
    """One change of one thing: its values before and after, those that changed."""

    action: str
    subject_kind: str
    subject_id: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record(connection: Connection, events: Iterable[Event], *, signed: Signed) -> None:
    """Add entries in the transaction of what they tell; other transactions that add any wait.

    They follow the head, so that entries which were removed at the end stay missing for ever.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": AUDIT_LOCK})
    head = head_of(connection)
    number, previous = head.entry_no, head.entry_hash
    rows = []
    for event in events:
        number += 1
        what = (event.action, event.subject_kind, event.subject_id, signed.reason)
        content = (number, signed.at, signed.by, *what, _json(event.before), _json(event.after))
        previous_hash, previous = previous, _hash((*content, previous))
        rows.append((*content, previous_hash, previous))
    insert_rows(connection, audit_entry, names=NAMES, rows=rows)
    if rows:
        move_head(connection, Head(number, previous))


def entries(
    connection: Connection, *, subject_id: str | None = None, after: int = 0, limit: int = 1000
) -> list[dict[str, Any]]:
    """Give entries in order, perhaps those of one subject only."""
    wanted = select(audit_entry).where(audit_entry.c.entry_no > after)
    if subject_id is not None:
        wanted = wanted.where(audit_entry.c.subject_id == subject_id)
    rows = connection.execute(wanted.order_by(audit_entry.c.entry_no).limit(limit)).mappings()
    return [dict(row) for row in rows]


def newest(connection: Connection) -> int:
    """Give the number of the newest entry, 0 where there is none."""
    return connection.scalar(select(func.max(audit_entry.c.entry_no))) or 0


def newest_hash(connection: Connection) -> str:
    """Give the hash of the newest entry, empty where there is none."""
    last = select(audit_entry.c.entry_hash).order_by(audit_entry.c.entry_no.desc()).limit(1)
    return connection.scalar(last) or ""


def subjects_since(connection: Connection, entry_hash: str) -> frozenset[str] | None:
    """Give the ids of what entries after the one with this hash tell of; None: no such entry.

    It reads from the newest entry down, and so as many as were added meanwhile.
    """
    columns = (audit_entry.c.entry_hash, audit_entry.c.subject_id)
    query = select(*columns).order_by(audit_entry.c.entry_no.desc())
    subjects: set[str] = set()
    with connection.execute(query.execution_options(yield_per=SINCE_ROWS)) as rows:
        for row in rows:
            if row.entry_hash == entry_hash:
                return frozenset(subjects)
            subjects.add(row.subject_id)
    return None if entry_hash else frozenset(subjects)


@dataclass(frozen=True)
class Chain:
    """A chain that holds: its entries, the last hash, and how many came after each known head."""

    entries: int
    last_hash: str
    since: Mapping[str, int]


def check_chain(connection: Connection, *, known_heads: Sequence[str] = ()) -> Chain:
    """Recompute every hash, and hold the last one against the head and each known one.

    `known_heads` are hashes that were noted elsewhere, as the newest one at some time. Raises
    AuditBroken at the first entry that was changed, removed or put in, HeadUnknown for a hash that
    no entry has.
    """
    expected, previous = 0, ""
    found: dict[str, int] = {}
    for row in connection.execute(select(audit_entry).order_by(audit_entry.c.entry_no)):
        expected += 1
        *content, previous_hash, entry_hash = row
        if row.entry_no != expected:
            raise AuditBroken(entry=expected, reason="is missing")
        if previous_hash != previous or entry_hash != _hash((*content, previous)):
            raise AuditBroken(entry=expected, reason="is not what was recorded")
        previous = entry_hash
        if entry_hash in known_heads:
            found[entry_hash] = expected
    head = head_of(connection)
    if head.entry_no > expected:
        said = f"is missing: the newest one recorded is {head.entry_no}"
        raise AuditBroken(entry=expected + 1, reason=said)
    if head != Head(expected, previous):
        raise AuditBroken(entry=expected, reason="is not the newest one that was recorded")
    for known in known_heads:
        if known not in found:
            raise HeadUnknown(known=known, entries=expected)
    return Chain(expected, previous, {one: expected - number for one, number in found.items()})


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash(values: tuple[Any, ...]) -> str:
    said = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
