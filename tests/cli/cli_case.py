"""The program in a process of its own, and what the demo's files say by plain decimal sums."""

import csv
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import forked

DEMO = Path(str(files("tieout.serve.cli"))) / "demo_files"
MONTH_FILE = DEMO / "october-2021.csv"
PERIOD = "2021-10"
MARKS = ("VendorInvoiceRowId", "Subtotal")


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Give standard output, which must be one JSON document and nothing else."""
        found: dict[str, Any] = json.loads(self.out)
        assert len(self.out.splitlines()) == 1
        return found


@dataclass(frozen=True)
class Program:
    """The program `tieout` with its own TIEOUT_HOME."""

    home: Path
    extra: Mapping[str, str]

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Said:
        """Run one command to its end."""
        environment = {**os.environ, "TIEOUT_HOME": str(self.home), **self.extra}
        folder = self.home.parent
        code, out, err = forked.run(
            tuple(map(str, arguments)), environment, folder=folder, stdin=stdin
        )
        return Said(code, out.decode(), err.decode())


def demo_rows() -> list[dict[str, str]]:
    """Give the demo's vendor file as Python's csv module reads it."""
    with MONTH_FILE.open(newline="") as stream:
        return list(csv.DictReader(stream))


def subtotal(*, marks: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Decimal:
    """Sum the vendor's subtotals of some rows of the demo, by row id: `bad-01`, `nob-01`..."""
    return sum(
        (
            Decimal(row["Subtotal"])
            for row in demo_rows()
            if row["VendorInvoiceRowId"] not in without
            and (not marks or row["VendorInvoiceRowId"] in marks)
        ),
        Decimal(0),
    )


def lake_files(home: Path) -> set[str]:
    """Give every file of the lake."""
    return {str(p.relative_to(home)) for p in (home / "lake").rglob("*") if p.is_file()}
