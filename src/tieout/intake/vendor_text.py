"""A vendor file as clean UTF-8: unpacked, transcoded, its header read, its delimiter known.

bytes -> gzip members joined -> BOM dropped, transcoded -> bad bytes marked -> header | body
"""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from tieout.errors import FileRefused
from tieout.intake.form import PLAIN_STYLE, FileStyle
from tieout.intake.header_record import find_header
from tieout.intake.reached import Reached

BLOCK_BYTES = 2 << 20  # small enough for the allocator to use the same memory again
LINE_BYTES, RECORD_BYTES = 32 << 20, 16 << 20
BOMB_BYTES, BOMB_RATIO = 1 << 30, 500  # real files pack to a tenth or so
MISSHAPEN_BYTES = 128 << 20
GZIP_MAGIC = b"\x1f\x8b"
MARK_BASE = 0x10FE00  # private use: byte 0xNN that is not UTF-8 is read as U+10FENN
END_MARK = chr(MARK_BASE)
MARKED = "[\\x{10FE80}-\\x{10FEFF}]"
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_MARK = re.compile("[\U0010fe80-\U0010feff]")


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Read each undecodable byte as one private character, so that the byte is not lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(MARK_BASE + byte) for byte in bad), error.end


codecs.register_error("tieout-mark", _mark)


def show_marked(text: str) -> str:
    r"""Give marked bytes in a form a person can read.

    >>> show_marked("M" + chr(0x10FEFC) + "ller")
    'M\\xfcller'
    """
    return "".join(
        f"\\x{ord(char) - MARK_BASE:02x}"
        if MARK_BASE + 0x80 <= ord(char) <= MARK_BASE + 0xFF
        else char
        for char in text
    )


@dataclass
class VendorText(io.RawIOBase):
    """The records after the header, as a readable stream of UTF-8.

    `header_lines` counts physical lines up to the first record. `end_mark` stands as a record of
    its own behind the last one, unless a quote that never ends takes it in. Once read: `marked`
    says whether a byte was not UTF-8. Who reads it counts in `misshapen_size` the bytes of records
    that do not fit the header.
    """

    name: str
    header: tuple[str, ...]
    header_lines: int
    delimiter: str
    pieces: Iterator[bytes]
    marks: list[bool] = field(default_factory=list)
    reached: Reached = field(default_factory=Reached)
    rest: bytes = b""
    misshapen_size: int = 0

    @property
    def marked(self) -> bool:
        """Whether a byte read so far was not UTF-8."""
        return bool(self.marks)

    @property
    def end_mark(self) -> str:
        """The record behind the last one, which does not fit the header."""
        return END_MARK if len(self.header) > 1 else f"{END_MARK}{self.delimiter}"

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def _refuse_rubble(self) -> None:
        if self.misshapen_size > MISSHAPEN_BYTES:
            reason = f"over {MISSHAPEN_BYTES >> 20} MiB of its rows do not fit the header"
            raise FileRefused(file=self.name, code="damaged_file", reason=reason)

    def read(self, size: int = -1) -> bytes:
        """Give up to `size` bytes."""
        try:
            self._refuse_rubble()
            while not self.rest:
                self.rest = next(self.pieces)
        except StopIteration:
            return b""
        if size < 0 or size >= len(self.rest):
            taken, self.rest = self.rest, b""
        else:
            taken, self.rest = self.rest[:size], self.rest[size:]
        return taken


def open_vendor_text(source: Path, *, name: str, style: FileStyle = PLAIN_STYLE) -> VendorText:
    """Open a file up to its header, which stands where the style says.

    Raises FileRefused: empty_file, damaged_archive, damaged_file.
    """
    marks: list[bool] = []
    reached = Reached()
    unpacked = unpacked_blocks(source, name, reached=reached)
    decoded = decoded_blocks(unpacked, name=name, encoding=style.encoding, marks=marks)
    pieces = _whole_lines(decoded, marks, name=name)
    start, header = b"", None
    for piece in pieces:
        start += piece
        if len(start) > LINE_BYTES + BLOCK_BYTES:
            reason = f"the header is longer than {LINE_BYTES >> 20} MiB"
            raise FileRefused(file=name, code="damaged_file", reason=reason)
        if (header := find_header(start, style)) is not None:
            break
    header = header or find_header(start, style, ended=True)
    if header is None:
        reason = "a quote in the header never ends"
        raise FileRefused(file=name, code="damaged_file", reason=reason)
    if not any(cell.strip() for cell in header.cells):
        raise FileRefused(file=name, code="empty_file", reason="the file is empty")
    text = VendorText(
        name=name,
        header=tuple(show_marked(cell.strip()) for cell in header.cells),
        header_lines=_line_ends(start[: header.end]) or 1,
        delimiter=header.delimiter,
        pieces=iter(()),
        marks=marks,
        reached=reached,
    )
    text.pieces = _body(start[header.end :], pieces, end=text.end_mark)
    return text


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _body(first: bytes, rest: Iterator[bytes], *, end: str) -> Iterator[bytes]:
    """Give the text of the records and the mark of their end.

    Arrow reads a record that lies in two pieces, not in three; so a piece that seems to end inside
    quotes goes along with the next one. From the beginning Arrow drops one byte order mark.
    """
    held, quotes = b"", 0
    for number, piece in enumerate(filter(None, _chain(first, rest))):
        if held and (quotes % 2 == 0 or len(held) > RECORD_BYTES):
            yield held
            held = b""
        is_marked = number == 0 and piece.startswith(codecs.BOM_UTF8)
        held += codecs.BOM_UTF8 + piece if is_marked else piece
        quotes += piece.count(b'"')
    yield held + (b"\n" if held[-1:] not in b"\r\n" else b"") + end.encode()


def _line_ends(text: bytes) -> int:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")


def unpacked_blocks(source: Path, name: str, *, reached: Reached) -> Iterator[bytes]:
    """Read a file block by block, through gzip if its first bytes say so."""
    with source.open("rb") as raw:
        packed = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        packed_size, size = source.stat().st_size, 0
        try:
            while block := stream.read(BLOCK_BYTES):
                size += len(block)
                reached.size = raw.tell()
                if packed and size > max(BOMB_BYTES, BOMB_RATIO * packed_size):
                    reason = f"the gzip archive unpacks to over {BOMB_RATIO} times its size"
                    raise FileRefused(file=name, code="damaged_archive", reason=reason)
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
            reason = f"the gzip archive is damaged: {fault}"
            raise FileRefused(file=name, code="damaged_archive", reason=reason) from fault


def decoded_blocks(
    blocks: Iterator[bytes], *, name: str, encoding: str | None, marks: list[bool]
) -> Iterator[bytes]:
    """Drop a byte order mark; give UTF-16 and a declared encoding as UTF-8.

    A byte order mark wins over what is declared. A lone surrogate stays, as bad bytes.
    """
    first = next(blocks, b"")
    utf16 = _UTF16.get(first[:2])
    if utf16 is None and encoding not in _UTF16.values():
        plain = encoding is None or first.startswith(codecs.BOM_UTF8)
        rest = _chain(first.removeprefix(codecs.BOM_UTF8), blocks)
        yield from rest if plain else _transcoded(rest, encoding=str(encoding), marks=marks)
        return
    decoder = codecs.getincrementaldecoder(utf16 or str(encoding))("surrogatepass")
    first = first if utf16 is None else first[2:]
    yield decoder.decode(first).encode("utf-8", "surrogatepass")
    try:
        for block in blocks:
            yield decoder.decode(block).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as fault:
        reason = "the UTF-16 text ends in the middle of a character"
        raise FileRefused(file=name, code="damaged_file", reason=reason) from fault


def _transcoded(blocks: Iterator[bytes], *, encoding: str, marks: list[bool]) -> Iterator[bytes]:
    """Give text of a declared one-byte encoding as UTF-8; bytes it does not have are marked."""
    for block in blocks:
        text = block.decode(encoding, "tieout-mark")
        if _MARK.search(text):
            marks[:] = [True]
        yield text.encode("utf-8")


def _whole_lines(blocks: Iterator[bytes], marks: list[bool], *, name: str) -> Iterator[bytes]:
    """Cut blocks at line ends, which lie inside no character, and mark bytes that are not UTF-8."""
    carry: list[bytes] = []
    for block in blocks:
        if sum(map(len, carry)) > LINE_BYTES:
            reason = f"a line is longer than {LINE_BYTES >> 20} MiB"
            raise FileRefused(file=name, code="damaged_file", reason=reason)
        cut = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
        if cut:
            yield with_bad_bytes_marked(b"".join([*carry, block[:cut]]), marks)
            carry = [block[cut:]]
        else:
            carry.append(block)
    yield with_bad_bytes_marked(b"".join(carry), marks)


def with_bad_bytes_marked(piece: bytes, marks: list[bool]) -> bytes:
    """Give text in which each byte that is not UTF-8 is one private character; note it in marks."""
    try:
        ends = pa.py_buffer(np.array([0, len(piece)], np.int64))
        text = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(piece)])
        text.validate(full=True)
    except pa.ArrowInvalid:
        marks[:] = [True]
        return piece.decode("utf-8", "tieout-mark").encode("utf-8")
    return piece
