"""`tieout load` of a Partner Center export: complete or not at all, its token never shown."""

import gzip
import json
from pathlib import Path

import pytest
from cli_case import MONTH_FILE, Program, demo_rows, lake_files

TOKEN = "sv=2025-01-01&sig=made-up-and-secret"


def blob(rows: list[dict[str, str]]) -> bytes:
    """Write rows as JSON lines, the members in camel case, in two gzip members."""
    lines = [
        json.dumps({name[0].lower() + name[1:]: cell for name, cell in row.items()}) + "\n"
        for row in rows
    ]
    half = len(lines) // 2
    return b"".join(gzip.compress("".join(some).encode()) for some in (lines[:half], lines[half:]))


def announce(folder: Path, names: list[str], *, etag: str) -> None:
    """Write the manifest of the version `etag` of an export of these blobs."""
    manifest = {
        "id": "e1",
        "dataFormat": "compressedJSONLines",
        "eTag": etag,
        "rootDirectory": "https://example.invalid/x",
        "sasToken": TOKEN,
        "blobCount": len(names),
        "blobs": [{"name": name, "partitionValue": "default"} for name in names],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def readable_rows() -> list[dict[str, str]]:
    """Give the demo's rows without the broken one."""
    return [row for row in demo_rows() if row["VendorInvoiceRowId"] != "bad-01"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Write the demo's readable rows as an export of three blobs."""
    folder = tmp_path / "export"
    folder.mkdir()
    names = [f"part-{at}.json.gz" for at in range(3)]
    for at, name in enumerate(names):
        (folder / name).write_bytes(blob(readable_rows()[at::3]))
    announce(folder, names, etag="A1")
    return folder


def test_an_export_is_billed_like_the_file_of_the_same_rows(
    referenced: Program, export: Path
) -> None:
    said = referenced("load", export, "--json")
    assert (said.code, [f["status"] for f in said.json["files"]]) == (0, ["loaded"] * 3), said.err
    assert sum(file["loaded"] for file in said.json["files"]) == 30
    run = referenced("run", "2021-10", "--json").json
    assert (run["vendorLines"], run["matched"], run["parked"]) == (30, 29, 1)
    again = referenced("load", export / "manifest.json", "--json").json
    assert {file["status"] for file in again["files"]} == {"duplicate_file"}


def test_an_export_with_a_missing_blob_is_refused_by_name(
    referenced: Program, export: Path
) -> None:
    before = lake_files(referenced.home)
    (export / "part-1.json.gz").unlink()
    said = referenced("load", export, "--json")
    assert said.code == 1
    (report,) = said.json["files"]
    assert (report["file"], report["status"]) == ("manifest.json", "refused")
    assert "incomplete: of 3 blobs these are missing: part-1.json.gz" in report["notices"][0]
    assert lake_files(referenced.home) == before


def test_a_blob_cut_short_holds_back_the_whole_export(referenced: Program, export: Path) -> None:
    before = lake_files(referenced.home)
    whole = (export / "part-2.json.gz").read_bytes()
    (export / "part-2.json.gz").write_bytes(whole[:-40])
    said = referenced("load", export, "--json")
    assert said.code == 1
    assert {file["status"] for file in said.json["files"]} == {"refused"}
    assert "damaged_archive" in said.err
    assert lake_files(referenced.home) == before


def test_the_token_of_the_manifest_is_kept_and_shown_nowhere(
    referenced: Program, export: Path
) -> None:
    said = [referenced("load", export), referenced("load", export, "--json")]
    for one in said:
        assert TOKEN not in one.out + one.err
    secret = TOKEN.encode()
    kept = [path for path in referenced.home.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if secret in path.read_bytes()]


def test_an_empty_folder_is_refused(referenced: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = referenced("load", tmp_path / "empty")
    assert said.code == 1
    assert "the folder holds no file" in said.err


def test_a_manifest_beside_other_files_is_a_delivery_of_its_own(
    referenced: Program, export: Path
) -> None:
    said = referenced("load", MONTH_FILE, export, "--json")
    assert said.code == 0
    first, *others = said.json["files"]
    assert (first["file"], first["status"]) == (MONTH_FILE.name, "loaded")
    assert [file["status"] for file in others] == ["loaded"] * 3


@pytest.fixture
def two_invoices(export: Path) -> list[str]:
    """Turn the export into one of two invoices, a blob each: of 20 rows and of 10."""
    rows = readable_rows()
    other = [{**row, "InvoiceNumber": "G999"} for row in rows[20:]]
    names = ["one.json.gz", "other.json.gz"]
    for name, some in zip(names, (rows[:20], other), strict=True):
        (export / name).write_bytes(blob(some))
    announce(export, names, etag="A1")
    return names


def test_a_changed_etag_replaces_the_export_as_a_whole(
    referenced: Program, export: Path, two_invoices: list[str]
) -> None:
    assert referenced("load", export).code == 0
    announce(export, two_invoices[:1], etag="A2")
    (report,) = referenced("load", export, "--json").json["files"]
    assert report["notices"][-1] == (
        "invoice G999 stood in an earlier version of this export and is in this one no more:"
        " it is not billed from the next run on"
    )
    announce(export, two_invoices, etag="A3")
    assert referenced("load", export).code == 0
    announce(export, two_invoices[1:], etag="A4")
    assert referenced("load", export).code == 0
    assert referenced("run", "2021-10", "--json").json["vendorLines"] == 10


def test_an_export_that_takes_back_what_is_verified_is_refused(
    referenced: Program, export: Path, two_invoices: list[str]
) -> None:
    assert referenced("load", export).code == 0
    assert referenced("run", "2021-10").code == 0  # one contract's invoices start verified
    before = lake_files(referenced.home)
    announce(export, two_invoices[:1], etag="A2")
    said = referenced("load", export)
    assert said.code == 1
    assert "this export tells vendor invoice G999 no more, but invoice" in said.err
    assert lake_files(referenced.home) == before
    assert referenced("run", "2021-10", "--json").json["vendorLines"] == 30


def test_the_same_etag_replaces_nothing(
    referenced: Program, export: Path, two_invoices: list[str]
) -> None:
    assert referenced("load", export).code == 0
    announce(export, two_invoices[:1], etag="A1")
    (report,) = referenced("load", export, "--json").json["files"]
    assert report["status"] == "duplicate_file"
    assert referenced("run", "2021-10", "--json").json["vendorLines"] == 30
