"""The Reporting API, version 2: summary invoices (`invoice-consolidations`)."""

import hashlib
import re
from contextlib import ExitStack

import pyarrow as pa
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tieout.engine.duckdb import define_macros
from tieout.report.visibility import Viewer
from tieout.report.visible_summaries import SummariesWanted, visible_summaries
from tieout.serve.admission import admit
from tieout.serve.export.json_text import DAY, INTEGER, NUMBER, RAW, Field, json_object
from tieout.serve.export.stream import open_engine, stream_list
from tieout.serve.problems import bad_parameter
from tieout.serve.reporting.openapi import text_parameters
from tieout.serve.reporting.question import identifier, read_plain
from tieout.serve.reporting.row_json import SELLER, amount
from tieout.serve.reporting.v1 import check_reach
from tieout.serve.roles import SUMMARIES
from tieout.serve.settings import Surroundings

PATH = "/requesters/{requester_id}/invoice-consolidations"
PERIOD = ("invoiceYear", "invoiceMonth")
KNOWN = (*PERIOD, "invoiceConsolidationId", "format", "strict")
YEAR = re.compile(r"[0-9]{4}", re.ASCII)
MONTH = re.compile(r"0?[1-9]|1[0-2]", re.ASCII)
PROVIDER = "is_provider"
SUMMARY = (
    Field("invoiceConsolidationId", "summary_id"),
    Field("invoiceConsolidationNumber", "summary_number"),
    Field("invoiceDate", "invoice_date", DAY),
    Field("statusId", "status_id", INTEGER),
    Field("status", "status"),
    Field("providerId", "seller_id"),
    Field("consumerId", "buyer_id"),
    Field("currency", "currency"),
    Field("totalAmount", amount("total_amount"), NUMBER, digits="minor_digits"),
    Field("roundingResidual", amount("rounding_residual"), NUMBER),
    Field("invoiceIds", "invoice_ids", RAW, when=PROVIDER),
    Field("includedCount", "included_count", INTEGER, when=PROVIDER),
    Field("skippedCount", "skipped_count", INTEGER, when=SELLER),
    Field("skipped", "skipped", RAW, when=SELLER),
)


def add_consolidations(app: FastAPI, surroundings: Surroundings) -> None:
    """Add the endpoint to the application of version 2."""

    def answer(request: Request, requester_id: str) -> Response:
        return _answer(request, requester_id, surroundings=surroundings)

    app.add_api_route(
        PATH,
        answer,
        methods=["GET"],
        name=SUMMARIES,
        response_class=Response,
        openapi_extra={"parameters": text_parameters("sasKey", *KNOWN)},
    )
    app.add_api_route(PATH, answer, methods=["HEAD"], include_in_schema=False)


def _answer(request: Request, requester_id: str, *, surroundings: Surroundings) -> Response:
    catalog = surroundings.house.catalog
    key = admit(request, surroundings)
    role = key.open(SUMMARIES)
    requester = identifier("requesterId", requester_id)
    wanted = _wanted(read_plain(request, KNOWN))
    check_reach(catalog, key, requester=requester)
    viewer = Viewer(requester, sees_cost=role.sees_cost)
    found = visible_summaries(catalog, viewer, wanted=wanted)
    headers = {
        "ETag": _etag(found, viewer=viewer, wanted=wanted),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Authorization",
        "Tieout-Row-Count": str(found.num_rows),
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers=headers, media_type="application/json")
    stack = ExitStack()
    engine = open_engine(stack, surroundings)
    define_macros(engine, "tieout.report", names=["amount_text"])
    engine.register("visible_summary", found)
    sql = f"SELECT ',' || {json_object(SUMMARY)} AS text FROM visible_summary ORDER BY ordinal"
    stream = stream_list(stack, engine, sql=sql)
    return StreamingResponse(stream, headers=headers, media_type="application/json")


def _wanted(given: dict[str, str]) -> SummariesWanted:
    """Read the period and the id. Raises the 400 of a month without a year, and of what is none."""
    year, month = (given.get(name) for name in PERIOD)
    if month is not None and year is None:
        raise bad_parameter("invoiceMonth", "needs invoiceYear")
    if year is not None and not YEAR.fullmatch(year):
        raise bad_parameter("invoiceYear", "is not a year as yyyy")
    if month is not None and not MONTH.fullmatch(month):
        raise bad_parameter("invoiceMonth", "is one of 1 to 12")
    dated = "" if year is None else f"{year}-" if month is None else f"{year}-{int(month):02d}-"
    wanted = given.get("invoiceConsolidationId")
    if wanted is not None:
        wanted = identifier("invoiceConsolidationId", wanted)
    return SummariesWanted(dated=dated, summary_id=wanted)


def _etag(found: pa.Table, *, viewer: Viewer, wanted: SummariesWanted) -> str:
    """Give a strong tag of the question, the viewer and the summaries' revisions."""
    names = ("summary_id", "status_id", "revision")
    seen = zip(*(found[name].to_pylist() for name in names), strict=True)
    text = "\n".join((SUMMARIES, repr(viewer), repr(wanted), *map(repr, seen)))
    return f'"{hashlib.sha256(text.encode()).hexdigest()}"'
