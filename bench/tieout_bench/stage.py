"""One stage of the benchmark, alone in its process: `python -m tieout_bench.stage NAME FOLDER`.

Prints one JSON line: what the stage said, its seconds without the start of Python, its peak
memory, and how both divide over the parts of a stage and over its slowest statements.
"""
# ruff: noqa: PLC0415 - tieout is imported by the stages that use it: the floor stands without

import datetime as dt
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from tieout_bench.generate import PERIOD
from tieout_bench.laps import Laps

NOW = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)
# The key of the match keys is drawn by lot for each store; here it stands still, so that the
# output digest of one number of rows is the same on every machine.
MATCH_KEY_SECRET = "0" * 64
ASKING_CUSTOMERS = 20
Said = dict[str, Any]


def floor(folder: Path, _: Laps) -> Said:
    """Read the vendor file as text and write it as Parquet: what no loader can do without."""
    source, target = folder / "month.csv", folder / "floor.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true, header=true))"
            f" TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )
        threads = connection.sql("SELECT current_setting('threads')").fetchall()[0][0]
    return {"bytes": target.stat().st_size, "threads": threads}


def reference(folder: Path, laps: Laps) -> Said:
    """Make a new store and load the reference folder."""
    from sqlalchemy import update

    from tieout.pipeline import load_reference
    from tieout.store.catalog import setting
    from tieout.store.house import open_house
    from tieout.store.migrations import upgrade

    laps.watch_engine()
    house = open_house(folder / "store")
    upgrade(house.catalog)
    with house.catalog.write() as connection:
        named = setting.c.name == "match_key_secret"
        connection.execute(update(setting).where(named).values(value=MATCH_KEY_SECRET))
    return load_reference(house, folder / "reference", now=NOW)


def load(folder: Path, laps: Laps) -> Said:
    """Load the vendor file."""
    from tieout.pipeline import load_files
    from tieout.store.house import open_house

    laps.watch_engine()
    source = folder / "month.csv"
    (report,) = load_files(open_house(folder / "store"), [(source.name, source)], now=NOW)
    if report["status"] != "loaded":
        sentence = f"the generated month was not loaded: {report['notices']}"
        raise SystemExit(sentence)
    return report


def shape(folder: Path, _: Laps) -> Said:
    """Load the only vendor file of a folder into a new store beside it."""
    from tieout.pipeline import load_files
    from tieout.store.house import open_house
    from tieout.store.migrations import upgrade

    shutil.rmtree(folder / "store", ignore_errors=True)
    (source,) = folder.glob("month*")
    house = open_house(folder / "store")
    upgrade(house.catalog)
    began, cpu = time.perf_counter(), time.process_time()
    (report,) = load_files(house, [(source.name, source)], now=NOW)
    seconds = {
        "wallSeconds": time.perf_counter() - began,
        "cpuSeconds": time.process_time() - cpu,
    }
    if report["status"] != "loaded":
        sentence = f"{source.name} was not loaded: {report['notices']}"
        raise SystemExit(sentence)
    return {**report, **seconds, "bytes": source.stat().st_size, "threads": os.cpu_count()}


def run(folder: Path, laps: Laps) -> Said:
    """Run the period; its parts are told apart by the calls of `period` and `rated`."""
    from tieout import pipeline
    from tieout.pipeline import period, rated
    from tieout.store.house import open_house

    laps.watch_engine()
    laps.begin_at(rated, "match_lines", part="match")
    laps.begin_at(rated, "rate_hops", part="rate")
    laps.begin_at(rated, "consolidate_hops", part="invoice")
    laps.begin_at(period, "check_laws", part="certify")
    laps.begin_at(period, "_publish_run", part="commit")
    house = open_house(folder / "store")
    said = pipeline.run_period(house, PERIOD, now=NOW)
    laps.end()
    certificate = pipeline.certificate_of(house, PERIOD)
    (folder / "certificate.json").write_text(json.dumps(certificate, indent=1), "utf-8")
    return {**said, "status": certificate["status"]}


def keys(folder: Path, _: Laps) -> Said:
    """Verify the period and make keys: of the reseller, and of some of its customers."""
    from tieout import pipeline
    from tieout.pipeline import Choice, Word
    from tieout.serve.access import create_key
    from tieout.store.house import open_house

    house, word = open_house(folder / "store"), Word("bench", NOW)
    pipeline.verify_invoices(house, Choice(period=PERIOD), word=word)

    def key(organization: str, role: str) -> str:
        _, text = create_key(
            house.catalog,
            organizations=[organization],
            role=role,
            endpoints=["billing.invoices"],
            expires=None,
            word=word,
        )
        return text

    customers = [f"customer-{number:06d}" for number in range(ASKING_CUSTOMERS)]
    return {
        "reseller": key("reseller-00", "sellerAdmin"),
        "customers": [key(customer, "customerBillingAdmin") for customer in customers],
    }


STAGES: dict[str, Callable[[Path, Laps], Said]] = {
    "floor": floor,
    "reference": reference,
    "load": load,
    "shape": shape,
    "run": run,
    "keys": keys,
}


def main() -> None:
    """Run the stage that the command line names."""
    name, folder = sys.argv[1:]
    laps = Laps()
    said = STAGES[name](Path(folder), laps)
    laps.end()
    sys.stdout.write(json.dumps({"stage": name, "said": said, **laps.report()}) + "\n")


if __name__ == "__main__":
    main()
