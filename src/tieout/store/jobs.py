"""Jobs: work that waits in the catalog, done by whoever holds its lease.

A job is queued, then running under a lease that its worker renews, then done, failed or cancelled.
When a lease ends the job is queued anew. Its token grows whenever it changes hands; a transaction
that publishes checks the token, so whoever lost a job publishes nothing. Times are those of the
database, which all workers share. Decision 0032.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, or_, select, text, update

from tieout.errors import Conflict, JobCancelled, LeaseLost, NotFound
from tieout.store.job_table import CANCELLED, FAILED, QUEUED, RUNNING, job

ATTEMPTS_MAX = 3
SILENT = "its worker ended, or stood still past its lease, without a word"
JSON_COLUMNS = ("arguments", "progress", "result")


@dataclass(frozen=True)
class Lease:
    """A job in the hands of one worker: `token` says in whose, `seconds` for how long at a time."""

    job_id: int
    token: int
    seconds: int
    kind: str
    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name the job and the hand that it is in, on locks and folders."""
        return f"job-{self.job_id}-{self.token}"


def submit(
    connection: Connection,
    kind: str,
    *,
    arguments: Mapping[str, Any],
    attempts_max: int = ATTEMPTS_MAX,
) -> int:
    """Queue a job; give its number."""
    now = _text(_now(connection))
    said = json.dumps(arguments, ensure_ascii=False)
    counts = {"token": 0, "attempts": 0, "attempts_max": attempts_max, "cancel_asked": 0}
    values = {"kind": kind, "arguments": said, "state": QUEUED, **counts}
    added = connection.execute(insert(job).values(due_at=now, submitted_at=now, **values))
    (number,) = added.inserted_primary_key or (0,)
    return int(number)


def waits(connection: Connection) -> bool:
    """Tell whether there is a job to take, or a lease that has ended."""
    now = _text(_now(connection))
    return (
        connection.execute(
            select(job.c.job_id).where(or_(_is_due(now), _has_ended(now))).limit(1)
        ).first()
        is not None
    )


def take(connection: Connection, *, owner: str, seconds: int) -> Lease | None:
    """Take the job that waits longest; none when there is none."""
    expire(connection)
    now = _now(connection)
    found = connection.execute(
        select(job)
        .where(_is_due(_text(now)))
        .order_by(job.c.due_at, job.c.job_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if found is None:
        return None
    lease = Lease(found.job_id, found.token + 1, seconds, found.kind, json.loads(found.arguments))
    connection.execute(
        update(job)
        .where(job.c.job_id == found.job_id)
        .values(
            state=RUNNING,
            token=lease.token,
            attempts=found.attempts + 1,
            owner=owner,
            lease_until=_text(now + dt.timedelta(seconds=seconds)),
            started_at=_text(now),
            progress=None,
            error=None,
        )
    )
    return lease


def expire(connection: Connection) -> None:
    """Take from their workers the jobs whose lease has ended: queued anew, or at an end."""
    now = _text(_now(connection))
    ended = select(job).where(_has_ended(now)).with_for_update(skip_locked=True)
    for row in connection.execute(ended).all():
        last = row.attempts >= row.attempts_max
        state = CANCELLED if row.cancel_asked else FAILED if last else QUEUED
        _put_back(connection, row, state=state, due=now, error=SILENT)


def beat(connection: Connection, lease: Lease, *, progress: Mapping[str, Any]) -> None:
    """Renew a lease and say how far the job is. Raises LeaseLost, JobCancelled."""
    until = _now(connection) + dt.timedelta(seconds=lease.seconds)
    said = json.dumps(progress, ensure_ascii=False)
    hold(connection, lease)
    connection.execute(
        update(job).where(_is(lease)).values(lease_until=_text(until), progress=said)
    )


def hold(connection: Connection, lease: Lease) -> None:
    """Check the token, and keep others from the job until the transaction's end.

    Raises LeaseLost when the job went to another, JobCancelled when it is to end.
    """
    if connection.dialect.name == "postgresql":
        # a worker that stands still in the midst of a transaction must not hold up the others
        ends = f"SET LOCAL idle_in_transaction_session_timeout = '{int(lease.seconds)}s'"
        connection.execute(text(ends))
    look(connection, lease, locked=True)


def look(connection: Connection, lease: Lease, *, locked: bool = False) -> None:
    """Check the token as it is now. Raises LeaseLost, JobCancelled."""
    wanted = select(job.c.cancel_asked).where(_is(lease))
    asked = connection.scalar(wanted.with_for_update() if locked else wanted)
    if asked is None:
        raise LeaseLost(job_id=lease.job_id)
    if asked:
        raise JobCancelled(job_id=lease.job_id)


def finish(
    connection: Connection,
    lease: Lease,
    *,
    state: str,
    result: Any = None,
    error: str | None = None,
) -> None:
    """End a job as done, failed or cancelled. Raises LeaseLost."""
    said = None if result is None else json.dumps(result, ensure_ascii=False)
    ended = (
        update(job)
        .where(_is(lease))
        .values(
            state=state,
            result=said,
            error=error,
            owner=None,
            lease_until=None,
            ended_at=_text(_now(connection)),
        )
    )
    if not connection.execute(ended).rowcount:
        raise LeaseLost(job_id=lease.job_id)


def give_back(
    connection: Connection, lease: Lease, *, after_s: int, error: str, is_counted: bool
) -> None:
    """Queue a job anew, for some seconds from now; at its last attempt it has failed.

    An attempt that is not counted did not begin, or was cut off on purpose. Raises LeaseLost.
    """
    row = connection.execute(select(job).where(_is(lease)).with_for_update()).first()
    if row is None:
        raise LeaseLost(job_id=lease.job_id)
    last = is_counted and row.attempts >= row.attempts_max
    state = CANCELLED if row.cancel_asked else FAILED if last else QUEUED
    due = _text(_now(connection) + dt.timedelta(seconds=after_s))
    attempts = row.attempts if is_counted else row.attempts - 1
    _put_back(connection, row, state=state, due=due, error=error, attempts=attempts)


def cancel(connection: Connection, job_id: int) -> None:
    """End a job that waits; ask the worker of one that runs to end it before it publishes.

    Raises NotFound, or Conflict when it is at its end already.
    """
    row = _row(connection, job_id, locked=True)
    if row.state not in (QUEUED, RUNNING):
        raise Conflict(reason=f"job {job_id} is {row.state} already")
    values: dict[str, Any] = {"cancel_asked": 1}
    if row.state == QUEUED:
        values |= {"state": CANCELLED, "ended_at": _text(_now(connection))}
    connection.execute(update(job).where(job.c.job_id == job_id).values(**values))


def is_held(connection: Connection, name: str) -> bool:
    """Tell whether a job is still in the hand that a lease's name tells."""
    _, job_id, token = name.split("-")
    held = (job.c.job_id == int(job_id), job.c.token == int(token), job.c.state == RUNNING)
    return connection.scalar(select(job.c.job_id).where(*held)) is not None


def find(connection: Connection, job_id: int) -> dict[str, Any]:
    """Give a job as JSON values. Raises NotFound."""
    return told(_row(connection, job_id))


def listed(connection: Connection, *, state: str | None = None, limit: int) -> list[dict[str, Any]]:
    """Give jobs as JSON values, the newest first, perhaps those of one state."""
    wanted: Select[Any] = select(job).order_by(job.c.job_id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(job.c.state == state)
    return [told(row) for row in connection.execute(wanted)]


def told(row: Row[Any]) -> dict[str, Any]:
    """Give a row of `job` as JSON values."""
    found = dict(row._mapping)  # noqa: SLF001 - that is its name in SQLAlchemy's documentation
    found |= {name: json.loads(found[name]) for name in JSON_COLUMNS if found[name] is not None}
    found["cancel_asked"] = bool(found["cancel_asked"])
    return {_camel(name): value for name, value in found.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _row(connection: Connection, job_id: int, *, locked: bool = False) -> Row[Any]:
    wanted = select(job).where(job.c.job_id == job_id)
    row = connection.execute(wanted.with_for_update() if locked else wanted).first()
    if row is None:
        raise NotFound(kind="job", name=str(job_id))
    return row


def _put_back(
    connection: Connection,
    row: Row[Any],
    *,
    state: str,
    due: str,
    error: str,
    attempts: int | None = None,
) -> None:
    connection.execute(
        update(job)
        .where(job.c.job_id == row.job_id)
        .values(
            state=state,
            token=row.token + 1,
            attempts=row.attempts if attempts is None else attempts,
            owner=None,
            lease_until=None,
            due_at=due,
            error=error,
            ended_at=None if state == QUEUED else _text(_now(connection)),
        )
    )


def _is(lease: Lease) -> Any:
    held = (job.c.token == lease.token) & (job.c.state == RUNNING)
    return (job.c.job_id == lease.job_id) & held


def _is_due(now: str) -> Any:
    return (job.c.state == QUEUED) & (job.c.due_at <= now)


def _has_ended(now: str) -> Any:
    return (job.c.state == RUNNING) & (job.c.lease_until < now)


def _now(connection: Connection) -> dt.datetime:
    """Give the database's clock."""
    if connection.dialect.name == "postgresql":
        found: dt.datetime = connection.scalar(text("SELECT clock_timestamp()"))
        return found.astimezone(dt.UTC)
    said = connection.scalar(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"))
    return dt.datetime.fromisoformat(str(said)).replace(tzinfo=dt.UTC)


def _text(moment: dt.datetime) -> str:
    """Give a moment as text that sorts by time, to the millisecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
