"""Stores for tests, the demo's files in variants, and all that a store holds."""

import datetime as dt
import gzip
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tieout import pipeline
from tieout.store.catalog import metadata
from tieout.store.house import House

DEMO = Path(str(files("tieout.serve.cli"))) / "demo_files"
MONTH_FILE = DEMO / "october-2021.csv"
PERIOD = "2021-10"
NOW = dt.datetime(2021, 11, 3, 9, 30, tzinfo=dt.UTC)
LATER = dt.datetime(2021, 11, 4, 9, 30, tzinfo=dt.UTC)


def everything(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every table."""
    with house.catalog.read() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }


def invoices(house: House) -> dict[str, Mapping[str, Any]]:
    """Give the invoice headers by buyer; each buyer of the demo has one."""
    table = metadata.tables["invoice"]
    with house.catalog.read() as connection:
        rows = connection.execute(select(table)).mappings().all()
    found: dict[str, Mapping[str, Any]] = {row["buyer_id"]: dict(row) for row in rows}
    assert len(found) == len(rows)
    return found


def load_reference(house: House, folder: Path, *edits: tuple[str, str, str]) -> dict[str, Any]:
    """Load the demo's reference data with edits (file, old text, new text) written to `folder`."""
    folder.mkdir()
    for path in (DEMO / "reference").iterdir():
        text = path.read_text()
        for name, old, new in edits:
            if name == path.name:
                assert text.count(old) == 1
                text = text.replace(old, new)
        (folder / path.name).write_text(text)
    return pipeline.load_reference(house, folder, now=NOW)


def load_month(house: House, path: Path) -> dict[str, Any]:
    """Load one vendor file; give its report."""
    (report,) = pipeline.load_files(house, [(path.name, path)], now=NOW)
    return report


def gzipped(path: Path) -> Path:
    """Write the demo's vendor file in another shape with the same rows."""
    path.write_bytes(gzip.compress(MONTH_FILE.read_bytes()))
    return path
