"""What fuzzing found: each input once crashed a reader, or was read as something else."""

import io
import zipfile

import pyarrow as pa
import pytest
from intake_case import GOOD, Read, Rows, Stage, cells, json_object, refusal, vendor_file
from pyarrow import parquet
from xlsx_case import good_row, header, workbook

from tieout.intake import StagedFile

LONG = "x" * 200_000  # longer than what Python's csv takes unless told


def rejected(staged: StagedFile) -> Rows:
    found: Rows = parquet.read_table(staged.rejected_row).to_pylist()
    return found


def test_a_misshapen_row_with_a_long_cell_is_rejected_not_a_crash(stage: Stage) -> None:
    staged = stage(f"{vendor_file()}{LONG},1\r\n")
    assert [(row["code"], row["cells"]) for row in rejected(staged)] == [
        ("wrong_cell_count", [LONG, "1"])
    ]


def test_a_header_may_have_a_long_cell(stage: Stage) -> None:
    head, rest = vendor_file().split("\r\n", 1)
    staged = stage(f"{head},{LONG}\r\n{rest.removesuffix(chr(13) + chr(10))},7\r\n")
    assert (staged.loaded, staged.header[-1]) == (1, LONG)
    assert cells(staged, LONG) == ["7"]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_quote_sign_inside_a_header_name_takes_no_rows_into_the_header(
    stage: Stage, end: str
) -> None:
    names, rows = [*GOOD, 'Size 5"'], [[*GOOD.values(), size] for size in ("1", '2" disk', "3")]
    staged = stage(end.join(",".join(row) for row in (names, *rows)) + end)
    assert (staged.rows, staged.loaded, staged.header) == (3, 3, tuple(names))
    assert cells(staged, 'Size 5"') == ["1", '2" disk', "3"]
    lines = parquet.read_table(staged.cells).column("line").to_pylist()
    assert lines == [2, 3, 4]


def test_a_quoted_header_name_may_hold_a_line_end_and_the_other_delimiters(stage: Stage) -> None:
    text = vendor_file(delimiter=";")
    staged = stage(text.replace("\r\n", ';"a,b,\n""c"""\r\n', 1).replace(";r1;;", ";r1;;;7", 1))
    assert (staged.loaded, staged.header[-1]) == (1, 'a,b,\n"c"')
    assert parquet.read_table(staged.cells).column("line").to_pylist() == [3]


def test_a_byte_order_mark_in_the_first_cell_below_the_header_is_kept(stage: Stage) -> None:
    staged = stage(vendor_file({"PartnerId": "\ufeffp1"}, {"PartnerId": "\ufeffp2"}))
    assert cells(staged, "PartnerId") == ["\ufeffp1", "\ufeffp2"]


@pytest.mark.parametrize("last", ['"open', '"open\r\n', '"open\r\n\r\nmore\r', '"'])
def test_a_quote_that_never_ends_is_seen_beside_a_quote_inside_a_cell(
    stage: Stage, last: str
) -> None:
    head, row = vendor_file().removesuffix("\r\n").split("\r\n")
    stray, cut = row.replace("Contoso", '5" disk'), row.removesuffix(",") + f",{last}"
    found = refusal(stage, f"{head}\r\n{stray}\r\n{row}\r\n{cut}".encode())
    assert (found.code, "a quote never ends" in found.reason) == ("damaged_file", True)


def test_a_last_row_without_a_line_end_is_read(stage: Stage) -> None:
    staged = stage(vendor_file({}, {"PromotionId": 'a "b"'}).removesuffix("\r\n"))
    assert (staged.rows, cells(staged, "PromotionId")) == (2, ["", 'a "b"'])


def test_a_page_may_be_nested_deeply_before_its_items(stage: Stage) -> None:
    deep = "[" * 200 + "]" * 200
    staged = stage(f'{{"links": {deep},\n"items": [{json_object()}]}}')
    assert staged.loaded == 1


@pytest.mark.parametrize("date", ["9999-12-31T23:30:00-02:00", "0001-01-01T01:00:00+02:00"])
def test_a_moment_beyond_the_calendar_is_no_date(rejects: Read, date: str) -> None:
    (row,) = rejects(vendor_file({"OrderDate": date}))
    assert (row["code"], row["column"]) == ("bad_date", "OrderDate")


def test_a_workbook_whose_parts_are_not_where_it_says_is_refused(stage: Stage) -> None:
    book = bytearray(workbook(header() + good_row(2)))
    at = book.index(b"PK\x01\x02")
    book[at + 42 : at + 46] = (len(book) - 3).to_bytes(4, "little")  # where the first part lies
    found = refusal(stage, bytes(book))
    assert (found.code, "is not where the archive says" in found.reason) == ("damaged_file", True)


def test_a_workbook_with_a_part_twice_is_refused(stage: Stage) -> None:
    out = io.BytesIO(workbook(header() + good_row(2)))
    with (
        zipfile.ZipFile(out, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("xl/worksheets/s1.xml", b"<worksheet/>")
    found = refusal(stage, out.getvalue())
    assert (found.code, "a part twice" in found.reason) == ("damaged_file", True)


def test_a_parquet_column_whose_name_is_not_utf8_is_refused(stage: Stage) -> None:
    out = io.BytesIO()
    parquet.write_table(
        pa.table({**{name: [cell] for name, cell in GOOD.items()}, "Zzzq": [1]}), out
    )
    found = refusal(stage, out.getvalue().replace(b"Zzzq", b"Z\xb5zq"))
    assert found.code == "damaged_file"


def test_a_last_record_over_two_lines_and_without_a_line_end_is_read(stage: Stage) -> None:
    text = vendor_file({"CustomerName": "two\nlines"}).removesuffix("\r\n")
    assert cells(stage(text), "CustomerName") == ["two\nlines"]


@pytest.mark.parametrize("line", ["x" * 1023, "", 'a "b"'])
def test_a_long_cell_of_many_lines_is_kept_whole(stage: Stage, line: str) -> None:
    # longer than the five blocks in which the reader takes it
    cell = f"{line}\n" * (10_000_000 // (len(line) + 1))
    staged = stage(vendor_file({"CustomerName": cell}, {}))
    assert staged.loaded == 2
    assert cells(staged, "CustomerName") == [cell, "Contoso"]
