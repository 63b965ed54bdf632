"""The head of the audit: number and hash of its newest entry, in a row of its own.

It is moved in the transaction that adds the entries, and the database lets it move on only
(migration 0016). So entries that were removed at the end are missed: the head still names them.
"""

from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Column, Connection, Integer, Table, Text, insert, select
from sqlalchemy import update as update_rows

from tieout.store.catalog import metadata

audit_head = Table(
    "audit_head",
    metadata,
    Column("head_no", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("entry_no", Integer, nullable=False),
    Column("entry_hash", Text, nullable=False),
    CheckConstraint("head_no = 1", name="one_head"),
    sqlite_strict=True,
)


@dataclass(frozen=True)
class Head:
    """The newest entry's number and hash; 0 and empty where there is none."""

    entry_no: int = 0
    entry_hash: str = ""


def head_of(connection: Connection) -> Head:
    """Give the head."""
    found = connection.execute(select(audit_head.c.entry_no, audit_head.c.entry_hash)).first()
    return Head(found.entry_no, found.entry_hash) if found else Head()


def move_head(connection: Connection, head: Head) -> None:
    """Let the head be another entry, which must be there."""
    values = {"entry_no": head.entry_no, "entry_hash": head.entry_hash}
    moved = connection.execute(update_rows(audit_head).values(**values))
    if not moved.rowcount:
        connection.execute(insert(audit_head).values(head_no=1, **values))
