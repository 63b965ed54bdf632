"""What answers under `/billing` outside a version: lifecycle documents, usage, unknown versions."""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tieout import __version__
from tieout.serve.access import AccessRefused
from tieout.serve.admission import admit
from tieout.serve.billing.lifecycle import Registry
from tieout.serve.billing.lifecycle_documents import (
    CSP,
    issues_document,
    releases_document,
    style_sheet,
    version_element,
    versions_document,
    versions_page,
)
from tieout.serve.billing.lifecycle_headers import successor_path
from tieout.serve.billing.lifecycle_openapi import components, described
from tieout.serve.billing.openapi import describe_app
from tieout.serve.billing.question import invalid, single_values
from tieout.serve.billing.usage import UsageCounter, usage_document
from tieout.serve.negotiation import is_known, said, weight_of
from tieout.serve.problems import BillingProblem, billing_problem
from tieout.serve.roles import VERSION_USAGE
from tieout.serve.settings import Surroundings

METHODS = ("GET", "HEAD", "OPTIONS")
ANY_METHOD = (*METHODS, "POST", "PUT", "PATCH", "DELETE")
ERRORS = (BillingProblem, AccessRefused, HTTPException, Exception)
JSON, HTML = "application/json", "text/html"
OPENAPI_PATH = "/openapi.json"
STATES = ("open", "fixed", "all")
Answer = Callable[..., Response]


def create_lifecycle(
    registry: Registry, surroundings: Surroundings, *, usage: UsageCounter
) -> FastAPI:
    """Build what answers under `/billing` where no served version does."""
    app = bare_app(openapi_url=OPENAPI_PATH)
    describe_app(app, schemas=components())
    documents, told = Documents(registry, surroundings), described(registry)

    def usage_of(request: Request) -> Response:
        version_id = known(registry, request)
        admit(request, surroundings).open(VERSION_USAGE)
        single_values(request, ())
        usage.flush()
        document = usage_document(
            surroundings.owner.catalog,
            registry,
            version_id=version_id,
            today=surroundings.now().date(),
        )
        return Response(_json(document), headers={"Cache-Control": "no-store"}, media_type=JSON)

    for path, answer in (
        ("/versions", documents.versions),
        ("/versions.html", documents.page),
        ("/versions.css", documents.style),
        ("/versions/{version_id}", documents.version),
        ("/releases", documents.releases),
        ("/known-issues", documents.issues),
        ("/versions/{version_id}/usage", usage_of),
    ):
        add_path(app, path, answer=answer, told=told[path])
    app.add_api_route(OPENAPI_PATH, options, methods=["OPTIONS"], include_in_schema=False)

    def refuse(request: Request, rest: str) -> Response:
        check_method(request)
        if rest in registry.ids():  # `/billing/v4` without a slash
            if not registry.is_served(rest):
                raise ended(registry, rest, endpoint="")
            raise BillingProblem(slug="unknown-endpoint", detail="no endpoint has this name")
        raise unknown_version(registry)

    app.add_api_route("/{rest:path}", refuse, methods=list(ANY_METHOD), include_in_schema=False)
    return app


def create_ended(registry: Registry, surroundings: Surroundings, *, version_id: str) -> FastAPI:
    """Build what answers for a version that is no longer served: 410 and its successor."""
    app = bare_app()

    def refuse(request: Request, endpoint: str) -> Response:
        check_method(request)
        # a valid key is counted; any other, and a store out of reach, is no matter here
        with suppress(AccessRefused, SQLAlchemyError):
            admit(request, surroundings)
        raise ended(registry, version_id, endpoint=endpoint)

    app.add_api_route("/{endpoint:path}", refuse, methods=list(ANY_METHOD))
    return app


def bare_app(*, openapi_url: str | None = None) -> FastAPI:
    """Give an application that answers errors as the Billing API does."""
    app = FastAPI(
        title="tieout Billing API lifecycle",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=openapi_url,
    )
    for error in ERRORS:
        app.add_exception_handler(error, billing_problem)
    return app


def check_method(request: Request) -> None:
    """Refuse every method that changes something, before anything else is looked at."""
    if request.method not in METHODS:
        raise HTTPException(status_code=405)


def options() -> Response:
    """Answer OPTIONS."""
    return Response(status_code=204, headers={"Allow": ", ".join(METHODS)})


def known(registry: Registry, request: Request) -> str:
    """Give the id in the path; refuse one that was never released."""
    version_id = str(request.path_params["version_id"])
    if version_id not in registry.ids():
        raise unknown_version(registry)
    return version_id


def unknown_version(registry: Registry) -> BillingProblem:
    """Give the 404 of a version that never was."""
    return BillingProblem(
        slug="unknown-version",
        detail="this version was never released",
        members={"versions": registry.ids()},
    )


def ended(registry: Registry, version_id: str, *, endpoint: str) -> BillingProblem:
    """Give the 410 of a version that is no longer served; its headers are set where all are."""
    return BillingProblem(
        slug="version-end-of-life",
        detail=f"{version_id} ended on {registry.ended_on(version_id)}",
        members={
            "successor": successor_path(registry, endpoint),
            "versions": registry.served_ids(),
        },
    )


class Documents:
    """The public documents: no key, five minutes in any cache, a strong ETag."""

    def __init__(self, registry: Registry, surroundings: Surroundings) -> None:
        """Answer from one registry."""
        self.registry, self.surroundings = registry, surroundings

    def versions(self, request: Request) -> Response:
        """Answer with all versions, as JSON or as the page."""
        single_values(request, ())
        accept = said(request, "accept") or "*/*"
        if weight_of(accept, HTML) > weight_of(accept, JSON):
            return self.page(request)
        if not weight_of(accept, JSON):
            raise BillingProblem(
                slug="format-not-available",
                detail="no format that was asked for is served here",
                members={"available": [JSON, HTML]},
            )
        today = self.surroundings.now().date()
        return public(request, _json(versions_document(self.registry, today=today)), kind=JSON)

    def page(self, request: Request) -> Response:
        """Answer with the page."""
        single_values(request, ())
        page = versions_page(self.registry, today=self.surroundings.now().date())
        answer = public(request, page.encode(), kind=f"{HTML}; charset=utf-8")
        answer.headers["Content-Security-Policy"] = CSP
        return answer

    def style(self, request: Request) -> Response:
        """Answer with the page's style."""
        return public(request, style_sheet(), kind="text/css; charset=utf-8")

    def version(self, request: Request) -> Response:
        """Answer with one version."""
        version_id = known(self.registry, request)
        single_values(request, ())
        element = version_element(self.registry, self.registry.version(version_id))
        answer = public(request, _json(element), kind=JSON)
        if self.registry.is_served(version_id):
            answer.headers["Link"] = (
                f'</billing/{version_id}/openapi.json>; rel="service-desc",'
                f' </billing/{version_id}/schema.xsd>; rel="describedby"; type="application/xml"'
            )
        return answer

    def releases(self, request: Request) -> Response:
        """Answer with the releases, newest first."""
        one = single_values(request, ("version", "issue"))
        if "version" in one and one["version"] not in self.registry.ids():
            raise invalid("version", f"is one of {', '.join(self.registry.ids())}")
        return public(request, _json(releases_document(self.registry, **one)), kind=JSON)

    def issues(self, request: Request) -> Response:
        """Answer with the known issues."""
        one = single_values(request, ("state",))
        if one.get("state", "open") not in STATES:
            raise invalid("state", f"is one of {', '.join(STATES)}")
        return public(request, _json(issues_document(self.registry, **one)), kind=JSON)


def public(request: Request, body: bytes, *, kind: str) -> Response:
    """Answer with a public document: five minutes in any cache, a strong ETag."""
    headers = {
        "Cache-Control": "public, max-age=300",
        "ETag": f'"{hashlib.sha256(body).hexdigest()}"',
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
    }
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=kind)


def add_path(
    app: FastAPI, path: str, *, answer: Answer, told: Mapping[str, Any] | None = None
) -> None:
    """Add a path; one of which nothing is told stays out of OpenAPI."""
    app.add_api_route(
        path,
        answer,
        methods=["GET"],
        name=path.strip("/"),
        response_class=Response,
        include_in_schema=told is not None,
        **(told or {}),
    )
    app.add_api_route(path, answer, methods=["HEAD"], include_in_schema=False)
    app.add_api_route(path, options, methods=["OPTIONS"], include_in_schema=False)


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
