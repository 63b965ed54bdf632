"""The Reporting API, version 1: invoice headers and rows, general and preview."""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from fastapi import FastAPI
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tieout import __version__
from tieout.engine.duckdb import Engine
from tieout.report.rows import count_rows, define_rows, holding
from tieout.report.visibility import NOTHING, OWNED, SOLD, Viewer, visible_invoices
from tieout.serve.access import AccessRefused, Key
from tieout.serve.admission import admit
from tieout.serve.export.stream import open_engine, stream_list
from tieout.serve.problems import ReportingProblem, reporting_problem
from tieout.serve.reporting.question import (
    FILTERS,
    ROW_ONLY,
    Question,
    identifier,
    read_question,
)
from tieout.serve.reporting.row_json import define_header, headers_sql, rows_sql
from tieout.serve.settings import Surroundings
from tieout.store.catalog import reference
from tieout.store.database import Catalog
from tieout.store.house import House


@dataclass(frozen=True)
class Endpoint:
    """One path of the API: what it lists, and whether of drafts."""

    name: str
    rows: bool
    preview: bool

    @property
    def path(self) -> str:
        """The path under the API's prefix."""
        kind = "invoice-rows" if self.rows else "invoice-headers"
        return f"/invoices/{kind}/{{requester_id}}" + ("/preview" if self.preview else "")


PATHS = (
    Endpoint("v1.invoice-headers", rows=False, preview=False),
    Endpoint("v1.invoice-headers.preview", rows=False, preview=True),
    Endpoint("v1.invoice-rows", rows=True, preview=False),
    Endpoint("v1.invoice-rows.preview", rows=True, preview=True),
)


def create(surroundings: Surroundings) -> FastAPI:
    """Build the sub-application."""
    app = FastAPI(title="tieout Reporting API", version=f"v1 ({__version__})")
    for error in (ReportingProblem, AccessRefused, HTTPException, Exception):
        app.add_exception_handler(error, reporting_problem)
    for endpoint in PATHS:
        answer = _answerer(surroundings, endpoint)
        app.add_api_route(
            endpoint.path,
            answer,
            methods=["GET"],
            name=endpoint.name,
            response_class=Response,
            openapi_extra={"parameters": _parameters(endpoint)},
        )
        app.add_api_route(endpoint.path, answer, methods=["HEAD"], include_in_schema=False)
    return app


def _answerer(surroundings: Surroundings, endpoint: Endpoint) -> Callable[[Request, str], Response]:
    def answer(request: Request, requester_id: str) -> Response:
        return _answer(request, requester_id, surroundings=surroundings, endpoint=endpoint)

    return answer


def _answer(
    request: Request, requester_id: str, *, surroundings: Surroundings, endpoint: Endpoint
) -> Response:
    """Check the key, read the question, and stream what the requester may see."""
    catalog, settings = surroundings.house.catalog, surroundings.settings
    key = admit(request, surroundings)
    role = key.open(endpoint.name)
    if endpoint.preview and role.previews == NOTHING:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    requester = identifier("requesterId", requester_id)
    question = read_question(request, settings, preview=endpoint.preview, rows=endpoint.rows)
    is_owner = check_reach(catalog, key, requester=requester)
    shares = role.previews == OWNED and settings.preview_share_with_seller
    viewer = Viewer(requester, sees_cost=role.sees_cost, previews=SOLD if shares else role.previews)
    if endpoint.preview and viewer.previews == OWNED and not is_owner:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    invoices = visible_invoices(catalog, viewer, wanted=question.wanted)
    headers = _headers(question, _etag(question, viewer, endpoint=endpoint, invoices=invoices))
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    with ExitStack() as stack:
        engine = open_engine(stack, surroundings)
        count, sql = _relation(
            engine,
            surroundings.house,
            rows=endpoint.rows,
            invoices=invoices,
            question=question,
            requester=requester,
        )
        headers["Tieout-Row-Count"] = str(count)
        if request.method == "HEAD":
            return Response(headers=headers, media_type="application/json")
        stream = stream_list(stack.pop_all(), engine, sql=sql)
    return StreamingResponse(stream, headers=headers, media_type="application/json")


def _relation(
    engine: Engine,
    house: House,
    *,
    rows: bool,
    invoices: pa.Table,
    question: Question,
    requester: str,
) -> tuple[int, str]:
    """Define the rows or headers; give their number and the query of their text."""
    if rows:
        define_rows(engine, house, invoices=invoices, view=question.view)
        return count_rows(engine), rows_sql(question.view)
    if question.view.subscription_id is not None:
        define_rows(engine, house, invoices=invoices, view=question.view)
        invoices = holding(engine, invoices)
    define_header(engine, invoices, requester=requester)
    return invoices.num_rows, headers_sql()


def check_reach(catalog: Catalog, key: Key, *, requester: str) -> bool:
    """Say whether the requester owns a channel (buys from a vendor itself).

    Raises the same 404 for who is unknown, a vendor, or not listed in the key.
    """
    people, contracts = reference["organizations"], reference["contracts"]
    known = select(people.c.role).where(
        people.c.organization_id == requester, people.c.to_snapshot.is_(None)
    )
    owned = select(contracts.c.contract_id).where(
        contracts.c.buyer_id == requester,
        contracts.c.seller_id == contracts.c.vendor_id,
        contracts.c.purpose != "consume",
        contracts.c.to_snapshot.is_(None),
    )
    with catalog.read() as connection:
        role = connection.scalar(known.limit(1))
        owner = connection.scalar(owned.limit(1)) is not None
    if requester not in key.organizations or role in (None, "vendor"):
        raise ReportingProblem(code="NOT_FOUND")
    return owner


def _etag(question: Question, viewer: Viewer, *, endpoint: Endpoint, invoices: pa.Table) -> str:
    """Give a strong tag of the question, the viewer and the invoices' revisions; no money in it."""
    asked = [endpoint.name, repr(viewer), repr(question.normal), repr(question.view)]
    names = ("invoice_id", "shown_run_id", "status_id", "revision")
    seen = zip(*(invoices[name].to_pylist() for name in names), strict=True)
    text = "\n".join([*asked, *(repr(one) for one in seen)])
    return f'"{hashlib.sha256(text.encode()).hexdigest()}"'


def _headers(question: Question, tag: str) -> dict[str, str]:
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Encoding, Authorization",
    }
    if question.ignored:
        headers["Tieout-Ignored-Parameters"] = ", ".join(question.ignored)
    return headers


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Describe the query parameters for OpenAPI."""
    names = ("sasKey", *FILTERS, *(ROW_ONLY if endpoint.rows else ()))
    return [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        for name in names
    ]
