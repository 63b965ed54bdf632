"""One question of an invoice endpoint -> its answer: headers first, then a stream of bytes."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tieout.engine.duckdb import Engine
from tieout.serve.access import Key
from tieout.serve.billing.documents import (
    CONSOLIDATED,
    Documents,
    count_lines,
    count_warnings,
    define_lines,
    documents_of,
    faults,
    match_report,
)
from tieout.serve.billing.fields import Registry
from tieout.serve.billing.match_report import MatchReport, xml_list
from tieout.serve.billing.paging import Binding, Page, read_cursor, write_cursor
from tieout.serve.billing.question import MEDIA_TYPES, Question
from tieout.serve.billing.rendering import (
    XML_DECLARATION,
    answer_sql,
    csv_header,
    define_texts,
    form_of,
)
from tieout.serve.billing.versions import Version
from tieout.serve.export.file_name import billing_file_name
from tieout.serve.export.kept import Kept, gathered
from tieout.serve.export.stream import Frame, compressed, open_engine, stream_text
from tieout.serve.negotiation import bodiless, coding_of, is_known
from tieout.serve.problems import BillingProblem
from tieout.serve.sealed import SECRET, digest
from tieout.serve.settings import Surroundings

RENDERER_REVISION = 3  # part of every ETag; raise it when bytes change for the same data
STRICT_FAULTS = (
    *("duplicate_line_unproven", "duplicate_line_conflict", "sign_conflict", "sku_missing"),
    *("amount_mismatch", "rate_period_missing", "match_key_reused"),
)
FLAT = ("csv", "ndjson")


@dataclass(frozen=True)
class Call:
    """A question with the version it was asked of, by whom and when."""

    request: Request
    version: Version
    key: Key
    now: datetime

    @property
    def is_gzip(self) -> bool:
        """Whether the answer may be compressed."""
        return coding_of(self.request, ("gzip",)) == "gzip"


@dataclass(frozen=True)
class Leaf:
    """The page of an answer: its documents, what its cursors are bound to, and its headers."""

    documents: Documents
    binding: Binding
    page: Page
    headers: dict[str, str]


def answer_invoices(call: Call, question: Question, *, surroundings: Surroundings) -> Response:
    """Answer one question: 304 where the caller has it, 409 where `strict` finds a fault."""
    documents = documents_of(surroundings.house, question)
    secret = str(surroundings.house.catalog.setting(SECRET)).encode()
    binding = Binding(secret, _asked(call, question), digest(*documents.digest_parts()))
    page = read_cursor(question.cursor, binding, now=call.now)
    headers = _headers(call, question, binding=binding, page=page)
    if is_known(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    kept = surroundings.kept.get(headers["ETag"])
    if kept:  # whose body the server leaves out of an answer to HEAD
        media_type = media_type_of(question.format)
        return Response(kept.body, headers=dict(kept.headers), media_type=media_type)
    leaf = Leaf(documents, binding, page, headers)
    return _made(call, question, leaf=leaf, surroundings=surroundings)


def _made(call: Call, question: Question, *, leaf: Leaf, surroundings: Surroundings) -> Response:
    """Read the lines of a page and answer with them."""
    media_type, headers, documents = media_type_of(question.format), leaf.headers, leaf.documents
    with ExitStack() as stack:
        engine = open_engine(stack, surroundings)
        shown = _page_documents(documents, question=question, page=leaf.page)
        define_lines(
            engine,
            surroundings.house,
            answer=documents,
            documents=shown,
            question=question,
        )
        is_last, total = _cut(engine, documents, question=question, page=leaf.page)
        if not is_last and question.limit:
            step = Page(leaf.page.offset + question.limit, leaf.page.number + 1)
            onward = write_cursor(step, leaf.binding, now=call.now)
            headers["Link"] = _next_link(call, question, cursor=onward)
        warned = count_warnings(engine, consolidated=question.endpoint == CONSOLIDATED)
        if question.strict and (found := faults(engine, STRICT_FAULTS)):
            raise BillingProblem(
                slug="data-quality",
                detail="the documents hold faults that strict refuses",
                members={"faults": found},
            )
        headers["Tieout-Line-Count"] = str(total)
        if warned:
            headers["Tieout-Warnings"] = ",".join(f"{code}={n}" for code, n in warned.items())
        if call.request.method == "HEAD":
            return bodiless(headers, media_type=media_type)
        kept = stack.pop_all()
    try:
        stream = _stream(kept, engine, call=call, question=question, extent=(total, is_last))
        if call.is_gzip:
            stream, is_packed = compressed(stream, "gzip")
            headers |= {"Content-Encoding": "gzip"} if is_packed else {}
        body, stream = gathered(stream)
    except BaseException:
        kept.close()
        raise
    if body is None:
        return StreamingResponse(stream, headers=headers, media_type=media_type)
    if is_last:  # a link to a next page is of one key and ends with its day
        surroundings.kept.keep(headers["ETag"], Kept(headers, body))
    return Response(body, headers=headers, media_type=media_type)


def media_type_of(format_name: str) -> str:
    """Give the Content-Type of a format."""
    charset = "; charset=utf-8" if format_name in ("xml", "csv") else ""
    return MEDIA_TYPES[format_name][0] + charset


def _asked(call: Call, question: Question) -> str:
    """Give a digest of the question without its page, and of whose key asks it."""
    given = sorted(question.given.items())
    return digest(
        *(call.key.key_id, call.version.id, question.endpoint, question.format, question.party),
        given,
    )


def _headers(call: Call, question: Question, *, binding: Binding, page: Page) -> dict[str, str]:
    coding = "gzip" if call.is_gzip else "identity"
    parts = [
        *(RENDERER_REVISION, call.version.id, coding, page, binding.documents),
        *question.identity(),
        # a cursor lives for a day: who has a page already is not left with a link that ended
        call.now.date() if question.limit else None,
    ]
    tag = hashlib.sha256("\n".join(repr(part) for part in parts).encode()).hexdigest()
    name = billing_file_name(
        question.endpoint,
        call.version.id,
        start=question.start,
        end=question.end,
        extension=question.format,
        page=page.number,
    )
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": f'"{tag}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Encoding, Authorization",
    }


def _page_documents(documents: Documents, *, question: Question, page: Page) -> pa.Table:
    """Give the documents of a page: in XML and JSON a page is a number of documents.

    The last page tells the sales without a purchase, so it reads the purchases before it as well.
    """
    table = documents.table
    if question.limit is None or question.format in FLAT:
        return table
    base = table.slice(page.offset, min(question.limit, max(documents.count - page.offset, 0)))
    parts = [base, table.slice(documents.count)]
    if question.endpoint == CONSOLIDATED and page.offset + question.limit >= documents.count:
        before = table.slice(0, page.offset)
        place = before.column_names.index("is_base")
        none_shown = pa.array([False] * before.num_rows, pa.bool_())
        parts.append(before.set_column(place, "is_base", none_shown))
    return pa.concat_tables(parts)


def _cut(
    engine: Engine, documents: Documents, *, question: Question, page: Page
) -> tuple[bool, int]:
    """Name `answer_line`, the lines of the page; say if it is the last, and their number."""
    count = count_lines(engine)
    if question.limit is None:
        engine.relation("answer_line", "SELECT * FROM placed_line")
        return True, count
    end = page.offset + question.limit
    if question.format not in FLAT:
        engine.relation("answer_line", "SELECT * FROM placed_line")
        return end >= documents.count, count
    engine.relation(
        "answer_line", f"SELECT * FROM placed_line WHERE place > {page.offset} AND place <= {end}"
    )
    return end >= count, max(min(end, count) - page.offset, 0)


def _next_link(call: Call, question: Question, *, cursor: str) -> str:
    path = call.request.scope["state"]["path"]
    query = urlencode([*question.given.items(), ("cursor", cursor)])
    return f'<{path}?{query}>; rel="next"'


def _stream(
    stack: ExitStack,
    engine: Engine,
    *,
    call: Call,
    question: Question,
    extent: tuple[int, bool],
) -> Iterator[bytes]:
    """Give the bytes of the answer; the stack is closed at their end.

    `extent` is the number of the page's lines, and whether it is the last.
    """
    lines, is_last = extent
    registry = call.version.registries[question.endpoint]
    form = form_of(registry, question.format)
    define_texts(engine, form)
    report = None
    if registry.has_match_report:
        report = match_report(engine, question.format, is_last=is_last)
    if question.format == "csv":
        frame = Frame(csv_header(registry), b"", csv_header(registry))
    elif question.format == "ndjson":
        tail = "".join((*report.groups, *report.sales)).encode() if report else b""
        frame = Frame(b"", tail, tail)
    else:
        frame = (_json_frame if question.format == "json" else _xml_frame)(registry, report)
    sql = answer_sql(form, source="answer_line")
    stream = stream_text(stack, engine, sql=sql, frame=frame, skipped=len(form.comma))
    return _with_end_record(stream, lines=lines) if question.format == "ndjson" else stream


def _json_frame(_registry: Registry, report: MatchReport | None) -> Frame:
    closing = f"]{report.json() if report else ''}}}".encode()
    return Frame(b'{"Invoices":[', closing, b'{"Invoices":[' + closing)


def _xml_frame(registry: Registry, report: MatchReport | None) -> Frame:
    root = registry.root
    if root == "InvoiceResponse":
        start = f"{XML_DECLARATION}<{root}>"
        return Frame(start.encode(), f"</{root}>".encode(), f"{XML_DECLARATION}<{root} />".encode())
    start, end = f"{XML_DECLARATION}<{root}>", f"{report.xml() if report else ''}</{root}>"
    return Frame(
        f"{start}<Invoices>".encode(),
        f"</Invoices>{end}".encode(),
        f"{start}{xml_list('Invoices', '')}{end}".encode(),
    )


def _with_end_record(stream: Iterator[bytes], *, lines: int) -> Iterator[bytes]:
    """Add the last record of NDJSON: a digest of all bytes before it, and their price lines."""
    seen = hashlib.sha256()
    for part in stream:
        seen.update(part)
        yield part
    yield (
        f'{{"Digest":"sha256:{seen.hexdigest()}","Lines":{lines},"Next":null,"Record":"end"}}\n'
    ).encode()
