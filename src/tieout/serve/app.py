"""The HTTP service: one sub-application per API version behind one gate."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.responses import RedirectResponse

from tieout import __version__
from tieout.serve.billing.lifecycle import Registry, RegistryRefused, read_registry
from tieout.serve.billing.lifecycle_app import create_ended, create_lifecycle
from tieout.serve.billing.lifecycle_headers import VersionHeaders
from tieout.serve.billing.usage import UsageCounter
from tieout.serve.billing.version_app import create
from tieout.serve.billing.versions import SERVED
from tieout.serve.gate import Gate, problem_of
from tieout.serve.manage import v1 as manage_v1
from tieout.serve.metrics import Metrics
from tieout.serve.operations import v1 as operations_v1
from tieout.serve.portal import views
from tieout.serve.rate_limit import RateLimits
from tieout.serve.readiness import Readiness, health
from tieout.serve.reporting import v1, v2
from tieout.serve.settings import Settings, Surroundings
from tieout.serve.shared_moments import SharedMoments
from tieout.serve.token_endpoint import add_tokens
from tieout.store.house import House

# FastAPI's own OpenTelemetry would write queries, and so keys, into spans wherever the process has
# a provider, and what exceptions say into logs; excluded here, the mounted parts are as well
NO_TELEMETRY: TelemetryConfig = {"exclude": lambda _scope: True, "auto_configure": False}


def utc_now() -> datetime:
    """Give the time by this machine's clock."""
    return datetime.now(UTC)


def create_app(
    house: House,
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    metrics: Metrics | None = None,
    moments: SharedMoments | None = None,
    scratch: Path | None = None,
) -> FastAPI:
    """Build the service over one installation.

    `metrics` counts what it answers, `moments` the calls that its keys make at all workers; its
    answers may spill to `scratch`.
    """
    registry, usage = read_registry(settings.billing_registry), UsageCounter(house.catalog)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        with usage.writing(), closing(surroundings):
            yield

    reading = settings.reading_house(house)
    surroundings = Surroundings(reading, settings, now=now, owner=house, scratch=scratch)
    app = FastAPI(
        title="tieout",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=NO_TELEMETRY,
        redirect_slashes=False,  # a redirect would lead where the header Host says
        lifespan=life,
    )
    app.add_exception_handler(404, problem_of)
    app.mount("/api/v1/reporting", v1.create(surroundings))
    app.mount("/api/v2/reporting", v2.create(surroundings))
    _mount_billing(app, surroundings, registry=registry, usage=usage)
    app.mount("/manage/v1", manage_v1.create(surroundings))
    app.mount("/operations/v1", operations_v1.create(surroundings))
    add_tokens(app, surroundings)
    app.add_api_route("/billing", _to_versions, methods=["GET", "HEAD"])
    app.add_api_route("/health", health, methods=["GET", "HEAD"])
    app.add_api_route("/ready", Readiness(house, reading=reading).answer, methods=["GET", "HEAD"])
    app.mount("/", views.create(surroundings))
    limits = _limits(settings, now=now, moments=moments)
    app.add_middleware(Gate, settings=settings, limits=limits, metrics=metrics or Metrics())
    app.add_middleware(VersionHeaders, registry=registry, usage=usage, now=now)
    return app


def _limits(
    settings: Settings, *, now: Callable[[], datetime], moments: SharedMoments | None
) -> RateLimits:
    """Give the limits of keys, counted in this process or with other workers."""
    return RateLimits(
        calls_per_minute=settings.calls_per_minute,
        open_streams=settings.open_streams,
        now=now,
        moments=moments,
    )


def _to_versions() -> RedirectResponse:
    """Lead who asks for the Billing API as such to its versions."""
    return RedirectResponse("/billing/versions")


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
