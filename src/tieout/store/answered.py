"""Requests that were answered, so that who asks twice is answered once and told the same."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from tieout.errors import RequestKeyReused
from tieout.store.catalog import answered_request


@dataclass(frozen=True)
class Asked:
    """A request as it is known again: its access key, its idempotency key, and its body's hash."""

    key_id: str
    idempotency_key: str
    fingerprint: str


def find_answer(connection: Connection, asked: Asked) -> str | None:
    """Give the JSON text that a request was answered with, none when it is new.

    Raises RequestKeyReused when its idempotency key came with another body.
    """
    found = connection.execute(
        select(answered_request.c.fingerprint, answered_request.c.answer).where(
            answered_request.c.key_id == asked.key_id,
            answered_request.c.idempotency_key == asked.idempotency_key,
        )
    ).one_or_none()
    if found is None:
        return None
    if found.fingerprint != asked.fingerprint:
        raise RequestKeyReused
    answer: str = found.answer
    return answer


def keep_answer(connection: Connection, asked: Asked, *, answer: str, at: str) -> None:
    """Record an answer in the transaction of what it tells."""
    connection.execute(
        insert(answered_request).values(
            key_id=asked.key_id,
            idempotency_key=asked.idempotency_key,
            fingerprint=asked.fingerprint,
            answer=answer,
            answered_at=at,
        )
    )


def drop_answers(connection: Connection, *, before: str) -> int:
    """Forget the answers given before a moment (UTC text); give their number.

    Such a request, sent again, is a new one.
    """
    gone = delete(answered_request).where(answered_request.c.answered_at < before)
    return connection.execute(gone).rowcount
