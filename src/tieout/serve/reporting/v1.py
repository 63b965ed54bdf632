"""The Reporting API, version 1: invoice headers and rows, general and preview."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tieout import __version__
from tieout.report.visibility import NOTHING, OWNED, SOLD, Viewer
from tieout.serve.access import AccessRefused, Key
from tieout.serve.admission import admit
from tieout.serve.problems import ReportingProblem, reporting_problem
from tieout.serve.reporting.answer import Call, answer_invoices
from tieout.serve.reporting.endpoints import V1, Endpoint
from tieout.serve.reporting.openapi import described
from tieout.serve.reporting.question import identifier, read_question
from tieout.serve.settings import Surroundings
from tieout.store.catalog import reference
from tieout.store.database import Catalog


def create(surroundings: Surroundings) -> FastAPI:
    """Build the sub-application."""
    app = FastAPI(
        title="tieout Reporting API", version=f"v1 ({__version__})", redirect_slashes=False
    )
    for error in (ReportingProblem, AccessRefused, HTTPException, Exception):
        app.add_exception_handler(error, reporting_problem)
    for endpoint in V1:
        answer = _answerer(surroundings, endpoint)
        app.add_api_route(
            endpoint.path,
            answer,
            methods=["GET"],
            name=endpoint.name,
            response_class=Response,
            openapi_extra=described(endpoint),
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
    call = Call(request, endpoint, key, viewer, question)
    return answer_invoices(call, surroundings=surroundings)


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
