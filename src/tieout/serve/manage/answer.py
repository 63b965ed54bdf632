"""What the management API answers with: rows, lists, and the headers that go with them."""

import json
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tieout.serve.manage.body import JSON_TYPE
from tieout.serve.manage.question import Listing, address
from tieout.serve.negotiation import is_known
from tieout.store.reference_rows import Record


def told_row(record: Record) -> dict[str, Any]:
    """Give one row of a list, with its address and its tag."""
    return {
        "href": address(record.resource, record.key),
        "etag": record.tag,
        "row": dict(record.cells),
    }


def row_answer(record: Record, *, snapshot: int, status: int = HTTPStatus.OK) -> Response:
    """Answer with one row."""
    headers = tag_headers(record.tag) | snapshot_header(snapshot)
    headers["Content-Location"] = address(record.resource, record.key)
    if status == HTTPStatus.CREATED:
        headers["Location"] = headers["Content-Location"]
    return Response(json_bytes(dict(record.cells)), status, headers=headers, media_type=JSON_TYPE)


def list_answer(
    request: Request, listing: Listing, *, newest: int, rows: dict[str, Any], cursor: str | None
) -> Response:
    """Answer with one page of a list, or 304 where it is known."""
    tag = listing.tag(newest, cursor=cursor)
    headers = tag_headers(tag) | snapshot_header(newest)
    if cursor:
        headers["Link"] = f'<{listing.next_address(cursor)}>; rel="next"'
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(json_bytes({**rows, "next": cursor}), headers=headers, media_type=JSON_TYPE)


def tag_headers(tag: str) -> dict[str, str]:
    """Give the headers of what has a tag."""
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}


def snapshot_header(number: int) -> dict[str, str]:
    """Name a snapshot."""
    return {"Tieout-Snapshot": str(number)}


def json_bytes(value: Any) -> bytes:
    """Give the bytes of a JSON value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
