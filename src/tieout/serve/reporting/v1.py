"""The Reporting API, version 1: invoice headers and rows, general and preview."""

import hashlib
from collections.abc import Callable, Iterator
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
from tieout.engine.duckdb import Engine, sql_text
from tieout.report.rows import count_rows, define_rows
from tieout.report.visibility import NOTHING, OWNED, SOLD, Viewer, visible_invoices
from tieout.serve.access import AccessRefused, Key, Role, verify_key
from tieout.serve.export.stream import open_engine, stream_list
from tieout.serve.problems import ReportingProblem, reporting_problem
from tieout.serve.reporting.question import (
    FILTERS,
    ROW_ONLY,
    Question,
    identifier,
    read_question,
)
from tieout.serve.reporting.row_json import headers_sql, rows_sql
from tieout.serve.settings import Surroundings
from tieout.store.catalog import Catalog, reference


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


def _answerer(
    surroundings: Surroundings, endpoint: Endpoint
) -> Callable[[Request, str], Response]:
    def answer(request: Request, requester_id: str) -> Response:
        return _answer(request, requester_id, surroundings=surroundings, endpoint=endpoint)

    return answer


def _answer(
    request: Request, requester_id: str, *, surroundings: Surroundings, endpoint: Endpoint
) -> Response:
    """Check the key, read the question, and stream what the requester may see."""
    catalog, settings = surroundings.house.catalog, surroundings.settings
    key = verify_key(catalog, request.scope["state"]["presented"], now=surroundings.now())
    request.scope["state"]["key_id"] = key.key_id
    role = key.open(endpoint.name)
    if endpoint.preview and role.previews == NOTHING:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    requester = identifier("requesterId", requester_id)
    question = read_question(request, settings, preview=endpoint.preview, rows=endpoint.rows)
    is_owner = _check_reach(catalog, key, requester)
    previews = role.previews
    if previews == OWNED and settings.preview_share_with_seller:
        previews = SOLD
    if endpoint.preview and previews == OWNED and not is_owner:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    viewer = Viewer(requester, sees_cost=role.sees_cost, previews=previews)
    invoices = visible_invoices(catalog, viewer, wanted=question.wanted)
    tag = _etag(question, viewer=viewer, endpoint=endpoint, invoices=invoices)
    headers = _headers(question, tag)
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return _listed(request, surroundings, endpoint, question=question, viewer=viewer,
                   invoices=invoices, headers=headers)


def _listed(
    request: Request, surroundings: Surroundings, endpoint: Endpoint, **made: Any
) -> Response:
    raise NotImplementedError
