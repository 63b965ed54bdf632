"""The sub-application of one version: its paths, who may use them, and its OpenAPI."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tieout import __version__
from tieout.serve.access import AccessRefused
from tieout.serve.admission import act_for, admit
from tieout.serve.billing.answer import Call, answer_invoices
from tieout.serve.billing.lifecycle_app import (
    ANY_METHOD,
    ERRORS,
    OPENAPI_PATH,
    add_path,
    check_method,
    options,
    public,
)
from tieout.serve.billing.openapi import describe_app, described, described_xsd
from tieout.serve.billing.question import party_of, read_question, single_values
from tieout.serve.billing.subscription_details import answer_details
from tieout.serve.billing.versions import (
    ALIAS,
    DETAILS,
    KNOWN_ENDPOINTS,
    Version,
    since,
)
from tieout.serve.billing.xml_schema import schema_text
from tieout.serve.problems import BillingProblem, billing_problem
from tieout.serve.roles import BILLING_ROLES
from tieout.serve.settings import Surroundings
from tieout.store.catalog import reference
from tieout.store.database import Catalog

URL_MAX = 8192
XSD_PATH, XSD_TYPE = "/schema.xsd", "application/xml; charset=utf-8"
# who may use which endpoint, by the party's place in the chain (billing-api.md 6.1)
PLACES = {
    "vendor": ("customerinvoices", DETAILS),
    "distributor": KNOWN_ENDPOINTS,
    "reseller": KNOWN_ENDPOINTS,
    "customer": ("invoices", DETAILS),
}


def create(version: Version, surroundings: Surroundings) -> FastAPI:
    """Build the sub-application of a served version."""
    app = FastAPI(title="tieout Billing API", version=f"{version.id} ({__version__})")
    for error in ERRORS:
        app.add_exception_handler(error, billing_problem)
    describe_app(app)
    for endpoint in version.endpoints:
        answer = _answerer(version, endpoint, surroundings=surroundings)
        add_path(app, f"/{endpoint}", answer=answer, told=described(version, endpoint))
    add_path(app, f"/{ALIAS}", answer=_answerer(version, DETAILS, surroundings=surroundings))
    app.add_api_route(OPENAPI_PATH, options, methods=["OPTIONS"], include_in_schema=False)
    add_path(app, XSD_PATH, answer=_xsd_of(version), told=described_xsd())
    app.add_api_route(
        "/{endpoint:path}",
        _elsewhere(version, surroundings),
        methods=list(ANY_METHOD),
        include_in_schema=False,
    )
    return app


def _xsd_of(version: Version) -> Callable[[Request], Response]:
    schema = schema_text(version).encode()

    def answer(request: Request) -> Response:
        single_values(request, ())
        return public(request, schema, kind=XSD_TYPE)

    return answer


def _elsewhere(version: Version, surroundings: Surroundings) -> Callable[[Request, str], Response]:
    """Answer for names that the version does not serve."""

    def refuse(request: Request, endpoint: str) -> Response:
        check_method(request)
        if f"/{endpoint}" == XSD_PATH or endpoint in (*version.endpoints, ALIAS):
            raise HTTPException(status_code=405)
        if endpoint not in KNOWN_ENDPOINTS:
            raise BillingProblem(slug="unknown-endpoint", detail="no endpoint has this name")
        admit(request, surroundings)
        first = since(endpoint)
        raise BillingProblem(
            slug="endpoint-not-in-version",
            detail=f"{endpoint} exists from {first}",
            members={"endpoint": endpoint, "since": first},
        )

    return refuse


def _answerer(
    version: Version, endpoint: str, *, surroundings: Surroundings
) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return _answer(request, version, endpoint=endpoint, surroundings=surroundings)

    return answer


def _answer(
    request: Request, version: Version, *, endpoint: str, surroundings: Surroundings
) -> Response:
    """Check key, role and scope, then read the question and answer it."""
    if len(str(request.url)) > URL_MAX:
        raise BillingProblem(slug="uri-too-long", detail="the address is longer than 8 KiB")
    catalog, now = surroundings.house.catalog, surroundings.now()
    key = admit(request, surroundings)
    key.open(f"billing.{endpoint}")
    if endpoint not in BILLING_ROLES[key.role]:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    if len(key.organizations) == 1:
        _check_place(catalog, key.organizations[0], endpoint=endpoint)
    call = Call(request=request, version=version, key=key, now=now)
    if endpoint == DETAILS:
        one = single_values(request, version.parameters(endpoint))
        party = party_of(one, key)
        _check_place(catalog, party, endpoint=endpoint)
        return answer_details(call, one, party=party, catalog=catalog)
    question = read_question(
        request, key, version=version, endpoint=endpoint, today=now.date(), catalog=catalog
    )
    _check_place(catalog, question.party, endpoint=endpoint)
    return answer_invoices(call, question, surroundings=surroundings)


def _check_place(catalog: Catalog, party: str, *, endpoint: str) -> None:
    """Refuse an endpoint that has no meaning where the party stands; data plays no part."""
    act_for(party)
    people = reference["organizations"]
    with catalog.read() as connection:
        place = connection.scalar(
            select(people.c.role).where(
                people.c.organization_id == party, people.c.to_snapshot.is_(None)
            )
        )
    if endpoint not in PLACES.get(str(place), ()):
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
