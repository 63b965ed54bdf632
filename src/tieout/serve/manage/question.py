"""Addresses, queries and conditions of the management API: which record, which page, if what."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import quote, unquote_to_bytes

from starlette.requests import Request

from tieout.pipeline import Place
from tieout.serve.negotiation import TAG
from tieout.serve.problems import ManageProblem
from tieout.serve.sealed import digest, ends, has_ended, seal, unseal
from tieout.store.reference_rows import At
from tieout.store.resources import Resource

PREFIX = "/manage/v1"
EMPTY = "~"  # an empty cell in an address; a cell that begins with this sign has it twice
LIMIT_DEFAULT, LIMIT_MAX = 1_000, 10_000
MOMENT = ("snapshot", "asOf")
PURPOSE = "management cursor"
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
HOUR_S = 3600
OF_CURSOR = re.compile(r'\.[0-9a-f]+"$', re.ASCII)  # what of a page's tag is of its cursor
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


@dataclass(frozen=True)
class Moment:
    """Which rows are read: of a snapshot (none: the newest), those that hold on a day (or all)."""

    snapshot: int | None = None
    day: str | None = None

    def at(self, newest: int) -> At:
        """Give the snapshot and the day. Raises ManageProblem for one that there is not yet."""
        if self.snapshot is not None and self.snapshot > newest:
            raise _bad("snapshot", f"is a number up to {newest}, the newest")
        return At(newest if self.snapshot is None else self.snapshot, self.day)


@dataclass(frozen=True)
class Listing:
    """One page of a list: at most `limit` rows with these cells, after a place in a snapshot.

    `given` is what was asked for besides limit and cursor.
    """

    name: str
    given: tuple[tuple[str, str], ...]
    cells: tuple[tuple[str, str], ...]
    limit: int
    moment: Moment = Moment()
    after: int = 0

    def next_address(self, cursor: str) -> str:
        """Give the address of the next page, for a Link header."""
        query = [*self.given, ("limit", str(self.limit)), ("cursor", cursor)]
        text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
        return f"{PREFIX}/{self.name}?{text}"

    def tag(self, snapshot: int, *, cursor: str | None = None) -> str:
        """Give the strong entity tag of this page of a snapshot, with its quotes.

        A cursor in the body is of one key and hour; what of the tag is of it follows a point.
        """
        said = repr([self.name, self.given, self.limit, self.after, snapshot])
        onward = f".{digest(cursor)}" if cursor else ""
        return f'"{hashlib.sha256(said.encode()).hexdigest()}{onward}"'


def list_tag(name: str, *, snapshot: int) -> str:
    """Give the entity tag of a resource's list, asked for without a query."""
    return Listing(name, (), (), LIMIT_DEFAULT).tag(snapshot)


class Cursors:
    """Reads and writes the cursors of one access key."""

    def __init__(self, *, secret: bytes, key_id: str, now: datetime) -> None:
        """Keep what they are signed with, whom they are for, and the time."""
        self._secret, self._key_id, self._now = secret, key_id, now

    def write(self, listing: Listing, *, snapshot: int, after: int) -> str:
        """Give the text that asks for the rows after these."""
        until = -(-ends(self._now) // HOUR_S) * HOUR_S  # a page read twice is the same in between
        values = [snapshot, after, until, self._question(listing)]
        return seal(values, secret=self._secret, purpose=PURPOSE)

    def read(self, listing: Listing, cursor: str) -> Listing:
        """Give the page that a cursor leads to. Raises ManageProblem."""
        values = unseal(cursor, secret=self._secret, purpose=PURPOSE)
        if values is None or values[3] != self._question(listing):
            detail = "the cursor is not one of this key and this list"
            raise ManageProblem(code="BAD_CURSOR", detail=detail)
        snapshot, after, until, _ = values
        if has_ended(until, now=self._now):
            raise ManageProblem(code="CURSOR_EXPIRED")
        moment = replace(listing.moment, snapshot=snapshot)
        return replace(listing, moment=moment, after=after)

    def _question(self, listing: Listing) -> str:
        return digest(self._key_id, listing.name, listing.given)


def read_listing(
    request: Request, name: str, *, resource: Resource | None, cursors: Cursors
) -> Listing:
    """Read `limit`, `cursor`, and of a resource the cells and the moment. Raises ManageProblem."""
    keys = resource.keys if resource else ()
    known = (*keys, *(MOMENT if resource else ()), "limit", "cursor")
    given = _single_values(request, known)
    limit = given.pop("limit", str(LIMIT_DEFAULT))
    if not NUMBER.fullmatch(limit) or not 1 <= int(limit) <= LIMIT_MAX:
        raise _bad("limit", f"is a number from 1 to {LIMIT_MAX}")
    cursor = given.pop("cursor", None)
    asked = tuple(sorted(given.items()))
    cells = tuple((column, cell) for column, cell in asked if column in keys)
    moment = _moment(given, resource) if resource else Moment()
    listing = Listing(name, asked, cells, int(limit), moment)
    return listing if cursor is None else cursors.read(listing, cursor)


def read_moment(request: Request, resource: Resource) -> Moment:
    """Read which rows one row is looked for in. Raises ManageProblem."""
    return _moment(_single_values(request, MOMENT), resource)


def _moment(given: Mapping[str, str], resource: Resource) -> Moment:
    snapshot, day = (given.get(name) for name in MOMENT)
    if snapshot is not None and not (NUMBER.fullmatch(snapshot) and int(snapshot)):
        raise _bad("snapshot", "is a number from 1 on")
    if day is not None and not resource.dated:
        raise _bad("asOf", f"has no use: rows of {resource.name} have no dates")
    if day is not None:
        day = _day("asOf", day)
    return Moment(int(snapshot) if snapshot else None, day)


def _day(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text if DAY.fullmatch(text) else "").isoformat()
    except ValueError:
        raise _bad(name, "is not a date as yyyy-MM-dd") from None


def read_place(request: Request, resource: Resource) -> Place:
    """Read which record an address names. Raises ManageProblem when it names none."""
    path = request.scope["raw_path"].partition(f"{PREFIX}/{resource.name}/".encode())[2]
    parts = path.split(b"?")[0].split(b"/")
    try:
        key = [unquote_to_bytes(part).decode() for part in parts]
    except UnicodeDecodeError:
        raise _bad("key", "is not UTF-8") from None
    if len(key) != len(resource.keys) or "" in key or "\0" in "".join(key):
        detail = f"a record of {resource.name} is named by {'/'.join(resource.keys)}"
        raise ManageProblem(code="NOT_FOUND", detail=f"{detail}, ~ where a cell is empty")
    return Place(resource, tuple(part.removeprefix(EMPTY) for part in key))


def address(resource: str, key: Iterable[str]) -> str:
    """Give the address of a record.

    >>> address("price_list", ["microsoft", "DZH/1", ""])
    '/manage/v1/price_list/microsoft/DZH%2F1/~'
    """
    cells = (EMPTY + cell if cell.startswith(EMPTY) else cell or EMPTY for cell in key)
    return "/".join([f"{PREFIX}/{resource}", *(quote(cell, safe=EMPTY) for cell in cells)])


def read_end(request: Request, *, today: date) -> str:
    """Read `valid_to`, by default today. Raises ManageProblem when it is not a day."""
    text = _single_values(request, ("valid_to",)).get("valid_to", today.isoformat())
    return _day("valid_to", text)


def refuse_query(request: Request) -> None:
    """Raise ManageProblem when there is a query where none is read."""
    _single_values(request, ())


@dataclass(frozen=True)
class Condition:
    """What a request expects of the record it changes."""

    tags: frozenset[str] = frozenset()  # one of these
    is_any: bool = False  # any record
    is_none: bool = False  # no record yet

    def fits(self, tag: str | None) -> bool:
        """Tell whether the record that is there, by its tag, is what is expected."""
        if self.is_none:
            return tag is None
        return tag is not None and (self.is_any or tag in self.tags)


def read_condition(request: Request, *, may_create: bool) -> Condition:
    """Read `If-Match`, or `If-None-Match: *` for a new record. Raises ManageProblem."""
    match, none_match = (_header(request, name) for name in ("if-match", "if-none-match"))
    if match and none_match:
        raise _bad("If-None-Match", "cannot come together with If-Match")
    if match:
        return Condition(tags=frozenset(TAG.findall(match)), is_any=match == "*")
    if none_match and may_create:
        if none_match != "*":
            raise _bad("If-None-Match", "is * here: the record must not be there yet")
        return Condition(is_none=True)
    create = ", or If-None-Match: * for a new record" if may_create else ""
    detail = f"send If-Match with the ETag of the record as you read it{create}"
    raise ManageProblem(code="PRECONDITION_NEEDED", detail=detail)


def read_list_condition(request: Request) -> Condition:
    """Read `If-Match` of a resource's list, which may be left out. Raises ManageProblem."""
    if _header(request, "if-none-match"):
        raise _bad("If-None-Match", "has no use here")
    if match := _header(request, "if-match"):
        tags = (OF_CURSOR.sub('"', tag) for tag in TAG.findall(match))
        return Condition(tags=frozenset(tags), is_any=match == "*")
    return Condition(is_any=True)


def read_idempotency_key(request: Request) -> str:
    """Read `Idempotency-Key`. Raises ManageProblem when it is missing or unusable."""
    key = _header(request, "idempotency-key")
    if not key:
        detail = "send an Idempotency-Key: a new text for each change, the same to try it again"
        raise ManageProblem(code="IDEMPOTENCY_KEY_NEEDED", detail=detail)
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise _bad("Idempotency-Key", "is 1 to 255 printable ASCII characters without spaces")
    return key


def _header(request: Request, name: str) -> str:
    return ", ".join(request.headers.getlist(name)).strip()


def _single_values(request: Request, known: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            listed = ", ".join(known) or "none"
            detail = f"unknown parameter; known here: {listed}"
            errors = [{"parameter": name[:64], "reason": "unknown parameter"}]
            raise ManageProblem(code="UNKNOWN_PARAMETER", detail=detail, errors=errors)
        if name in given:
            raise _bad(name, "is given more than once")
        if "\0" in value:
            raise _bad(name, "has a NUL character")
        given[name] = value
    return given


def _bad(name: str, reason: str) -> ManageProblem:
    errors = [{"parameter": name, "reason": reason}]
    return ManageProblem(code="BAD_PARAMETER", detail=f"'{name}' {reason}", errors=errors)
