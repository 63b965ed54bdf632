"""The records of a JSON file as text cells: every number as its digits stand, none ever a float.

blocks of record texts -> what fits a shape, cut | members undecoded -> c0..cN | bad_json
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from tieout.errors import FileRefused
from tieout.intake.json_elements import TOKEN, Block, blocks
from tieout.intake.json_shapes import Fit, Shape, find_tokens, learn_shape
from tieout.intake.reached import Reached
from tieout.intake.recognition import COLUMNS_MAX
from tieout.intake.records import BatchMisshapen, NumberedRecords, Numbers
from tieout.intake.vendor_text import show_marked

NULL, QUOTED, NOTHING = msgspec.Raw(b"null"), 0x22, 0x6E  # the first bytes of "text" and null
HEAD_BLOCKS = 4  # some thousands of rows
SHAPES_MAX, TRIES = 32, 4  # known of one file; lines of one block that may show a new one
LINES_LEAST = 8  # fewer lines of one shape are decoded sooner than cut
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
Row = Mapping[str, msgspec.Raw]


@dataclass
class Shapes:
    """The shapes seen in one file so far."""

    known: list[Shape] = field(default_factory=list)

    def sort(self, block: Block) -> tuple[list[Fit], Numbers]:
        """Give the records of a block that fit a shape, and the places of all others."""
        if block.parts is not None:
            return [], np.arange(len(block.parts))
        tokens = find_tokens(block.text)
        rest, fits, tried = np.arange(len(tokens.ends)), list[Fit](), 0
        for known in self.known:
            rest = _taken(known.fit(tokens, rest), fits, rest=rest)
        while rest.size >= LINES_LEAST + tried and tried < TRIES and len(self.known) < SHAPES_MAX:
            # the lines before this one are no objects, or cut by no shape
            failed, open_yet = rest[:tried], rest[tried:]
            shape = learn_shape(block.texts[open_yet[0]])
            left = (
                open_yet
                if shape is None
                else _taken(shape.fit(tokens, open_yet), fits, rest=open_yet)
            )
            if shape is not None and left.size < open_yet.size:
                self.known.append(shape)
            else:
                tried += 1
            rest = np.concatenate([failed, left])
        return fits, rest


def _taken(fit: Fit, fits: list[Fit], *, rest: Numbers) -> Numbers:
    """Take the lines that fit a shape out of the rest, where they are worth it."""
    if len(fit.lines) < LINES_LEAST:
        return rest
    fits.append(fit)
    return np.setdiff1d(rest, fit.lines, assume_unique=True)


@dataclass
class JsonText:
    """A JSON file whose header, the union of the keys of all its objects, is known or hoped for."""

    source: Path
    name: str
    keys: tuple[str, ...]  # in order of their first appearance
    is_whole: bool  # all objects were looked at, not only the first ones
    shapes: Shapes = field(default_factory=Shapes)
    marks: list[bool] = field(default_factory=list)
    reached: Reached = field(default_factory=Reached)

    @property
    def header(self) -> tuple[str, ...]:
        """The keys as printed."""
        return tuple(show_marked(key.strip()) for key in self.keys)

    @property
    def marked(self) -> bool:
        """Whether a byte read so far was not UTF-8."""
        return bool(self.marks)


def open_json(source: Path, *, name: str, whole: bool) -> JsonText:
    """Read a JSON file once for its keys; if not as a whole, its beginning.

    Raises FileRefused: duplicate_header for a key that stands twice in one object; unknown_format
    for a manifest, an object without items, too many keys; empty_file; damaged_file.
    """
    keys: dict[str, None] = {}
    shapes, bad, is_whole = Shapes(), 0, True
    for number, block in enumerate(blocks(source, name=name, marks=[])):
        is_whole = whole or number < HEAD_BLOCKS
        if not is_whole:
            break
        fits, rest = shapes.sort(block)
        seen = [(int(fit.lines[0]), fit.keys) for fit in fits]
        for at in rest.tolist():
            row = _row(block.texts[at])
            if row is None:
                bad += 1
            else:
                _check_keys(block.texts[at], row, name=name)
                seen.append((at, tuple(row)))
        for _, found in sorted(seen):
            keys.update(dict.fromkeys(found))
        if len(keys) > COLUMNS_MAX:
            reason = f"the objects have {len(keys)} keys, at most {COLUMNS_MAX} are read"
            raise FileRefused(file=name, code="unknown_format", reason=reason)
    if not keys:
        code, reason = "empty_file", "the file has no rows"
        if bad:
            code, reason = "damaged_file", "no record of the file is a JSON object"
        raise FileRefused(file=name, code=code, reason=reason)
    return JsonText(source, name, tuple(keys), is_whole, shapes)


@dataclass
class JsonRecords(NumberedRecords):
    """The objects of a JSON file. What is none is kept as misshapen, with its text."""

    text: JsonText

    def misshapen_table(self) -> pa.Table:
        """Give the records that are no JSON object: their text, and what is wrong with it."""
        texts = self.misshapen.texts
        return self.misshapen.table([[text] for text in texts], reasons=[_why(t) for t in texts])

    def _batches(self) -> Iterator[pa.RecordBatch]:
        text = self.text
        for block in blocks(text.source, name=text.name, marks=text.marks, reached=text.reached):
            yield self._batch(block)

    def _batch(self, block: Block) -> pa.RecordBatch:
        fits, rest = self.text.shapes.sort(block)
        parts = [_cut(fit) for fit in fits]
        lost = [np.setdiff1d(f.lines, part.places) for f, part in zip(fits, parts, strict=True)]
        part, bad = _decoded(block, np.sort(np.concatenate([rest, *lost])))
        parts.append(part)
        if not self.text.is_whole:
            self._check_hope(block, parts)
        places = np.concatenate([part.places for part in parts])
        order = pa.array(np.argsort(places))
        cells = [_joined(parts, key, order=order) for key in self.text.keys]
        places.sort()
        misshapen = BatchMisshapen()
        for at in bad:
            text = block.texts[at].strip().decode()
            before = int(np.searchsorted(places, at))
            misshapen.add(before, line=block.line + at, text=text)
        return self.numbered(cells, lines=block.line + places, misshapen=misshapen)

    def _check_hope(self, block: Block, parts: Sequence["_Part"]) -> None:
        """Refuse the file where it was opened with too few keys; it will be read as a whole."""
        for part in parts:
            if found := part.cells.keys() - set(self.text.keys):
                reason = f"the first rows lack the keys {', '.join(map(repr, sorted(found)))}"
                raise FileRefused(file=self.text.name, code="unknown_format", reason=reason)
        for at in parts[-1].places.tolist():
            text = block.texts[at]
            _check_keys(text, _row(text) or {}, name=self.text.name)


@dataclass(frozen=True)
class _Part:
    """Some objects of a block: their places in it, and their cells by key."""

    places: Numbers
    cells: Mapping[str, pa.Array]

    def column(self, key: str) -> pa.Array:
        found = self.cells.get(key)
        return pa.repeat(pa.scalar(""), len(self.places)) if found is None else found


def _cut(fit: Fit) -> _Part:
    places, columns = fit.cells()
    return _Part(places, dict(zip(fit.keys, columns, strict=True)))


def _decoded(block: Block, places: Numbers) -> tuple[_Part, list[int]]:
    """Decode some records of a block one by one; give also the places of those that are none."""
    rows: dict[int, Row] = {}
    bad = []
    for at in places.tolist():
        row = _row(block.texts[at])
        if row is None:
            bad.append(at)
        else:
            rows[at] = row
    keys = dict.fromkeys(key for row in rows.values() for key in row)
    cells = {key: _cells([row.get(key, NULL) for row in rows.values()]) for key in keys}
    return _Part(np.array(list(rows), np.int64), cells), bad


def _joined(parts: Sequence[_Part], key: str, *, order: pa.Array) -> pa.Array:
    filled = [part.column(key) for part in parts if len(part.places)]
    if len(filled) <= 1:
        return filled[0] if filled else parts[0].column(key)
    return pa.concat_arrays(filled).take(order)


def _row(text: bytes) -> Row | None:
    """Give the members of one object, their values undecoded; None for what is no object."""
    try:
        return _members.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None if text.strip() else {}


def _why(text: str) -> str:
    try:
        _members.decode(text)
    except msgspec.ValidationError:
        return "the record is JSON, but not an object"
    except (msgspec.DecodeError, RecursionError) as fault:
        return f"the record is not JSON: {fault}"
    raise AssertionError(text)


def _check_keys(text: bytes, row: Row, *, name: str) -> None:
    """Refuse an object in which a key stands twice, of which decoding would keep only the last.

    Each member brings two quotes beside those inside its key and its value, so that equal counts
    prove all keys different; only where they differ is the object decoded key by key.
    """
    if text.count(b'"') == 2 * len(row) + b"".join(row.values()).count(b'"'):
        return
    seen: set[str] = set()
    for key in _keys(text):
        if key in seen:
            reason = f"the key '{show_marked(key)}' stands twice in one object"
            raise FileRefused(file=name, code="duplicate_header", reason=reason)
        seen.add(key)


def _keys(text: bytes) -> list[str]:
    """Give the keys of one object in order, repeated ones too."""
    depth, found, previous = 0, [], b""
    for token in TOKEN.finditer(text):
        sign = token[0]
        if sign == b":" and depth == 1:
            found.append(str(msgspec.json.decode(previous, type=str)))
        depth += (sign in (b"{", b"[")) - (sign in (b"}", b"]"))
        previous = sign
    return found


def _cells(values: Sequence[msgspec.Raw]) -> pa.Array:
    """Give undecoded values as text: strings without quotes, null as nothing, the rest as it is."""
    text = b"".join(values)
    if b"\\" in text:
        plain = [_plain(bytes(value)) for value in values]
        return pa.array(plain, pa.binary()).cast(pa.string())
    sizes = np.fromiter(map(len, values), np.int64, len(values))
    ends = np.cumsum(sizes)
    starts = ends - sizes
    signs = np.frombuffer(text, np.uint8)
    quoted, nothing = signs[starts] == QUOTED, signs[starts] == NOTHING
    kept = np.ones(len(signs), np.bool_)
    kept[starts[quoted]] = kept[ends[quoted] - 1] = False
    for at in range(len(b"null")):
        kept[starts[nothing] + at] = False
    sizes = np.where(nothing, 0, sizes - 2 * quoted)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(signs[kept])]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _plain(value: bytes) -> bytes:
    if value == b"null":
        return b""
    return msgspec.json.decode(value, type=str).encode() if value[0] == QUOTED else value
