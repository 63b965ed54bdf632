"""What OpenAPI says of the endpoint of tokens."""

from typing import Any

ABOUT = (
    "OAuth 2 client credentials: the id and secret of an access key (`tk_<id>_<secret>`) for a"
    " token of some minutes, which goes wherever the key does, as `Authorization: Bearer`. It"
    " opens what the key opens, or less by `scope`, and nothing once the key is revoked."
)
_TEXT = {"type": "string"}
_FORM = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "scope": _TEXT | {"description": "Endpoints of the key, with spaces between; else all."},
        "client_id": _TEXT | {"description": "The key's id, unless it comes by Basic."},
        "client_secret": _TEXT | {"description": "The key's secret, unless it comes by Basic."},
    },
}
_GIVEN = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": _TEXT,
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer", "description": "Seconds."},
        "scope": _TEXT,
    },
}
_REFUSED = {
    "type": "object",
    "required": ["error", "error_description"],
    "properties": {"error": _TEXT, "error_description": _TEXT},
}


def _said(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


DESCRIBED: dict[str, Any] = {
    "operation_id": "token",
    "summary": "Give a token",
    "responses": {
        200: _said("A token.", _GIVEN),
        400: _said("invalid_request, invalid_scope or unsupported_grant_type.", _REFUSED),
        401: _said("invalid_client.", _REFUSED),
        413: _said("The body is too large.", _REFUSED),
        429: {"description": "The key called too often; Retry-After says how long to wait."},
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _FORM}},
        }
    },
}
