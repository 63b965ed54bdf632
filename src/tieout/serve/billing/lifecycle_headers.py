"""What every answer of a version says of it, whatever its status: set here and nowhere else."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieout.serve.access import Key
from tieout.serve.billing.lifecycle import PREVIEW, RETIRING, Registry
from tieout.serve.billing.usage import CountedCall, UsageCounter
from tieout.serve.billing.versions import ALIAS, DETAILS, KNOWN_ENDPOINTS

PLACE = re.compile(r"/billing/(v[1-9][0-9]*)(?:/(.*))?", re.ASCII | re.DOTALL)
NOT_COUNTED = (401, 429)


def lifecycle_headers(registry: Registry, version_id: str, *, endpoint: str) -> dict[str, str]:
    """Give the headers of billing-api.md 1.4; `Link` only where the version has something to link.

    Deprecation is a structured Date (RFC 9745), Sunset an HTTP-date (RFC 8594), both at 00:00 UTC.
    """
    version, status = registry.version(version_id), registry.status(version_id)
    headers, links = {"API-Version": version_id}, []
    if status in RETIRING and version.deprecated is not None:
        headers["Deprecation"] = f"@{int(_midnight(version.deprecated).timestamp())}"
        links.append(f'</billing/versions/{version_id}>; rel="deprecation"')
    if version.sunset is not None:
        headers["Sunset"] = format_datetime(_midnight(version.sunset), usegmt=True)
        links.append('</billing/versions>; rel="sunset"')
    if status != PREVIEW and version_id != registry.current.id:
        links.append(f'<{successor_path(registry, endpoint)}>; rel="successor-version"')
    return headers | ({"Link": ", ".join(links)} if links else {})


def successor_path(registry: Registry, endpoint: str) -> str:
    """Give where a caller of an older version goes: the same endpoint in the current one."""
    name = canonical(endpoint)
    return f"/billing/{registry.current.id}/{name}" if name else "/billing/versions"


def canonical(endpoint: str) -> str:
    """Give an endpoint's one name; nothing for a name that no version knows."""
    name = DETAILS if endpoint == ALIAS else endpoint
    return name if name in KNOWN_ENDPOINTS else ""


class VersionHeaders:
    """The outermost layer: sets the headers of a version, and counts a key's call after it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        registry: Registry,
        usage: UsageCounter,
        now: Callable[[], datetime],
    ) -> None:
        """Wrap an application."""
        self.app, self.registry, self.usage, self.now = app, registry, usage, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        place = PLACE.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if place is None or place[1] not in self.registry.ids():
            await self.app(scope, receive, send)
            return
        version_id, endpoint = place[1], place[2] or ""
        told = lifecycle_headers(self.registry, version_id, endpoint=endpoint)
        status = 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                own = headers.get("Link")
                headers.update(told)
                if own is not None:
                    headers["Link"] = ", ".join([own, *([told["Link"]] if "Link" in told else [])])
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        finally:
            key = scope.get("state", {}).get("key")
            if key is not None and status and status not in NOT_COUNTED:
                self._count(key, scope, version_id=version_id, endpoint=endpoint)

    def _count(self, key: Key, scope: Scope, *, version_id: str, endpoint: str) -> None:
        """Count the call for the party it acted for (ruling 25)."""
        named = parse_qs(scope["query_string"].decode("latin-1")).get("party", [])
        parties = key.organizations if len(key.organizations) == 1 else named
        known = [party for party in parties if party in key.organizations]
        self.usage.add(
            CountedCall(
                key_id=key.key_id,
                party=known[0] if len(known) == 1 else "",
                environment=key.environment,
                version=version_id,
                endpoint=canonical(endpoint) or "other",
                day=self.now().date().isoformat(),
            )
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
