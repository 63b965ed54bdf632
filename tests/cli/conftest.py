"""Stores at the stations of the work, each test with a copy of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_case import DEMO, MONTH_FILE, PERIOD, Program

Station = Callable[[Path], Program]


def _made(folder: Path, *commands: tuple[str | Path, ...], start: Path | None = None) -> Path:
    home = folder / "home"
    if start is not None:
        shutil.copytree(start, home)
    program = Program(home, {})
    for command in commands:
        said = program(*command)
        assert said.code == 0, said.err
    return home


@pytest.fixture(scope="session")
def referenced_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with the demo's reference data."""
    folder = tmp_path_factory.mktemp("referenced")
    return _made(folder, ("init",), ("reference", "load", DEMO / "reference"))


@pytest.fixture(scope="session")
def loaded_home(referenced_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with the demo's vendor file too."""
    return _made(tmp_path_factory.mktemp("loaded"), ("load", MONTH_FILE), start=referenced_home)


@pytest.fixture(scope="session")
def billed_home(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with the demo's month billed."""
    return _made(tmp_path_factory.mktemp("billed"), ("run", PERIOD), start=loaded_home)


def _copy(home: Path, tmp_path: Path) -> Program:
    return Program(Path(shutil.copytree(home, tmp_path / "home")), {})


@pytest.fixture
def bare(tmp_path: Path) -> Program:
    """Give the program with no store yet."""
    return Program(tmp_path / "home", {})


@pytest.fixture
def referenced(referenced_home: Path, tmp_path: Path) -> Program:
    """Give the program with the demo's reference data loaded."""
    return _copy(referenced_home, tmp_path)


@pytest.fixture
def loaded(loaded_home: Path, tmp_path: Path) -> Program:
    """Give the program with the demo's vendor file loaded."""
    return _copy(loaded_home, tmp_path)


@pytest.fixture
def billed(billed_home: Path, tmp_path: Path) -> Program:
    """Give the program with the demo's month billed."""
    return _copy(billed_home, tmp_path)
