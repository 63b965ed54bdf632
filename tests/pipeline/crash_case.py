"""A generated month, commands that can be killed, and what a reader sees of a store."""

import csv
import io
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from importlib.resources import files
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import forked
from sqlalchemy import Table, select

from tieout.pipeline import rehash_lake
from tieout.store import manifest
from tieout.store.catalog import (
    audit_entry,
    invoice,
    lake_file,
    load,
    manual_line,
    number_series,
    run,
    vendor_file,
    vendor_invoice,
)
from tieout.store.house import House, open_house

PERIOD, NEXT = "2021-10", "2021-11"
DEMO = Path(str(files("tieout.serve.cli"))) / "demo_files"
TABLES = (
    *(run, invoice, vendor_file, vendor_invoice, load, lake_file, number_series),
    *(audit_entry, manual_line),
)
# Columns that tell when something happened, and bytes of Parquet that threads may order otherwise.
MOMENTS = {
    *("created_at", "changed_at", "verified_at", "issued_at", "path", "size", "sha256"),
    *("at", "after", "previous_hash", "entry_hash"),  # of the audit
    "typed_at",
}
PATIENCE_S = 120

State = dict[str, list[dict[str, Any]]]


def start(home: Path, *arguments: str) -> ForkServerProcess:
    """Start a command in a process of its own."""
    environment = {**os.environ, "TIEOUT_HOME": str(home)}
    return forked.start(arguments, environment, folder=home.parent)


def finish(home: Path, *arguments: str) -> int | None:
    """Run a command to its end; give its exit code."""
    process = start(home, *arguments)
    process.join(PATIENCE_S)
    return process.exitcode


def write_month(folder: Path, *, customers: int) -> Path:
    """Write the demo's reference data with `customers` more customers of one reseller."""
    folder.mkdir(parents=True)
    for name in ("organizations", "contracts", "price_rules", "subscriptions"):
        (folder / f"{name}.csv").write_text((DEMO / "reference" / f"{name}.csv").read_text())
    added = {
        "organizations": "cust-{n},{account},customer,Customer {n} B.V.,NL,nl,EUR\n",
        "contracts": "c-{n},c-northlane-brightwater,invoice,Standard Customer Contract,microsoft,"
        "brightwater,cust-{n},EUR,1,14,{status},2021-01-01\n",
        "price_rules": "r-{n},c-{n},,markup,{percent},,2021-01-01\n",
        "subscriptions": "s-{n},{account},microsoft,{subscription},c-{n},Microsoft 365 E3,"
        "CFQ7TTC0LFLX,0001,active,2021-10-01,P1M,Monthly,2021-01-01\n",
    }
    for name, row in added.items():
        with (folder / f"{name}.csv").open("a") as out:
            out.writelines(
                row.format(
                    n=n,
                    account=2_000_000 + n,
                    status=("verified", "new")[n % 2],
                    percent=5 + n % 20,
                    subscription=_subscription(n),
                )
                for n in range(customers)
            )
    return folder


def _subscription(n: int) -> str:
    return f"5b0c0000-0000-4000-8000-{1000 + n:012d}"


def write_vendor_file(path: Path, *, rows: int, customers: int, invoices: int = 1) -> Path:
    """Write the demo's rows, and its Havenlab row for each customer, on so many invoices."""
    demo = (DEMO / "october-2021.csv").read_text()
    row = next(line for line in demo.splitlines() if line.endswith(",hav-01"))
    (cells,) = csv.reader(io.StringIO(row))
    assert (cells[1][-1], cells[26][-1]) == ("6", "6"), "customer and subscription of the demo row"
    cells[5] = "G{invoice:09d}"
    for place, mark in ((1, "{customer}"), (26, "{subscription}"), (-1, "big-{number}")):
        cells[place] = mark
    template = ",".join(cells) + "\n"
    with path.open("w") as out:
        out.write(demo)
        out.writelines(
            template.format(
                customer=f"c1a00000-0000-4000-8000-{1000 + n % customers:012d}",
                subscription=_subscription(n % customers),
                invoice=n % invoices,
                number=n,
            )
            for n in range(rows)
        )
    return path


def opened(home: Path) -> Iterator[House]:
    """Open a store as a reader that has seen nothing of it yet."""
    house = open_house(home)
    try:
        yield house
    finally:
        house.catalog.close()


def seen(home: Path) -> State:
    """Give all that a fresh reader sees; every lake file that is named must be whole."""
    for house in opened(home):
        assert rehash_lake(house) > 0
        with house.catalog.read() as connection:
            found = {
                table.name: [dict(row) for row in connection.execute(_ordered(table)).mappings()]
                for table in TABLES
            }
    return found


def _ordered(table: Table) -> Any:
    return select(table).order_by(*table.primary_key)


def timeless(state: State) -> State:
    """Give a state without the moments and file hashes that differ between equal stores."""
    without = {
        name: [{k: v for k, v in row.items() if k not in MOMENTS} for row in rows]
        for name, rows in state.items()
    }
    without["lake_file"].sort(key=lambda row: json.dumps(row, sort_keys=True))
    return without


def orphans(home: Path) -> set[str]:
    """Give the files of the lake that the manifest does not name."""
    for house in opened(home):
        with house.catalog.read() as connection:
            named = set(manifest.named_paths(connection))
        root = house.lake.root
        there = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
    return there - named


class DraftWatch:
    """Tells when a command has begun its first file in the lake."""

    def __init__(self, home: Path) -> None:
        """Note what killed commands left there before."""
        self.folder = home / "lake" / "tmp"
        self.known = set(self.folder.iterdir())

    def has_begun(self) -> bool:
        """Tell whether a new draft lies there."""
        return not self.known.issuperset(self.folder.iterdir())

    def close(self) -> None:
        """Nothing to let go of."""


class TransactionWatch:
    """Tells whether another process holds the catalog's write lock."""

    def __init__(self, home: Path) -> None:
        """Open a connection that never waits."""
        self.probe = sqlite3.connect(home / "catalog.sqlite", timeout=0, isolation_level=None)

    def has_begun(self) -> bool:
        """Try to be the writer for a moment."""
        try:
            self.probe.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        self.probe.execute("ROLLBACK")
        return False

    def close(self) -> None:
        """Let go of the catalog."""
        self.probe.close()


Watch = DraftWatch | TransactionWatch


def wait_until_begun(process: ForkServerProcess, watch: Watch) -> bool:
    """Wait for the write to begin; tell whether it did before the process ended."""
    deadline = time.monotonic() + PATIENCE_S
    while process.is_alive() and time.monotonic() < deadline:
        if watch.has_begun():
            return True
        time.sleep(0.001)
    return False


def time_the_write(home: Path, watch: Watch, *arguments: str) -> float:
    """Run a command undisturbed; give the seconds from the begin of its write to its end."""
    process = start(home, *arguments)
    assert wait_until_begun(process, watch), "the command ended before its write was seen"
    begun = time.monotonic()
    while process.is_alive():
        if isinstance(watch, TransactionWatch) and not watch.has_begun():
            break
        time.sleep(0.001)
    seconds = time.monotonic() - begun
    process.join(PATIENCE_S)
    assert process.exitcode == 0
    watch.close()
    return seconds
