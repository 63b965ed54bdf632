"""An engine, and ways to stage a folder and to see what is wrong with it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from reference_case import GOOD, Faults, Stage, write

from tieout.engine.duckdb import Engine, session
from tieout.errors import ReferenceRefused
from tieout.reference import StagedReference, stage_folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Open a DuckDB session."""
    with session(tmp_path / "scratch") as opened:
        yield opened


@pytest.fixture
def stage(engine: Engine, tmp_path: Path) -> Stage:
    """Stage given files, each time in a new folder, over the files in force."""
    count = iter(range(1000))

    def run(
        files: Mapping[str, str | bytes], current: Mapping[str, Path] | None = None
    ) -> StagedReference:
        number = next(count)
        folder = write(tmp_path / f"folder{number}", files)
        drafts = tmp_path / f"drafts{number}"
        return stage_folder(engine, folder, current=current or {}, drafts=drafts)

    return run


@pytest.fixture
def faults(stage: Stage) -> Faults:
    """Stage the good folder with some files replaced; give its faults as tuples."""

    def run(**files: str | bytes) -> list[tuple[str, int | None, str | None, str]]:
        changed = {f"{name}.csv": text for name, text in files.items()}
        with pytest.raises(ReferenceRefused) as refused:
            stage({**GOOD, **changed})
        return [(f.file, f.row, f.column, f.reason) for f in refused.value.faults]

    return run
