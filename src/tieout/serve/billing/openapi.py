"""What OpenAPI says of each endpoint, made from its shape: no key can be missing there."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from tieout.serve.billing.fields import (
    DAY,
    FIGURE,
    INTEGER,
    MONEY,
    NUMBER,
    PERCENT,
    SIGNED,
    TEXT,
    TRUTH,
    UNIT,
    Field,
)
from tieout.serve.billing.question import LIMITS, MEDIA_TYPES, VALUES_MAX
from tieout.serve.billing.shapes import Many, Node, shape_of
from tieout.serve.billing.versions import DETAILS, Version
from tieout.serve.problem_codes import BILLING
from tieout.serve.problems import MEDIA_TYPE

TEXT_SCHEMA = {"type": "string"}
COMPACT_DAY = "[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
ANY_DAY = "^[1-9][0-9]{3}(-(0[1-9]|1[0-2])-|(0[1-9]|1[0-2]))(0[1-9]|[12][0-9]|3[01])$"
KINDS: dict[str, dict[str, Any]] = {
    TEXT: {"type": "string"},
    DAY: {"type": "string", "pattern": f"^{COMPACT_DAY}$"},
    FIGURE: {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,10})?$"},
    INTEGER: {"type": "integer"},
    TRUTH: {"type": "boolean"},
} | {kind: {"type": "number"} for kind in (MONEY, UNIT, NUMBER, PERCENT, SIGNED)}
BEARER = "bearer"
SCHEMES = {
    BEARER: {
        "type": "http",
        "scheme": "bearer",
        "description": "A key, or a token of POST /oauth/token.",
    }
}
PROBLEM: dict[str, Any] = {  # RFC 9457; each kind of problem may have members of its own
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": TEXT_SCHEMA,
        "status": {"type": "integer"},
        "detail": TEXT_SCHEMA,
        "instance": TEXT_SCHEMA,
    },
}
LISTED = {
    "type": "string",
    "pattern": f"^[^,]+(,[^,]+){{0,{VALUES_MAX - 1}}}$",
    "description": f"Up to {VALUES_MAX} values with commas between them.",
}
DATE = {"type": "string", "pattern": ANY_DAY}
PARAMETERS: dict[str, dict[str, Any]] = {
    "startDate": DATE | {"description": "First invoice date; 3 months before the last one."},
    "endDate": DATE | {"description": "Last invoice date, included; today."},
    "party": {"type": "string", "description": "For whom, where a key lists several."},
    "subscriptionId": LISTED,
    "customerId": LISTED,
    "vendorId": LISTED,
    "lines": {"type": "string", "enum": ["detail", "grouped"], "default": "detail"},
    "strict": {"type": "string", "enum": ["true", "false"], "default": "false"},
    "format": {"type": "string", "description": "Instead of the header Accept."},
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": max(LIMITS.values()),
        "description": f"Invoices a page, up to {LIMITS['json']} (XML, JSON); lines (CSV, NDJSON).",
    },
    "cursor": {"type": "string", "description": 'From the header Link, `rel="next"`.'},
}
ONE_SUBSCRIPTION = {"type": "string", "pattern": "^[0-9]{1,18}$"}
HEADERS = {
    "ETag": "Names these bytes; give it back in If-None-Match.",
    "Content-Disposition": "The file name.",
}
LINE_HEADERS = {"Tieout-Line-Count": "Price lines in this body."}
MAYBE_HEADERS = {
    "Tieout-Warnings": "code=count, with commas between them.",
    "Link": 'The next page is `rel="next"`.',
    "RateLimit": "Calls and open answers that the key has left.",
}


def described(version: Version, endpoint: str) -> dict[str, Any]:
    """Describe an endpoint as FastAPI takes it."""
    required = {"required": True}
    told = {name: required | _text(said) for name, said in HEADERS.items()}
    if endpoint != DETAILS:
        told |= {name: required | _text(said) for name, said in LINE_HEADERS.items()}
        told |= {name: _text(said) for name, said in MAYBE_HEADERS.items()}
    found = {"description": "The documents.", "headers": told}
    return {
        "operation_id": endpoint,
        "openapi_extra": {
            "parameters": _parameters(version, endpoint),
            "security": [{BEARER: []}],
        },
        "responses": {
            200: found | {"content": _content(version, endpoint)},
            304: {"description": "As the caller has it."},
            **described_problems(400, 401, 403, 404, 406, 409, 410, 414, 429, 500, 503),
        },
    }


def described_xsd() -> dict[str, Any]:
    """Describe the XSD of a version, for which no key is needed."""
    content = {MEDIA_TYPES["xml"][0]: {"schema": TEXT_SCHEMA}}
    return {
        "operation_id": "schema",
        "summary": "The XML Schema of this version's XML answers",
        "responses": {
            200: {"description": "XSD 1.0.", "content": content},
            304: {"description": "As the caller has it."},
            **described_problems(400, 500),
        },
    }


def described_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe refusals: their slugs, and the form they all have."""
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    found: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        slugs = ", ".join(slug for slug, (of, _) in BILLING.items() if of == status)
        found[status] = {"description": f"{slugs}.", "content": {MEDIA_TYPE: reference}}
    wait = {"description": "Whole seconds to wait.", "schema": {"type": "integer"}}
    for status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE} & found.keys():
        found[status]["headers"] = {"Retry-After": wait | {"required": True}}
    return found


def describe_app(app: FastAPI, *, schemas: Mapping[str, Any] | None = None) -> None:
    """Make an application's OpenAPI know the access key, the form of problems, and `schemas`."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            told = get_openapi(title=app.title, version=app.version, routes=app.routes)
            parts = told.setdefault("components", {})
            parts["schemas"] = {"Problem": PROBLEM, **(schemas or {})}
            parts["securitySchemes"] = SCHEMES
            app.openapi_schema = told
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _text(said: str) -> dict[str, Any]:
    return {"description": said, "schema": TEXT_SCHEMA}


def _parameters(version: Version, endpoint: str) -> list[dict[str, Any]]:
    parameters = []
    for name in version.parameters(endpoint):
        schema = dict(PARAMETERS[name])
        if name == "format":
            schema["enum"] = [*version.formats(endpoint)]
        is_one = endpoint == DETAILS and name == "subscriptionId"
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": is_one,
                "schema": ONE_SUBSCRIPTION if is_one else schema,
            }
        )
    return parameters


def _content(version: Version, endpoint: str) -> dict[str, Any]:
    """Describe the body in each format; JSON, which clients are made from, with every key."""
    formats = [name for name in version.formats(endpoint) if name != "json"]
    return {
        "application/json": {"schema": json_schema(shape_of(version, endpoint))},
        **{MEDIA_TYPES[name][0]: {"schema": TEXT_SCHEMA} for name in formats},
    }


def json_schema(node: Node) -> dict[str, Any]:
    """Describe a value of JSON; an object with every key, of which later releases may add some."""
    if isinstance(node, Field):
        kind = KINDS[node.kind]
        return kind | ({"type": [kind["type"], "null"]} if node.null else {})
    if isinstance(node, Many):
        return {"type": "array", "items": json_schema(node.item)}
    properties = {member.key: json_schema(member) for member in node.members}
    return {"type": "object", "properties": properties, "required": sorted(properties)}
