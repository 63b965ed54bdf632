"""A Partner Center export is read complete or not at all, and names lead nowhere else."""

import json
from pathlib import Path
from typing import Any

import pytest

from tieout.errors import FileRefused
from tieout.intake.export_folder import read_export

SECRET = "sv=2025&sig=do-not-tell"


def export(folder: Path, *names: str, **members: Any) -> Path:
    """Write a manifest and empty blobs of these names."""
    said = {
        "id": "e1",
        "schemaVersion": "2",
        "dataFormat": "compressedJSONLines",
        "eTag": "A1",
        "rootDirectory": "https://example.invalid/root",
        "sasToken": SECRET,
        "blobCount": len(names),
        "blobs": [{"name": name, "partitionValue": "default"} for name in names],
    }
    (folder / "manifest.json").write_text(json.dumps({**said, **members}))
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def test_the_blobs_come_in_the_order_of_the_manifest(tmp_path: Path) -> None:
    folder = export(tmp_path, "b.json.gz", "sub/a.json.gz")
    for path in (folder, folder / "manifest.json"):
        found = read_export(path)
        assert found is not None
        assert (found.manifest, found.etag) == ("manifest.json", "A1")
        assert [name for name, _ in found.blobs] == ["b.json.gz", "sub/a.json.gz"]
        assert SECRET not in repr(found)


def test_member_names_are_read_in_either_casing(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(b"")
    said = {"BlobCount": 1, "DataFormat": "x", "Blobs": [{"Name": "a.json.gz"}]}
    (tmp_path / "m.json").write_text(json.dumps(said))
    found = read_export(tmp_path)
    assert found is not None
    assert [name for name, _ in found.blobs] == ["a.json.gz"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "{", '{"blobs": 1, "blobCount": 1}', "[" * 100_000]
)
def test_what_is_no_manifest_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.json").write_text(text)
    assert read_export(tmp_path) is None


def test_missing_blobs_are_named(tmp_path: Path) -> None:
    folder = export(tmp_path, "a.json.gz", "b.json.gz", "c.json.gz")
    (folder / "a.json.gz").unlink()
    (folder / "c.json.gz").unlink()
    with pytest.raises(FileRefused, match=r"missing: a\.json\.gz, c\.json\.gz") as refused:
        read_export(folder)
    assert refused.value.code == "blob_count_mismatch"
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"blobCount": 3}, "announces 3 blobs and names 1"),
        ({"blobs": [{"name": "a.json.gz"}] * 2, "blobCount": 2}, "names a blob twice"),
    ],
)
def test_a_count_that_is_off_is_refused(
    tmp_path: Path, members: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(FileRefused, match=sentence) as refused:
        read_export(export(tmp_path, "a.json.gz", **members))
    assert refused.value.code == "blob_count_mismatch"


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../../x", "a\\b", "", ".", "a//b", "x\0y", 5, None]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: object) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    export(folder, blobs=[{"name": name}], blobCount=1)
    with pytest.raises(FileRefused) as refused:
        read_export(folder)
    assert refused.value.code == "damaged_file"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    outside = tmp_path / "secret.json.gz"
    outside.write_bytes(b"")
    export(folder, blobs=[{"name": "in.json.gz"}], blobCount=1)
    (folder / "in.json.gz").symlink_to(outside)
    with pytest.raises(FileRefused, match="leads out of the folder"):
        read_export(folder)


def test_two_manifests_are_refused(tmp_path: Path) -> None:
    folder = export(tmp_path, "a.json.gz")
    (folder / "other.json").write_bytes((folder / "manifest.json").read_bytes())
    with pytest.raises(FileRefused, match=r"several manifests: manifest\.json, other\.json"):
        read_export(folder)
