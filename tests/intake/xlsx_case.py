"""Workbooks written part by part, and rows of them with some cells replaced."""

import io
import zipfile
from collections.abc import Sequence

from intake_case import GOOD

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
# number formats 0 = general, 14 = a date, 22 = a date with the time
STYLES = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs>'


def workbook(
    *sheets: str, hidden: str = "", texts: str = "", extra: dict[str, bytes] | None = None
) -> bytes:
    """Zip a workbook of sheets S1, S2, ..., each given as the XML of its rows."""
    numbers = range(1, len(sheets) + 1)
    states = {n: 'state="hidden"' if hidden == f"S{n}" else "" for n in numbers}
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}" {states[n]}/>' for n in numbers)
    related = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in numbers
    )
    related += f'<Relationship Id="rs" Type="{OFFICE}/styles" Target="styles.xml"/>'
    if texts:
        related += f'<Relationship Id="rt" Type="{OFFICE}/sharedStrings" Target="texts.xml"/>'
        extra = {"xl/texts.xml": texts.encode(), **(extra or {})}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        types = f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="{BOOK}"/></Types>'
        archive.writestr("[Content_Types].xml", types)
        start = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}">{start}</Relationships>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        )
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{STYLES}</styleSheet>')
        for number, rows in zip(numbers, sheets, strict=True):
            text = rows
            if not rows.startswith("<?xml"):
                text = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            archive.writestr(f"xl/worksheets/s{number}.xml", text)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def text_cell(text: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'


def row(number: int, cells: Sequence[str]) -> str:
    """Write a row; a cell is text unless it is XML already."""
    written = (cell if cell.startswith("<c") else text_cell(cell) for cell in cells)
    return f'<row r="{number}">{"".join(written)}</row>'


def good_row(number: int, **change: str) -> str:
    return row(number, list((GOOD | change).values()))


def header(number: int = 1) -> str:
    return row(number, list(GOOD))
