"""Cursors of the Reporting API: where a page begins, in the state that the first page saw."""

import datetime as dt
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from tieout.report.rows import BEGINNING, Place, RowPage
from tieout.serve.problems import ReportingProblem
from tieout.serve.sealed import digest, ends, has_ended, seal, unseal
from tieout.store import audit
from tieout.store.database import Catalog

PURPOSE = "reporting cursor"
STATE = ("invoice_id", "shown_run_id", "status_id", "revision")


@dataclass(frozen=True)
class Page:
    """Where a page begins: after a place, in the invoices that the first page saw.

    `entry` is the hash of the newest audit entry then, `state` the digest of the invoices, `day`
    the day that their window was of.
    """

    entry: str
    day: dt.date
    state: str = ""
    after: Place = BEGINNING


class Cursors:
    """Reads and writes the cursors of one key and one question."""

    def __init__(self, *, secret: bytes, question: str, now: dt.datetime) -> None:
        """Keep what they are signed with, a digest of key and question, and the time."""
        self._secret, self._question, self._now = secret, question, now

    def write(self, page: Page) -> str:
        """Give the text that leads to a page."""
        place = (page.after.ordinal, page.after.line_no)
        state = (page.entry, page.day.isoformat(), page.state)
        values = [*state, *place, ends(self._now), self._question]
        return seal(values, secret=self._secret, purpose=PURPOSE)

    def read(self, cursor: str) -> Page:
        """Give the page that a cursor leads to. Raises ReportingProblem."""
        values = unseal(cursor, secret=self._secret, purpose=PURPOSE)
        if values is None or values[6] != self._question:
            raise ReportingProblem(code="BAD_CURSOR")
        entry, day, state, ordinal, line_no, until, _ = values
        if has_ended(until, now=self._now):
            raise ReportingProblem(code="CURSOR_EXPIRED")
        return Page(entry, dt.date.fromisoformat(day), state, Place(ordinal, line_no))


def first_page(catalog: Catalog, *, today: dt.date) -> Page:
    """Give the first page; read the invoices after it, so that none is thought older than it is."""
    with catalog.read() as connection:
        return Page(audit.newest_hash(connection), today)


def held(page: Page, state: str) -> Page:
    """Give the page with the state of what was found.

    Raises ReportingProblem where it is another than the first page saw.
    """
    if page.state and page.state != state:
        raise ReportingProblem(
            code="CURSOR_EXPIRED",
            detail="this list has changed; begin again without the cursor",
        )
    return replace(page, state=state)


def state_of(invoices: pa.Table) -> str:
    """Give a digest of which invoices these are and in what state; no money goes into it."""
    return digest(*zip(*(invoices[name].to_pylist() for name in STATE), strict=True))


def pinned(catalog: Catalog, invoices: pa.Table, *, page: Page) -> tuple[pa.Table, Page]:
    """Give the invoices that the first page saw, and the page with their state.

    Those that came after it are left out. Raises ReportingProblem when one of the others changed.
    """
    if not page.state:
        return invoices, replace(page, state=state_of(invoices))
    with catalog.read() as connection:
        touched = audit.subjects_since(connection, page.entry)
    later = pa.array(sorted(touched or ()), pa.string())
    of_later = [pc.is_in(invoices[name], later) for name in ("invoice_id", "shown_run_id")]
    kept = invoices.filter(pc.invert(pc.or_(*of_later)))
    place = kept.schema.get_field_index("ordinal")
    ordinals = pa.array(range(1, kept.num_rows + 1), pa.int64())
    kept = kept.set_column(place, kept.schema.field(place), ordinals)
    if touched is None or state_of(kept) != page.state:
        raise ReportingProblem(
            code="CURSOR_EXPIRED",
            detail="an invoice of this list has changed; begin again without the cursor",
        )
    return kept, page


def cut_list(count: int, page: Page, *, limit: int | None) -> tuple[RowPage, str]:
    """Give the page of a list of so many rows, and the SQL that cuts it out of the ordered list.

    The place of such a page is the number of rows before it.
    """
    begin = page.after.ordinal
    left = max(count - begin, 0)
    shown = left if limit is None else min(limit, left)
    cut = RowPage(shown, Place(begin + shown) if shown < left else None)
    return cut, f"LIMIT {shown} OFFSET {begin}"
