"""An engine, and ways to stage a vendor file and to see what came of it."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from intake_case import Rows, Stage
from price_case import Read
from pyarrow import parquet

from tieout.engine.duckdb import Engine, session
from tieout.intake import StagedFile, StagedSheet, stage_file, stage_sheet


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Open a DuckDB session."""
    with session(tmp_path / "scratch", threads=2) as opened:
        yield opened


@pytest.fixture
def stage(engine: Engine, tmp_path: Path) -> Stage:
    """Stage text or bytes, each time into a new folder."""
    count = iter(range(1000))

    def run(content: str | bytes, name: str = "october.csv") -> StagedFile:
        drafts = tmp_path / f"drafts{next(count)}"
        drafts.mkdir()
        source = drafts / "as-received"
        received = content.encode() if isinstance(content, str) else content
        source.write_bytes(received)
        file_id = sha256(received).hexdigest()
        return stage_file(engine, source, name=name, file_id=file_id, drafts=drafts)

    return run


@pytest.fixture
def lines(stage: Stage) -> object:
    """Stage and give the vendor lines as dictionaries."""

    def run(content: str | bytes) -> Rows:
        found: Rows = parquet.read_table(stage(content).vendor_line).to_pylist()
        return found

    return run


@pytest.fixture
def rejects(stage: Stage) -> object:
    """Stage and give the rejected rows as dictionaries."""

    def run(content: str | bytes) -> Rows:
        found: Rows = parquet.read_table(stage(content).rejected_row).to_pylist()
        return found

    return run


@pytest.fixture
def read(engine: Engine, tmp_path: Path) -> Read:
    """Read text or bytes as a sheet, each time into a new folder."""
    count = iter(range(1000))

    def run(content: str | bytes) -> StagedSheet:
        drafts = tmp_path / f"sheet{next(count)}"
        drafts.mkdir()
        source = drafts / "as-received"
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        return stage_sheet(engine, source, name="sheet.csv", drafts=drafts)

    return run
