"""`run_shapes` end to end: every shape of the month holds the same rows."""

import json
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from tieout_bench import run_shapes
from tieout_bench.shapes import SHAPES, shape_figures

ROWS = 1000


@pytest.fixture(scope="module")
def benched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Load every shape of a small month."""
    folder = tmp_path_factory.mktemp("shapes")
    run_shapes(rows=ROWS, folder=folder)
    return folder


def loaded(folder: Path, shape: str) -> Any:
    """Give row hash and subtotal of the vendor lines that a shape was loaded as."""
    store = folder / "shapes" / SHAPES[shape] / "store" / "lake" / "vendor_line"
    (file,) = store.rglob("*.parquet")
    return parquet.read_table(file, columns=["row_hash", "subtotal"])


def test_every_shape_gives_the_same_lines(benched: Path) -> None:
    plain = loaded(benched, "csv")
    assert plain.num_rows == ROWS
    for shape in ("csv.gz", "jsonl", "jsonl.gz"):
        assert loaded(benched, shape) == plain, shape
    hashes = loaded(benched, "1 % bad rows")["row_hash"]
    assert len(hashes) == ROWS - ROWS // 100
    assert pc.all(pc.is_in(hashes, plain["row_hash"])).as_py()


def test_the_figures_of_every_shape_are_kept(benched: Path) -> None:
    said = json.loads((benched / "shapes.json").read_text("utf-8"))
    assert said["rows"] == ROWS
    assert [one["shape"] for one in said["shapes"]] == list(SHAPES)
    assert [one["rejected"] for one in said["shapes"]] == [0, 0, 0, 0, ROWS // 100]
    assert (said["shapes"][0]["ratio"], said["shapes"][0]["cpuRatio"]) == ("1.00", "1.00")


def test_the_quicker_of_two_rounds_counts_and_the_csv_is_the_measure() -> None:
    def load(wall: str, cpu: str) -> dict[str, Any]:
        said = {"bytes": 1, "rejected": 0, "wallSeconds": float(wall), "cpuSeconds": float(cpu)}
        return {"said": said}

    first = [load("4", "5"), *[load("6", "9")] * 4]
    second = [load("5", "4"), *[load("9", "6")] * 4]
    figures = shape_figures([first, second])
    assert [(one["seconds"], one["ratio"]) for one in figures[:2]] == [
        ("4.000", "1.00"),
        ("6.000", "1.50"),
    ]
    assert (figures[1]["cpuSeconds"], figures[1]["cpuRatio"]) == ("6.000", "1.50")
