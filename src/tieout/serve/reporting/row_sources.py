"""The Reporting API, version 2: the lines behind a row, and how they were priced."""

import hashlib
import json
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tieout import pipeline
from tieout.engine.duckdb import Engine
from tieout.report.row_source import ORDER, define_sources
from tieout.report.rows import RowPage
from tieout.report.visibility import GENERAL, PREVIEW, Wanted, visible_invoices
from tieout.serve.admission import admit
from tieout.serve.export.forms import Sheet
from tieout.serve.export.json_text import INTEGER, Field
from tieout.serve.export.stream import open_engine
from tieout.serve.negotiation import is_known
from tieout.serve.problems import Reason, ReportingProblem, bad_parameter
from tieout.serve.reporting.answer import Call, Found, answer_call
from tieout.serve.reporting.endpoints import EXPLANATION, SOURCES, Endpoint
from tieout.serve.reporting.openapi import described, described_object
from tieout.serve.reporting.paging import Page, cut_list, pinned
from tieout.serve.reporting.query import PathId, Query, identifier, read_query
from tieout.serve.reporting.question import DRAFTS
from tieout.serve.reporting.reach import viewer_of
from tieout.serve.reporting.row_json import CHARGED
from tieout.serve.roles import ROLES
from tieout.serve.settings import Surroundings

LINES_MAX = 20  # lines of a row that an explanation tells; all of them are its sources
DRAFT_ROWS = "v2.invoices.rows.preview"  # the scope that lines behind rows of drafts need too
OF_LISTS = ("limit", "cursor", "numbers", "csvGuard")  # an explanation is one object
SOURCE = (
    Field("matchKey", "CASE WHEN origin IS NULL THEN match_key END"),
    Field("invoiceId", "invoice_id"),
    Field("subscriptionId", "nullif(subscription_id, '')"),
    Field("vendorOfferId", "product_id"),
    Field("vendorInvoiceRowId", "vendor_invoice_row_id"),
    Field("chargeType", "charge_type"),
    Field("chargeTypeId", "charge_type_id", INTEGER),
    *CHARGED,
    Field("currency", "currency"),
    Field("orderId", "order_id"),
    Field("meterName", "meter_name"),
)


def add_row_sources(app: FastAPI, surroundings: Surroundings) -> None:
    """Add `sources` and `explanation` of a row to the application of version 2."""

    def sources(request: Request, requester_id: PathId, *, row_id: PathId) -> Response:
        call = _asked(request, SOURCES, requester_id=requester_id, surroundings=surroundings)
        behind = Behind(call, identifier("rowId", row_id), surroundings)
        return answer_call(call, behind.find, surroundings=surroundings)

    def explanation(request: Request, requester_id: PathId, *, row_id: PathId) -> Response:
        call = _asked(request, EXPLANATION, requester_id=requester_id, surroundings=surroundings)
        _check_object(call.query)
        return Behind(call, identifier("rowId", row_id), surroundings).explained()

    listed = described((DRAFTS,), version=SOURCES.version, fields=SOURCE)
    told = described_object(DRAFTS)
    for endpoint, answer, said in ((SOURCES, sources, listed), (EXPLANATION, explanation, told)):
        add = partial(app.add_api_route, endpoint.path, answer)
        add(methods=["GET"], name=endpoint.name, response_class=Response, **said)
        add(methods=["HEAD"], include_in_schema=False)


def _asked(
    request: Request, endpoint: Endpoint, *, requester_id: str, surroundings: Surroundings
) -> Call:
    """Check key, scope, role and reach; give the call."""
    catalog, settings = surroundings.house.catalog, surroundings.settings
    key = admit(request, surroundings)
    key.open(endpoint.name)
    query = read_query(request, (DRAFTS,), strict=True)
    requester = identifier("requesterId", requester_id)
    preview = query.flag(DRAFTS)
    viewer = viewer_of(catalog, key, requester=requester, preview=preview, settings=settings)
    if preview:
        key.open(DRAFT_ROWS)
    return Call(request, endpoint, key, viewer, query)


def _check_object(query: Query) -> None:
    """Refuse what only a list may be asked."""
    for name in OF_LISTS:
        if query.all(name):
            raise bad_parameter(name, "is for lists")
    if query.form.format != "json":
        if not query.all("format"):
            raise ReportingProblem(code="NOT_ACCEPTABLE")
        reason = Reason(parameter="format", reason="unknown value")
        raise ReportingProblem(code="BAD_FORMAT", detail="format accepts json", errors=[reason])


@dataclass(frozen=True)
class Behind:
    """What stands behind a row of the invoices that a caller sees."""

    call: Call
    row_id: str
    surroundings: Surroundings

    def find(self, page: Page) -> Found:
        """Find the invoices that the row may be of."""
        invoices, page = pinned(self.surroundings.house.catalog, self._invoices(), page=page)
        return Found(page, partial(self._lay, invoices, page=page), view=self.row_id)

    def explained(self) -> Response:
        """Tell how the lines were priced, as one object."""
        surroundings = self.surroundings
        invoices = self._invoices()
        with ExitStack() as stack:
            engine = open_engine(stack, surroundings)
            count = self._define(engine, invoices)
            lines = pipeline.explain_seen(
                engine,
                surroundings.owner,  # a line is read as a whole, then told as far as it is seen
                invoices=invoices,
                shows_vendor=ROLES[self.call.key.role].reads_vendor_rows,
                most=LINES_MAX,
            )
        told = {"rowId": self.row_id, "sourceLineCount": count, "lines": lines}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Cache-Control": "private, no-cache",
            "Vary": "Accept, Authorization",
            "ETag": f'"{hashlib.sha256(body).hexdigest()}"',
        }
        if is_known(self.call.request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    def _invoices(self) -> pa.Table:
        drafts = self.call.query.flag(DRAFTS)
        wanted = Wanted(statuses=PREVIEW if drafts else GENERAL)
        return visible_invoices(self.surroundings.house.catalog, self.call.viewer, wanted=wanted)

    def _define(self, engine: Engine, invoices: pa.Table) -> int:
        """Define `source_line`; give how many lines. Raises the 404 of a row without any."""
        count = define_sources(
            engine,
            self.surroundings.house,
            invoices=invoices,
            row_id=self.row_id,
            credit_grouping=self.surroundings.settings.credit_grouping,
        )
        if not count:
            raise ReportingProblem(code="NOT_FOUND")
        return count

    def _lay(self, invoices: pa.Table, engine: Engine, *, page: Page) -> tuple[RowPage, Sheet]:
        """Define the lines of the page; give their number and how to read them."""
        count = self._define(engine, invoices)
        cut, clause = cut_list(count, page, limit=self.call.query.limit)
        return cut, Sheet(SOURCE, f"SELECT * FROM source_line ORDER BY {ORDER} {clause}")
