"""What OpenAPI says of each endpoint, made from its registry: no key can be missing there."""

from collections.abc import Sequence
from typing import Any

from tieout.serve.billing.fields import INTEGER, QUOTED, Field
from tieout.serve.billing.question import MEDIA_TYPES
from tieout.serve.billing.v4 import GROUP_LINE, MATCH_GROUP, UNMATCHED_SALE
from tieout.serve.billing.versions import DETAILS, Version

CHOICES = {
    "lines": ["detail", "grouped"],
    "strict": ["true", "false"],
    "format": list(MEDIA_TYPES),
}


def described_parameters(version: Version, endpoint: str) -> list[dict[str, Any]]:
    """Describe the query parameters."""
    parameters = []
    for name in version.parameters(endpoint):
        schema: dict[str, Any] = {"type": "integer"} if name == "limit" else {"type": "string"}
        if name in CHOICES:
            schema["enum"] = [one for one in CHOICES[name] if name != "format"] or [
                *version.formats(endpoint)
            ]
        required = endpoint == DETAILS and name == "subscriptionId"
        parameters.append({"name": name, "in": "query", "required": required, "schema": schema})
    return parameters


def described_answer(version: Version, endpoint: str) -> dict[str, Any]:
    """Describe the body of a 200 in each format; JSON with every key."""
    content: dict[str, Any] = {
        MEDIA_TYPES[name][0]: {"schema": {"type": "string"}} for name in version.formats(endpoint)
    }
    content["application/json"] = {"schema": _schema(version, endpoint)}
    return {"description": "The documents", "content": content}


def _schema(version: Version, endpoint: str) -> dict[str, Any]:
    if endpoint == DETAILS:
        return {"type": "object"}
    registry = version.registries[endpoint]
    subscription = _object(registry.subscription, PriceLines=_list(_object(registry.line)))
    customer = _object(registry.customer, Subscriptions=_list(subscription))
    parts: dict[str, Any] = {
        "Customers": _list(customer),
        "Header": _object(registry.header),
        "Receiver": _object(registry.receiver),
        "Sender": _object(registry.sender),
        "Totals": _object(registry.totals),
    }
    if registry.has_warnings:
        parts["Warnings"] = _list({"type": "object"})
    root: dict[str, Any] = {"Invoices": _list(_object((), **parts))}
    if registry.has_match_report:
        lines = _list(_object(GROUP_LINE))
        root |= {
            "MatchGroups": _list(_object(MATCH_GROUP, PurchaseLines=lines, SalesLines=lines)),
            "MatchReport": {"type": "object"},
            "UnmatchedSales": _list(_object(UNMATCHED_SALE)),
        }
    return _object((), **root)


def _object(fields: Sequence[Field], **parts: dict[str, Any]) -> dict[str, Any]:
    properties = {field.key: _kind(field) for field in fields} | parts
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _kind(field: Field) -> dict[str, Any]:
    kind = "string" if field.kind in QUOTED else "integer" if field.kind == INTEGER else "number"
    return {"type": [kind, "null"] if field.null else kind}
