"""Parquet files: decimals in plain digits, moments in UTC, binary fractions named."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pytest
from intake_case import GOOD, Rows, Stage, vendor_file
from pyarrow import parquet

from tieout.errors import FileRefused
from tieout.intake import StagedFile

Read: TypeAlias = Callable[[str | bytes], Rows]
Write: TypeAlias = Callable[..., bytes]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write good rows with some columns replaced or added; give the file's bytes."""

    def run(rows: int = 1, *, columns: dict[str, Any] | None = None, **options: Any) -> bytes:
        table = {name: [cell] * rows for name, cell in GOOD.items()} | (columns or {})
        parquet.write_table(pa.table(table), tmp_path / "written.parquet", **options)
        return (tmp_path / "written.parquet").read_bytes()

    return run


def moment(*parts: int) -> dt.datetime:
    """Give a moment in UTC."""
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


def cells(staged: StagedFile, name: str) -> list[str]:
    at = staged.header.index(name)
    found: list[str] = parquet.read_table(staged.cells).column(f"c{at}").to_pylist()
    return found


def refusal(stage: Stage, content: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        stage(content)
    return caught.value


def test_rows_of_text_give_the_same_vendor_lines_as_csv(lines: Read, write: Write) -> None:
    plain = lines(vendor_file({"ReferenceId": "r1"}))
    found = lines(write())
    same = ("file_id", "vendor_line_id")
    assert [{k: v for k, v in row.items() if k not in same} for row in found] == [
        {k: v for k, v in row.items() if k not in same} for row in plain
    ]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (
            pa.array([Decimal("1e-18"), Decimal("-40.1"), None, 0], pa.decimal128(38, 18)),
            ["0.000000000000000001", "-40.100000000000000000", "", "0.000000000000000000"],
        ),
        (
            pa.array([Decimal("-0.05"), Decimal("1234567.89"), 0, 1], pa.decimal128(9, 2)),
            ["-0.05", "1234567.89", "0.00", "1.00"],
        ),
        (
            pa.array([Decimal("1e-30"), Decimal(-(10**39)), 0, 7], pa.decimal256(76, 30)),
            [
                "0.000000000000000000000000000001",
                "-1000000000000000000000000000000000000000.000000000000000000000000000000",
                "0.000000000000000000000000000000",
                "7.000000000000000000000000000000",
            ],
        ),
        (pa.array([12, -5, 0, None], pa.decimal128(10, 0)), ["12", "-5", "0", ""]),
        (
            pa.array([9223372036854775807, -1, 0, None], pa.int64()),
            ["9223372036854775807", "-1", "0", ""],
        ),
        (
            pa.array([18446744073709551615, 1, 0, None], pa.uint64()),
            ["18446744073709551615", "1", "0", ""],
        ),
        (pa.array([True, False, None, True]), ["true", "false", "", "true"]),
        (
            pa.array([dt.date(2021, 10, 1), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
            ["2021-10-01", "", "0001-01-01", "9999-12-31"],
        ),
        (
            pa.array(
                [
                    moment(2021, 10, 1, 23, 59, 59, 500000),
                    moment(2021, 10, 1),
                    None,
                    moment(1999, 12, 31, 10, 20, 30),
                ],
                pa.timestamp("us"),
            ),
            ["2021-10-01T23:59:59.5Z", "2021-10-01T00:00:00Z", "", "1999-12-31T10:20:30Z"],
        ),
        (
            # noon in Amsterdam in October is ten o'clock UTC
            pa.array([moment(2021, 10, 1, 10)] * 4, pa.timestamp("ms", "Europe/Amsterdam")),
            ["2021-10-01T10:00:00Z"] * 4,
        ),
        (pa.array([b"caf\xc3\xa9", b"", None, b"x"]), ["café", "", "", "x"]),
        (pa.array(["a", "b", None, "a"]).dictionary_encode(), ["a", "b", "", "a"]),
        (pa.nulls(4), [""] * 4),
        (pa.array([[1, 2], [], None, [3]]), ["[1,2]", "[]", "", "[3]"]),
        (
            pa.array([{"a": Decimal("0.10"), "b": 1.5}, None, None, None]),
            ['{"a":"0.10","b":1.5}', "", "", ""],
        ),
        (
            pa.array([[("k", "v")], None, [], None], pa.map_(pa.string(), pa.string())),
            ['{"k":"v"}', "", "{}", ""],
        ),
    ],
    ids=str,
)
def test_a_column_becomes_text(
    stage: Stage, write: Write, column: pa.Array, expected: list[str]
) -> None:
    staged = stage(write(4, columns={"Extra": column}))
    assert cells(staged, "Extra") == expected
    assert not any("floating" in notice for notice in staged.notices)


def test_binary_fractions_are_the_shortest_text_that_reads_back_and_are_named(
    stage: Stage, write: Write
) -> None:
    double = pa.array([0.1, 48.400000000000006, 1e-7], pa.float64())
    single = pa.array([0.1, 16777216.0, None], pa.float32())
    staged = stage(write(3, columns={"Subtotal": double, "Extra": single}))
    assert cells(staged, "Subtotal") == ["0.1", "48.400000000000006", "1e-7"]
    assert cells(staged, "Extra") == ["0.1", "16777216", ""]
    assert "binary floating point in the file: Subtotal, Extra" in staged.notices
    amounts = parquet.read_table(staged.vendor_line).column("subtotal").to_pylist()
    assert amounts == [Decimal("0.1"), Decimal("48.400000000000006"), Decimal("1e-7")]


def test_not_a_number_is_a_bad_number(rejects: Read, write: Write) -> None:
    (row,) = rejects(write(columns={"Subtotal": pa.array([float("nan")])}))
    assert (row["code"], row["line"]) == ("bad_number", 2)


def test_old_timestamps_of_the_year_9999_do_not_overflow(stage: Stage, write: Write) -> None:
    moments = pa.array([moment(9999, 12, 31)], pa.timestamp("us"))
    old = write(columns={"Extra": moments}, use_deprecated_int96_timestamps=True)
    assert cells(stage(old), "Extra") == ["9999-12-31T00:00:00Z"]


def test_text_that_is_not_utf8_is_rejected_not_lost(rejects: Read, write: Write) -> None:
    (row,) = rejects(write(2, columns={"CustomerName": pa.array([b"M\xfcller", b"ok"])}))
    assert (row["code"], row["column"]) == ("undecodable_text", "CustomerName")
    assert "M\\xfcller" in row["reason"]


def test_rows_of_many_groups_keep_their_order(stage: Stage, write: Write) -> None:
    numbers = [f"o{at}" for at in range(1000)]
    staged = stage(write(1000, columns={"OrderId": numbers}, row_group_size=7))
    assert (staged.loaded, cells(staged, "OrderId")) == (1000, numbers)


def test_rows_without_any_text_are_skipped(stage: Stage, write: Write) -> None:
    columns = {name: [cell, None, cell] for name, cell in GOOD.items()}
    staged = stage(write(3, columns={**columns, "Subtotal": ["1", None, "x"]}))
    assert (staged.rows, staged.loaded, staged.rejected, staged.skipped) == (2, 1, 1, 1)
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (row["row_number"], row["line"]) == (2, 4)


def test_columns_that_mean_one_are_refused(stage: Stage, write: Write) -> None:
    found = refusal(stage, write(columns={"sub_total": ["1"]}))
    assert found.code == "duplicate_header"


def test_a_file_without_rows_or_columns_is_refused(stage: Stage, write: Write) -> None:
    assert refusal(stage, write(0)).code == "empty_file"


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[:-9], lambda b: b[:40] + bytes(200) + b[240:], lambda _: b"PAR1"],
    ids=["cut off", "overwritten", "nothing else"],
)
def test_a_broken_file_is_refused(
    stage: Stage, write: Write, damage: Callable[[bytes], bytes]
) -> None:
    found = refusal(stage, damage(write(100)))
    assert found.code == "damaged_file"
    assert "not readable as Parquet" in found.reason


def test_an_encrypted_file_is_refused(stage: Stage, write: Write) -> None:
    # the footer's magic number of a file with an encrypted footer
    plain = write()
    found = refusal(stage, b"PARE" + plain[4:-4] + b"PARE")
    assert (found.code, found.reason) == ("damaged_file", "the Parquet file is encrypted")
