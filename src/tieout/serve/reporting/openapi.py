"""What OpenAPI says of the invoice endpoints: parameters, media types and headers."""

from typing import Any

from tieout.serve.export.forms import MEDIA_TYPES
from tieout.serve.reporting.endpoints import Endpoint
from tieout.serve.reporting.question import FILTERS, LIMIT_MAX, ROW_ONLY, TRANSPORT

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": "string", "format": "date"}
_FLAG: Schema = {"type": "boolean", "default": False}
_SCHEMAS: dict[str, tuple[Schema, str]] = {
    "sasKey": (TEXT, "the key, unless it or a token of POST /oauth/token comes as a bearer"),
    "invoiceDateFrom": (DAY, "first invoice date; by default the start of the window"),
    "invoiceDateTill": (DAY, "last invoice date, included; by default today"),
    "clip": (_FLAG, "answer what lies inside the window instead of refusing"),
    "invoiceId": (TEXT, "one invoice"),
    "invoiceNumber": (TEXT, "one invoice by its number"),
    "subscriptionId": (TEXT, "rows of a subscription; headers of invoices that hold one"),
    "statusId": ({"type": "array", "items": {"type": "integer"}}, "statuses, each as a parameter"),
    "currency": (TEXT, "an ISO 4217 code"),
    "changedSince": ({"type": "string", "format": "date-time"}, "invoices changed then or later"),
    "direction": ({"enum": ["incoming", "outgoing", "all"], "default": "all"}, "whose invoices"),
    "expand": ({"enum": ["CorrectionDetails", "AllDetails"]}, "in any case of letters"),
    "residual": ({"enum": ["field", "row"], "default": "field"}, "where rounding stands"),
    "format": ({"enum": list(MEDIA_TYPES)}, "wins over Accept; else json"),
    "numbers": ({"enum": ["number", "string"], "default": "number"}, "of decimals in JSON"),
    "limit": ({"type": "integer", "minimum": 1, "maximum": LIMIT_MAX}, "rows of a page"),
    "cursor": (TEXT, "from the Link of the page before, with all other parameters as they were"),
    "csvGuard": ({"enum": ["off", "excel"], "default": "off"}, "mark text like a formula"),
    "strict": (_FLAG, "refuse parameters that are not known instead of naming them"),
}
_HEADERS = {
    "ETag": "strong; give it back as If-None-Match",
    "Link": "the next page, without the key",
    "Tieout-Row-Count": "rows of this answer",
    "Tieout-Window": "the invoice dates answered; older, truncated",
    "Tieout-Ignored-Parameters": "names that are not known here",
}


def text_parameters(*names: str) -> list[Schema]:
    """Describe query parameters of text that may be left out."""
    return [{"name": name, "in": "query", "required": False, "schema": TEXT} for name in names]


def described(endpoint: Endpoint) -> Schema:
    """Give what is said of an endpoint beside its path."""
    names = ("sasKey", *FILTERS, *(ROW_ONLY if endpoint.rows else ()), *TRANSPORT)
    parameters = []
    for name in names:
        schema, meaning = _SCHEMAS[name]
        kept = {"type": "string", **schema} if "enum" in schema else schema
        parameters.append({"name": name, "in": "query", "required": False, "schema": kept})
        parameters[-1]["description"] = meaning
    rows = {"type": "array", "items": {"type": "object"}}
    content: Schema = {name: {"schema": TEXT} for name in MEDIA_TYPES.values()}
    content[MEDIA_TYPES["json"]] = {"schema": rows}
    headers = {name: {"schema": TEXT, "description": said} for name, said in _HEADERS.items()}
    answered = {"description": "rows, streamed", "content": content, "headers": headers}
    return {
        "parameters": parameters,
        "responses": {"200": answered, "304": {"description": "as known by If-None-Match"}},
    }
