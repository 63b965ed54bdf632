"""Workbooks: cells as text, what a spreadsheet did to them named, hostile archives refused."""

import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal

import pytest
from intake_case import GOOD, Read, Stage, cells, refusal, vendor_file
from pyarrow import parquet
from xlsx_case import MAIN, good_row, header, row, text_cell, workbook

FIFTEEN = "numbers of a spreadsheet have at most 15 significant digits"


def test_rows_of_text_give_the_same_vendor_lines_as_csv(lines: Read) -> None:
    change = {"CustomerName": ' Müller & "Söhne"\n<2>'}
    plain = lines(vendor_file({**change, "ReferenceId": "r1"}))
    found = lines(workbook(header() + good_row(2, **change)))
    same = ("file_id", "vendor_line_id")
    assert [{k: v for k, v in line.items() if k not in same} for line in found] == [
        {k: v for k, v in line.items() if k not in same} for line in plain
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<c><v>40</v></c>", "40"),
        ("<c><v>-40.50</v></c>", "-40.5"),
        ("<c><v>48.400000000000006</v></c>", "48.400000000000006"),
        ("<c><v>0.1</v></c>", "0.1"),
        ("<c><v>1.385E-05</v></c>", "1.385E-05"),
        ("<c><v>123456789012345</v></c>", "123456789012345"),
        ("<c><v>1234567890123450</v></c>", "1.23456789012345E+15"),
        ("<c><v>566890000000000000</v></c>", "5.6689E+17"),
        ('<c t="str"><v>0.1000</v></c>', "0.1000"),
        ('<c t="b"><v>1</v></c>', "true"),
        ('<c t="b"><v>0</v></c>', "false"),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c s="1"><v>44470</v></c>', "2021-10-01"),
        ('<c s="2"><v>44470.75</v></c>', "2021-10-01T18:00:00"),
        ("<c><f>6*7</f><v>42</v></c>", "42"),
        ('<c t="str"><f>HYPERLINK("x")</f><v>cached</v></c>', "cached"),
        ("<c><f>1+1</f></c>", ""),
        ('<c s="2"><v>0.5</v></c>', "12:00:00"),
        ('<c s="1"><v>59</v></c>', "1900-02-28"),
        ('<c s="1"><v>61</v></c>', "1900-03-01"),  # 60 is a day that never was
        ('<c t="str"><v>a_x000D_b</v></c>', "a\rb"),
        ("<c><is><t>x</t></is></c>", "x"),
        ('<c t="inlineStr"><is><t> a </t></is></c>', "a"),
        ('<c t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>', " a "),
        ('<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab"),
        ('<c t="inlineStr"><is><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh></is></c>', "a"),
        ('<c t="s"><v>0</v></c>', " shared "),
        ("<c><v>what</v></c>", "what"),
        ("<c/>", ""),
    ],
)
def test_a_cell_becomes_text(stage: Stage, cell: str, expected: str) -> None:
    texts = f'<sst xmlns="{MAIN}"><si><t xml:space="preserve"> shared </t></si></sst>'
    staged = stage(workbook(header() + good_row(2, MpnId=cell), texts=texts))
    assert cells(staged, "MpnId") == [expected]


def test_numbers_and_dates_of_a_sheet_are_read(stage: Stage) -> None:
    staged = stage(
        workbook(
            header()
            + good_row(
                2,
                Subtotal="<c><v>7.1E-05</v></c>",
                BillableQuantity="<c><v>10</v></c>",
                ChargeStartDate='<c s="1"><v>44470</v></c>',
                ChargeEndDate='<c s="2"><v>44500.999</v></c>',
            )
        )
    )
    (line,) = parquet.read_table(staged.vendor_line).to_pylist()
    assert (line["subtotal"], line["billable_quantity"]) == (Decimal("0.000071"), Decimal(10))
    assert (str(line["charge_start_date"]), str(line["charge_end_date"])) == (
        "2021-10-01",
        "2021-10-31",
    )
    assert sum(FIFTEEN in notice for notice in staged.notices) == 1


def test_a_sheet_of_text_gives_no_cause_to_speak_of_digits(stage: Stage) -> None:
    assert stage(workbook(header() + good_row(2))).notices == ()


def test_an_order_id_cut_by_the_spreadsheet_is_flagged(stage: Stage) -> None:
    staged = stage(workbook(header() + good_row(2, OrderId="<c><v>566890000000000000</v></c>")))
    assert any("damaged" in notice or "power of ten" in notice for notice in staged.notices)


def test_an_error_in_an_amount_rejects_the_row_by_its_text(rejects: Read) -> None:
    rows = header() + good_row(3) + good_row(5, TaxTotal='<c t="e"><v>#REF!</v></c>')
    (found,) = rejects(workbook(rows))
    assert (found["row_number"], found["line"], found["column"]) == (2, 5, "TaxTotal")
    assert (found["code"], found["reason"]) == ("bad_number", "'#REF!' is not a number")


def test_lines_are_the_numbers_of_the_sheet_and_blank_rows_are_skipped(stage: Stage) -> None:
    rows = header(3) + good_row(4) + row(6, [""]) + good_row(9, Subtotal="x") + row(11, [])
    staged = stage(workbook(rows))
    (found,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (found["row_number"], found["line"]) == (2, 9)
    assert (staged.rows, staged.loaded, staged.rejected) == (2, 1, 1)


def test_a_table_that_begins_in_another_column_is_read(stage: Stage) -> None:
    def moved(number: int, texts: Sequence[str]) -> str:
        letters = [chr(at) for at in range(ord("A"), ord("Z") + 1)]
        places = [*letters[2:], *(f"A{letter}" for letter in letters)]
        written = (
            text_cell(text).replace("<c ", f'<c r="{place}{number}" ', 1)
            for place, text in zip(places, texts, strict=False)
        )
        return f'<row r="{number}">{"".join(written)}</row>'

    error = '<row r="6"><c r="U6" t="e"><v>#N/A</v></c></row>'
    staged = stage(workbook(moved(4, list(GOOD)) + moved(5, list(GOOD.values())) + error))
    assert staged.header == tuple(GOOD)
    assert (staged.loaded, cells(staged, "Subtotal")[0]) == (1, "40.00")
    # U is the 21st letter and the table begins at C, the third: the error stands under the 19th
    assert cells(staged, list(GOOD)[18]) == ["40.00", "#N/A"]


def test_text_beyond_the_header_is_a_wrong_cell_count(rejects: Read) -> None:
    long = row(2, [*GOOD.values(), "", "more"])
    (found,) = rejects(workbook(header() + long + good_row(3)))
    assert (found["code"], found["line"]) == ("wrong_cell_count", 2)
    assert found["reason"] == "the row has 48 cells, the header 46"
    assert found["cells"] == [*GOOD.values(), "", "more"]


def test_the_first_visible_sheet_with_a_header_is_read_and_the_others_named(stage: Stage) -> None:
    book = workbook(header() + good_row(2) * 3, "", header() + good_row(2), "", hidden="S1")
    staged = stage(book)
    assert staged.loaded == 1
    assert "read is the sheet 'S3', not S1, S2, S4" in staged.notices


def test_many_rows_keep_their_order(stage: Stage) -> None:
    rows = "".join(good_row(at + 2, OrderId=f"o{at}") for at in range(1000))
    staged = stage(workbook(header() + rows))
    assert (staged.loaded, cells(staged, "OrderId")) == (1000, [f"o{at}" for at in range(1000)])


def test_a_workbook_without_text_or_rows_is_refused(stage: Stage) -> None:
    assert refusal(stage, workbook("")).code == "empty_file"
    assert refusal(stage, workbook(header())).code == "empty_file"


def test_entities_are_never_expanded(stage: Stage) -> None:
    laughs = "".join(
        f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "lol"}">' for at in range(10)
    )
    sheet = (
        f'<?xml version="1.0"?><!DOCTYPE x [{laughs}]><worksheet xmlns="{MAIN}"><sheetData>'
        f"{header()}{good_row(2).replace('Contoso', '&l9;')}</sheetData></worksheet>"
    )
    found = refusal(stage, workbook(sheet))
    assert found.code == "damaged_file"
    unused = sheet.replace("&l9;", "x").replace(text_cell("o1"), '<c t="e"><v>#N/A</v></c>')
    found = refusal(stage, workbook(unused))
    assert (found.code, "declares a document type" in found.reason) == ("damaged_file", True)


def test_a_part_that_unpacks_to_a_flood_is_refused(stage: Stage) -> None:
    found = refusal(stage, workbook(header(), extra={"xl/media/flood": bytes(101 << 20)}))
    assert found.code == "damaged_file"
    assert "xl/media/flood unpacks to more than 200 times its size" in found.reason


def test_a_part_that_lies_about_its_size_is_refused(stage: Stage) -> None:
    book = workbook(header() + good_row(2), extra={"xl/media/flood": b"A" * 1_234_567})
    lied = book.replace((1_234_567).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    found = refusal(stage, lied)
    assert found.code == "damaged_file"
    assert "is not of its stated size" in found.reason


def other_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("october.csv", "a,b\n1,2\n")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (other_zip(), "unknown_format", "not an XLSX workbook"),
        (b"PK\x03\x04junk", "damaged_file", "archive is damaged"),
        (workbook(header())[:-30], "damaged_file", "archive is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unknown_format", "old .xls workbook"),
        (b"%PDF-1.7\n", "unknown_format", "a PDF document"),
    ],
)
def test_what_is_no_workbook_is_refused_in_a_sentence(
    stage: Stage, content: bytes, code: str, words: str
) -> None:
    found = refusal(stage, content)
    assert found.code == code
    assert words in found.reason
