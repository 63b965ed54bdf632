"""The HTTP service: one sub-application per API version behind one gate."""

import time
import traceback
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, quote

import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieout import __version__
from tieout.serve.access import Presented
from tieout.serve.billing.lifecycle import Registry, RegistryRefused, read_registry
from tieout.serve.billing.lifecycle_app import create_ended, create_lifecycle
from tieout.serve.billing.lifecycle_headers import VersionHeaders
from tieout.serve.billing.usage import UsageCounter
from tieout.serve.billing.version_app import create
from tieout.serve.billing.versions import SERVED
from tieout.serve.manage import v1 as manage_v1
from tieout.serve.operations import v1 as operations_v1
from tieout.serve.portal import views
from tieout.serve.problems import (
    BillingProblem,
    ReportingProblem,
    billing_problem,
    reporting_problem,
)
from tieout.serve.rate_limit import RateLimits
from tieout.serve.reporting import v1, v2
from tieout.serve.settings import Settings, Surroundings
from tieout.store.house import House

BEARER = b"bearer "
log = structlog.get_logger("tieout.request")


def utc_now() -> datetime:
    """Give the time by this machine's clock."""
    return datetime.now(UTC)


def create_app(
    house: House, settings: Settings, *, now: Callable[[], datetime] = utc_now
) -> FastAPI:
    """Build the service over one installation."""
    registry, usage = read_registry(settings.billing_registry), UsageCounter(house.catalog)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        with usage.writing():
            yield

    surroundings = Surroundings(house=house, settings=settings, now=now)
    app = FastAPI(
        title="tieout",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=life,
    )
    app.mount("/api/v1/reporting", v1.create(surroundings))
    app.mount("/api/v2/reporting", v2.create(surroundings))
    _mount_billing(app, surroundings, registry=registry, usage=usage)
    app.mount("/manage/v1", manage_v1.create(surroundings))
    app.mount("/operations/v1", operations_v1.create(surroundings))
    app.add_api_route("/health", _health, methods=["GET"])
    app.mount("/", views.create(surroundings))
    limits = RateLimits(
        calls_per_minute=settings.calls_per_minute, open_streams=settings.open_streams, now=now
    )
    app.add_middleware(Gate, settings=settings, limits=limits)
    app.add_middleware(VersionHeaders, registry=registry, usage=usage, now=now)
    return app


def _mount_billing(
    app: FastAPI, surroundings: Surroundings, *, registry: Registry, usage: UsageCounter
) -> None:
    """Mount each version as its status says, and the lifecycle beside them."""
    renderers = {version.id: version for version in SERVED}
    for version_id in registry.ids():
        if not registry.is_served(version_id):
            answering = create_ended(registry, surroundings, version_id=version_id)
        elif version_id in renderers:
            answering = create(renderers[version_id], surroundings)
        else:
            raise RegistryRefused(reason=f"{version_id} is to be served, this tieout cannot")
        app.mount(f"/billing/{version_id}", answering)
    app.mount("/billing", create_lifecycle(registry, surroundings, usage=usage))


def _health() -> JSONResponse:
    return JSONResponse({"status": "ok"})


class Gate:
    """The first layer: takes the keys out of the request, logs it, and catches what is left.

    Behind it no query string, header, log or trace holds a key.
    """

    def __init__(self, app: ASGIApp, settings: Settings, *, limits: RateLimits) -> None:
        """Wrap an application."""
        self.app, self.settings, self.limits = app, settings, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = Visit(scope, send)
        _take_keys(scope)
        scope["state"] |= {
            "request_id": visit.request_id,
            "base_url": self.settings.base_url,
            "path": scope["path"],
            "limits": self.limits,
        }
        try:
            if _is_insecure(scope):
                refusal = ReportingProblem(code="INSECURE_TRANSPORT")
                await _problem(scope, refusal)(scope, receive, visit.send)
            else:
                await self.app(scope, receive, visit.send)
        except Exception as error:
            trace = _lines_of_code(error)
            log.error("request failed", request_id=visit.request_id, trace=trace)  # noqa: TRY400
            if visit.status is None:
                await _problem(scope, error)(scope, receive, visit.send)
            elif not visit.ended:
                raise
        finally:
            scope["state"].get("leave", _nothing)()
            visit.record(scope)


def _lines_of_code(error: BaseException) -> str:
    """Give where an error and its causes came from, without what they say.

    A message may hold a key, a cell or a price, such as a database's on the row it refused.
    """
    told: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        told += [type(cause).__qualname__, *traceback.format_tb(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(told)


class Visit:
    """One request on its way: its id, and what was answered."""

    def __init__(self, scope: Scope, send: Send) -> None:
        """Start the watch."""
        self._scope = scope
        self.request_id = uuid.uuid4().hex
        self.status: int | None = None
        self.ended = False
        self._send, self._started = send, time.perf_counter_ns()

    async def send(self, message: Message) -> None:
        """Pass a message on and keep what it says."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *message["headers"],
                (b"referrer-policy", b"no-referrer"),
                (b"x-request-id", self.request_id.encode()),
                *(
                    (name.lower().encode(), value.encode())
                    for name, value in self._scope["state"].get("limit_headers", dict)().items()
                ),
            ]
        elif message["type"] == "http.response.body":
            self.ended = not message.get("more_body", False)
        await self._send(message)

    def record(self, scope: Scope) -> None:
        """Write one line about the request: no query, no header, of the key its id only."""
        log.info(
            "request",
            request_id=self.request_id,
            method=scope["method"],
            path=scope["state"]["path"],
            status=self.status,
            key_id=scope["state"].get("key_id"),
            milliseconds=(time.perf_counter_ns() - self._started) // 1_000_000,
        )


def _nothing() -> None:
    """Do nothing."""


def _take_keys(scope: Scope) -> None:
    """Move every key from the query and the headers to the request's state."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    values = [value for name, value in pairs if name.lower() == "saskey"]
    kept = [(name, value) for name, value in pairs if name.lower() != "saskey"]
    scope["query_string"] = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in kept
    ).encode()
    headers: list[tuple[bytes, bytes]] = []
    for name, value in scope["headers"]:
        if name == b"authorization":
            if value.lower().startswith(BEARER):
                values.append(value[len(BEARER) :].decode("latin-1").strip())
        elif name != b"referer":
            headers.append((name, value))
    scope["headers"] = headers
    scope.setdefault("state", {})["presented"] = Presented(tuple(values))


def _is_insecure(scope: Scope) -> bool:
    client = scope.get("client")
    if scope["scheme"] != "http" or not client:
        return False
    try:
        return not ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _problem(scope: Scope, error: Exception) -> Any:
    request = Request(scope)
    if scope["path"].startswith("/billing/"):
        if isinstance(error, ReportingProblem):
            error = BillingProblem(slug=error.code.lower().replace("_", "-"), detail=error.detail)
        return billing_problem(request, error)
    return reporting_problem(request, error)
