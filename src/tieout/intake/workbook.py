"""What the parts of an XLSX archive say about its sheets: which are there, which cells are dates.

archive -> sheets in order, styles of dates, shared texts
Source: ECMA-376 (Office Open XML), parts 1 and 2.
"""

import posixpath
import re
import zipfile
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

TEXT_BYTES_MAX = 512 << 20  # of all shared texts together
DATES, DURATIONS = frozenset((*range(14, 23), 45, 47)), frozenset((46,))
Start = Callable[[str, Mapping[str, str]], None]
XML_SPACE = "http://www.w3.org/XML/1998/namespace space"
_ASIDE = re.compile(r'"[^"]*"?|[\\_].')
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_ESCAPED = re.compile(r"_x((?!D[89A-F])[0-9A-F]{4})_", re.IGNORECASE)
_COLOUR = re.compile(r"\[[^]]*\]")


class WorkbookDamagedError(Exception):
    """A part of a workbook that is not as it should be; the sentence goes into a refusal."""


@dataclass(frozen=True)
class SheetPart:
    """One sheet by its title: the part that holds it, and whether it is a visible table."""

    title: str
    part: str
    is_shown: bool


@dataclass
class Workbook:
    """The sheets of a workbook, and what its cells refer to."""

    sheets: list[SheetPart]
    starts_in_1904: bool
    dates: dict[int, str] = field(default_factory=dict)  # cell style -> date | duration
    texts: "SharedTexts" = field(default_factory=lambda: SharedTexts())  # noqa: PLW0108 - the class stands below


class SharedTexts:
    """The texts that cells refer to by number, one after another in one buffer."""

    def __init__(self) -> None:
        """Start without any."""
        self.buffer = bytearray()
        self.ends = array("Q", [0])

    def add(self, text: str) -> None:
        """Add the next one. Raises WorkbookDamagedError where all together are too long."""
        self.buffer += text.encode("utf-8", "surrogatepass")
        self.ends.append(len(self.buffer))
        if len(self.buffer) + self.ends.itemsize * len(self.ends) > TEXT_BYTES_MAX:
            reason = f"its shared texts are longer than {TEXT_BYTES_MAX >> 20} MiB"
            raise WorkbookDamagedError(reason)

    def __getitem__(self, number: int) -> str:
        """Give the text of a number."""
        if not 0 <= number < len(self.ends) - 1:
            raise WorkbookDamagedError(f"there is no shared text {number}")
        return self.buffer[self.ends[number] : self.ends[number + 1]].decode("utf-8")


def open_workbook(archive: zipfile.ZipFile) -> Workbook:
    """Read all parts but the sheets.

    Raises WorkbookDamagedError, ExpatError, KeyError and ValueError for parts that are missing or
    not as they should be, and what zipfile raises.
    """
    book = _targets(archive, "_rels/.rels", folder="")["officeDocument"][1]
    folder, name = posixpath.split(book)
    relations = _targets(archive, f"{folder}/_rels/{name}.rels", folder=folder)
    workbook = _sheets(archive, book, relations=relations)
    for kind, read in (("styles", _read_styles), ("sharedStrings", _read_texts)):
        part = relations.get(kind)
        if part is not None and part[1] in archive.namelist():
            read(archive, part[1], workbook=workbook)
    return workbook


def parse(archive: zipfile.ZipFile, part: str, *, parser: expat.XMLParserType) -> None:
    """Run a parser over a part."""
    with archive.open(part) as stream:
        parser.ParseFile(stream)


def new_parser(start: Start, end: Callable[[str], None] | None = None) -> expat.XMLParserType:
    """Give a parser that refuses documents with declarations of their own."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_declaration
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    return parser


def _refuse_declaration(*_: object) -> NoReturn:
    raise WorkbookDamagedError("its XML declares a document type")


def local_name(tag: str) -> str:
    """Give a tag without its namespace."""
    return tag.rpartition(" ")[2]


def _targets(archive: zipfile.ZipFile, part: str, *, folder: str) -> dict[str, tuple[str, str]]:
    """Give type and place of each relation by its id, and of the first of each type by the type."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if local_name(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes["Type"].rpartition("/")[2]
            place = posixpath.join("/", folder, attributes["Target"])
            target = kind, posixpath.normpath(place).lstrip("/")
            found[attributes["Id"]] = target
            found.setdefault(kind, target)

    parse(archive, part, parser=new_parser(start))
    return found


def _sheets(
    archive: zipfile.ZipFile, book: str, *, relations: Mapping[str, tuple[str, str]]
) -> Workbook:
    workbook = Workbook([], starts_in_1904=False)

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        match local_name(tag):
            case "workbookPr":
                workbook.starts_in_1904 = attributes.get("date1904") in ("1", "true")
            case "sheet":
                key = next((v for k, v in attributes.items() if k.endswith(" id")), "")
                kind, part = relations.get(key, ("", ""))
                is_shown = attributes.get("state", "visible") == "visible" and kind == "worksheet"
                workbook.sheets.append(SheetPart(attributes["name"], part, is_shown))

    parse(archive, book, parser=new_parser(start))
    return workbook


def _read_styles(archive: zipfile.ZipFile, part: str, *, workbook: Workbook) -> None:
    """Find the cell styles that show a number as a date or as a duration."""
    formats: dict[int, str] = {
        **dict.fromkeys(DATES, "date"),
        **dict.fromkeys(DURATIONS, "duration"),
    }
    within: list[str] = []
    count = 0

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal count
        name = local_name(tag)
        if name == "numFmt" and within[-1:] == ["numFmts"]:
            formats[int(attributes["numFmtId"])] = shown_as(attributes["formatCode"])
        elif name == "xf" and within[-1:] == ["cellXfs"]:
            if kind := formats.get(int(attributes.get("numFmtId", "0")), ""):
                workbook.dates[count] = kind
            count += 1
        within.append(name)

    parse(archive, part, parser=new_parser(start, lambda _: within.__delitem__(-1)))


def shown_as(code: str) -> str:
    """Give what a number format shows: a date, a duration, or nothing of the kind.

    >>> [shown_as(code) for code in ("yyyy-mm-dd", "[h]:mm", '0.00 "d"', "[Red]0;d")]
    ['date', 'duration', '', '']
    """
    first = _ASIDE.sub("", code).partition(";")[0]
    if _ELAPSED.search(first):
        return "duration"
    return "date" if re.search("[dmhys]", _COLOUR.sub("", first), re.IGNORECASE) else ""


def unescaped(text: str) -> str:
    r"""Give a text whose control signs are written by their number.

    >>> unescaped("two_x000A_lines, _x005F_x000A_"), unescaped("_xD800_")
    ('two\nlines, _x000A_', '_xD800_')

    Source: ECMA-376 part 1, 22.9.2.19 (ST_Xstring).
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def run_text(parts: Sequence[str], *, is_kept: bool) -> str:
    """Give the text of one run; spaces around it count where they are said to be kept."""
    text = "".join(parts)
    return unescaped(text if is_kept else text.strip(" \t\r\n"))


def _read_texts(archive: zipfile.ZipFile, part: str, *, workbook: Workbook) -> None:
    texts: list[str] = []
    run: list[str] = []
    take, aside, is_kept = False, 0, False

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal take, aside, is_kept
        name = local_name(tag)
        aside += name == "rPh"  # how to pronounce it
        take, is_kept = name == "t" and not aside, attributes.get(XML_SPACE) == "preserve"

    def end(tag: str) -> None:
        nonlocal take, aside
        name = local_name(tag)
        aside -= name == "rPh"
        take = False
        if name == "t":
            texts.append(run_text(run, is_kept=is_kept))
            run.clear()
        elif name == "si":
            workbook.texts.add("".join(texts))
            texts.clear()

    parser = new_parser(start, end)
    parser.CharacterDataHandler = lambda part: run.append(part) if take else None
    parse(archive, part, parser=parser)
