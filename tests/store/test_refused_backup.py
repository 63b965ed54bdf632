"""Backups that are damaged, newer or older than the program, and places that are taken."""

from collections.abc import Callable
from pathlib import Path

import pytest
from store_case import DEMO, NOW, everything

from tieout import pipeline
from tieout.errors import BackupRefused, Conflict
from tieout.pipeline.backup import CONTENTS, opened, sealed
from tieout.store.audit_head import audit_head
from tieout.store.house import House
from tieout.store.job_table import job
from tieout.store.migrations import known_steps, upgrade

EmptyHouse = Callable[[str], House]
# what the catalog is has no say in it
ON_SQLITE = pytest.mark.parametrize("catalog_kind", ["sqlite"])


@ON_SQLITE
@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("catalog/invoice.jsonl", "changed"),
        ("catalog/setting.jsonl", "lost"),
        ("lake/detail_line", "changed"),
        ("lake/vendor_file", "lost"),
        (CONTENTS, "changed"),
        (CONTENTS, "lost"),
    ],
)
def test_a_damaged_backup_is_refused_with_the_name_of_the_file(
    billed: House, empty_house: EmptyHouse, tmp_path: Path, file: str, what: str
) -> None:
    kept = tmp_path / "kept"
    pipeline.back_up(billed, kept, now=NOW)
    (victim,) = [kept / file] if (kept / file).is_file() else sorted((kept / file).rglob("*.*"))[:1]
    whole = victim.read_bytes()
    if what == "lost":
        victim.unlink()
    else:
        middle = len(whole) // 2
        victim.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    house = empty_house("sqlite")
    with pytest.raises(BackupRefused, match=victim.name):
        pipeline.restore(house, kept)
    with house.catalog.read() as connection:
        assert not connection.dialect.has_table(connection, "setting")
    victim.write_bytes(whole)
    pipeline.restore(house, kept)  # what was begun here goes on
    assert everything(house) == everything(billed)


@ON_SQLITE
def test_a_tar_file_cut_short_is_refused(
    billed: House, empty_house: EmptyHouse, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.tar"
    pipeline.back_up(billed, kept, now=NOW)
    kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    with pytest.raises(BackupRefused, match=r"kept\.tar"):
        pipeline.restore(empty_house("sqlite"), kept)
    kept.write_bytes(b"no tar at all")
    with pytest.raises(BackupRefused, match="cannot be read"):
        pipeline.restore(empty_house("sqlite"), kept)


def _retold(kept: Path, **changes: object) -> None:
    contents = opened((kept / CONTENTS).read_bytes())
    assert contents is not None
    (kept / CONTENTS).write_bytes(sealed({**contents, **changes}))


@ON_SQLITE
def test_a_backup_of_a_newer_schema_is_refused(
    house: House, empty_house: EmptyHouse, tmp_path: Path
) -> None:
    pipeline.back_up(house, tmp_path / "kept", now=NOW)
    _retold(tmp_path / "kept", schema="9001")
    with pytest.raises(BackupRefused, match=r"newer tieout .*, schema step 9001"):
        pipeline.restore(empty_house("sqlite"), tmp_path / "kept")


@ON_SQLITE
@pytest.mark.parametrize("name", ["../escaped", "lake/../../escaped", "elsewhere/file", "lake"])
def test_a_file_without_a_place_in_a_store_is_refused(
    house: House, empty_house: EmptyHouse, tmp_path: Path, name: str
) -> None:
    pipeline.back_up(house, tmp_path / "kept", now=NOW)
    _retold(tmp_path / "kept", files=[{"path": name, "size": 1, "sha256": "0"}])
    with pytest.raises(BackupRefused, match="has no place in a store"):
        pipeline.restore(empty_house("sqlite"), tmp_path / "kept")
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    billed: House, empty_house: EmptyHouse, tmp_path: Path, kind: str
) -> None:
    kept = tmp_path / "kept"
    pipeline.back_up(billed, kept, now=NOW)
    contents = opened((kept / CONTENTS).read_bytes())
    assert contents is not None
    younger = {job.name, audit_head.name}  # tables that the step before 0015 had not
    paths = {f"catalog/{name}.jsonl" for name in younger}
    files = [file for file in contents["files"] if file["path"] not in paths]
    tables = {name: rows for name, rows in contents["tables"].items() if name not in younger}
    steps = known_steps()
    _retold(kept, files=files, tables=tables, schema=steps[steps.index("0015") + 1])
    house = empty_house(kind)
    pipeline.restore(house, kept)
    found, known = everything(house), everything(billed)
    added = [row for row in found["setting"] if row not in known["setting"]]
    assert [name for name, _ in added] == ["recorded_since"]  # the audit is judged from there on
    found["setting"] = [row for row in found["setting"] if row not in added]
    assert found == known
    assert not upgrade(house.catalog)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_only_an_empty_place_takes_a_backup(
    billed: House, empty_house: EmptyHouse, tmp_path: Path, kind: str
) -> None:
    pipeline.back_up(billed, tmp_path / "kept", now=NOW)
    before = everything(billed)
    with pytest.raises(Conflict, match="has tables already"):
        pipeline.restore(billed, tmp_path / "kept")
    assert everything(billed) == before
    house = empty_house(kind)
    (house.home / "notes.txt").write_text("mine")
    with pytest.raises(Conflict, match=r"is not empty: notes\.txt is there"):
        pipeline.restore(house, tmp_path / "kept")
    assert (house.home / "notes.txt").read_text() == "mine"


def test_what_is_no_backup_is_refused(empty_house: EmptyHouse, tmp_path: Path) -> None:
    house = empty_house("sqlite")
    for place in (tmp_path / "nowhere", DEMO):
        with pytest.raises(BackupRefused, match=r"is not there|is no backup"):
            pipeline.restore(house, place)
