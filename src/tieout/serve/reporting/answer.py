"""One question -> its answer, in any form: headers first, then a stream of bytes.

query, key -> cursor -> what was found, in its state -> 304, or page -> bytes
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tieout.engine.duckdb import Engine
from tieout.report.rows import RowPage
from tieout.report.visibility import Viewer
from tieout.serve.access import Key
from tieout.serve.export.file_name import reporting_file_name
from tieout.serve.export.forms import MEDIA_TYPES, PARQUET, Sheet, stream_sheet
from tieout.serve.export.kept import Kept, gathered
from tieout.serve.export.stream import CODINGS, compressed, open_engine
from tieout.serve.negotiation import bodiless, coding_of, is_known
from tieout.serve.reporting.endpoints import Endpoint
from tieout.serve.reporting.paging import Cursors, Page, first_page
from tieout.serve.reporting.query import Query
from tieout.serve.sealed import SECRET, digest
from tieout.serve.settings import Surroundings

RENDERER_REVISION = 3  # part of every ETag; raise it when bytes change for the same invoices


@dataclass(frozen=True)
class Call:
    """A query with the endpoint it was made to, by whom, and about which partner, if any."""

    request: Request
    endpoint: Endpoint
    key: Key
    viewer: Viewer
    query: Query
    partner: str | None = None

    @property
    def parties(self) -> tuple[str, ...]:
        """The requester, and the partner where the path names one."""
        return (self.viewer.organization_id, *((self.partner,) if self.partner else ()))

    @property
    def coding(self) -> str:
        """The content coding of the answer; a Parquet file has its own."""
        if self.query.form.format == PARQUET:
            return "identity"
        return coding_of(self.request, CODINGS)


@dataclass(frozen=True)
class Found:
    """What answers a call, before a row of it is read.

    `page` has its state. `lay` defines the rows of the page: how many, and how to read them.
    `view` is what settings and query make of the rows; `days` are in file names; `window` is the
    header of a dated answer.
    """

    page: Page
    lay: Callable[[Engine], tuple[RowPage, Sheet]]
    view: object = None
    days: tuple[str, ...] = ()
    window: str | None = None


def answer_call(
    call: Call, find: Callable[[Page], Found], *, surroundings: Surroundings
) -> Response:
    """Answer one call: 304 where the caller has it, else rows as asked.

    `find` gives what answers a page, in the state that the first page saw; see paging.pinned.
    """
    query, catalog = call.query, surroundings.house.catalog
    cursors = Cursors(
        secret=str(catalog.setting(SECRET)).encode(),
        question=digest(call.key.key_id, call.endpoint, *call.parties, sorted(query.given)),
        now=surroundings.now(),
    )
    if query.cursor is None:
        page = first_page(catalog, today=surroundings.now().date())
    else:
        page = cursors.read(query.cursor)
    found = find(page)
    headers = _headers(call, found)
    if is_known(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    kept = surroundings.kept.get(headers["ETag"])
    if kept and call.request.method != "HEAD":
        told = {**kept.headers, **headers}
        return Response(kept.body, headers=told, media_type=MEDIA_TYPES[query.form.format])
    return _made(call, found, headers=headers, cursors=cursors, surroundings=surroundings)


def _made(
    call: Call,
    found: Found,
    *,
    headers: dict[str, str],
    cursors: Cursors,
    surroundings: Surroundings,
) -> Response:
    """Read the rows of a page and answer with them."""
    query = call.query
    media_type = MEDIA_TYPES[query.form.format]
    with ExitStack() as stack:
        engine = open_engine(stack, surroundings)
        cut, sheet = found.lay(engine)
        headers["Tieout-Row-Count"] = str(cut.count)
        if cut.last:
            onward = cursors.write(replace(found.page, after=cut.last))
            pairs = urlencode([*query.given, ("cursor", onward)])
            path = call.request.scope["state"]["path"]
            headers["Link"] = f'<{path}?{pairs}>; rel="next"'
        if call.request.method == "HEAD":
            return bodiless(headers, media_type=media_type)
        told = {
            "tieout.api": call.endpoint.version,
            "tieout.snapshot": found.page.state,
            "tieout.rows": headers["Tieout-Row-Count"],
        }
        left = stack.pop_all()
    stream = _stream(left, engine, sheet=replace(sheet, told=told), call=call)
    if call.coding != "identity":
        stream, is_packed = compressed(stream, call.coding)
        headers |= {"Content-Encoding": call.coding} if is_packed else {}
    body, stream = gathered(stream)
    if body is None:
        return StreamingResponse(stream, headers=headers, media_type=media_type)
    if cut.last is None:  # a link to a next page is of one key and ends with its day
        surroundings.kept.keep(headers["ETag"], Kept(headers, body))
    return Response(body, headers=headers, media_type=media_type)


def _stream(stack: ExitStack, engine: Engine, *, sheet: Sheet, call: Call) -> Iterator[bytes]:
    """Give the bytes; the stack is closed at their end, however it ends."""
    with stack:
        yield from stream_sheet(stack, engine, sheet=sheet, form=call.query.form)


def _headers(call: Call, found: Found) -> dict[str, str]:
    query = call.query
    parts = [
        *(RENDERER_REVISION, call.endpoint, call.viewer, call.partner, found.view, query.form),
        *(sorted(query.given), query.cursor, found.days, found.page.state),
    ]
    tag = hashlib.sha256("\n".join(repr(part) for part in parts).encode()).hexdigest()
    headers = {
        "ETag": f'"{tag}-{call.coding}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Encoding, Authorization",
    }
    if found.window:
        headers["Tieout-Window"] = found.window
    if query.ignored:
        headers["Tieout-Ignored-Parameters"] = ", ".join(query.ignored)
    if query.form.format != "json":
        name = reporting_file_name(
            call.endpoint.label,
            call.endpoint.version,
            parties=call.parties,
            days=found.days,
            extension=query.form.format,
        )
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return headers
