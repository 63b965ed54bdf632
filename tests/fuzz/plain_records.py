"""The records of vendor files as the csv and json modules see them, to hold the readers to."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

csv.field_size_limit(1 << 30)
DELIMITERS = (",", ";", "\t")
MARK_BASE = 0x10FE00


class Value(Protocol):
    """What a cell's text must tell where it is not a text itself."""

    def is_told_by(self, text: str) -> bool:
        """Say whether a text tells it."""


Cell: TypeAlias = str | Value


@dataclass(frozen=True)
class Nested:
    """A JSON value that is no plain cell: what its text must decode to."""

    value: object

    def is_told_by(self, text: str) -> bool:
        """Say whether a text decodes to it."""
        return _decoded(text) == self.value


@dataclass(frozen=True)
class PlainRecord:
    """One record that is not empty: its number, its line, its cells; None where it is no row."""

    row_number: int
    line: int
    cells: tuple[Cell, ...] | None


@dataclass(frozen=True)
class PlainFile:
    """A file as plain Python reads it; `skipped` records are empty, None where it cannot tell."""

    header: tuple[str, ...]
    records: tuple[PlainRecord, ...]
    skipped: int | None


PlainReading: TypeAlias = PlainFile | None


def plain_text(content: bytes) -> str | None:
    """Give a file's text with each byte that is not UTF-8 as one private character.

    None for a damaged archive or half a UTF-16 character.
    """
    try:
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            kind = "utf-16-le" if content[:1] == b"\xff" else "utf-16-be"
            content = content[2:].decode(kind, "surrogatepass").encode("utf-8", "surrogatepass")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return None
    return marked_text(content.removeprefix(b"\xef\xbb\xbf"))


def marked_text(content: bytes) -> str:
    """Give UTF-8 as text, each byte that is none as one private character."""
    text = content.decode("utf-8", "surrogateescape")
    return "".join(
        chr(MARK_BASE + ord(sign) - 0xDC00) if 0xDC80 <= ord(sign) <= 0xDCFF else sign
        for sign in text
    )


def shown(cell: str) -> str:
    """Give a cell with its bad bytes as a person is shown them."""
    return "".join(
        f"\\x{ord(sign) - MARK_BASE:02x}" if 0x80 <= ord(sign) - MARK_BASE <= 0xFF else sign
        for sign in cell
    )


def read_csv(content: bytes, header: tuple[str, ...]) -> PlainReading:
    """Give the records below the header; None where csv finds no such header."""
    text = plain_text(content)
    if text is None:
        return None
    for delimiter in DELIMITERS:
        lines = io.StringIO(text, newline="").readlines()
        reader = csv.reader(lines, delimiter=delimiter)
        for cells in reader:
            if cells:
                break
        else:
            return None
        if tuple(shown(cell.strip()) for cell in cells) == header:
            return _below(reader, header)
    return None


def ends_in_a_quote(content: bytes) -> bool:
    """Say whether, cut by one of the delimiters, the last cell has no closing quote."""
    lines = io.StringIO(plain_text(content) or "", newline="").readlines()
    return any(
        len([*csv.reader([*lines, "end"], delimiter=delimiter)])
        == len([*csv.reader(lines, delimiter=delimiter)])
        for delimiter in DELIMITERS
    )


def _below(reader: Any, header: tuple[str, ...]) -> PlainFile:
    records: list[PlainRecord] = []
    skipped = 0
    while True:
        line = reader.line_num + 1
        cells = next(reader, None)
        if cells is None:
            return PlainFile(header, tuple(records), skipped)
        if not cells or (len(cells) == len(header) and not any(cells)):
            skipped += 1
        else:
            records.append(PlainRecord(len(records) + 1, line, tuple(cells)))


class _Twice(Exception):
    """A key stands twice in one object."""


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise _Twice
    return dict(pairs)


@dataclass(frozen=True)
class _Number:
    """A number of JSON as it is printed."""

    text: str


def _refused(word: str) -> object:
    raise ValueError(word)


def _decoded(text: str) -> object:
    return json.loads(
        text,
        parse_int=_Number,
        parse_float=_Number,
        parse_constant=_refused,
        object_pairs_hook=_pairs,
    )


def read_json(content: bytes, header: tuple[str, ...]) -> PlainReading:
    """Give the objects of JSON lines, of an array or of a page; None for what is neither."""
    text = plain_text(content)
    if text is None:
        return None
    try:
        elements = list(_elements(text))
    except (_Twice, ValueError, RecursionError):
        return None
    keys: dict[str, None] = {}
    for _, value in elements:
        if isinstance(value, dict):
            keys.update(dict.fromkeys(value))
    if tuple(shown(key.strip()) for key in keys) != header:
        raise AssertionError(f"the header is {header}, plain Python reads {tuple(keys)}")
    records: list[PlainRecord] = []
    skipped = 0
    for line, value in elements:
        if not isinstance(value, dict):
            records.append(PlainRecord(len(records) + 1, line, None))
            continue
        cells = tuple(_cell(value.get(key)) for key in keys)
        if any(cells):
            records.append(PlainRecord(len(records) + 1, line, cells))
        else:
            skipped += 1
    return PlainFile(header, tuple(records), skipped)


def _elements(text: str) -> Iterator[tuple[int, object]]:
    """Give each element with its line; a line without text is an empty object."""
    try:
        whole = _decoded(text)
    except ValueError:
        whole = None
    else:
        if isinstance(whole, dict) and any(key.casefold() == "items" for key in whole):
            whole = next(v for k, v in whole.items() if k.casefold() == "items")
        if isinstance(whole, list):
            yield from enumerate(whole, start=2)
            return
    first = _line(text.lstrip().partition("\n")[0])
    if not isinstance(first, dict) or any(key.casefold() == "items" for key in first):
        raise ValueError(text[:20])
    for line, part in enumerate(text.split("\n"), start=1):
        if part or line <= text.count("\n"):
            yield line, _line(part)


def _line(text: str) -> object:
    if not text.strip():
        return {}
    try:
        return _decoded(text)
    except ValueError:
        return None


def _cell(value: object) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return value
        case _Number():
            return value.text
    return Nested(value)


def same_cell(expected: Cell, found: str) -> bool:
    """Say whether a cell is what plain Python reads."""
    return expected == found if isinstance(expected, str) else expected.is_told_by(found)
