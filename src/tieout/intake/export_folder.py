"""A Partner Center export (v2): a manifest and the blobs that it names, complete or not at all.

Source: vendor-formats.md 7. The manifest's sasToken is a secret: it is neither kept nor shown.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tieout.errors import FileRefused

MANIFEST_BYTES = 16 << 20
NAME_MAX = 255  # characters, with the folders inside the export


@dataclass(frozen=True)
class ExportFolder:
    """One export: the manifest's name and its blobs in order, as (name, path).

    `export_id` stays the same when the vendor makes an export anew; `etag` changes with its data.
    """

    manifest: str
    export_id: str | None
    etag: str | None
    blobs: tuple[tuple[str, Path], ...]


def read_export(path: Path) -> ExportFolder | None:
    """Read the export of a manifest file or of the folder that holds one; None without one.

    Raises FileRefused: blob_count_mismatch when blobs are missing, named twice or not as many as
    announced, damaged_file when the manifest names what is no file beside it, or two manifests.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    found = [(file, members) for file in files if (members := _manifest(file)) is not None]
    if not found:
        return None
    if len(found) > 1:
        listed = ", ".join(file.name for file, _ in found)
        reason = f"the folder holds several manifests: {listed}"
        raise FileRefused(file=path.name, code="blob_count_mismatch", reason=reason)
    file, members = found[0]
    names = [_blob_name(blob, manifest=file.name) for blob in members["blobs"]]
    blobs = tuple((name, _place(file.parent, name, manifest=file.name)) for name in names)
    _check_count(blobs, announced=members.get("blobcount"), manifest=file.name)
    named = [members.get(name) for name in ("id", "etag")]
    export_id, etag = (one if isinstance(one, str) and one else None for one in named)
    return ExportFolder(file.name, export_id, etag, blobs)


def _manifest(file: Path) -> dict[str, Any] | None:
    """Give a manifest's members by lower-case name; None where a file is no manifest."""
    try:
        if not file.is_file() or file.stat().st_size > MANIFEST_BYTES:  # a pipe never ends
            return None
        members = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(members, dict):
        return None
    known = {str(name).casefold(): value for name, value in members.items()}
    is_manifest = isinstance(known.get("blobs"), list) and {"blobcount", "dataformat"} & set(known)
    return known if is_manifest else None


def _blob_name(blob: object, *, manifest: str) -> str:
    members = {k.casefold(): v for k, v in blob.items()} if isinstance(blob, dict) else {}
    name = members.get("name")
    if not isinstance(name, str) or not name:
        reason = "a blob of the manifest has no name"
        raise FileRefused(file=manifest, code="damaged_file", reason=reason)
    return name


def _place(folder: Path, name: str, *, manifest: str) -> Path:
    """Give a blob's place inside the folder; a name that leads elsewhere is refused."""
    parts = name.split("/")
    place = folder.joinpath(*parts)
    reason = None
    if len(name) > NAME_MAX or not name.isprintable():
        reason = f"the blob name {name[:40]!r}... is no name of a file"
    elif (
        "\\" in name
        or any(part in ("", ".", "..") for part in parts)
        or not place.resolve().is_relative_to(folder.resolve())
    ):
        reason = f"the blob name {name!r} leads out of the folder"
    if reason:
        raise FileRefused(file=manifest, code="damaged_file", reason=reason)
    return place


def _check_count(blobs: tuple[tuple[str, Path], ...], *, announced: object, manifest: str) -> None:
    names = [name for name, _ in blobs]
    if len(set(names)) < len(names):
        reason = "the manifest names a blob twice"
    elif announced is not None and announced != len(names):
        reason = f"the manifest announces {announced} blobs and names {len(names)}"
    elif missing := [name for name, place in blobs if not place.is_file()]:
        reason = f"incomplete: of {len(names)} blobs these are missing: {', '.join(missing)}"
    else:
        return
    raise FileRefused(file=manifest, code="blob_count_mismatch", reason=reason)
