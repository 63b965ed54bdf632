"""Puts the measurements of a run together: `bench.json` and the table of `tieout bench`."""

import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tieout import __version__
from tieout_bench.generate import make_month
from tieout_bench.laps import KIB_PER_MIB
from tieout_bench.runs import run_stage

STAGES = ("reference", "load", "run")
BILLING = ("load", "run")  # what is held against the floor: from the vendor's file to the commit


def run_bench(
    *, rows: int, folder: Path, customers: int | None = None, prices: int = 0
) -> dict[str, Any]:
    """Make a month (`make_month`), bill it, and give the measurements (rulings.md, `bench`).

    The floor is measured before and after the stages and the quicker one counts, which is the
    stricter. Everything stays in `folder`: month, reference, store, certificate, `bench.json`.
    """
    folder = folder.resolve()
    shutil.rmtree(folder / "store", ignore_errors=True)
    month = make_month(folder, rows=rows, customers=customers, prices=prices)
    floors = [run_stage("floor", folder=folder)]
    measured = {name: run_stage(name, folder=folder) for name in STAGES}
    floors.append(run_stage("floor", folder=folder))
    floor = min(floors, key=lambda one: float(one["seconds"]))
    result = report(floor, measured, rows=rows)
    lake = (file for file in (folder / "store" / "lake").rglob("*") if file.is_file())
    result["customers"], result["subscriptions"] = month.customers, month.subscriptions
    result["prices"] = month.prices
    result["machine"] = machine(threads=floor["said"]["threads"])
    result["versions"] = versions()
    result["bytes"] = {
        "vendorFile": (folder / "month.csv").stat().st_size,
        "floor": floor["said"]["bytes"],
        "lake": sum(file.stat().st_size for file in lake),
    }
    (folder / "bench.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return result


def report(floor: Mapping[str, Any], measured: Mapping[str, Any], *, rows: int) -> dict[str, Any]:
    """Give the figures of a run, each stage against the floor; seconds and ratios as text."""
    floor_seconds = float(floor["seconds"])
    total = sum(float(measured[name]["seconds"]) for name in BILLING)
    return {
        "rows": rows,
        "floorSeconds": f"{floor_seconds:.3f}",
        "totalSeconds": f"{total:.3f}",
        "ratio": f"{total / floor_seconds:.2f}",
        "peakMemoryMiB": _mebibytes(max(measured[name]["peak"] for name in measured)),
        "stages": list(_stages({"floor": floor, **measured}, floor_seconds)),
        "digest": measured["run"]["said"]["outputDigest"],
        "cpuSeconds": {
            name: f"{stage['cpuSeconds']:.3f}"
            for name, stage in {"floor": floor, **measured}.items()
        },
        "certificate": measured["run"]["said"]["status"],
        "statements": {name: stage["statements"] for name, stage in measured.items()},
    }


def machine(*, threads: int) -> dict[str, Any]:
    """Give what the figures depend on: processors, memory, system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024
    return {
        "cpuCount": os.cpu_count(),
        "threads": threads,
        "memoryMiB": _mebibytes(memory),
        "system": platform.platform(),
    }


def versions() -> dict[str, str]:
    """Give the versions of what computes."""
    packages = {name: version(name) for name in ("duckdb", "pyarrow", "sqlalchemy")}
    return {"tieout": __version__, "python": platform.python_version(), **packages}


def _stages(measured: Mapping[str, Any], floor_seconds: float) -> Iterator[dict[str, str]]:
    for name, stage in measured.items():
        yield _stage(name, stage, floor_seconds=floor_seconds)
        parts: Sequence[Mapping[str, Any]] = stage["parts"]
        for part in parts:
            yield _stage(f"{name}: {part['part']}", part, floor_seconds=floor_seconds)


def _stage(name: str, measured: Mapping[str, Any], *, floor_seconds: float) -> dict[str, str]:
    seconds = float(measured["seconds"])
    return {
        "stage": name,
        "seconds": f"{seconds:.3f}",
        "ratio": f"{seconds / floor_seconds:.2f}",
        "peakMemoryMiB": _mebibytes(measured["peak"]),
    }


def _mebibytes(kibibytes: int) -> str:
    return f"{kibibytes / KIB_PER_MIB:.0f}"
