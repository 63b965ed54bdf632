"""Files made to do harm: bounded memory, a clear refusal, nothing run."""

import gzip
import io
import resource

import pytest
from intake_case import Stage, vendor_file
from pyarrow import parquet
from xlsx_case import MAIN, good_row, header, workbook

from tieout.errors import FileRefused

MEBIBYTE = 1 << 20


def packed(*parts: tuple[bytes, int]) -> bytes:
    """Pack parts, each so many times, without holding what they unpack to."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as stream:
        for part, times in parts:
            for _ in range(times):
                stream.write(part)
    return out.getvalue()


def peak() -> int:
    """Give this process's peak memory in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize("filler", [b"0" * MEBIBYTE, (b"0" * 1023 + b"\n") * 1024])
def test_a_gzip_bomb_is_refused_before_it_fills_memory_or_disk(stage: Stage, filler: bytes) -> None:
    header = vendor_file().split("\n", 1)[0].encode() + b"\n"
    bomb = packed((header, 1), (filler, 1400))
    before = peak()
    with pytest.raises(FileRefused) as refused:
        stage(bomb, "bomb.csv.gz")
    assert refused.value.code in ("damaged_archive", "damaged_file")
    assert peak() - before < 600


def test_a_sheet_whose_last_cell_is_far_away_takes_no_more_memory(stage: Stage) -> None:
    # 17 thousand million cells lie between the header and the last corner of a sheet
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    before = peak()
    staged = stage(workbook(header() + good_row(2) + last))
    assert (staged.loaded, staged.rejected) == (1, 1)
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (row["code"], row["line"], len(row["cells"])) == ("wrong_cell_count", 1_048_576, 16_384)
    assert peak() - before < 300


def test_a_large_sheet_is_read_row_by_row(stage: Stage) -> None:
    book = workbook(header() + "".join(good_row(at) for at in range(2, 12_002)))
    before = peak()
    assert stage(book).loaded == 12_000
    assert peak() - before < 250


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<row r="2"><c r="A2"/></row>', "row 2 follows row 2"),
        ('<row r="9"><c r="B9"/><c r="A9"/></row>', "out of turn"),
        ('<row r="9"><c r="A8"/></row>', "has a cell at A8"),
        ('<row r="1048577"/>', "follows row 2"),
        ('<row><c t="s"><v>7</v></c></row>', "no shared text 7"),
        ("<row><c><v>1</v><v>2</v></c></row>", "two values"),
        ("<row><c><c/></c></row>", "<c> in <c>"),
        ("<c><v>1</v></c>", "<c> in <sheetData>"),
    ],
)
def test_a_sheet_that_says_two_things_about_a_place_is_refused(
    stage: Stage, cell: str, words: str
) -> None:
    with pytest.raises(FileRefused, match=words) as refused:
        stage(workbook(header() + good_row(2) + cell))
    assert refused.value.code == "damaged_file"


def test_a_shared_text_used_by_every_cell_does_not_fill_the_memory(stage: Stage) -> None:
    texts = f'<sst xmlns="{MAIN}"><si><t>{"x" * MEBIBYTE}</t></si></sst>'
    cells = '<c t="s"><v>0</v></c>' * 10_000
    long = f"<row>{cells}</row>"
    before = peak()
    with pytest.raises(FileRefused, match="row 3 is longer than 16 MiB"):
        stage(workbook(header() + good_row(2) + long, texts=texts))
    assert peak() - before < 250


def test_an_archive_inside_an_archive_is_refused_by_its_name(stage: Stage) -> None:
    with pytest.raises(FileRefused, match="holds another one"):
        stage(gzip.compress(gzip.compress(vendor_file().encode())))
    with pytest.raises(FileRefused, match="a 7z archive"):
        stage(gzip.compress(b"7z\xbc\xaf\x27\x1c"))


def test_a_header_that_never_ends_is_refused(stage: Stage) -> None:
    with pytest.raises(FileRefused, match="longer than 32 MiB") as refused:
        stage(packed((b"a," * (MEBIBYTE // 2), 200)), "header.csv.gz")
    assert refused.value.code == "damaged_file"


def test_a_cell_of_ten_mebibytes_is_kept_whole(stage: Stage) -> None:
    cell = "x" * (10 * MEBIBYTE)
    (line,) = parquet.read_table(stage(vendor_file({"CustomerName": cell})).vendor_line).to_pylist()
    assert line["customer_name"] == cell


@pytest.mark.parametrize(
    "cell", ["=1+1", '=cmd|" /c calc"!A1', "@SUM(A1)", "+1", "a\0b", "\x1b[31m", "\x07"]
)
def test_formulas_and_control_characters_stay_text(stage: Stage, cell: str) -> None:
    (line,) = parquet.read_table(stage(vendor_file({"CustomerName": cell})).vendor_line).to_pylist()
    assert line["customer_name"] == cell


def test_a_name_with_signs_of_sql_is_only_a_name(stage: Stage) -> None:
    staged = stage(vendor_file(), "x'); DROP TABLE intake_cells; --.csv")
    assert staged.loaded == 1
