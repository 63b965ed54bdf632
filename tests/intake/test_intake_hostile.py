"""Files made to do harm: bounded memory, a clear refusal, nothing run."""

import gzip
import io
import resource

import pytest
from intake_case import Stage, vendor_file
from pyarrow import parquet

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
