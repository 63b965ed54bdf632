"""The codes of problem documents, one table per API: status, and the sentence or title."""

# Reporting API: code -> status (reporting-api.md 2.2).
REPORTING = {
    "BAD_PARAMETER": 400,
    "UNKNOWN_PARAMETER": 400,
    "BAD_EXPAND": 400,
    "BAD_FORMAT": 400,
    "AMBIGUOUS_KEY": 400,
    "INSECURE_TRANSPORT": 400,
    "KEY_MISSING": 401,
    "KEY_INVALID": 401,
    "KEY_EXPIRED": 401,
    "ENDPOINT_NOT_IN_SCOPE": 403,
    "ROLE_NOT_ALLOWED": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
}
SENTENCES = {
    "AMBIGUOUS_KEY": "two different keys were given",
    "INSECURE_TRANSPORT": "plain HTTP is answered on the loopback interface only",
    "KEY_MISSING": "an access key is needed, as sasKey or as a bearer token",
    "KEY_INVALID": "the access key opens nothing",
    "KEY_EXPIRED": "the access key has expired",
    "ENDPOINT_NOT_IN_SCOPE": "the access key does not open this endpoint",
    "ROLE_NOT_ALLOWED": "the role of the access key may not use this endpoint",
    "NOT_FOUND": "not found",
    "METHOD_NOT_ALLOWED": "this address answers GET and HEAD only",
    "CURSOR_EXPIRED": "the cursor has expired; begin again without it",
    "NOT_ACCEPTABLE": "no acceptable media type is served here; application/json is",
    "INTERNAL": "an unexpected fault; it has been recorded under the request id",
}

# Management API: its own codes beside those of the Reporting API.
MANAGE = REPORTING | {
    "BAD_BODY": 400,
    "BAD_CURSOR": 400,
    "IDEMPOTENCY_KEY_NEEDED": 400,
    "CURSOR_EXPIRED": 410,
    "CONFLICT": 409,
    "WRITER_BUSY": 409,
    "INPUTS_CHANGED": 412,
    "PRECONDITION_FAILED": 412,
    "TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "REFERENCE_REFUSED": 422,
    "PRECONDITION_NEEDED": 428,
}

# Billing API: slug -> status and title (billing-api.md 2.7).
BILLING = {
    "invalid-parameter": (400, "Invalid parameter"),
    "invalid-date-range": (400, "Invalid date range"),
    "unknown-parameter": (400, "Unknown parameter"),
    "invalid-cursor": (400, "Invalid cursor"),
    "party-required": (400, "Party required"),
    "insecure-transport": (400, "Insecure transport"),
    "unauthenticated": (401, "Not authenticated"),
    "role-not-allowed": (403, "Role not allowed"),
    "scope-not-allowed": (403, "Scope not allowed"),
    "unknown-version": (404, "Unknown version"),
    "unknown-endpoint": (404, "Unknown endpoint"),
    "endpoint-not-in-version": (404, "Endpoint not in this version"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "Method not allowed"),
    "format-not-available": (406, "Format not available"),
    "data-quality": (409, "Data faults"),
    "version-end-of-life": (410, "Version no longer served"),
    "cursor-expired": (410, "Cursor expired"),
    "uri-too-long": (414, "Address too long"),
    "rate-limited": (429, "Too many calls"),
    "internal": (500, "Internal error"),
    "unavailable": (503, "Unavailable"),
}
