"""What a vendor file is packed in, told from its first bytes and its first sign, never its name.

bytes -> text | JSON | Parquet | workbook -> header -> records
"""

import re
from pathlib import Path
from typing import TypeAlias

from tieout.errors import FileRefused
from tieout.intake.csv_records import CsvRecords
from tieout.intake.form import PLAIN_STYLE, FileStyle
from tieout.intake.json_elements import utf8_pieces
from tieout.intake.json_records import JsonRecords, JsonText, open_json
from tieout.intake.parquet_records import ParquetRecords, ParquetTable, open_parquet
from tieout.intake.reached import Reached
from tieout.intake.records import Records
from tieout.intake.vendor_text import GZIP_MAGIC, VendorText, open_vendor_text, unpacked_blocks
from tieout.intake.xlsx_records import Sheet, XlsxRecords, open_xlsx

OpenedFile: TypeAlias = VendorText | JsonText | ParquetTable | Sheet

PARQUET, ZIP = (b"PAR1", b"PARE"), (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
NOT_READ = {
    b"\xd0\xcf\x11\xe0": "an old .xls workbook, or one with a password; save it as .xlsx or CSV",
    b"%PDF": "a PDF document; ask the vendor for the file behind it",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"BZh": "a bzip2 archive; unpack it first",
    b"\xfd7zX": "an xz archive; unpack it first",
    b"\x28\xb5\x2f\xfd": "a zstd archive; unpack it first",
}
# an object or an array of objects; what else starts with a bracket may be CSV
_JSON = re.compile(rb'\s*(\{\s*["}]|\[\s*[{\]])')
_MAYBE_JSON = re.compile(rb"\s*([{\[]\s*)?")


class Container:
    """One vendor file, to be opened in the style of each format in turn.

    Of a JSON file only `whole` shows every column; the beginning of most files does as well, at
    half the cost. A file that was refused when it was not read as a whole may still be good.
    """

    def __init__(self, source: Path, *, name: str, whole: bool = True) -> None:
        """Look at the file's beginning. Raises FileRefused: unknown_format, damaged_archive."""
        self.source, self.name, self.whole = source, name, whole
        self.kind = _kind(source, name=name)
        self.known: dict[tuple[int, int], OpenedFile | FileRefused] = {}

    def opened(self, style: FileStyle = PLAIN_STYLE) -> OpenedFile:
        """Open the file up to its header. Raises FileRefused."""
        if self.kind == "text":
            return open_vendor_text(self.source, name=self.name, style=style)
        rows = (style.skip_rows, style.header_row) if self.kind == "xlsx" else (0, 1)
        if rows not in self.known:
            try:
                self.known[rows] = self._opened(style)
            except FileRefused as refusal:
                self.known[rows] = refusal
        found = self.known[rows]
        if isinstance(found, FileRefused):
            raise found
        return found

    def _opened(self, style: FileStyle) -> OpenedFile:
        if self.kind == "xlsx":
            return open_xlsx(self.source, name=self.name, style=style)
        if self.kind == "parquet":
            return open_parquet(self.source, name=self.name)
        return open_json(self.source, name=self.name, whole=self.whole)


def records_of(text: OpenedFile) -> Records:
    """Give the records of an opened file."""
    match text:
        case JsonText():
            return JsonRecords(text)
        case ParquetTable():
            return ParquetRecords(text)
        case Sheet():
            return XlsxRecords(text)
        case VendorText():
            return CsvRecords(text)


def _kind(source: Path, *, name: str) -> str:
    """Give text, json, parquet or xlsx."""
    with source.open("rb") as raw:
        start = raw.read(8)
    packed = start.startswith(GZIP_MAGIC)
    start = next(unpacked_blocks(source, name, reached=Reached()), b"") if packed else start
    if packed and start.startswith(GZIP_MAGIC):
        reason = "the gzip archive holds another one; unpack it first"
        raise FileRefused(file=name, code="unknown_format", reason=reason)
    for magic, what in NOT_READ.items():
        if start.startswith(magic):
            raise FileRefused(file=name, code="unknown_format", reason=f"the file is {what}")
    if start.startswith((*PARQUET, *ZIP)):
        if packed:
            reason = "the gzip archive holds a Parquet file, a workbook or an archive; unpack it"
            raise FileRefused(file=name, code="unknown_format", reason=reason)
        return "parquet" if start.startswith(PARQUET) else "xlsx"
    return "json" if _JSON.match(_text_start(source, name=name)) else "text"


def _text_start(source: Path, *, name: str) -> bytes:
    """Give the beginning of a text, as far as its first two signs."""
    start = b""
    for piece in utf8_pieces(source, name=name, marks=[]):
        start += piece
        if not _MAYBE_JSON.fullmatch(start):
            break
    return start
