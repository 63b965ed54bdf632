"""Homes, lakes and catalogs that are none: one sentence, exit 1, no traceback."""

import shutil
from pathlib import Path

import pytest
from cli_case import PERIOD, Program

WORDS = [("init",), ("invoices",), ("run", PERIOD), ("job", "list")]


def _refused(home: Path, *words: str | Path, **extra: str) -> str:
    said = Program(home, extra)(*words)
    assert said.code == 1, said.err
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) == 1
    return said.err


@pytest.mark.parametrize("words", WORDS, ids=lambda words: str(words[0]))
def test_a_home_that_is_a_file(tmp_path: Path, words: tuple[str, ...]) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    assert str(home) in _refused(home, *words)
    assert home.read_text() == "not a folder"


def test_a_lake_that_is_a_file(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.write_text("")
    assert str(lake) in _refused(tmp_path / "home", "init", TIEOUT_LAKE=str(lake))


@pytest.mark.parametrize("address", ["foo://user:hidden@x", "nothing"])
def test_an_address_of_no_catalog_is_not_repeated(tmp_path: Path, address: str) -> None:
    said = _refused(tmp_path / "home", "init", TIEOUT_CATALOG=address)
    assert "TIEOUT_CATALOG" in said
    assert "hidden" not in said


def test_a_catalog_in_no_folder_and_one_that_is_damaged(billed: Program, tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path}/no/catalog.sqlite"
    assert "cannot be opened" in _refused(tmp_path / "home", "invoices", TIEOUT_CATALOG=missing)
    damaged = shutil.copytree(billed.home, tmp_path / "damaged")
    for log in damaged.glob("catalog.sqlite*"):
        log.write_bytes(b"noise" * 1000)
    assert "restore a backup" in _refused(damaged, "invoices")


def test_reference_data_into_a_file(billed: Program, tmp_path: Path) -> None:
    target = tmp_path / "reference.csv"
    target.write_text("mine")
    said = billed("reference", "export", target)
    assert (said.code, target.read_text()) == (1, "mine")
    assert str(target) in said.err
    assert "Traceback" not in said.err
