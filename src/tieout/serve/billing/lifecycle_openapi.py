"""What OpenAPI says of the lifecycle: the published schema of versions, and the records' own."""

import json
from importlib.resources import files
from typing import Any

from pydantic.json_schema import models_json_schema

from tieout.serve.billing.lifecycle import Registry
from tieout.serve.billing.openapi import BEARER, TEXT_SCHEMA, described_problems
from tieout.serve.billing.release_notes import Issue, Release

NAMED = "#/components/schemas/{model}"
JSON, HTML, CSS = "application/json", "text/html", "text/css"
SUMMARIES = {
    "versions": "All versions",
    "page": "Versions, releases and known issues as a page",
    "style": "The style of the page",
    "version": "One version",
    "usage": "Who calls a version",
    "releases": "Releases, newest first",
    "known_issues": "Known issues, by default the open ones",
}
COUNT = {"type": "integer", "minimum": 0}
DAY = {"type": "string", "format": "date"}
KEY_USAGE = {
    "keyId": TEXT_SCHEMA,
    "party": {"type": ["string", "null"]},
    "environment": {"type": "string", "enum": ["production", "development"]},
    "lastCall": DAY,
    "calls": COUNT,
    "endpoints": {"type": "object", "additionalProperties": COUNT},
}


def components() -> dict[str, Any]:
    """Give the documents' schemas: of versions as the page publishes it, of records as read."""
    _, told = models_json_schema(
        [(Release, "validation"), (Issue, "validation")], ref_template=NAMED
    )
    text = files("tieout.serve.billing").joinpath("versions-schema.json").read_text("utf-8")
    versions = json.loads(text.replace("#/$defs/", NAMED.format(model="")))
    definitions = versions.pop("$defs")
    del versions["$schema"], versions["$id"]
    element = versions["properties"]["versions"]["items"]
    versions["properties"]["versions"]["items"] = _named("Version")
    return {
        **told["$defs"],
        **definitions,
        "Version": element,
        "Versions": versions,
        "Releases": _document("tieout-releases/1", key="releases", item="Release"),
        "KnownIssues": _document("tieout-known-issues/1", key="issues", item="Issue"),
        "Usage": _usage(),
    }


def described(registry: Registry) -> dict[str, dict[str, Any]]:
    """Describe each path as FastAPI takes it."""
    one = (_parameter("version_id", registry.ids(), place="path"),)
    issue = {"name": "issue", "in": "query", "required": False, "schema": TEXT_SCHEMA}
    released = (_parameter("version", registry.ids()), issue)
    state = (_parameter("state", ["open", "fixed", "all"]),)
    page = {HTML: {"schema": TEXT_SCHEMA}}
    return {
        "/versions": _described("versions", _json("Versions") | page, refusals=(400, 406, 500)),
        "/versions.html": _described("page", page),
        "/versions.css": _described("style", {CSS: {"schema": TEXT_SCHEMA}}),
        "/versions/{version_id}": _described(
            "version", _json("Version"), parameters=one, refusals=(400, 404, 500)
        ),
        "/versions/{version_id}/usage": _described(
            *("usage", _json("Usage")),
            parameters=one,
            refusals=(400, 401, 403, 404, 429, 500, 503),
            needs_key=True,
        ),
        "/releases": _described("releases", _json("Releases"), parameters=released),
        "/known-issues": _described("known_issues", _json("KnownIssues"), parameters=state),
    }


def _described(
    operation: str,
    content: dict[str, Any],
    *,
    parameters: tuple[dict[str, Any], ...] = (),
    refusals: tuple[int, ...] = (400, 500),
    needs_key: bool = False,
) -> dict[str, Any]:
    cached = {} if needs_key else {304: {"description": "As the caller has it."}}
    security: dict[str, Any] = {"security": [{BEARER: []}]} if needs_key else {}
    return {
        "operation_id": operation,
        "summary": SUMMARIES[operation],
        "responses": {
            200: {"description": SUMMARIES[operation], "content": content},
            **cached,
            **described_problems(*refusals),
        },
        "openapi_extra": {"parameters": [*parameters], **security},
    }


def _json(name: str) -> dict[str, Any]:
    return {JSON: {"schema": _named(name)}}


def _parameter(name: str, values: list[str], *, place: str = "query") -> dict[str, Any]:
    schema = {"type": "string", "enum": values}
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _named(name: str) -> dict[str, str]:
    return {"$ref": NAMED.format(model=name)}


def _document(schema: str, *, key: str, item: str) -> dict[str, Any]:
    listed = {"type": "array", "items": _named(item)}
    return _closed({"schema": {"type": "string", "const": schema}, key: listed})


def _usage() -> dict[str, Any]:
    names = ("activeKeys", "activeCustomers", "calls", "windowDays")
    blockers = ["sunset_not_set", "sunset_in_future", "active_customers"]
    return _closed(
        {
            "version": TEXT_SCHEMA,
            "asOf": DAY,
            **dict.fromkeys(names, COUNT),
            "keys": {"type": "array", "items": _closed(KEY_USAGE)},
            "removable": {"type": "boolean"},
            "blockers": {"type": "array", "items": {"type": "string", "enum": blockers}},
        }
    )


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": sorted(properties),
        "properties": properties,
    }
