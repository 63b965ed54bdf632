"""The same month in every shape that a vendor's text file comes in, and what loading each costs.

month.csv -> gzip, JSON lines, JSON lines in gzip, one bad row in a hundred -> seconds, x CSV
"""

import gzip
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from tieout_bench.generate import make_month
from tieout_bench.report import machine, versions
from tieout_bench.runs import run_stage

PLAIN = "csv"
# shape -> the file's name, which alone lies in a folder of its own
SHAPES = {
    PLAIN: "month.csv",
    "csv.gz": "month.csv.gz",
    "jsonl": "month.jsonl",
    "jsonl.gz": "month.jsonl.gz",
    "1 % bad rows": "month-bad.csv",
}
ROUNDS = 2  # of which the quicker counts
BARE = frozenset(
    (
        *("UnitPrice", "Quantity", "Subtotal", "TaxTotal", "Total", "EffectiveUnitPrice"),
        *("BillableQuantity", "PCToBCExchangeRate"),
    )
)


def run_shapes(*, rows: int, folder: Path) -> dict[str, Any]:
    """Make a month of `rows` rows in every shape, load each, and hold each against the CSV.

    Every load has a store and a process of its own. `shapes.json` in `folder` keeps the figures.
    """
    folder = folder.resolve()
    source = make_month(folder, rows=rows).vendor_file
    places = make_shapes(source, folder=folder / "shapes")
    rounds = [[run_stage("shape", folder=place) for place in places] for _ in range(ROUNDS)]
    result = {
        "rows": rows,
        "machine": machine(threads=rounds[0][0]["said"]["threads"]),
        "versions": versions(),
        "shapes": shape_figures(rounds),
    }
    (folder / "shapes.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return result


def make_shapes(source: Path, *, folder: Path) -> list[Path]:
    """Write every shape of a vendor's CSV into a folder of its own; give those folders."""
    files = {shape: folder / name / name for shape, name in SHAPES.items()}
    for file in files.values():
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir(parents=True)
    shutil.copyfile(source, files[PLAIN])
    with duckdb.connect() as connection:
        read = f"read_csv('{source}', all_varchar=true, header=true)"
        header = [row[0] for row in connection.sql(f"DESCRIBE FROM {read}").fetchall()]
        connection.execute(
            f"COPY (SELECT '{{' || concat_ws(',', {_members(header)}) || '}}' FROM {read})"
            f" TO '{files['jsonl']}'"
            " (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
        )
        bad = "CASE WHEN row_number() OVER () % 100 = 50 THEN 'n/a' ELSE \"Subtotal\" END"
        connection.execute(
            f'COPY (SELECT * REPLACE ({bad} AS "Subtotal") FROM {read})'
            f" TO '{files['1 % bad rows']}' (FORMAT csv, HEADER)"
        )
    for shape in ("csv", "jsonl"):
        with files[shape].open("rb") as plain, gzip.open(files[f"{shape}.gz"], "wb", 6) as packed:
            shutil.copyfileobj(plain, packed)
    return [file.parent for file in files.values()]


def _members(header: Sequence[str]) -> str:
    """Give the SQL of the members of a row as JSON, numbers as they are printed."""
    cells = (
        (
            name,
            f"coalesce(\"{name}\", 'null')"
            if name in BARE
            else f"to_json(coalesce(\"{name}\", ''))",
        )
        for name in header
    )
    return ", ".join(f"'{json.dumps(name)}:' || {cell}" for name, cell in cells)


def shape_figures(rounds: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Give the quicker load of each shape; seconds and ratios to the CSV's as text."""
    figures = [
        {
            "said": tries[0]["said"],
            "seconds": min(one["said"]["wallSeconds"] for one in tries),
            "cpu": min(one["said"]["cpuSeconds"] for one in tries),
        }
        for tries in zip(*rounds, strict=True)
    ]
    plain = figures[list(SHAPES).index(PLAIN)]
    return [
        {
            "shape": shape,
            "bytes": found["said"]["bytes"],
            "rejected": found["said"]["rejected"],
            "seconds": f"{found['seconds']:.3f}",
            "ratio": f"{found['seconds'] / plain['seconds']:.2f}",
            "cpuSeconds": f"{found['cpu']:.3f}",
            "cpuRatio": f"{found['cpu'] / plain['cpu']:.2f}",
        }
        for shape, found in zip(SHAPES, figures, strict=True)
    ]
