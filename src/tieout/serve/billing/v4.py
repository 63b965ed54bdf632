"""The Billing API, version 4: consolidated invoices."""

import hashlib
from contextlib import ExitStack
from typing import Any

import pyarrow as pa
from fastapi import FastAPI
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tieout import __version__
from tieout.serve.access import CONSOLIDATED, AccessRefused, verify_key
from tieout.serve.billing.consolidated import (
    define_documents,
    documents_of,
    stream_documents,
)
from tieout.serve.billing.question import SERVED, Question, read_question
from tieout.serve.export.file_name import billing_file_name
from tieout.serve.export.stream import open_engine
from tieout.serve.problems import BillingProblem, billing_problem
from tieout.serve.settings import Surroundings
from tieout.store.catalog import reference
from tieout.store.database import Catalog

VERSION, ENDPOINT = "v4", "consolidatedinvoices"
RENDERER_REVISION = 1  # part of every ETag; raise it when bytes change for the same data
READING_ROLES = ("distributorAdmin", "sellerAdmin", "sellerBillingAdmin")
STANDING = ("distributor", "reseller")  # who has a purchase and a sales side


def create(surroundings: Surroundings) -> FastAPI:
    """Build the sub-application."""
    app = FastAPI(title="tieout Billing API", version=f"{VERSION} ({__version__})")
    for error in (BillingProblem, AccessRefused, HTTPException, Exception):
        app.add_exception_handler(error, _problem)

    def answer(request: Request) -> Response:
        return _answer(request, surroundings)

    parameters = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        for name in ("sasKey", *SERVED)
    ]
    app.add_api_route(
        f"/{ENDPOINT}",
        answer,
        methods=["GET"],
        name=ENDPOINT,
        response_class=Response,
        openapi_extra={"parameters": parameters},
    )
    app.add_api_route(f"/{ENDPOINT}", answer, methods=["HEAD"], include_in_schema=False)
    return app


def create_unknown(_surroundings: Surroundings) -> FastAPI:
    """Build what answers under `/billing` where no version is served."""
    app = FastAPI(title="tieout Billing API", docs_url=None, redoc_url=None, openapi_url=None)
    for error in (BillingProblem, HTTPException, Exception):
        app.add_exception_handler(error, billing_problem)

    def refuse(rest: str) -> Response:
        del rest
        raise BillingProblem(
            slug="unknown-version",
            detail="this version is not served",
            members={"versions": [VERSION]},
        )

    app.add_api_route("/{rest:path}", refuse, methods=["GET", "HEAD"])
    return app


def _problem(request: Request, error: Exception) -> Response:
    response = billing_problem(request, error)
    response.headers["API-Version"] = VERSION
    return response


def _answer(request: Request, surroundings: Surroundings) -> Response:
    """Check the key, read the question, and stream the party's documents."""
    house, now = surroundings.house, surroundings.now()
    key = verify_key(house.catalog, request.scope["state"]["presented"], now=now)
    request.scope["state"]["key_id"] = key.key_id
    key.open(CONSOLIDATED)
    if key.role not in READING_ROLES:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    question = read_question(request, key, today=now.date())
    if _standing(house.catalog, question.party) not in STANDING:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    documents = documents_of(house, question.party, start=question.start, end=question.end)
    headers = _headers(question, documents)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    with ExitStack() as stack:
        engine = open_engine(stack, surroundings)
        headers["Tieout-Line-Count"] = str(define_documents(engine, house, documents=documents))
        if request.method == "HEAD":
            return Response(headers=headers, media_type="application/json")
        stream = stream_documents(stack.pop_all(), engine)
    return StreamingResponse(stream, headers=headers, media_type="application/json")


def _standing(catalog: Catalog, party: str) -> Any:
    people = reference["organizations"]
    with catalog.read() as connection:
        return connection.scalar(
            select(people.c.role).where(
                people.c.organization_id == party, people.c.to_snapshot.is_(None)
            )
        )


def _headers(question: Question, documents: pa.Table) -> dict[str, str]:
    seen = zip(
        *(
            documents[name].to_pylist()
            for name in ("invoice_id", "run_id", "status_id", "revision")
        ),
        strict=True,
    )
    parts = [RENDERER_REVISION, VERSION, ENDPOINT, question, *seen]
    digest = hashlib.sha256("\n".join(repr(part) for part in parts).encode()).hexdigest()
    name = billing_file_name(
        ENDPOINT, VERSION, start=question.start, end=question.end, extension="json"
    )
    return {
        "API-Version": VERSION,
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": f'"{digest}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Encoding, Authorization",
    }
