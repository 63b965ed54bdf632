"""The Reporting API, version 2: the lines behind a row, how they were priced, and summaries."""

import hashlib
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import pyarrow as pa
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tieout import __version__, pipeline
from tieout.engine.duckdb import Engine
from tieout.report.row_source import ORDER, define_sources
from tieout.report.visibility import (
    GENERAL,
    NOTHING,
    OWNED,
    PREVIEW,
    SOLD,
    Viewer,
    Wanted,
    visible_invoices,
)
from tieout.serve.access import AccessRefused
from tieout.serve.admission import admit
from tieout.serve.export.json_text import DAY, INTEGER, NUMBER, Field, json_object
from tieout.serve.export.stream import open_engine, stream_list
from tieout.serve.problems import ReportingProblem, bad_parameter, reporting_problem
from tieout.serve.reporting.consolidations import add_consolidations
from tieout.serve.reporting.openapi import text_parameters
from tieout.serve.reporting.question import identifier, read_plain
from tieout.serve.reporting.v1 import check_reach
from tieout.serve.roles import Role
from tieout.serve.settings import Surroundings

LINES_MAX = 20  # lines of a row that an explanation tells; all of them are its sources
KNOWN = ("isPreview", "format", "strict")
SOURCE = (
    Field("matchKey", "CASE WHEN origin IS NULL THEN match_key END"),
    Field("invoiceId", "invoice_id"),
    Field("subscriptionId", "nullif(subscription_id, '')"),
    Field("vendorOfferId", "product_id"),
    Field("vendorInvoiceRowId", "vendor_invoice_row_id"),
    Field("chargeType", "charge_type"),
    Field("chargeTypeId", "charge_type_id", INTEGER),
    Field("chargeStartDateUtc", "charge_start_date", DAY),
    Field("chargeEndDateUtc", "charge_end_date", DAY),
    Field("quantity", "quantity", NUMBER, digits="quantity_digits"),
    Field("unitPrice", "unit_price", NUMBER, digits="unit_price_digits"),
    Field(
        "effectiveUnitPrice", "effective_unit_price", NUMBER, digits="effective_unit_price_digits"
    ),
    Field("totalPrice", "total_price", NUMBER, digits="total_price_digits"),
    Field("currency", "currency"),
    Field("orderId", "order_id"),
    Field("meterName", "meter_name"),
)


@dataclass(frozen=True)
class Behind:
    """What stands behind a row: the invoices the caller sees, and how many lines were found."""

    engine: Engine
    invoices: pa.Table
    count: int
    row_id: str
    role: Role


def create(surroundings: Surroundings) -> FastAPI:
    """Build the sub-application."""
    app = FastAPI(
        title="tieout Reporting API", version=f"v2 ({__version__})", redirect_slashes=False
    )
    for error in (ReportingProblem, AccessRefused, HTTPException, Exception):
        app.add_exception_handler(error, reporting_problem)
    for name in ("sources", "explanation"):
        path = f"/requesters/{{requester_id}}/invoices/rows/{{row_id}}/{name}"
        answer = _answerer(surroundings, name)
        app.add_api_route(
            path,
            answer,
            methods=["GET"],
            name=f"v2.invoices.rows.{name}",
            response_class=Response,
            openapi_extra={"parameters": text_parameters("sasKey", *KNOWN)},
        )
        app.add_api_route(path, answer, methods=["HEAD"], include_in_schema=False)
    add_consolidations(app, surroundings)
    return app


def _answerer(surroundings: Surroundings, name: str) -> Callable[..., Response]:
    def answer(request: Request, requester_id: str, *, row_id: str) -> Response:
        role, invoices = _seen(request, requester_id, surroundings=surroundings, name=name)
        wanted = identifier("rowId", row_id)
        with ExitStack() as stack:
            engine = open_engine(stack, surroundings)
            count = define_sources(
                engine,
                surroundings.house,
                invoices=invoices,
                row_id=wanted,
                credit_grouping=surroundings.settings.credit_grouping,
            )
            if not count:
                raise ReportingProblem(code="NOT_FOUND")
            behind = Behind(engine, invoices, count, wanted, role)
            headers = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
            if name == "sources":
                return _sources(stack, behind, request=request, headers=headers)
            return _explanation(surroundings, behind, request=request, headers=headers)

    return answer


def _seen(
    request: Request, requester_id: str, *, surroundings: Surroundings, name: str
) -> tuple[Role, pa.Table]:
    """Check key, scope, role and reach; give the role and the invoices that the requester sees."""
    catalog, settings = surroundings.house.catalog, surroundings.settings
    key = admit(request, surroundings)
    role = key.open(f"v2.invoices.rows.{name}")
    preview = _question(request)
    if preview and role.previews == NOTHING:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    requester = identifier("requesterId", requester_id)
    is_owner = check_reach(catalog, key, requester=requester)
    shares = role.previews == OWNED and settings.preview_share_with_seller
    viewer = Viewer(requester, sees_cost=role.sees_cost, previews=SOLD if shares else role.previews)
    if preview and viewer.previews == OWNED and not is_owner:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    wanted = Wanted(statuses=PREVIEW if preview else GENERAL)
    return role, visible_invoices(catalog, viewer, wanted=wanted)


def _question(request: Request) -> bool:
    """Read the query; give whether drafts are asked for."""
    preview = read_plain(request, KNOWN).get("isPreview", "false")
    if preview not in ("true", "false"):
        raise bad_parameter("isPreview", "is true or false")
    return preview == "true"


def _sources(
    stack: ExitStack, behind: Behind, *, request: Request, headers: dict[str, str]
) -> Response:
    headers["Tieout-Row-Count"] = str(behind.count)
    if request.method == "HEAD":
        return Response(headers=headers, media_type="application/json")
    sql = f"SELECT ',' || {json_object(SOURCE)} AS text FROM (FROM source_line ORDER BY {ORDER})"
    stream = stream_list(stack.pop_all(), behind.engine, sql=sql)
    return StreamingResponse(stream, headers=headers, media_type="application/json")


def _explanation(
    surroundings: Surroundings, behind: Behind, *, request: Request, headers: dict[str, str]
) -> Response:
    lines = pipeline.explain_seen(
        behind.engine,
        surroundings.house,
        invoices=behind.invoices,
        shows_vendor=behind.role.reads_vendor_rows,
        most=LINES_MAX,
    )
    told = {"rowId": behind.row_id, "sourceLineCount": behind.count, "lines": lines}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()}"'
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
