"""What OpenAPI says of the endpoints: parameters, media types, headers and problems."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from tieout.report.visibility import GENERAL, PREVIEW
from tieout.serve.export.forms import MEDIA_TYPES
from tieout.serve.export.json_text import INTEGER, NUMBER, RAW, Field
from tieout.serve.problem_codes import REPORTING
from tieout.serve.problems import MEDIA_TYPE
from tieout.serve.reporting.endpoints import InvoiceEndpoint
from tieout.serve.reporting.query import CURRENCY, IDENTIFIER, LIMIT_MAX, PRINTED, TRANSPORT
from tieout.serve.reporting.question import known_names
from tieout.serve.reporting.row_json import ROW, VENDOR_DETAILS, header_fields

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": "string", "format": "date"}
_FLAG: Schema = {"type": "boolean", "default": False}
_COUNT: Schema = {"type": "integer"}
_ID, _NUMBER, _CODE = (
    {"type": "string", "pattern": f"^{pattern.pattern}$"}
    for pattern in (IDENTIFIER, PRINTED, CURRENCY)
)
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_STATUS: Schema = {"type": "array", "items": {"type": "integer", "enum": [*GENERAL, *PREVIEW]}}
_SCHEMAS: dict[str, tuple[Schema, str]] = {
    "sasKey": (TEXT, "the key, unless it or a token of POST /oauth/token comes as a bearer"),
    "invoiceDateFrom": (DAY, "first invoice date; by default the start of the window"),
    "invoiceDateTill": (DAY, "last invoice date, included; by default today"),
    "clip": (_FLAG, "answer what lies inside the window instead of refusing"),
    "invoiceId": (_ID, "one invoice"),
    "invoiceNumber": (_NUMBER, "one invoice by its number"),
    "subscriptionId": (_ID, "rows of a subscription; headers of invoices that hold one"),
    "statusId": (_STATUS, "statuses, each as a parameter: 0 and 6 of drafts, else 1 to 4"),
    "currency": (_CODE, "an ISO 4217 code"),
    "changedSince": (_MOMENT, "invoices changed then or later"),
    "direction": ({"enum": ["incoming", "outgoing", "all"], "default": "all"}, "whose invoices"),
    "expand": ({"enum": ["CorrectionDetails", "AllDetails"]}, "in any case of letters"),
    "residual": ({"enum": ["field", "row"], "default": "field"}, "where rounding stands"),
    "isPreview": (_FLAG, "drafts instead of what was verified"),
    "invoiceYear": ({"type": "string", "pattern": "^[1-9][0-9]{3}$"}, "yyyy"),
    "invoiceMonth": ({"type": "integer", "minimum": 1, "maximum": 12}, "needs invoiceYear"),
    "invoiceConsolidationId": (_ID, "one summary invoice"),
    "vendorInvoiceNumber": (_NUMBER, "all rows of the vendor's invoices of this number; needed"),
    "format": ({"enum": list(MEDIA_TYPES)}, "wins over Accept; else json"),
    "numbers": ({"enum": ["number", "string"], "default": "number"}, "of decimals in JSON"),
    "limit": ({"type": "integer", "minimum": 1, "maximum": LIMIT_MAX}, "rows of a page"),
    "cursor": (TEXT, "from the Link of the page before, with all other parameters as they were"),
    "csvGuard": ({"enum": ["off", "excel"], "default": "off"}, "mark text like a formula"),
    "strict": (_FLAG, "refuse parameters that are not known; version 2 always does"),
}
_NEEDED = ("vendorInvoiceNumber",)
_SAID: Schema = {"type": ["string", "null"]}
_KINDS: dict[str, Schema] = {
    NUMBER: {"type": ["number", "string", "null"]},
    INTEGER: {"type": ["integer", "null"]},
    RAW: {"type": ["object", "array", "null"]},
}
_HEADERS: dict[str, tuple[Schema, str]] = {
    "ETag": (TEXT, "strong; give it back as If-None-Match"),
    "Link": (TEXT, "the next page, without the key"),
    "Tieout-Row-Count": (_COUNT, "rows of this answer"),
    "Content-Disposition": (TEXT, "the name of a file; not of JSON"),
}
WINDOW_SAID = """the dates answered, as from=2025-08-23; till=2026-11-23; months=15; older=true;
 truncated=false: older, there is more before them; truncated, a date that was named lies before
 them; newer=true, there is more behind today""".replace("\n", "")
_WINDOW: dict[str, tuple[Schema, str]] = {
    "Tieout-Window": (
        TEXT,
        WINDOW_SAID,
    ),
}
_IGNORED = {"Tieout-Ignored-Parameters": (TEXT, "names that are not known here")}
_LIMITS: dict[str, tuple[Schema, str]] = {
    "RateLimit": (TEXT, "calls of the next seconds and open answers that the key has left"),
    "RateLimit-Policy": (TEXT, "calls within 60 seconds, and open answers, that a key may have"),
}
_RETRY: dict[str, tuple[Schema, str]] = {"Retry-After": (_COUNT, "seconds to wait")}
PROBLEM: Schema = {  # reporting-api.md 2.2
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "requestId", "errors"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "requestId"), TEXT),
        "status": _COUNT,
        "code": TEXT,
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"parameter": TEXT, "reason": TEXT}},
        },
    },
}
_REFUSED = (400, 401, 403, 404, 406, 429, 500, 503)
_BEFORE_KEYS = (401, 503)  # a key may not be known yet
_WAIT = (429, 503)


def described_invoices(endpoint: InvoiceEndpoint) -> Schema:
    """Give what is said of an invoice endpoint beside its path, as FastAPI takes it."""
    version = endpoint.version
    fields = ROW if endpoint.rows else header_fields(version)
    return described(known_names(endpoint), version=version, is_dated=True, fields=fields)


def described(
    names: Iterable[str], *, version: str, fields: Sequence[Field], is_dated: bool = False
) -> Schema:
    """Give what is said of a list of such objects, with these parameters beside transport's."""
    rows = {"type": "array", "items": _object(fields)}
    content: Schema = {name: {"schema": TEXT} for name in MEDIA_TYPES.values()}
    content[MEDIA_TYPES["json"]] = {"schema": rows}
    always = _LIMITS | (_WINDOW if is_dated else {})
    told = _HEADERS | always | (_IGNORED if version == "v1" else {})
    known = {"ETag": _HEADERS["ETag"]} | always
    responses = {
        "200": {"description": "rows, streamed", "content": content, "headers": _headers(told)},
        "304": {"description": "as known by If-None-Match", "headers": _headers(known)},
        **described_problems(),
    }
    parameters = _parameters(("sasKey", *names, *TRANSPORT))
    return {"openapi_extra": {"parameters": parameters}, "responses": responses}


def described_problems() -> Schema:
    """Give the problems that any endpoint may answer with, by status."""
    named = {str(status): _problem(status) for status in _REFUSED}
    return named | {"default": {"description": "another problem", "content": _content(PROBLEM)}}


def _object(fields: Sequence[Field]) -> Schema:
    """Give the schema of an object with these fields; what may not be seen is left out."""
    shown = {field.name: dict(_KINDS.get(field.kind, _SAID)) for field in fields}
    always = [one.name for one in fields if one.when is None and one is not VENDOR_DETAILS]
    return {"type": "object", "properties": shown, "required": always}


def described_object(*names: str) -> Schema:
    """Give what is said of an endpoint that answers one object in JSON."""
    content = {MEDIA_TYPES["json"]: {"schema": {"type": "object"}}}
    told = {"ETag": _HEADERS["ETag"]} | _LIMITS
    responses = {
        "200": {"description": "one object", "content": content, "headers": _headers(told)},
        "304": {"description": "as known by If-None-Match", "headers": _headers(told)},
        **described_problems(),
    }
    parameters = _parameters(("sasKey", *names, "strict"))
    return {"openapi_extra": {"parameters": parameters}, "responses": responses}


def _parameters(names: Iterable[str]) -> list[Schema]:
    parameters = []
    for name in names:
        schema, meaning = _SCHEMAS[name]
        kept = {"type": "string", **schema} if "enum" in schema else schema
        required = name in _NEEDED
        parameters.append({"name": name, "in": "query", "required": required, "schema": kept})
        parameters[-1]["description"] = meaning
    return parameters


def _problem(status: int) -> Schema:
    codes = [code for code, its_status in REPORTING.items() if its_status == status]
    code = {"type": "string", "enum": codes}
    problem = {**PROBLEM, "properties": {**PROBLEM["properties"], "code": code}}
    found: Schema = {"description": HTTPStatus(status).phrase, "content": _content(problem)}
    told = {} if status in _BEFORE_KEYS else _LIMITS
    told = told | (_RETRY if status in _WAIT else {})
    return found | ({"headers": _headers(told)} if told else {})


def _content(problem: Schema) -> Schema:
    return {MEDIA_TYPE: {"schema": problem}, "text/plain": {"schema": TEXT}}


def _headers(told: Mapping[str, tuple[Schema, str]]) -> Schema:
    return {name: {"schema": schema, "description": said} for name, (schema, said) in told.items()}
