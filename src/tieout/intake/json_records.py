"""The records of a JSON file as text cells: every number as its digits stand, none ever a float.

blocks of record texts -> members undecoded -> row_number, line, c0..cN | bad_json
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from tieout.errors import FileRefused
from tieout.intake.json_elements import TOKEN, Block, blocks
from tieout.intake.recognition import COLUMNS_MAX
from tieout.intake.records import BatchMisshapen, NumberedRecords
from tieout.intake.vendor_text import show_marked

NULL, QUOTED, NOTHING = msgspec.Raw(b"null"), 0x22, 0x6E  # the first bytes of "text" and null
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
Row = Mapping[str, msgspec.Raw]


@dataclass
class JsonText:
    """A JSON file whose header, the union of the keys of all its objects, is known."""

    source: Path
    name: str
    keys: tuple[str, ...]  # in order of their first appearance
    marks: list[bool] = field(default_factory=list)
    failure: FileRefused | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """The keys as printed."""
        return tuple(show_marked(key.strip()) for key in self.keys)

    @property
    def marked(self) -> bool:
        """Whether a byte read so far was not UTF-8."""
        return bool(self.marks)


def open_json(source: Path, *, name: str) -> JsonText:
    """Read a JSON file once for its keys.

    Raises FileRefused: duplicate_header for a key that stands twice in one object; unknown_format
    for a manifest, an object without items, too many keys; empty_file; damaged_file.
    """
    keys: dict[str, None] = {}
    bad, last = 0, None
    for block in blocks(source, name=name, marks=[]):
        for text in block.texts:
            row = _row(text)
            if row is None:
                bad += 1
                continue
            _check_keys(text, row, name=name)
            found = tuple(row)
            if found != last:
                keys.update(dict.fromkeys(found))
                last = found
        if len(keys) > COLUMNS_MAX:
            reason = f"the objects have {len(keys)} keys, at most {COLUMNS_MAX} are read"
            raise FileRefused(file=name, code="unknown_format", reason=reason)
    if not keys:
        code, reason = "empty_file", "the file has no rows"
        if bad:
            code, reason = "damaged_file", "no record of the file is a JSON object"
        raise FileRefused(file=name, code=code, reason=reason)
    return JsonText(source, name, tuple(keys))


@dataclass
class JsonRecords(NumberedRecords):
    """The objects of a JSON file. What is none is kept as misshapen, with its text."""

    text: JsonText

    def misshapen_table(self) -> pa.Table:
        """Give the records that are no JSON object: their text, and what is wrong with it."""
        texts = self.misshapen.texts
        return self.misshapen.table([[text] for text in texts], reasons=[_why(t) for t in texts])

    def _batches(self) -> Iterator[pa.RecordBatch]:
        source, name = self.text.source, self.text.name
        try:
            for block in blocks(source, name=name, marks=self.text.marks):
                yield self._batch(block)
        except FileRefused as refusal:
            self.text.failure = refusal
            raise

    def _batch(self, block: Block) -> pa.RecordBatch:
        rows: list[Row] = []
        lines: list[int] = []
        misshapen = BatchMisshapen()
        for line, text in zip(block.lines, block.texts, strict=True):
            row = _row(text)
            if row is None:
                misshapen.add(len(rows), line=line, text=text.strip().decode())
            else:
                rows.append(row)
                lines.append(line)
        cells = [_cells([row.get(key, NULL) for row in rows]) for key in self.text.keys]
        return self.numbered(cells, lines=np.array(lines, np.int64), misshapen=misshapen)


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
