"""The records of a JSON file as texts, none decoded: lines, or the elements of one array.

pieces of UTF-8 -> shape -> blocks of record texts, each with its line or its place in the array
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieout.errors import FileRefused
from tieout.intake.reached import Reached
from tieout.intake.vendor_text import decoded_blocks, unpacked_blocks, with_bad_bytes_marked

RECORD_BYTES_MAX = 16 << 20
QUOTE, COMMA, BACKSLASH, LINE_FEED = 0x22, 0x2C, 0x5C, 0x0A
ASCII_END, LEAD_BYTE = 0x80, 0xC0
MANIFEST = frozenset(("blobs", "blobcount"))
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[][{}:,]|[^][{}:,"\s]+', re.DOTALL)
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_ITEMS = re.compile(rb'"items"\s*:\s*\[', re.IGNORECASE)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])

# +1 opens, -1 closes, 0 any other byte; and the bytes that a split has to look at
_STEP: NDArray[np.int8] = np.zeros(256, np.int8)
_STEP[list(b"{[")], _STEP[list(b"}]")] = 1, -1
_STRUCTURAL: NDArray[np.bool_] = np.zeros(256, np.bool_)
_STRUCTURAL[list(b'{}[],"')] = True


@dataclass(frozen=True)
class Block:
    """Some records in file order: where the first begins, as a line or a place, and their text."""

    line: int
    text: bytes  # each record ends with a line feed
    parts: Sequence[bytes] | None = None  # the records where one holds a line feed itself

    @cached_property
    def texts(self) -> Sequence[bytes]:
        """Give the text of each record."""
        return self.text.split(b"\n")[:-1] if self.parts is None else self.parts


def utf8_pieces(
    source: Path, *, name: str, marks: list[bool], reached: Reached | None = None
) -> Iterator[bytes]:
    """Give a file unpacked and transcoded, cut between characters; bad bytes are marked."""
    carry = b""
    unpacked = unpacked_blocks(source, name, reached=reached or Reached())
    for block in decoded_blocks(unpacked, name=name, encoding=None, marks=marks):
        piece = carry + block
        cut = _last_character(piece)
        carry = piece[cut:]
        yield with_bad_bytes_marked(piece[:cut], marks)
    yield with_bad_bytes_marked(carry, marks)


def blocks(
    source: Path, *, name: str, marks: list[bool], reached: Reached | None = None
) -> Iterator[Block]:
    """Give the records of a JSON file: its lines, or the elements of its array or page.

    An element's `line` is its place in the array, the first being 2. Raises FileRefused:
    damaged_file, damaged_archive; unknown_format for a manifest or an object without items.
    """
    start = _start(utf8_pieces(source, name=name, marks=[])).lstrip()
    split = _lines if start[:1] == b"{" and _is_lines(start, name=name) else _elements
    yield from split(utf8_pieces(source, name=name, marks=marks, reached=reached), name=name)


def _start(pieces: Iterator[bytes]) -> bytes:
    """Give the beginning of a file up to the first sign of the second line that has any."""
    start = b""
    for piece in pieces:
        start += piece
        first = start.lstrip()
        if first[:1] == b"[" or len(start) > RECORD_BYTES_MAX:
            break
        if first.partition(b"\n")[2].strip():
            break
    return start


def _is_lines(start: bytes, *, name: str) -> bool:
    """Say whether a text that starts with an object has one object per line."""
    first, _, rest = start.partition(b"\n")
    follows = rest.lstrip()[:1]
    try:
        members = _members.decode(first)
    except (msgspec.DecodeError, RecursionError):
        return follows == b"{" and not _ITEMS.search(first)
    if follows:
        return True
    keys = {key.casefold() for key in members}
    if keys >= MANIFEST:
        raise _manifest(name)
    return "items" not in keys


def _manifest(name: str) -> FileRefused:
    reason = "this is the manifest of a v2 export: load the folder that holds it and its blobs"
    return FileRefused(file=name, code="unknown_format", reason=reason)


def _lines(pieces: Iterator[bytes], *, name: str) -> Iterator[Block]:
    carry, line = b"", 1
    for piece in pieces:
        cut = piece.rfind(b"\n") + 1
        text = b"".join([carry, memoryview(piece)[:cut]]) if cut else b""
        carry = piece[cut:] if cut else carry + piece
        _check_length(carry, name=name)
        if text:
            yield Block(line, text)
            line += int(np.count_nonzero(np.frombuffer(text, np.uint8) == LINE_FEED))
    if carry:
        yield Block(line, carry + b"\n")


def _check_length(text: bytes, *, name: str) -> None:
    if len(text) > RECORD_BYTES_MAX:
        reason = "a record is longer than 16 MiB"
        raise FileRefused(file=name, code="damaged_file", reason=reason)


def _elements(pieces: Iterator[bytes], *, name: str) -> Iterator[Block]:
    """Give the elements of the array with which a file begins, or of its page's items."""
    start, begin = b"", None
    for piece in pieces:
        start += piece
        begin = _first_element(start, name=name)
        if begin is not None:
            break
        _check_length(start, name=name)
    if begin is None:
        raise _broken_off(name)
    head, rest = start[:begin], start[begin:]
    splitter, line = _Splitter(), 2
    for piece in chain([rest], pieces):
        texts = splitter.split(piece)
        _check_length(splitter.tail or splitter.carry, name=name)
        if texts:
            text = b"\n".join(texts) + b"\n"
            whole = text.count(b"\n") == len(texts)
            yield Block(line, text, parts=None if whole else texts)
        line += len(texts)
    _check_frame(head, tail=splitter.tail, name=name)


def _broken_off(name: str) -> FileRefused:
    reason = "the JSON breaks off before its end"
    return FileRefused(file=name, code="damaged_file", reason=reason)


def _check_frame(head: bytes, *, tail: bytes | None, name: str) -> None:
    """Refuse a file whose text around the elements is not JSON."""
    if tail is None:
        raise _broken_off(name)
    try:
        msgspec.json.decode(head + tail, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError) as fault:
        reason = "the text around the rows is not JSON, or other text follows its end"
        raise FileRefused(file=name, code="damaged_file", reason=reason) from fault


def _first_element(start: bytes, *, name: str) -> int | None:
    """Find where the elements begin: behind `[`, or behind that of `items`; None if not yet.

    Raises FileRefused (unknown_format) for an object that ends before, or is a manifest.
    """
    depth, keys = 0, []
    previous = b""
    for token in TOKEN.finditer(start):
        sign = token[0]
        if sign == b"[" and depth == 0:
            return token.end()
        if depth == 1 and sign == b":" and previous[:1] == b'"':
            keys.append(previous[1:-1].decode(errors="replace").casefold())
        if sign == b"[" and depth == 1 and previous == b":" and keys[-1:] == ["items"]:
            return token.end()
        depth += int(_STEP[sign[0]]) if len(sign) == 1 else 0
        if depth == 0:
            if set(keys) >= MANIFEST:
                raise _manifest(name)
            reason = "the file is one JSON object, but has no items"
            raise FileRefused(file=name, code="unknown_format", reason=reason)
        previous = sign
    return None


@dataclass
class _Splitter:
    """Cuts the inside of a JSON array at the commas between its elements, piece by piece."""

    carry: bytes = b""  # the beginning of an element that has not ended yet
    seen: int = 0  # bytes of it that were looked at
    depth: int = 0
    quoted: bool = False
    any_yet: bool = False
    tail: bytes | None = None  # from the array's own end on, once that was found

    def split(self, piece: bytes) -> list[bytes]:
        """Give the elements that end in this piece."""
        if self.tail is not None:
            self.tail += piece
            return []
        text = self.carry + piece
        fresh = text[self.seen :]
        if BACKSLASH in fresh:
            fresh = _ESCAPED.sub(b"__", fresh)
            fresh = fresh.removesuffix(b"\\")  # its other half is in the next piece
        cuts, end = self._cuts(np.frombuffer(fresh, np.uint8))
        begins = [0, *(self.seen + at + 1 for at in cuts)]
        ends = [begin - 1 for begin in begins[1:]]
        if end is None:
            self.seen += len(fresh) - begins[-1]
            self.carry = text[begins[-1] :]
        else:
            ends.append(self.seen + end)
            self.tail, self.carry = text[self.seen + end :], b""
        texts = [text[b:e].strip() for b, e in zip(begins, ends, strict=False)]
        if end is not None and texts == [b""] and not self.any_yet:
            return []  # the array is empty
        self.any_yet = self.any_yet or bool(texts)
        return texts

    def _cuts(self, text: NDArray[np.uint8]) -> tuple[list[int], int | None]:
        """Find the commas between elements, and the bracket that ends the array."""
        at = np.flatnonzero(_STRUCTURAL[text])
        signs = text[at]
        quotes = signs == QUOTE
        quoted = (np.cumsum(quotes) + self.quoted) % 2 == 1
        self.quoted = bool(quoted[-1]) if quoted.size else self.quoted
        outside = ~quoted & ~quotes
        at, signs = at[outside], signs[outside]
        depths = np.cumsum(_STEP[signs], dtype=np.int64) + self.depth
        self.depth = int(depths[-1]) if depths.size else self.depth
        closes = np.flatnonzero(depths < 0)
        end = int(at[closes[0]]) if closes.size else None
        cuts = at[(signs == COMMA) & (depths == 0)]
        return (cuts if end is None else cuts[cuts < end]).tolist(), end


def _last_character(text: bytes) -> int:
    """Find where the last character that is surely whole ends."""
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte < ASCII_END:
            return len(text) - back + 1
        if byte >= LEAD_BYTE:
            return len(text) - back
    return len(text)


def marked_text(text: bytes) -> bytes:
    """Give text as UTF-8 in which each byte that was none is marked."""
    return with_bad_bytes_marked(text, [])
