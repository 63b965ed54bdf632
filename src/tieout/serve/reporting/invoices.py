"""Invoice headers and rows, of both versions: the way from a request to what answers it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tieout.engine.duckdb import Engine
from tieout.report.rows import (
    Asked,
    Place,
    RowPage,
    count_rows,
    define_page,
    define_rows,
    holding,
)
from tieout.report.visibility import has_invoice, visible_invoices
from tieout.serve.access import AccessRefused
from tieout.serve.admission import admit
from tieout.serve.export.forms import Sheet
from tieout.serve.reporting.answer import Call, Found, answer_call
from tieout.serve.reporting.endpoints import InvoiceEndpoint
from tieout.serve.reporting.openapi import described_invoices
from tieout.serve.reporting.paging import Page, pinned
from tieout.serve.reporting.query import PathId, identifier
from tieout.serve.reporting.question import (
    DRAFTS,
    Question,
    read_invoice_query,
    read_question,
)
from tieout.serve.reporting.reach import check_partner, viewer_of
from tieout.serve.reporting.row_json import HEADERS, ROWS, define_header, header_fields, row_fields
from tieout.serve.reporting.window import Dated, described, window_of
from tieout.serve.roles import NOBODY
from tieout.serve.settings import Surroundings
from tieout.store.house import House

PAGE_ROWS = "SELECT * FROM page_row ORDER BY ordinal, line_no"


def add_invoices(
    app: FastAPI, surroundings: Surroundings, *, endpoints: Sequence[InvoiceEndpoint]
) -> None:
    """Add the invoice endpoints of a version to its application."""
    for endpoint in endpoints:
        add = partial(app.add_api_route, endpoint.path, _answerer(surroundings, endpoint))
        add(
            methods=["GET"],
            name=endpoint.name,
            response_class=Response,
            **described_invoices(endpoint),
        )
        add(methods=["HEAD"], include_in_schema=False)


def _answerer(surroundings: Surroundings, endpoint: InvoiceEndpoint) -> Callable[..., Response]:
    """Give what FastAPI calls with the ids of a path."""

    def answer(request: Request, requester_id: str, *, partner_id: str | None) -> Response:
        ids = (requester_id, partner_id)
        call, question = _asked(request, endpoint, ids=ids, surroundings=surroundings)
        find = partial(_find, call, question=question, surroundings=surroundings)
        return answer_call(call, find, surroundings=surroundings)

    def of_requester(request: Request, requester_id: PathId) -> Response:
        return answer(request, requester_id, partner_id=None)

    def of_partner(request: Request, requester_id: PathId, *, partner_id: PathId) -> Response:
        return answer(request, requester_id, partner_id=partner_id)

    return of_partner if endpoint.of_partner else of_requester


def _asked(
    request: Request,
    endpoint: InvoiceEndpoint,
    *,
    ids: tuple[str, str | None],
    surroundings: Surroundings,
) -> tuple[Call, Question]:
    """Check key, scope, role and reach; give the call and what it asks."""
    catalog, settings = surroundings.house.catalog, surroundings.settings
    key = admit(request, surroundings)
    role = key.open(endpoint.name)
    if endpoint.of_partner and role.partners == NOBODY:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    query = read_invoice_query(request, endpoint)
    if endpoint.asks_preview and query.flag(DRAFTS):
        endpoint = endpoint.of_drafts()
        key.open(endpoint.name)
    requester = identifier("requesterId", ids[0])
    partner = None if ids[1] is None else identifier("partnerId", ids[1])
    question = read_question(query, endpoint, settings=settings, partner=partner)
    viewer = viewer_of(
        catalog, key, requester=requester, preview=endpoint.preview, settings=settings
    )
    if partner is not None:
        check_partner(catalog, key, viewer=viewer, partner=partner)
    return Call(request, endpoint, key, viewer, query, partner), question


def _find(call: Call, page: Page, *, question: Question, surroundings: Surroundings) -> Found:
    """Read the invoices of a question; on a later page those that the first page saw."""
    catalog, asked = surroundings.house.catalog, question.wanted
    dated = _dated(question)
    window = window_of(dated, surroundings.settings, today=page.day)
    within = replace(asked, date_from=window.first, date_till=window.last)
    invoices = visible_invoices(catalog, call.viewer, wanted=within)
    invoices, page = pinned(catalog, invoices, page=page)

    def has(first: str | None, last: str | None) -> bool:
        wanted = replace(asked, date_from=first, date_till=last)
        return has_invoice(catalog, call.viewer, wanted=wanted)

    return Found(
        page,
        Listed(call, question, invoices, page, surroundings.house).lay,
        view=question.view,
        days=(window.first or _first_date(invoices) or window.last, window.last),
        window=described(window, dated, has=has),
    )


def _dated(question: Question) -> Dated:
    wanted = question.wanted
    ids = {"invoiceId": wanted.invoice_id, "invoiceNumber": wanted.invoice_number}
    return Dated(
        wanted.date_from,
        wanted.date_till,
        named={"invoiceDateFrom": wanted.date_from, "invoiceDateTill": wanted.date_till},
        single=tuple(name for name, value in ids.items() if value is not None),
        clip=question.clip,
    )


def _first_date(invoices: pa.Table) -> str | None:
    """Give the date of the first invoice, for where no window says from when on."""
    return str(invoices["invoice_date"][0])[:10] if invoices.num_rows else None


@dataclass(frozen=True)
class Listed:
    """The invoices of a call, and where the page of it begins."""

    call: Call
    question: Question
    invoices: pa.Table
    page: Page
    house: House

    def lay(self, engine: Engine) -> tuple[RowPage, Sheet]:
        """Define the rows or headers of the page; give their number and how to read them."""
        view, limit, invoices = self.question.view, self.call.query.limit, self.invoices
        endpoint = self.call.endpoint
        assert isinstance(endpoint, InvoiceEndpoint)
        if endpoint.rows:
            fields = row_fields(view)
            if limit is None:
                define_rows(engine, self.house, invoices=invoices, view=view)
                return RowPage(count_rows(engine), None), Sheet(fields, ROWS)
            page = Asked(self.page.after, limit)
            cut = define_page(engine, self.house, invoices=invoices, view=view, page=page)
            return cut, Sheet(fields, PAGE_ROWS)
        if view.subscription_id is not None:
            define_rows(engine, self.house, invoices=invoices, view=view)
            invoices = holding(engine, invoices)
        begin, count = self.page.after.ordinal, invoices.num_rows
        shown = invoices.slice(begin, limit)
        define_header(engine, shown, requester=self.call.viewer.organization_id)
        end = begin + shown.num_rows
        cut = RowPage(shown.num_rows, Place(end) if end < count else None)
        return cut, Sheet(header_fields(endpoint.version), HEADERS)
