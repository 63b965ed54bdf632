"""Where the header of a CSV text stands, and the delimiter that cuts it into cells."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from tieout.intake.form import FileStyle

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Header:
    """The cells of a header, the delimiter that gives them, and where the header ends."""

    cells: tuple[str, ...]
    delimiter: str
    end: int  # in bytes, the line end included


def find_header(text: bytes, style: FileStyle, *, ended: bool = False) -> Header | None:
    """Find the header where the style says, cut by the delimiter that gives most cells.

    None where it does not end yet, in an `ended` text because of a quote. Signs beside a delimiter
    that is none may look like the beginning of a quote, so an end with several cells wins.
    """
    begin = 0
    for _ in range(style.skip_rows):
        line = re.compile(rb"\r\n|\n|\r").search(text, begin)
        if line is None:
            return Header((), DELIMITERS[0], len(text)) if ended else None
        begin = line.end()
    lines = io.StringIO(text[begin:].decode("utf-8"), newline="").readlines()
    known = DELIMITERS if style.delimiter is None else (style.delimiter,)
    found = [_record(lines, sign, number=style.header_row, ended=ended) for sign in known]
    ends = [
        (cells, used, sign)
        for (cells, used), sign in zip(found, known, strict=True)
        if used is not None
    ]
    several = [one for one in ends if len(one[0]) > 1]
    if not several and len(ends) < len(known):
        return None
    cells, used, delimiter = max(several or ends, key=lambda one: len(one[0]))
    return Header(cells, delimiter, begin + len("".join(lines[:used]).encode()))


def _record(
    lines: Sequence[str], delimiter: str, *, number: int, ended: bool
) -> tuple[tuple[str, ...], int | None]:
    """Give the cells of a record by its number, blank lines not counted, and its last line's.

    None for the lines where it has no end. A text that ends before that record has one without
    cells.
    """
    reader = csv.reader(chain(lines, [""]), delimiter=delimiter)
    met = 0
    for cells in reader:
        if reader.line_num > len(lines) and cells:
            return (), None  # it ran on beyond the last line
        if reader.line_num > len(lines):
            break
        met += bool(cells)
        if met == number:
            whole = ended or lines[reader.line_num - 1][-1:] in ("\r", "\n")
            return tuple(cells), reader.line_num if whole else None
    return (), len(lines) if ended else None
