"""Cursors: where the next page begins, signed, bound to key, question and documents."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from tieout.serve.problems import BillingProblem

LIVES_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Binding:
    """What a cursor is good for: the installation's secret, and digests of question and data."""

    secret: bytes
    question: str
    documents: str


@dataclass(frozen=True)
class Page:
    """Where a page begins: items before it, and its number from 1."""

    offset: int = 0
    number: int = 1


def digest(*parts: object) -> str:
    """Give a short digest of some values."""
    return hashlib.sha256("\n".join(repr(part) for part in parts).encode()).hexdigest()[:32]


def write_cursor(page: Page, binding: Binding, *, now: datetime) -> str:
    """Give the text that leads to a page."""
    until = int(now.timestamp()) + LIVES_SECONDS
    said = json.dumps(
        [page.offset, page.number, until, binding.question, binding.documents],
        separators=(",", ":"),
    ).encode()
    return base64.urlsafe_b64encode(_seal(binding.secret, said) + said).decode().rstrip("=")


def read_cursor(text: str | None, binding: Binding, *, now: datetime) -> Page:
    """Give the page that a cursor leads to; none leads to the first.

    Raises BillingProblem: invalid-cursor when it was altered or made for another question or key,
    cursor-expired after a day or when the documents have changed.
    """
    if text is None:
        return Page()
    invalid = BillingProblem(slug="invalid-cursor", detail="the cursor is not one of this question")
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise invalid from None
    seal, said = content[:32], content[32:]
    if not hmac.compare_digest(seal, _seal(binding.secret, said)):
        raise invalid
    offset, number, until, question, documents = json.loads(said)
    if question != binding.question:
        raise invalid
    if now.timestamp() >= until or documents != binding.documents:
        raise BillingProblem(
            slug="cursor-expired", detail="the cursor has expired; begin again without it"
        )
    return Page(offset=offset, number=number)


def _seal(secret: bytes, said: bytes) -> bytes:
    return hmac.digest(secret, b"billing cursor\n" + said, "sha256")
