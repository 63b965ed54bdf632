"""The Reporting API, version 1: the vendor's invoices as the vendor wrote them (`vendor-raw`)."""

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tieout.engine.duckdb import Engine, define_macros
from tieout.report.rows import RowPage
from tieout.report.vendor_raw import (
    Consumed,
    consumed_by,
    define_bought,
    define_consumed,
    linked_invoices,
)
from tieout.report.vendor_raw.raw_rows import cut_raw, define_raw
from tieout.report.visibility import Viewer
from tieout.serve.access import AccessRefused
from tieout.serve.admission import admit
from tieout.serve.export.forms import Sheet
from tieout.serve.export.json_text import DAY, INTEGER, NUMBER, RAW, Field
from tieout.serve.export.stream import open_engine
from tieout.serve.months import months_before
from tieout.serve.problems import ReportingProblem, bad_parameter
from tieout.serve.reporting.answer import Call, Found, answer_call
from tieout.serve.reporting.endpoints import VENDOR_RAW, VENDOR_RAW_SUMMARY, Endpoint
from tieout.serve.reporting.openapi import described
from tieout.serve.reporting.paging import Page, cut_list, held
from tieout.serve.reporting.query import PRINTED, PathId, identifier, read_query
from tieout.serve.reporting.reach import check_reach
from tieout.serve.reporting.window import UNLIMITED, Window, outside
from tieout.serve.sealed import digest
from tieout.serve.settings import Settings, Surroundings
from tieout.store.channel import sole_vendors

NUMBER_NAMED = "vendorInvoiceNumber"
SUMMARY = (
    Field("vendorFullName", "vendor_name"),
    Field("vendorId", "vendor"),
    Field("vendorInvoiceNumber", "invoice_number"),
    Field("invoiceDateUtc", "invoice_date", DAY),
    Field("contractTypeId", "contract_type_id"),
    Field("contractTypeName", "contract_type_name"),
    Field("lineCount", "line_count", INTEGER),
    Field("vendorTotal", "vendor_total", NUMBER),
    Field("currency", "currency"),
    Field("fileDigest", "file_digest"),
)
LINE = (
    Field("vendorInvoiceRowSchemaType", "format"),
    Field("vendorInvoiceNumber", "invoice_number"),
    Field("vendorInvoiceRowId", "vendor_invoice_row_id"),
    Field("rowOrdinal", "row_number", INTEGER),
    Field("matchKey", "match_key"),
    Field("matchMethod", "match_method"),
    Field("reasonCode", "reason"),
    Field("row", '"row"', RAW),
)


def add_vendor_raw(app: FastAPI, surroundings: Surroundings) -> None:
    """Add both endpoints to the application of version 1."""
    both = ((VENDOR_RAW, (NUMBER_NAMED,), LINE), (VENDOR_RAW_SUMMARY, (), SUMMARY))
    for endpoint, names, fields in both:
        add = partial(app.add_api_route, endpoint.path, _answerer(surroundings, endpoint))
        said = described(names, version=endpoint.version, fields=fields, is_dated=True)
        add(methods=["GET"], name=endpoint.name, response_class=Response, **said)
        add(methods=["HEAD"], include_in_schema=False)


def _answerer(surroundings: Surroundings, endpoint: Endpoint) -> Callable[[Request, str], Response]:
    def answer(request: Request, requester_id: PathId) -> Response:
        call = _asked(request, endpoint, requester_id=requester_id, surroundings=surroundings)
        return answer_call(call, VendorInvoices(call, surroundings).find, surroundings=surroundings)

    return answer


def _asked(
    request: Request, endpoint: Endpoint, *, requester_id: str, surroundings: Surroundings
) -> Call:
    """Check key, scope, role and reach; give the call.

    Vendors' rows are for who buys from vendors: any other requester is refused by its place.
    """
    key = admit(request, surroundings)
    role = key.open(endpoint.name)
    if not role.reads_vendor_rows:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    names = (NUMBER_NAMED,) if endpoint is VENDOR_RAW else ()
    query = read_query(request, names, strict=False)
    requester = identifier("requesterId", requester_id)
    if endpoint is VENDOR_RAW and query.text(NUMBER_NAMED, pattern=PRINTED) is None:
        raise bad_parameter(NUMBER_NAMED, "is needed")
    if not check_reach(surroundings.house.catalog, key, requester=requester):
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    return Call(request, endpoint, key, Viewer(requester, sees_cost=role.sees_cost), query)


@dataclass(frozen=True)
class VendorInvoices:
    """The vendor invoices that a call asks for: all in the window, or those of one number."""

    call: Call
    surroundings: Surroundings

    def find(self, page: Page) -> Found:
        """Find them among the lines that the requester buys from the vendor."""
        number = self.call.query.text(NUMBER_NAMED, pattern=PRINTED)
        house = self.surroundings.house
        viewer, owner = self.call.viewer.organization_id, self.surroundings.owner
        with owner.catalog.read() as connection:  # who else buys is not the viewer's to see
            sole = sole_vendors(connection, viewer)
        consumed = consumed_by(house, viewer, sole=sole, invoice_number=number)
        start = _start(self.surroundings.settings, today=page.day)
        linked = self._linked(consumed, since=start)
        inside = linked.filter(pc.greater_equal(linked["invoice_date"], start))
        if not inside.num_rows:
            raise self._refusal(consumed, start=start, is_linked=bool(linked.num_rows))
        page = held(page, digest(*consumed.state_of(inside.to_pylist())))
        newest = inside["invoice_date"][-1].as_py()
        window = Window(
            self.surroundings.settings.vendor_raw_months,
            start,
            first=start,
            last=max(page.day.isoformat(), newest),
            ends_today=False,
            is_cut=inside.num_rows < linked.num_rows and number is not None,
        )
        lay = self._lay_summary if number is None else self._lay_rows
        return Found(
            page,
            partial(lay, consumed=consumed, linked=inside, page=page),
            days=(inside["invoice_date"][0].as_py(), newest),
            window=window.described(older=consumed.has_before(start), newer=False),
        )

    def _linked(self, consumed: Consumed, *, since: str | None = None) -> pa.Table:
        house = self.surroundings.house
        with ExitStack() as stack:
            engine = open_engine(stack, self.surroundings)
            define_bought(engine, house, consumed=consumed, since=since)
            return linked_invoices(engine, consumed=consumed)

    def _refusal(self, consumed: Consumed, *, start: str, is_linked: bool) -> ReportingProblem:
        """Say why nothing is shown; a number of nobody and one of others cost the same work."""
        if consumed.invoice_number is None:
            return ReportingProblem(code="NO_VENDOR_INVOICES")
        if is_linked or self._linked(consumed).num_rows:
            return outside(start, names=[NUMBER_NAMED], hint="")
        return ReportingProblem(code="VENDOR_INVOICE_NOT_FOUND")

    def _lay_summary(
        self, engine: Engine, *, consumed: Consumed, linked: pa.Table, page: Page
    ) -> tuple[RowPage, Sheet]:
        house = self.surroundings.house
        first = linked["invoice_date"][0].as_py()
        define_bought(engine, house, consumed=consumed, since=first)
        define_macros(engine, "tieout.report", names=["amount_text"])
        define_consumed(engine, house, consumed=consumed, linked=linked)
        cut, clause = cut_list(linked.num_rows, page, limit=self.call.query.limit)
        return cut, Sheet(SUMMARY, f"SELECT * FROM consumed_invoice ORDER BY ordinal {clause}")

    def _lay_rows(
        self, engine: Engine, *, consumed: Consumed, linked: pa.Table, page: Page
    ) -> tuple[RowPage, Sheet]:
        house = self.surroundings.house
        first = linked["invoice_date"][0].as_py()
        define_bought(engine, house, consumed=consumed, since=first)
        files = define_raw(engine, house, consumed=consumed, linked=linked)
        cut, parts = cut_raw(engine, files, after=page.after, limit=self.call.query.limit)
        return cut, Sheet(LINE, parts)


def _start(settings: Settings, *, today: dt.date) -> str:
    """Give the earliest date answered (reporting-api.md 2.4)."""
    months, floor = settings.vendor_raw_months, settings.vendor_raw_floor
    if months == UNLIMITED:
        return floor.isoformat()
    return max(months_before(today, int(months)), floor).isoformat()
