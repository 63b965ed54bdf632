"""What the management API says about itself: one description per operation, for OpenAPI."""

from typing import Any

from tieout import __version__
from tieout.pipeline import ANSWER_DAYS
from tieout.serve.manage.body import BYTES_MAX, JSON_TYPE, ROWS_MAX
from tieout.serve.manage.question import LIMIT_DEFAULT, LIMIT_MAX
from tieout.store.resources import RESOURCES, Field, Resource

ABOUT: dict[str, Any] = {
    "title": "tieout management API",
    "version": f"v1 ({__version__})",
    "description": (
        "The reference data (organizations, contracts, subscriptions, price rules, rates) as"
        " resources named like their CSV files. Every cell is text, exactly as in the CSV; an empty"
        " cell is empty text, and null may be sent for it. JSON numbers are refused, because a"
        " program might have rounded them. Every change is checked as `tieout reference load`"
        " checks a folder, is applied whole or not at all, and makes a new snapshot. Keys have the"
        " role `admin` (`tieout key create --role admin`) and come as `Authorization: Bearer`,"
        " as do tokens of `POST /oauth/token`."
        " Refusals are `application/problem+json` with `code`; 422 `REFERENCE_REFUSED` lists every"
        " fault as `resource`, `row` (the first is 1; null: not of this request), `field` and"
        " `reason`."
    ),
}
TAGGED = {"ETag": {"schema": {"type": "string"}}}
WRITE_REFUSALS = {
    "409": "Another writer is at work (Retry-After), or the stored row does not allow it.",
    "413": f"More than {BYTES_MAX >> 20} MiB, or more than {ROWS_MAX} rows.",
    "415": "The body is not application/json.",
    "422": "The rows have faults; all are listed and nothing was changed.",
}
CONDITIONAL = {
    "412": "The row is not the one that was expected.",
    "428": "If-Match (or If-None-Match) is missing.",
}


def listing(resource: Resource) -> dict[str, Any]:
    """Describe the list of a resource."""
    columns = [
        _query(name, "Only rows with this cell; empty: without a value.") for name in resource.keys
    ]
    row = _object({"href": _text(), "etag": _text(), "row": _row(resource, is_whole=True)})
    return _operation(
        f"List {resource.name}",
        "In the order in which the rows were loaded. The cursor pins the snapshot: what is changed"
        " meanwhile neither repeats a row nor drops one.",
        parameters=[*columns, *_moment(resource), *_paging(), _if_none_match()],
        answers={
            "200": _list_of("rows", row),
            "304": "The snapshot is the same.",
            "410": "The cursor has expired.",
        },
    )


def posting(resource: Resource) -> dict[str, Any]:
    """Describe changing rows of one resource."""
    return _operation(
        f"Create or replace rows of {resource.name}, all or nothing",
        f"As `/changes` with rows of {resource.name} only.",
        parameters=[
            _idempotency_key(),
            _header(
                "If-Match",
                "The ETag of this list as you read it without a query: refused when any reference"
                " data has changed since.",
            ),
        ],
        body=_object({"rows": {"type": "array", "items": _row(resource), "minItems": 1}}),
        answers={
            "200": _json("What was changed.", _done()),
            "412": "The list is not the one that was expected.",
            **WRITE_REFUSALS,
        },
    )


def reading(resource: Resource) -> dict[str, Any]:
    """Describe reading one row."""
    return _operation(
        f"Read one row of {resource.name}",
        "The ETag is of its content.",
        parameters=[_key(resource), *_moment(resource), _if_none_match()],
        answers={
            "200": _json("The row.", _row(resource, is_whole=True)),
            "304": "The row is the same.",
            "404": "There is no such row.",
        },
    )


def putting(resource: Resource) -> dict[str, Any]:
    """Describe creating or replacing one row."""
    row = _json("The row as it is stored.", _row(resource, is_whole=True))
    return _operation(
        f"Create or replace one row of {resource.name}",
        "A cell that is left out is empty. Key cells may be left out; the address has them.",
        parameters=[
            _key(resource),
            _header("If-Match", "The ETag of the row as you read it, to replace it."),
            _header("If-None-Match", "`*`, to create a row that is not there yet."),
        ],
        body=_row(resource),
        answers={"200": row, "201": row, **WRITE_REFUSALS, **CONDITIONAL},
    )


def ending(resource: Resource) -> dict[str, Any]:
    """Describe ending one row."""
    allowed = "" if resource.dated else " Rows of this resource have no dates: always 409."
    day = _query("valid_to", "The first day on which it holds no longer; default today (UTC).")
    return _operation(
        f"End one row of {resource.name}",
        "Nothing is deleted: the row gets a valid_to, and what was billed before stays as it is."
        + allowed,
        parameters=[
            _key(resource),
            day,
            _header("If-Match", "The ETag of the row as you read it.", required=True),
        ],
        answers={
            "200": _json("The row as it is stored.", _row(resource, is_whole=True)),
            "404": "There is no such row.",
            **{status: WRITE_REFUSALS[status] for status in ("409", "422")},
            **CONDITIONAL,
        },
    )


def changing() -> dict[str, Any]:
    """Describe changing rows of several resources."""
    lists = {each.name: {"type": "array", "items": _row(each)} for each in RESOURCES.values()}
    return _operation(
        "Change rows of several resources, all or nothing",
        "Each row is created, or replaces the row of the same key. The same Idempotency-Key with"
        " the same body gives the same answer again and changes nothing; answers are kept"
        f" {ANSWER_DAYS} days, refusals are not. At most {ROWS_MAX} rows and {BYTES_MAX >> 20} MiB"
        " in one request.",
        parameters=[_idempotency_key()],
        body=_object({"rows": _object(lists, required=())}),
        answers={"200": _json("What was changed.", _done()), **WRITE_REFUSALS},
    )


def snapshots() -> dict[str, Any]:
    """Describe the list of snapshots."""
    one = {
        "snapshot": {"type": "integer"},
        "createdAt": _text(),
        "digest": _text(),
        "rows": {"type": "object", "description": "Rows in force by resource."},
    }
    return _operation(
        "List snapshots",
        "Each load or change that changed something made one; every run names the one it used.",
        parameters=[*_paging(), _if_none_match()],
        answers={"200": _list_of("snapshots", _object(one)), "304": "The same as before."},
    )


def _done() -> dict[str, Any]:
    return _object(
        {
            "snapshot": {"type": "integer"},
            "unchanged": {"type": "boolean"},
            "rows": {"type": "object", "description": "Rows in force by resource."},
            "changed": {"type": "object", "description": "Rows new or changed by resource."},
        }
    )


def _operation(
    summary: str,
    description: str,
    *,
    parameters: list[dict[str, Any]],
    answers: dict[str, Any],
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    answers = {
        **answers,
        "400": "The request is malformed.",
        "401": "No key, or one that opens nothing.",
        "403": "The key is not one of an admin.",
        "429": "The key called too often; Retry-After says how long to wait.",
    }
    extra: dict[str, Any] = {"parameters": parameters}
    if body:
        extra["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": body}}}
    described = {
        int(status): {"description": said} if isinstance(said, str) else said
        for status, said in sorted(answers.items())
    }
    return {
        "summary": summary,
        "description": description,
        "responses": described,
        "openapi_extra": extra,
    }


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    content = {JSON_TYPE: {"schema": schema}}
    return {"description": description, "content": content, "headers": TAGGED}


def _list_of(name: str, item: dict[str, Any]) -> dict[str, Any]:
    members = {name: {"type": "array", "items": item}, "next": {"type": ["string", "null"]}}
    if name == "rows":
        members["snapshot"] = {"type": "integer"}
    return _json("One page; `next` is the cursor of the one after, also in Link.", _object(members))


def _row(resource: Resource, *, is_whole: bool = False) -> dict[str, Any]:
    """Describe a row: as it is read all cells, as it is written only those needed."""
    needed = [field.name for field in resource.fields if field.required and not field.key]
    members = {field.name: _cell(field, may_be_null=not is_whole) for field in resource.fields}
    return _object(members, required=resource.columns if is_whole else needed)


def _cell(field: Field, *, may_be_null: bool) -> dict[str, Any]:
    kind = field.kind.removeprefix("optional_").replace("_", " ")
    return {"type": ["string", "null"] if may_be_null else "string", "description": kind}


def _object(members: dict[str, Any], *, required: Any = None) -> dict[str, Any]:
    names = list(members if required is None else required)
    described = {"type": "object", "properties": members, "additionalProperties": False}
    return {**described, "required": names} if names else described


def _text() -> dict[str, Any]:
    return {"type": "string"}


def _key(resource: Resource) -> dict[str, Any]:
    said = (
        f"The cells of {', '.join(resource.keys)}, in this order, each percent-encoded, joined by"
        " `/`; `~` for an empty cell, `~` before a cell that begins with one."
    )
    return {"name": "key", "in": "path", "required": True, "description": said, "schema": _text()}


def _query(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": _text()}


def _header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    said = {"name": name, "in": "header", "description": description, "schema": _text()}
    return {**said, "required": required}


def _idempotency_key() -> dict[str, Any]:
    said = "A new text for each change, 1 to 255 characters; the same to try it again."
    return _header("Idempotency-Key", said, required=True)


def _moment(resource: Resource) -> list[dict[str, Any]]:
    day = _query("asOf", "Only what holds on this day (yyyy-MM-dd); valid_to is excluded.")
    snapshot = _query("snapshot", "As this snapshot had it; default the newest.")
    return [snapshot, day] if resource.dated else [snapshot]


def _if_none_match() -> dict[str, Any]:
    return _header("If-None-Match", "An ETag that you have: answered 304 while it is the same.")


def _paging() -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT}
    return [
        {"name": "limit", "in": "query", "description": "Rows of a page.", "schema": limit},
        _query("cursor", "`next` of the page before."),
    ]
