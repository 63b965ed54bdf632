"""Bodies of the management API: JSON in which every cell is text, so that no number is ever read.

A JSON number is kept as the text it was and refused by name; nothing here makes a float.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from starlette.requests import ClientDisconnect, Request

from tieout.reference import Rows
from tieout.serve.problems import ManageProblem
from tieout.store.resources import RESOURCES

BYTES_MAX = 10 << 20
DISCARDED_MAX = 4 * BYTES_MAX  # of a body that is too large, so that its sender reads the answer
ROWS_MAX = 10_000
ERRORS_MAX = 200  # of the body's form; faults of rows are all listed
JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Number:
    """A JSON number as it was written."""

    text: str


class _RepeatedName(ValueError):
    """A JSON object with a member name twice."""


async def read_body(request: Request) -> bytes:
    """Give the bytes of a JSON body. Raises ManageProblem: another type, or too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON_TYPE:
        raise ManageProblem(code="UNSUPPORTED_MEDIA_TYPE", detail=f"the body has to be {JSON_TYPE}")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        detail = "the body has to come without Content-Encoding"
        raise ManageProblem(code="UNSUPPORTED_MEDIA_TYPE", detail=detail)
    parts, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= BYTES_MAX:
                parts.append(chunk)
            elif size > DISCARDED_MAX:
                break
    except ClientDisconnect:
        raise ManageProblem(code="BAD_BODY", detail="the body ended early") from None
    if size > BYTES_MAX:
        raise ManageProblem(code="TOO_LARGE", detail=f"a body has at most {BYTES_MAX >> 20} MiB")
    return b"".join(parts)


def read_changes(body: bytes) -> Rows:
    """Read `{"rows": {"<resource>": [{"<column>": "<text>", ...}, ...], ...}}`.

    Raises ManageProblem naming each member that is not of this form.
    """
    value = _decode(body)
    if not isinstance(value, dict) or value.keys() != {"rows"} or not _is_filled(value["rows"]):
        detail = 'the body has the form {"rows": {"<resource>": [{"<column>": "<text>"}]}}'
        raise ManageProblem(code="BAD_BODY", detail=detail)
    rows: dict[str, Any] = value["rows"]
    _refuse(_shape_errors(rows))
    _refuse_many(sum(map(len, rows.values())))
    return {label: [_cells(row) for row in listed] for label, listed in rows.items()}


def read_list(body: bytes, *, label: str) -> Rows:
    """Read `{"rows": [{"<column>": "<text>", ...}, ...]}`, the rows of one resource.

    Raises ManageProblem naming each member that is not of this form.
    """
    value = _decode(body)
    listed = value.get("rows") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(listed, list) or not listed:
        raise ManageProblem(
            code="BAD_BODY", detail='the body has the form {"rows": [{"<column>": "<text>"}]}'
        )
    _refuse(e for at, row in enumerate(listed) for e in _row_errors(row, name=f"rows[{at}]"))
    _refuse_many(len(listed))
    return {label: [_cells(row) for row in listed]}


def read_row(body: bytes) -> dict[str, str]:
    """Read one row as an object of text. Raises ManageProblem naming each other member."""
    value = _decode(body)
    _refuse(_row_errors(value, name=""))
    return _cells(value)


def read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object, a number in it being a `Number`. Raises ManageProblem."""
    value = _decode(body)
    if not isinstance(value, dict):
        raise ManageProblem(code="BAD_BODY", detail="the body is not a JSON object")
    return value


def _refuse_many(count: int) -> None:
    if count > ROWS_MAX:
        raise ManageProblem(code="TOO_LARGE", detail=f"one request changes at most {ROWS_MAX} rows")


def _decode(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode(),
            parse_float=Number,
            parse_int=Number,
            parse_constant=Number,
            object_pairs_hook=_object,
        )
    except _RepeatedName as error:
        raise ManageProblem(code="BAD_BODY", detail=str(error)) from None
    except (ValueError, RecursionError):
        raise ManageProblem(code="BAD_BODY", detail="the body is not JSON in UTF-8") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        (name, _), *_ = counted.most_common(1)
        raise _RepeatedName(f"the member {name[:64]!r} comes twice in one object")
    return found


def _is_filled(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)


def _shape_errors(rows: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for label, listed in rows.items():
        if label not in RESOURCES:
            yield _error(f"rows.{label}", "is not a resource; known are " + ", ".join(RESOURCES))
        elif not isinstance(listed, list):
            yield _error(f"rows.{label}", "is not a list of rows")
        else:
            for index, row in enumerate(listed):
                yield from _row_errors(row, name=f"rows.{label}[{index}]")


def _row_errors(row: Any, *, name: str) -> Iterator[dict[str, str]]:
    if not isinstance(row, dict):
        yield _error(name or "body", "is not an object of cells")
        return
    for column, cell in row.items():
        if not (cell is None or isinstance(cell, str)):
            yield _error(f"{name}.{column}" if name else column, _why_no_text(cell))


def _why_no_text(cell: Any) -> str:
    if isinstance(cell, Number):
        return f'is the JSON number {cell.text[:40]}; cells are text: "{cell.text[:40]}"'
    return "is not text"


def _cells(row: Mapping[str, str | None]) -> dict[str, str]:
    """Give the cells; null stands for an empty one."""
    return {name: cell or "" for name, cell in row.items()}


def _error(name: str, reason: str) -> dict[str, str]:
    return {"parameter": name, "reason": reason}


def _refuse(found: Iterator[dict[str, str]]) -> None:
    """Raise ManageProblem with the first errors, if there are any."""
    errors = list(islice(found, ERRORS_MAX))
    if errors:
        detail = f"{errors[0]['parameter']} {errors[0]['reason']}"
        raise ManageProblem(code="BAD_BODY", detail=detail, errors=errors)
