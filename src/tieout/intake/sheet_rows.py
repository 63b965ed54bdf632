"""The rows of one sheet as they go by: each cell as text, numbers by their shortest digits.

sheet part -> (row number, cells from column A)
Source: ECMA-376 (Office Open XML), part 1, 18.3. Formulas are never evaluated.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping
from fractions import Fraction

import msgspec

from tieout.intake.workbook import (
    XML_SPACE,
    Workbook,
    WorkbookDamagedError,
    new_parser,
    run_text,
    unescaped,
)

CHUNK_BYTES = 64 << 10
ROW_MAX, COLUMN_MAX = 1_048_576, 16_384  # of any spreadsheet program
RECORD_CHARACTERS_MAX = 16 << 20
EXACT_DIGITS = 15
EXACT_BELOW = 10**EXACT_DIGITS  # a spreadsheet keeps 15 digits; a longer whole number was cut
NUMBER = re.compile(r"([+-]?)(?=\.?[0-9])([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# the elements that are read, and within which other one each stands
_PARENTS = {
    "sheetData": (),
    "row": ("sheetData",),
    "c": ("row",),
    "v": ("c",),
    "is": ("c",),
    "t": ("is", "rPh"),
    "rPh": ("is",),
}
_double = msgspec.json.Decoder(float).decode
DAY_MS = 86_400_000


class SheetRows:
    """Reads a sheet from front to back and holds one row and a chunk of XML at a time."""

    def __init__(self, workbook: Workbook) -> None:
        """Start above the first row."""
        self.workbook = workbook
        self.numbers = False  # a cell held a number
        self.names: dict[str, str] = {}
        self.done: list[tuple[int, list[str]]] = []
        self.open: list[str] = []  # the elements that are read, from sheetData inwards
        self.row = self.column = 0
        self.cells: list[str] = []
        self.size = 0
        self.kind, self.style, self.source = "n", "", ""
        self.text: list[str] = []
        self.runs: list[str] = []
        self.take = self.is_kept = False

    def read(self, archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, list[str]]]:
        """Give the rows that are there, by their numbers from 1.

        Raises WorkbookDamagedError, ExpatError and ValueError for a sheet that is not as it should
        be, and what zipfile raises.
        """
        parser = new_parser(self._start, self._end)
        parser.CharacterDataHandler = self._characters
        with archive.open(part) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keywords
                yield from self.done
                self.done = []
        parser.Parse(b"", True)  # noqa: FBT003 - as above

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self.names:  # the sheet's own element: what follows is in its namespace
            space = tag.rpartition(" ")[0]
            self.names = {f"{space} {name}".lstrip(): name for name in _PARENTS}
            return
        name = self.names.get(tag)
        if name is None or not (self.open or name == "sheetData"):
            return
        if self.open[-1:] != [] and self.open[-1] not in _PARENTS[name]:
            raise WorkbookDamagedError(f"row {self.row} has <{name}> in <{self.open[-1]}>")
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes.get("r"))
        elif name in ("v", "is"):
            if self.source:
                raise WorkbookDamagedError(f"row {self.row} has a cell with two values")
            self.source = name
        self.take = name == "v" or (name == "t" and self.open[-1] == "is")
        if name == "t":
            self.is_kept = attributes.get(XML_SPACE) == "preserve"
        self.open.append(name)

    def _start_row(self, number: str | None) -> None:
        row = self.row + 1 if number is None else int(number)
        if not self.row < row <= ROW_MAX:
            raise WorkbookDamagedError(f"row {row} follows row {self.row}")
        self.row, self.column, self.size, self.cells = row, 0, 0, []

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        column = self.column + 1
        if place := attributes.get("r"):
            found = _PLACE.fullmatch(place)
            if found is None or int(found[2]) != self.row:
                raise WorkbookDamagedError(f"row {self.row} has a cell at {place}")
            column = _number_of(found[1])
        if not self.column < column <= COLUMN_MAX:
            raise WorkbookDamagedError(f"row {self.row} has a cell in column {column} out of turn")
        self.column = column
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.text, self.runs, self.source = [], [], ""

    def _characters(self, text: str) -> None:
        if self.take:
            self.text.append(text)
            self._grow(text)

    def _grow(self, text: str) -> None:
        self.size += len(text)
        if self.size > RECORD_CHARACTERS_MAX:
            raise WorkbookDamagedError(f"row {self.row} is longer than 16 MiB")

    def _end(self, tag: str) -> None:
        name = self.names.get(tag)
        if name is None or not self.open:
            return
        self.open.pop()
        if name == "t" and self.take:
            self.runs.append(run_text(self.text, is_kept=self.is_kept))
            self.text = []
        self.take = False
        if name == "c":
            if text := "".join(self.runs or self.text):
                self.cells += [""] * (self.column - len(self.cells) - 1)
                self.cells.append(self._cell(text))
        elif name == "row":
            self.done.append((self.row, self.cells))

    def _cell(self, text: str) -> str:
        if self.source == "is":
            return text
        match self.kind:
            case "n":
                return self._number(text.strip())
            case "s":
                shared = self.workbook.texts[int(text)]
                self._grow(shared)
                return shared
            case "b":
                return {"1": "true", "0": "false"}.get(text, text)
            case "str":
                return unescaped(text)
        return text

    def _number(self, text: str) -> str:
        """Give a number as text, or the day it shows; what is no number stays as it is."""
        if not NUMBER.fullmatch(text):
            return text
        self.numbers = True
        shows = self.workbook.dates.get(int(self.style)) if self.style else None
        moment = _moment(Fraction(text), self.workbook) if shows == "date" else None
        if moment is not None:
            return moment
        if shows == "duration":
            return str(dt.timedelta(milliseconds=_milliseconds(Fraction(text))))
        return shortest_double(text)


def shortest_double(text: str) -> str:
    """Give the shortest digits of a double; as a power of ten where a whole number was cut.

    >>> [shortest_double(text) for text in ("40.00", "0.10000000000000001", "566890000000000000")]
    ['40', '0.1', '5.6689E+17']

    Source: vendor-formats.md 3, order ids over 15 digits; the power of ten is what marks them as
    damaged.
    """
    if text.isdigit() and len(text) < EXACT_DIGITS and text[0] != "0":
        return text
    parts = NUMBER.fullmatch(text)
    if parts is None:
        return text
    sign, whole, fraction, power = parts.groups()
    try:  # as JSON writes it
        value = _double(f"{sign.strip('+')}{whole.lstrip('0') or 0}.{fraction or 0}e{power or 0}")
    except msgspec.DecodeError:  # beyond what a double holds
        return text
    plain = repr(value).upper().removesuffix(".0")
    if abs(value) < EXACT_BELOW or not plain.lstrip("-").isdigit():
        return plain
    negative, digits = ("-" if value < 0 else ""), plain.lstrip("-")
    rest = digits[1:].rstrip("0")
    return f"{negative}{digits[0]}{'.' if rest else ''}{rest}E+{len(digits) - 1}"


def _moment(serial: Fraction, workbook: Workbook) -> str | None:
    """Give the ISO text of a day, of a moment or, below 1, of a time; None where it is none."""
    if serial < 0:
        return None
    if workbook.starts_in_1904:
        first = dt.datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet knows no zones
    else:  # which has a 29 February 1900 that never was
        first = dt.datetime(1899, 12, 30 if serial >= 60 else 31)  # noqa: DTZ001, PLR2004
    try:
        moment = first + dt.timedelta(milliseconds=_milliseconds(serial))
    except OverflowError:
        return None
    if serial < 1:
        return moment.time().isoformat()
    return (moment if serial.denominator > 1 else moment.date()).isoformat()


def _milliseconds(days: Fraction) -> int:
    return (2 * days * DAY_MS + 1) // 2


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
