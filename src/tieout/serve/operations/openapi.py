"""What the operations interface says about itself, for OpenAPI."""

from typing import Any

from tieout.serve.manage.body import JSON_TYPE
from tieout.serve.operations.question import INVOICES_MAX

ABOUT = (
    "Moves of an invoice's status. Drafts are verified by the owner of their channel, issued and"
    " marked as paid by their provider, and a payment gateway says paid or card refused. Keys need"
    " the endpoint by name (`tieout key create --endpoints operations.verify,...`); a token of"
    " `POST /oauth/token` opens what its key does. A move is made"
    " for all invoices that are named or for none; a verified invoice never becomes a draft again."
    " Refusals are `application/problem+json` with `code`."
)
SUMMARIES = {
    "verify": "Verify drafts: their figures never change again",
    "issue": "Issue verified invoices",
    "pay": "Mark invoices as paid",
    "card-error": "Say that a card was refused",
}
TEXT = {"type": "string"}
IDS = {
    "type": "array",
    "items": {"type": "string", "format": "uuid"},
    "maxItems": INVOICES_MAX,
    "description": "invoiceId of each.",
}
REASON = TEXT | {"description": "Why, for the audit."}
VERIFY = {
    "invoices": IDS,
    "period": TEXT | {"description": "Every draft of the month YYYY-MM that may be verified."},
    "buyer": TEXT | {"description": "With `period`: only drafts to this organization."},
    "inputDigest": TEXT | {"description": "That of the preview that was looked at."},
    "acceptParked": TEXT | {"description": "Why, though lines that could belong are parked."},
    "reason": REASON,
}
REFUSALS = {
    "400": "The body is not of this form.",
    "401": "No key, or one that opens nothing.",
    "403": "The key lacks this endpoint, or its role may not make this move.",
    "404": "No such invoice, month or requester in reach.",
    "409": "An invoice cannot make this move, or another writer is at work (Retry-After).",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
    "429": "The key called too often; Retry-After says how long to wait.",
}
CHANGED = "What the drafts were previewed from has changed; `errors` lists it. Nothing moved."


def described(move: str) -> dict[str, Any]:
    """Describe one move as FastAPI takes it."""
    is_verify = move == "verify"
    members = VERIFY if is_verify else {"invoices": IDS, "reason": REASON}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": members,
        "additionalProperties": False,
    } | ({} if is_verify else {"required": ["invoices"]})
    refusals = REFUSALS | ({"412": CHANGED} if is_verify else {})
    answer = {JSON_TYPE: {"schema": _done(move)}}
    return {
        "summary": SUMMARIES[move],
        "responses": {
            200: {"description": "What was moved.", "content": answer},
            **{int(code): {"description": said} for code, said in refusals.items()},
        },
        "openapi_extra": {
            "parameters": [{"name": "requesterId", "in": "path", "required": True, "schema": TEXT}],
            "requestBody": {"required": True, "content": {JSON_TYPE: {"schema": schema}}},
        },
    }


def _done(move: str) -> dict[str, Any]:
    """Describe what a move answers; money stands only on hops that the requester is a party of."""
    texts = ("invoiceId", "invoiceNumber", "status", "providerId", "consumerId", "totalAmount")
    properties = dict.fromkeys((*texts, "currency", "outputDigest"), TEXT)
    numbers = {name: {"type": "integer"} for name in ("statusId", "hop")}
    invoice = {"type": "object", "properties": properties | numbers}
    moved = {"type": "array", "items": invoice}
    if move != "verify":
        return {"type": "object", "properties": {"moved": moved}}
    held = {"type": "object", "properties": {"invoiceId": TEXT, "reason": TEXT}}
    return {
        "type": "object",
        "properties": {
            "period": TEXT,
            "verified": moved,
            "held": {"type": "array", "items": held},
        },
    }
