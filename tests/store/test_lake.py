"""The lake keeps files by their hash, finds damage and collects what nothing names."""

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tieout.errors import StoreDamaged
from tieout.store.lake import Lake, LakeFile, move_file

CONTENT = b"thirty rows of October"
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Make an empty lake."""
    return Lake(tmp_path / "lake")


def _kept(lake: Lake, content: bytes = CONTENT, suffix: str = ".parquet") -> LakeFile:
    with lake.draft(suffix) as draft:
        draft.write_bytes(content)
        return lake.keep(draft, kind="vendor_line", rows=30, hop=2)


def test_a_file_comes_from_another_file_system(lake: Lake, tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")  # noqa: S108 - the one other file system that is there
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        # a move within one file system never copies: there is nothing to see
        pytest.skip("there is one file system only")
    with TemporaryDirectory(dir=elsewhere) as folder:
        source = Path(folder) / "draft"
        source.write_bytes(CONTENT)
        assert move_file(source, lake.root / "moved") == DIGEST
        assert not source.exists()
    assert (lake.root / "moved").read_bytes() == CONTENT
    assert move_file(lake.root / "moved", lake.root / "again") is None


def _there(lake: Lake) -> set[str]:
    return {p.relative_to(lake.root).as_posix() for p in lake.root.rglob("*") if p.is_file()}


def test_a_kept_file_lies_under_its_hash(lake: Lake) -> None:
    kept = _kept(lake)
    path = f"vendor_line/{DIGEST[:2]}/{DIGEST}.parquet"
    assert kept == LakeFile(
        kind="vendor_line", path=path, sha256=DIGEST, rows=30, size=len(CONTENT), hop=2
    )
    assert lake.full(path).read_bytes() == CONTENT
    assert _there(lake) == {path}


def test_the_same_bytes_kept_twice_are_one_file(lake: Lake) -> None:
    assert _kept(lake) == _kept(lake)
    assert len(_there(lake)) == 1


def test_a_draft_that_is_not_kept_leaves_nothing(lake: Lake) -> None:
    with pytest.raises(ZeroDivisionError), lake.draft() as draft:  # noqa: PT012 - both are needed
        draft.write_bytes(CONTENT)
        assert _there(lake)
        _ = 1 / 0
    assert _there(lake) == set()


def test_a_whole_file_passes_its_check(lake: Lake) -> None:
    kept = _kept(lake)
    lake.check(kept.path, kept.sha256)


def test_a_damaged_file_is_found(lake: Lake) -> None:
    kept = _kept(lake)
    lake.full(kept.path).write_bytes(CONTENT[:-1] + b"R")
    with pytest.raises(StoreDamaged) as found:
        lake.check(kept.path, kept.sha256)
    assert found.value.path == kept.path
    assert str(found.value).startswith(f"lake file {kept.path}: has hash ")


def test_a_missing_file_is_found(lake: Lake) -> None:
    kept = _kept(lake)
    lake.full(kept.path).unlink()
    with pytest.raises(StoreDamaged) as found:
        lake.check(kept.path, kept.sha256)
    assert str(found.value) == f"lake file {kept.path}: is missing"


def test_collect_removes_orphans_and_drafts_and_nothing_else(lake: Lake) -> None:
    kept, orphan = _kept(lake), _kept(lake, b"left by a killed command", ".original")
    (lake.root / "tmp" / "half.parquet").write_bytes(b"half")
    assert sorted(lake.collect({kept.path})) == sorted(["tmp/half.parquet", orphan.path])
    assert _there(lake) == {kept.path}
    assert lake.collect({kept.path}) == []
