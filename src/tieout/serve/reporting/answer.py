"""One question of an invoice endpoint -> its answer: headers first, then a stream of bytes."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tieout.engine.duckdb import Engine
from tieout.report.rows import (
    Place,
    RowPage,
    count_rows,
    cut_page,
    define_rows,
    holding,
)
from tieout.report.visibility import Viewer, visible_invoices
from tieout.serve.access import Key
from tieout.serve.export.file_name import reporting_file_name
from tieout.serve.export.forms import MEDIA_TYPES, PARQUET, Sheet, stream_sheet
from tieout.serve.export.stream import CODINGS, compressed, open_engine
from tieout.serve.negotiation import coding_of, is_known
from tieout.serve.reporting.endpoints import Endpoint
from tieout.serve.reporting.paging import Cursors, Page, first_page, pinned
from tieout.serve.reporting.question import Question
from tieout.serve.reporting.row_json import HEADER, HEADERS, ROWS, define_header, row_fields
from tieout.serve.reporting.window import Window, described, window_of
from tieout.serve.sealed import SECRET, digest
from tieout.serve.settings import Surroundings

RENDERER_REVISION = 2  # part of every ETag; raise it when bytes change for the same invoices
PAGE_ROWS = "SELECT * FROM page_row ORDER BY ordinal, line_no"


@dataclass(frozen=True)
class Call:
    """A question with the endpoint it was asked of and by whom."""

    request: Request
    endpoint: Endpoint
    key: Key
    viewer: Viewer
    question: Question

    @property
    def coding(self) -> str:
        """The content coding of the answer; a Parquet file has its own."""
        if self.question.form.format == PARQUET:
            return "identity"
        return coding_of(self.request, CODINGS)


@dataclass(frozen=True)
class Seen:
    """What an answer is made of: the invoices in their window, and where the page begins."""

    invoices: pa.Table
    window: Window
    page: Page


def answer_invoices(call: Call, *, surroundings: Surroundings) -> Response:
    """Answer one question: 304 where the caller has it, else rows or headers as asked."""
    question, catalog = call.question, surroundings.house.catalog
    cursors = Cursors(
        secret=str(catalog.setting(SECRET)).encode(),
        question=digest(
            call.key.key_id, call.endpoint, call.viewer.organization_id, sorted(question.given)
        ),
        now=surroundings.now(),
    )
    seen = _seen(call, cursors, surroundings=surroundings)
    headers = _headers(call, seen)
    headers["Tieout-Window"] = described(
        catalog, call.viewer, question=question, window=seen.window
    )
    if is_known(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    media_type = MEDIA_TYPES[question.form.format]
    with ExitStack() as stack:
        engine = open_engine(stack, surroundings)
        cut, sheet = _relation(engine, call, seen=seen, surroundings=surroundings)
        headers["Tieout-Row-Count"] = str(cut.count)
        if cut.last:
            onward = cursors.write(replace(seen.page, after=cut.last))
            query = urlencode([*question.given, ("cursor", onward)])
            path = call.request.scope["state"]["path"]
            headers["Link"] = f'<{path}?{query}>; rel="next"'
        if call.request.method == "HEAD":
            return Response(headers=headers, media_type=media_type)
        told = {
            "tieout.api": call.endpoint.version,
            "tieout.snapshot": seen.page.state,
            "tieout.rows": headers["Tieout-Row-Count"],
        }
        kept = stack.pop_all()
    stream = _stream(kept, engine, sheet=replace(sheet, told=told), call=call)
    if call.coding != "identity":
        stream, is_packed = compressed(stream, call.coding)
        headers |= {"Content-Encoding": call.coding} if is_packed else {}
    return StreamingResponse(stream, headers=headers, media_type=media_type)


def _stream(stack: ExitStack, engine: Engine, *, sheet: Sheet, call: Call) -> Iterator[bytes]:
    """Give the bytes; the stack is closed at their end, however it ends."""
    with stack:
        yield from stream_sheet(stack, engine, sheet=sheet, form=call.question.form)


def _seen(call: Call, cursors: Cursors, *, surroundings: Surroundings) -> Seen:
    """Read the invoices of the question; on a later page those that the first page saw."""
    question, catalog = call.question, surroundings.house.catalog
    if question.cursor is None:
        page = first_page(catalog, today=surroundings.now().date())
    else:
        page = cursors.read(question.cursor)
    window = window_of(question, surroundings.settings, today=page.day)
    invoices = visible_invoices(catalog, call.viewer, wanted=window.narrowed(question.wanted))
    invoices, page = pinned(catalog, invoices, page=page)
    return Seen(invoices, window, page)


def _relation(
    engine: Engine, call: Call, *, seen: Seen, surroundings: Surroundings
) -> tuple[RowPage, Sheet]:
    """Define the rows or headers of the page; give their number and how to read them."""
    question, invoices = call.question, seen.invoices
    house, view, limit = surroundings.house, call.question.view, call.question.limit
    if call.endpoint.rows:
        define_rows(engine, house, invoices=invoices, view=view)
        fields = row_fields(view)
        if limit is None:
            return RowPage(count_rows(engine), None), Sheet(fields, ROWS)
        cut = cut_page(engine, invoices, after=seen.page.after, limit=limit)
        return cut, Sheet(fields, PAGE_ROWS)
    if question.view.subscription_id is not None:
        define_rows(engine, house, invoices=invoices, view=view)
        invoices = holding(engine, invoices)
    begin, count = seen.page.after.ordinal, invoices.num_rows
    shown = invoices.slice(begin, limit)
    define_header(engine, shown, requester=call.viewer.organization_id)
    end = begin + shown.num_rows
    return RowPage(shown.num_rows, Place(end) if end < count else None), Sheet(HEADER, HEADERS)


def _headers(call: Call, seen: Seen) -> dict[str, str]:
    question, form = call.question, call.question.form
    parts = [
        *(RENDERER_REVISION, call.endpoint, call.viewer, question.view, form),
        *(sorted(question.given), question.cursor, seen.window.first, seen.window.last),
        seen.page.state,
    ]
    tag = hashlib.sha256("\n".join(repr(part) for part in parts).encode()).hexdigest()
    headers = {
        "ETag": f'"{tag}-{call.coding}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Encoding, Authorization",
    }
    if question.ignored:
        headers["Tieout-Ignored-Parameters"] = ", ".join(question.ignored)
    if form.format != "json":
        name = reporting_file_name(
            call.endpoint.label,
            call.endpoint.version,
            requester=call.viewer.organization_id,
            period=(seen.window.first or _first_date(seen), seen.window.last),
            extension=form.format,
        )
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return headers


def _first_date(seen: Seen) -> str:
    """Give the date of the first invoice, where no window says from when on."""
    dates = seen.invoices["invoice_date"]
    return str(dates[0])[:10] if len(dates) else seen.window.last
