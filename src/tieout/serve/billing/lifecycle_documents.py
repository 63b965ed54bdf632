"""The lifecycle as documents: versions, releases, known issues, and the page that shows them all.

The page is rendered from the same objects that are printed as JSON, and marks each value with its
key, so that reading the page gives the JSON back.
"""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tieout.serve.billing.lifecycle import PREVIEW, Registry, Version

CSP = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def versions_document(registry: Registry, *, today: date) -> dict[str, Any]:
    """Give `/billing/versions`; `generated` is the day's first moment in UTC, so bytes repeat."""
    return {
        "schema": "tieout-versions/1",
        "generated": f"{today.isoformat()}T00:00:00Z",
        "default": registry.current.id,
        "rules": registry.rules.model_dump(mode="json", by_alias=True),
        "statuses": [one.model_dump(mode="json", by_alias=True) for one in registry.statuses],
        "versions": [version_element(registry, one) for one in registry.versions],
        "history": [
            one.model_dump(mode="json", by_alias=True, exclude_none=True)
            for one in registry.history
        ],
    }


def version_element(registry: Registry, version: Version) -> dict[str, Any]:
    """Give one version with its derived status; one that ended serves nothing."""
    served, status = registry.is_served(version.id), registry.status(version.id)
    is_newest = version.id == registry.current.id or status == PREVIEW
    told = version.model_dump(mode="json", by_alias=True)
    return {
        "id": version.id,
        "status": status,
        "released": told["released"],
        "deprecated": told["deprecated"],
        "sunset": told["sunset"],
        "successor": None if is_newest else registry.current.id,
        "endpoints": told["endpoints"] if served else [],
        "formats": told["formats"] if served else [],
        "notes": version.notes,
    }


def releases_document(
    registry: Registry, *, version: str | None = None, issue: str | None = None
) -> dict[str, Any]:
    """Give the releases, newest first, of a version or with an issue where one is named."""
    return {
        "schema": "tieout-releases/1",
        "releases": [
            one.model_dump(mode="json", by_alias=True, exclude_unset=True)
            for one in registry.releases
            if version in (None, *one.versions)
            and issue in (None, *(settled.key for settled in one.issues))
        ],
    }


def issues_document(registry: Registry, *, state: str = "open") -> dict[str, Any]:
    """Give the known issues of a state, or `all`."""
    return {
        "schema": "tieout-known-issues/1",
        "issues": [
            one.model_dump(mode="json", by_alias=True)
            for one in registry.issues
            if state in ("all", one.state)
        ],
    }


def versions_page(registry: Registry, *, today: date) -> str:
    """Give the page of versions, statuses, releases and known issues as HTML."""
    template = _templates().get_template("versions.html")
    return template.render(
        document=versions_document(registry, today=today),
        releases=releases_document(registry),
        issues=issues_document(registry, state="all"),
        labels={one.id: one.label for one in registry.statuses},
    )


def style_sheet() -> bytes:
    """Give the style of the page."""
    return files("tieout.serve.billing").joinpath("templates", "versions.css").read_bytes()


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("tieout.serve.billing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
