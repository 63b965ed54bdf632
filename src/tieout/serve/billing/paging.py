"""Cursors: where the next page begins, signed, bound to key, question and documents."""

from dataclasses import dataclass
from datetime import datetime

from tieout.serve.problems import BillingProblem
from tieout.serve.sealed import ends, has_ended, seal, unseal

PURPOSE = "billing cursor"


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


def write_cursor(page: Page, binding: Binding, *, now: datetime) -> str:
    """Give the text that leads to a page."""
    values = [page.offset, page.number, ends(now), binding.question, binding.documents]
    return seal(values, secret=binding.secret, purpose=PURPOSE)


def read_cursor(text: str | None, binding: Binding, *, now: datetime) -> Page:
    """Give the page that a cursor leads to; none leads to the first.

    Raises BillingProblem: invalid-cursor when it was altered or made for another question or key,
    cursor-expired after a day or when the documents have changed.
    """
    if text is None:
        return Page()
    values = unseal(text, secret=binding.secret, purpose=PURPOSE)
    if values is None or values[3] != binding.question:
        raise BillingProblem(slug="invalid-cursor", detail="the cursor is not one of this question")
    offset, number, until, _, documents = values
    if has_ended(until, now=now) or documents != binding.documents:
        raise BillingProblem(
            slug="cursor-expired", detail="the cursor has expired; begin again without it"
        )
    return Page(offset=offset, number=number)
