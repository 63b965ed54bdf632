"""Backups and restores on both catalogs: the same store again, or a refusal that says why."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event
from store_case import LATER, NOW, PERIOD, everything, load_reference

from tieout import pipeline
from tieout.errors import BackupRefused, Conflict, StoreDamaged
from tieout.pipeline.restore import UNFINISHED
from tieout.store.house import House, open_house
from tieout.store.lake import Lake

RECOMPUTE = Path(__file__).parents[2] / "bench" / "recompute.py"
EmptyHouse = Callable[[str], House]
# what the catalog is has no say in it
ON_SQLITE = pytest.mark.parametrize("catalog_kind", ["sqlite"])


@pytest.fixture
def verified(billed: House) -> House:
    """Open a store with verified invoices, an access trail and a declared mapping."""
    word = pipeline.Word(by="anna", now=LATER)
    pipeline.verify_invoices(
        billed, pipeline.Choice(period=PERIOD, accept_parked="asked"), word=word
    )
    (billed.home / "mappings").mkdir()
    (billed.home / "mappings" / "own.toml").write_text("# ours\n")
    return billed


@pytest.mark.parametrize(("name", "kind"), [("kept", "postgres"), ("kept.tar", "sqlite")])
def test_what_is_restored_is_the_store_that_was_backed_up(
    verified: House, empty_house: EmptyHouse, tmp_path: Path, name: str, kind: str
) -> None:
    before, certificate = everything(verified), pipeline.certificate_of(verified, PERIOD)
    said = pipeline.back_up(verified, tmp_path / name, now=NOW)
    house = empty_house(kind)
    done = pipeline.restore(house, tmp_path / name)
    assert {**done, "home": ""} == {**said, "home": ""}
    assert said["auditEntries"] == len(before["audit_entry"]) > 0
    assert everything(house) == before
    assert (house.home / "mappings" / "own.toml").read_text() == "# ours\n"
    assert not (house.home / UNFINISHED).exists()
    assert not house.scratch.exists()
    assert pipeline.verify_store(house) == pipeline.verify_store(verified)
    assert pipeline.check_audit(house) == pipeline.check_audit(verified)
    assert pipeline.certificate_of(house, PERIOD) == certificate
    # a backup of what was restored is the same to the byte, whatever database it lies in
    pipeline.back_up(house, tmp_path / "again", now=NOW)
    pipeline.back_up(verified, tmp_path / "once-more", now=NOW)
    assert _contents(tmp_path / "again") == _contents(tmp_path / "once-more")
    # and it can be worked with: rows are numbered on, what is verified stays so
    load_reference(house, tmp_path / "dearer", ("price_rules.csv", "margin,20,", "margin,50,"))
    with pytest.raises(Conflict, match="is verified at"):
        pipeline.run_period(house, PERIOD, now=LATER)


def _contents(backup: Path) -> dict[str, bytes]:
    return {
        path.relative_to(backup).as_posix(): path.read_bytes()
        for path in backup.rglob("*")
        if path.is_file()
    }


def test_a_backup_is_of_the_moment_it_began(
    billed: House, empty_house: EmptyHouse, tmp_path: Path
) -> None:
    before = everything(billed)
    writer = open_house(billed.home, catalog_url=billed.catalog.url)
    edit = ("price_rules.csv", "margin,20,", "margin,50,")

    def publish(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        """Change prices and bill the month anew once the first table was read."""
        if "FROM access_key" in statement:
            load_reference(writer, tmp_path / "dearer", edit)
            pipeline.run_period(writer, PERIOD, now=LATER)

    event.listen(billed.catalog.engine, "after_cursor_execute", publish)
    pipeline.back_up(billed, tmp_path / "kept", now=NOW)
    event.remove(billed.catalog.engine, "after_cursor_execute", publish)
    writer.catalog.close()
    house = empty_house("sqlite")
    pipeline.restore(house, tmp_path / "kept")
    assert everything(house) == before != everything(billed)
    assert pipeline.verify_store(house)["files"] == len({row[3] for row in before["lake_file"]})


@ON_SQLITE
def test_a_certificate_of_a_restored_store_is_recomputed_without_tieout(
    billed: House, empty_house: EmptyHouse, tmp_path: Path
) -> None:
    pipeline.back_up(billed, tmp_path / "kept.tar", now=NOW)
    house = empty_house("sqlite")
    pipeline.restore(house, tmp_path / "kept.tar")
    certificate = tmp_path / "certificate.json"
    certificate.write_text(json.dumps(pipeline.certificate_of(house, PERIOD)))
    done = subprocess.run(
        [sys.executable, RECOMPUTE, certificate, house.lake.root],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("agrees")


@ON_SQLITE
def test_a_backup_is_for_its_owner_alone(billed: House, tmp_path: Path) -> None:
    pipeline.back_up(billed, tmp_path / "kept", now=NOW)
    pipeline.back_up(billed, tmp_path / "kept.tar", now=NOW)
    made = [tmp_path / "kept", *(tmp_path / "kept").rglob("*"), tmp_path / "kept.tar"]
    assert len(made) > 20
    assert not [path for path in made if path.stat().st_mode & 0o077]
    with tarfile.open(tmp_path / "kept.tar") as tar:
        assert {member.mode for member in tar} == {0o600}


@ON_SQLITE
def test_a_draft_that_goes_meanwhile_goes_with_its_files(billed: House, tmp_path: Path) -> None:
    word = pipeline.Word(by="anna", now=LATER, reason="asked for")
    charge = pipeline.Charge(quantity="1", unit_price="10.00", details="Advice")
    wanted = pipeline.CustomInvoice([charge], "c-brightwater-molenaar", period=PERIOD)
    made = pipeline.charge_by_hand(billed, wanted, word=word)
    files = len(everything(billed)["lake_file"])

    class Lively(Lake):
        """A lake in which the draft is discarded and collected just after it was first read."""

        is_quiet = True

        def full(self, path: str) -> Path:
            if self.is_quiet:
                self.is_quiet = False
                pipeline.discard_document(billed, made["invoiceId"], word=word)
                assert pipeline.collect_orphans(billed)
            return super().full(path)

    said = pipeline.back_up(
        replace(billed, lake=Lively(billed.lake.root)), tmp_path / "kept", now=NOW
    )
    assert said["lakeFiles"] == len(everything(billed)["lake_file"]) < files


@ON_SQLITE
def test_lake_files_may_be_hard_links(billed: House, tmp_path: Path) -> None:
    pipeline.back_up(billed, tmp_path / "kept", now=NOW, link=True)
    copies = list((tmp_path / "kept" / "lake").rglob("*.parquet"))
    assert copies
    for copy in copies:
        own = billed.lake.root / copy.relative_to(tmp_path / "kept" / "lake")
        assert own.samefile(copy)
    assert (tmp_path / "kept" / "catalog" / "setting.jsonl").stat().st_nlink == 1


@ON_SQLITE
@pytest.mark.parametrize("place", ["taken", "taken.tar", "home/backup", "home/lake/backup.tar"])
def test_a_place_that_is_taken_or_in_the_store_is_refused(
    billed: House, tmp_path: Path, place: str
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken.tar").write_text("")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BackupRefused, match=r"is there already|lies in the store"):
        pipeline.back_up(billed, tmp_path / place, now=NOW)
    assert sorted(tmp_path.rglob("*")) == before


@ON_SQLITE
@pytest.mark.parametrize("name", ["kept", "kept.tar"])
@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_of_a_store_with_a_damaged_file_there_is_no_backup(
    billed: House, tmp_path: Path, name: str, damage: str
) -> None:
    file = next((billed.lake.root / "detail_line").rglob("*.parquet"))
    if damage == "lost":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(StoreDamaged, match=file.name):
        pipeline.back_up(billed, tmp_path / name, now=NOW)
    assert sorted(tmp_path.iterdir()) == before
