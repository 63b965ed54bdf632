"""Errors as RFC 9457 problem documents, one spelling per API; nothing unexpected is ever told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from tieout import pipeline
from tieout.errors import (
    Conflict,
    NotFound,
    RecordChanged,
    ReferenceRefused,
    RequestKeyReused,
    TieoutError,
    WriterBusy,
)
from tieout.serve.access import AccessRefused, RateLimited
from tieout.serve.problem_codes import BILLING, MANAGE, REPORTING, SENTENCES

MEDIA_TYPE = "application/problem+json"

_MANAGE_REFUSED: tuple[tuple[type[TieoutError], str], ...] = (  # the first that fits
    (WriterBusy, "WRITER_BUSY"),
    (RecordChanged, "PRECONDITION_FAILED"),
    (RequestKeyReused, "IDEMPOTENCY_KEY_REUSED"),
    (NotFound, "NOT_FOUND"),
    (Conflict, "CONFLICT"),
)
RETRY_S = "2"  # a change of a small store is done by then
OUTAGE_S = "10"  # a database that starts anew answers by then

_BILLING_ACCESS = {
    "AMBIGUOUS_KEY": "invalid-parameter",
    "ENDPOINT_NOT_IN_SCOPE": "scope-not-allowed",
    "ROLE_NOT_ALLOWED": "role-not-allowed",
    "RATE_LIMITED": "rate-limited",
}
_BILLING_STATUS = {404: "unknown-endpoint", 405: "method-not-allowed"}
_REPORTING_STATUS = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


@dataclass(frozen=True)
class Reason:
    """One parameter and what is wrong with it."""

    parameter: str
    reason: str


class ReportingProblem(TieoutError):
    """A request the Reporting API refuses."""

    def __init__(self, *, code: str, detail: str = "", errors: Sequence[Reason] = ()) -> None:
        """Keep the code, the plain sentence and the parameters at fault."""
        self.code, self.errors = code, tuple(errors)
        self.detail = detail or SENTENCES[code]
        super().__init__(self.detail)


class BillingProblem(TieoutError):
    """A request the Billing API refuses; `members` are those its slug asks for."""

    def __init__(
        self,
        *,
        slug: str,
        detail: str,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the slug, the plain sentence, and the extra members and headers."""
        self.slug, self.detail = slug, detail
        self.members, self.headers = dict(members or {}), dict(headers or {})
        super().__init__(detail)


class ManageProblem(TieoutError):
    """A request the management API refuses; `errors` are members of the problem as they are."""

    def __init__(
        self, *, code: str, detail: str = "", errors: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Keep the code, the plain sentence and what is wrong in particular."""
        self.code, self.errors = code, tuple(errors)
        self.detail = detail or SENTENCES[code]
        super().__init__(self.detail)


@dataclass(frozen=True)
class Answered:
    """A problem as bytes: status, headers and body."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = MEDIA_TYPE

    def response(self) -> Response:
        """Give the response to send."""
        return Response(self.body, self.status, headers=self.headers, media_type=self.media_type)


def bad_parameter(name: str, reason: str) -> ReportingProblem:
    """Give the 400 of a Reporting API parameter with an unusable value."""
    return ReportingProblem(
        code="BAD_PARAMETER",
        detail=f"parameter '{name}' {reason}",
        errors=[Reason(parameter=name, reason=reason)],
    )


def reporting_problem(request: Request, error: Exception) -> Response:
    """Give the Reporting API's answer to any error."""
    retry = _retry_after(error)
    if isinstance(error, AccessRefused):
        error = ReportingProblem(code=error.code, detail=getattr(error, "reason", ""))
    if not isinstance(error, ReportingProblem):
        error = ReportingProblem(code=_unforeseen(error))
    http_status = REPORTING[error.code]
    headers = _headers(http_status) | retry
    if "text/plain" in request.headers.get("accept", ""):
        plain = error.detail.encode()
        return Answered(http_status, plain, headers, "text/plain; charset=utf-8").response()
    errors = [{"parameter": one.parameter, "reason": one.reason} for one in error.errors]
    body = _reported(request, error.code, status=http_status, detail=error.detail, errors=errors)
    return Answered(http_status, body, headers).response()


def manage_problem(request: Request, error: Exception) -> Response:
    """Give the management API's answer to any error, in the form of the Reporting API's."""
    known = _manage_problem(error)
    status = MANAGE[known.code]
    busy = {"Retry-After": RETRY_S} if known.code == "WRITER_BUSY" else {}
    headers = _headers(status) | busy | _retry_after(error)
    if known.code == "METHOD_NOT_ALLOWED":
        headers = {"Allow": ", ".join(_methods(request))}
    body = _reported(request, known.code, status=status, detail=known.detail, errors=known.errors)
    return Answered(status, body, headers).response()


def _manage_problem(error: Exception) -> ManageProblem:
    if isinstance(error, ManageProblem):
        return error
    if isinstance(error, AccessRefused):
        return ManageProblem(code=error.code, detail=getattr(error, "reason", ""))
    if isinstance(error, ReferenceRefused):
        names = ("resource", "row", "field", "reason")
        places = [(one.file.removesuffix(".csv"), one.row, one.column) for one in error.faults]
        errors = [
            dict(zip(names, (*place, one.reason), strict=True))
            for place, one in zip(places, error.faults, strict=True)
        ]
        detail = f"{len(errors)} {'fault' if len(errors) == 1 else 'faults'}; nothing was changed"
        return ManageProblem(code="REFERENCE_REFUSED", detail=detail, errors=errors)
    for kind, code in _MANAGE_REFUSED:
        if isinstance(error, kind):
            return ManageProblem(code=code, detail=str(error))
    code = _unforeseen(error)
    detail = "this method is not answered here; Allow lists those that are"
    return ManageProblem(code=code, detail=detail if code == "METHOD_NOT_ALLOWED" else "")


def _methods(request: Request) -> list[str]:
    """Give the methods that a path of a sub-application answers."""
    routes = [one for one in request.app.routes if isinstance(one, Route)]
    fitting = [one for one in routes if one.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in fitting for method in route.methods or ()})


def _reported(
    request: Request, code: str, *, status: int, detail: str, errors: Sequence[Mapping[str, Any]]
) -> bytes:
    """Give a problem document as reporting-api.md 2.2 has it."""
    return _json(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "code": code,
            "requestId": request.scope["state"]["request_id"],
            "errors": list(errors),
        }
    )


def billing_problem(request: Request, error: Exception) -> Response:
    """Give the Billing API's answer to any error."""
    request_id = request.scope["state"]["request_id"]
    if isinstance(error, AccessRefused):
        slug = _BILLING_ACCESS.get(error.code, "unauthenticated")
        members = {"parameter": "sasKey"} if slug == "invalid-parameter" else {}
        detail = error.reason if isinstance(error, RateLimited) else SENTENCES[error.code]
        error = BillingProblem(
            slug=slug, detail=detail, members=members, headers=_retry_after(error)
        )
    if not isinstance(error, BillingProblem) and pipeline.outage(error) is not None:
        error = BillingProblem(
            slug="unavailable",
            detail="what this service answers from cannot be reached now",
            headers={"Retry-After": OUTAGE_S},
        )
    status = getattr(error, "status_code", None)
    if not isinstance(error, BillingProblem):
        slug = _BILLING_STATUS.get(status or 500, "internal")
        detail = {"internal": SENTENCES["INTERNAL"]}.get(slug, BILLING[slug][1])
        members = {"errorId": request_id} if slug == "internal" else {}
        error = BillingProblem(slug=slug, detail=detail, members=members)
    http_status, title = BILLING[error.slug]
    base = request.scope["state"]["base_url"]
    body = {
        "type": f"{base}/problems/{error.slug}",
        "title": title,
        "status": http_status,
        "detail": error.detail,
        "instance": request.scope["state"]["path"],
        **error.members,
    }
    headers = _headers(http_status) | error.headers
    if "Allow" in headers:
        headers["Allow"] = "GET, HEAD, OPTIONS"
    return Answered(http_status, _json(body), headers).response()


def _unforeseen(error: Exception) -> str:
    """Give the code of an error that is none of ours: no such address, an outage, or a bug."""
    status = getattr(error, "status_code", None)
    if status is None and pipeline.outage(error) is not None:
        return "UNAVAILABLE"
    return _REPORTING_STATUS.get(status or 500, "INTERNAL")


def _retry_after(error: Exception) -> dict[str, str]:
    return {"Retry-After": str(error.retry_after_s)} if isinstance(error, RateLimited) else {}


def _headers(status: int) -> dict[str, str]:
    return {
        401: {"WWW-Authenticate": "Bearer"},
        405: {"Allow": "GET, HEAD"},
        503: {"Retry-After": OUTAGE_S},
    }.get(status, {})


def _json(body: Mapping[str, Any]) -> bytes:
    """Give JSON; half a surrogate pair, which a request may bring, stays the escape it was."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")
