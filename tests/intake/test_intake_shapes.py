"""Shapes of a file as a whole: encodings, archives, headers, quoted text, physical lines."""

import codecs
import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pytest
from intake_case import GOOD, Rows, Stage, camel, vendor_file
from pyarrow import parquet

from tieout import tables
from tieout.errors import FileRefused

SAMPLES = Path(__file__).parent / "samples"
Read: TypeAlias = Callable[[str | bytes], Rows]


def hashes(rows: Rows) -> list[object]:
    return [row["row_hash"] for row in rows]


def test_a_vendor_line_has_exactly_the_columns_of_the_border_table(stage: Stage) -> None:
    staged = stage(vendor_file())
    for path, schema in (
        (staged.vendor_line, tables.VENDOR_LINE),
        (staged.rejected_row, tables.REJECTED_ROW),
    ):
        found = parquet.read_schema(path)
        assert found.names == schema.names
        assert found.types == schema.types


def test_rejected_rows_have_exactly_the_columns_of_the_border_table(stage: Stage) -> None:
    found = parquet.read_schema(stage(vendor_file({"Subtotal": "x"})).rejected_row)
    assert found.names == tables.REJECTED_ROW.names
    assert found.types == tables.REJECTED_ROW.types


def test_a_camel_case_header_reads_like_a_pascal_case_one(lines: Read) -> None:
    renamed = [camel(name) for name in GOOD]
    assert lines(vendor_file(header=renamed)) != []
    plain, other = lines(vendor_file()), lines(vendor_file(header=renamed))
    assert [{**row, "file_id": ""} for row in plain] == [{**row, "file_id": ""} for row in other]


def test_spaces_and_underscores_in_header_names_do_not_count(lines: Read) -> None:
    text = vendor_file().replace("ChargeStartDate", "Charge_Start Date", 1)
    assert str(lines(text)[0]["charge_start_date"]) == "2021-10-01"


def test_renamed_columns_are_found_by_their_aliases(lines: Read) -> None:
    text = (
        vendor_file()
        .replace(",Total,", ",totalForCustomer,", 1)
        .replace("ResellerMpnId", "Tier2MpnId", 1)
    )
    (line,) = lines(text)
    assert (line["total"], line["reseller_id"]) == (Decimal("48.40"), "7654321")


def test_shuffled_columns_change_nothing_but_the_file_id(lines: Read) -> None:
    plain, turned = (
        lines(vendor_file({}, {})),
        lines(vendor_file({}, {}, header=tuple(reversed(GOOD)))),
    )
    assert [{**row, "file_id": ""} for row in plain] == [{**row, "file_id": ""} for row in turned]


def test_two_records_that_differ_in_one_cell_have_different_hashes(lines: Read) -> None:
    rows = lines(vendor_file({"MpnId": "1"}, {"MpnId": "2"}, {"MpnId": "1", "ReferenceId": "r1"}))
    first, second, third = hashes(rows)
    assert first == third
    assert first != second


def test_a_control_character_in_a_cell_cannot_forge_another_records_hash(lines: Read) -> None:
    shifted = {"AvailabilityId": "x\x1ey", "AlternateId": ""}
    other = {"AvailabilityId": "x", "AlternateId": "y\x1e"}
    rows = hashes(lines(vendor_file(shifted, {**other, "ReferenceId": "r1"})))
    assert rows[0] != rows[1]
    assert (
        hashes(lines(vendor_file({"MpnId": "\x1b"}, {})))[1]
        == hashes(lines(vendor_file({}, {})))[1]
    )


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: gzip.compress(text.encode()),
        lambda text: text.encode().replace(b"\r\n", b"\n"),
        lambda text: text.encode().removesuffix(b"\r\n"),
    ],
    ids=["utf-8 BOM", "utf-16 little", "utf-16 big", "gzip", "line feeds", "no last line end"],
)
def test_the_same_records_are_read_whatever_the_wrapping(
    lines: Read, encode: Callable[[str], bytes]
) -> None:
    text = vendor_file({"CustomerName": "Müller €"}, {})
    assert hashes(lines(encode(text))) == hashes(lines(text))
    assert lines(encode(text))[0]["customer_name"] == "Müller €"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiter_is_taken_from_the_header(lines: Read, delimiter: str) -> None:
    text = vendor_file({"CustomerName": "A,B;C\tD"}, delimiter=delimiter)
    assert lines(text)[0]["customer_name"] == "A,B;C\tD"


def test_gzip_members_back_to_back_are_read_to_the_last(stage: Stage) -> None:
    text = vendor_file({}, {}, {}).encode()
    staged = stage(gzip.compress(text[:900]) + gzip.compress(text[900:]))
    assert (staged.rows, staged.loaded) == (3, 3)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-12], lambda b: b + b"garbage"], ids=["short", "garbage"]
)
def test_a_damaged_archive_is_refused(stage: Stage, damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage(damage(gzip.compress(vendor_file().encode())))
    assert refusal.value.code == "damaged_archive"


def test_quoted_line_ends_count_as_lines_but_not_as_records(rejects: Read) -> None:
    text = vendor_file(
        {"CustomerName": "two\r\nlines"},
        {"Subtotal": "x"},
        {"ProductName": "three\nmore\nlines"},
        {"Subtotal": "y"},
    )
    # header line 1; record 1 on lines 2-3; record 2 on 4; record 3 on 5-7; record 4 on 8
    assert [(row["row_number"], row["line"]) for row in rejects(text)] == [(2, 4), (4, 8)]


def test_a_quoted_line_end_in_the_header_moves_the_lines(rejects: Read) -> None:
    text = vendor_file({"Subtotal": "x"}).replace("AlternateId", '"Alternate\r\nId"', 1)
    assert [(row["row_number"], row["line"]) for row in rejects(text)] == [(1, 3)]


def test_broken_and_blank_records_keep_numbers_and_lines_right(stage: Stage) -> None:
    header, first, second, third = vendor_file(
        {}, {"Subtotal": "x"}, {"Subtotal": "y"}
    ).splitlines()
    broken = 'a,b,"c\nd"'  # lines 4-5
    text = f"{header}\n{first}\n\n{broken}\n{second}\n\n\n{broken}\n{third}\n\n{broken}\n"
    staged = stage(text)
    rows = parquet.read_table(staged.rejected_row).to_pylist()
    # lines: 1 header, 2 first, 3 blank, 4-5 broken, 6 second, 7-8 blank, 9-10 broken, 11 third,
    # 12 blank, 13-14 broken
    assert [(row["row_number"], row["line"], row["code"]) for row in rows] == [
        (2, 4, "wrong_cell_count"),
        (3, 6, "bad_number"),
        (4, 9, "wrong_cell_count"),
        (5, 11, "bad_number"),
        (6, 13, "wrong_cell_count"),
    ]
    assert rows[0]["cells"] == ["a", "b", "c\nd"]
    assert (staged.rows, staged.loaded, staged.rejected, staged.skipped) == (6, 1, 5, 4)
    assert "records without any text, skipped: 4" in staged.notices


def test_the_cells_file_holds_every_well_shaped_record_as_read(stage: Stage) -> None:
    staged = stage(vendor_file({"UnitPrice": "'4.000"}, {"Subtotal": "x"}))
    cells = parquet.read_table(staged.cells)
    assert cells.column_names == ["row_number", "line", *(f"c{at}" for at in range(46))]
    at = staged.header.index("UnitPrice")
    assert cells.column(f"c{at}").to_pylist() == ["'4.000", "4.00"]


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_the_published_mock_is_read_to_the_last_row(stage: Stage, suffix: str) -> None:
    staged = stage((SAMPLES / f"mock_recon_2026.{suffix}").read_bytes())
    # row 14 has only an apostrophe for its Subtotal
    assert (staged.rows, staged.loaded, staged.rejected) == (14, 13, 1)
    first = parquet.read_table(staged.vendor_line).to_pylist()[0]
    assert (first["unit_price"], first["tax_total"]) == (Decimal(22), Decimal(0))
    assert first["unit_price_digits"] == 18
    assert any("NewMicrosoftColumn2026" in notice for notice in staged.notices)


def test_rows_are_written_in_the_files_order_across_many_blocks(stage: Stage) -> None:
    head, row, _ = vendor_file({"CustomerName": "x" * 900}).split("\r\n")
    staged = stage("\r\n".join([head, *[row] * 40_000, "a,b", row]))
    numbers = parquet.read_table(staged.vendor_line, columns=["row_number"]).column(0).to_pylist()
    assert numbers == [*range(1, 40_001), 40_002]
    assert parquet.read_table(staged.rejected_row).to_pylist()[0]["line"] == 40_002


def test_old_line_ends_of_a_return_alone_are_read(rejects: Read) -> None:
    text = vendor_file({"CustomerName": "two\rlines"}, {"Subtotal": "x"}).replace("\r\n", "\r")
    assert [(row["row_number"], row["line"]) for row in rejects(text)] == [(2, 4)]


def test_a_record_longer_than_a_block_is_refused_with_its_likely_cause(stage: Stage) -> None:
    head, row, _ = vendor_file().split("\r\n")
    with pytest.raises(FileRefused) as refusal:
        stage("\r\n".join([head, row, row.replace("Contoso", '"Contoso'), *[row] * 120_000]))
    assert refusal.value.code == "damaged_file"
    assert "a quote never ends" in refusal.value.reason
