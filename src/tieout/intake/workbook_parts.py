"""The parts of an XLSX archive: whether they may be unpacked, and the error cells of a sheet.

Source: ECMA-376 (Office Open XML), parts 1 and 2.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from tieout.errors import FileRefused

PART_BYTES_MAX = 2 << 30
PLAIN_BYTES = 100 << 20  # up to here any ratio is harmless
RATIO_MAX = 200
CHUNK_BYTES = 1 << 20
CONTENTS, BOOK_FOLDER = "[Content_Types].xml", "xl/"
LOCAL_HEADER, NAME_LENGTH, EXTRA_LENGTH = 30, 26, 28
_COLUMNS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def check_parts(source: Path, *, name: str) -> None:
    """Unpack every part once, keeping nothing, so that no later reader meets a flood.

    Raises FileRefused: damaged_file for a part of more than 2 GiB, or of more than 100 MiB and 200
    times its packed size, or one that unpacks to another size than the archive states;
    unknown_format for an archive without a workbook.
    """
    try:
        with zipfile.ZipFile(source) as archive, source.open("rb") as raw:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            if CONTENTS not in names or not any(name.startswith(BOOK_FOLDER) for name in names):
                reason = "the file is a zip archive, but not an XLSX workbook"
                raise FileRefused(file=name, code="unknown_format", reason=reason)
            for part in parts:
                fault = _flood(part) or _unpacked_otherwise(raw, part)
                if fault:
                    raise FileRefused(file=name, code="damaged_file", reason=fault)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as fault:
        reason = f"the workbook's archive is damaged: {fault}"
        raise FileRefused(file=name, code="damaged_file", reason=reason) from fault


def _flood(part: zipfile.ZipInfo) -> str | None:
    if part.file_size > PART_BYTES_MAX:
        return f"the part {part.filename} unpacks to more than 2 GiB"
    if part.file_size > PLAIN_BYTES and part.file_size > RATIO_MAX * part.compress_size:
        return f"the part {part.filename} unpacks to more than {RATIO_MAX} times its size"
    return None


def _unpacked_otherwise(raw: BinaryIO, part: zipfile.ZipInfo) -> str | None:
    """Say so when a part is encrypted, packed in a strange way, or not of its stated size."""
    if part.flag_bits & 1:
        return "the workbook is encrypted"
    if part.compress_type == zipfile.ZIP_STORED:
        honest = part.file_size == part.compress_size
        return None if honest else f"the part {part.filename} is not of its stated size"
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return f"the part {part.filename} is packed in a way that workbooks do not use"
    raw.seek(part.header_offset)
    local = raw.read(LOCAL_HEADER)
    lengths = (local[at] + 256 * local[at + 1] for at in (NAME_LENGTH, EXTRA_LENGTH))
    raw.seek(sum(lengths), 1)
    size, left, unpacker = 0, part.compress_size, zlib.decompressobj(-zlib.MAX_WBITS)
    while size <= part.file_size and not unpacker.eof:
        packed = unpacker.unconsumed_tail or raw.read(min(CHUNK_BYTES, left))
        left -= 0 if unpacker.unconsumed_tail else len(packed)
        if not packed:
            break
        size += len(unpacker.decompress(packed, CHUNK_BYTES))
    honest = unpacker.eof and size == part.file_size
    return None if honest else f"the part {part.filename} is not of its stated size"


@dataclass
class _Cells:
    """Collects the error cells of a sheet while its XML goes by."""

    found: dict[tuple[int, int], str] = field(default_factory=dict)
    row: int = 0
    column: int = 0
    is_error: bool = False
    in_value: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take notice of a row, a cell or its value."""
        match tag.rpartition(" ")[2]:
            case "row":
                self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
                self.column = 0
            case "c":
                place = _COLUMNS.fullmatch(attributes.get("r", ""))
                self.column = _number_of(place[1]) if place else self.column + 1
                self.row = int(place[2]) if place else self.row
                self.is_error = attributes.get("t") == "e"
            case "v":
                self.in_value = self.is_error

    def text(self, text: str) -> None:
        """Keep the text of an error."""
        if self.in_value:
            place = self.row, self.column
            self.found[place] = self.found.get(place, "") + text

    def end(self, tag: str) -> None:
        """Leave a value."""
        self.in_value = self.in_value and tag.rpartition(" ")[2] != "v"


def error_cells(source: Path, *, sheet: str) -> dict[tuple[int, int], str]:
    """Give the text of each error cell (`#REF!`) of a sheet by row and column, both from 1.

    The workbook reader gives such a cell as empty, which would hide it. Raises ExpatError and
    KeyError where the workbook's XML is not as it should be.
    """
    with zipfile.ZipFile(source) as archive:
        part = _part_of(archive, sheet)
        if part is None or not _mentions_error(archive, part):
            return {}
        cells = _Cells()
        parser = _parser()
        parser.StartElementHandler = cells.start
        parser.EndElementHandler = cells.end
        parser.CharacterDataHandler = cells.text
        with archive.open(part) as stream:
            parser.ParseFile(stream)
        return cells.found


def _mentions_error(archive: zipfile.ZipFile, part: str) -> bool:
    """Say whether a sheet may hold an error cell; far faster than reading its XML."""
    carry = b""
    with archive.open(part) as stream:
        while block := stream.read(CHUNK_BYTES):
            if re.search(rb"t\s*=\s*[\"']e[\"']", carry + block):
                return True
            carry = block[-16:]
    return False


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Find the part that holds a sheet, through the relations of the package and its workbook."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        local = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if tag.endswith(" sheet"):
            ids[local["name"]] = next(v for k, v in attributes.items() if k.endswith(" id"))
        elif tag.endswith(" Relationship"):
            targets[local["Id"]] = local["Target"]
            targets.setdefault(local["Type"].rpartition("/")[2], local["Target"])

    def read(part: str) -> None:
        parser = _parser()
        parser.StartElementHandler = start
        with archive.open(part) as stream:
            parser.ParseFile(stream)

    read("_rels/.rels")
    book = _resolved("/", targets["officeDocument"])
    targets.clear()
    folder, name = posixpath.split(book)
    read(book)
    read(f"{folder}/_rels/{name}.rels")
    target = targets.get(ids.get(sheet, ""))
    return None if target is None else _resolved(f"/{folder}", target)


def _resolved(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(folder, target)).lstrip("/")


def _parser() -> expat.XMLParserType:
    """Give a parser that refuses documents with declarations of their own."""

    def refuse(*_: object) -> None:
        raise expat.ExpatError("the XML declares a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    return parser


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
