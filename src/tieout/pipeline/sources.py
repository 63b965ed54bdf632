"""What a person names on the command line, as deliveries: files, folders, vendor exports."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tieout.errors import FileRefused
from tieout.intake import ExportFolder, read_export

NAME_BYTES_MAX = 255  # of a name that a file system takes


@dataclass(frozen=True)
class Delivery:
    """Vendor files that are loaded together, as (name for people, path).

    The files of an `export` are loaded complete or not at all. One that was refused before any
    file was read has a `refusal`.
    """

    sources: tuple[tuple[str, Path], ...]
    export: ExportFolder | None = None
    refusal: FileRefused | None = None


def deliveries(paths: Sequence[Path]) -> list[Delivery]:
    """Give the deliveries of paths: each vendor export is one, all other files together another.

    A folder stands for every file in it that is not hidden, by path. Source of exports:
    vendor-formats.md 7.
    """
    plain: list[tuple[str, Path]] = []
    found: list[Delivery] = []
    for path in paths:
        is_folder = _is_folder(path)
        try:
            export = read_export(path) if is_folder or path.suffix == ".json" else None
        except FileRefused as refusal:
            found.append(Delivery(sources=(), refusal=refusal))
            continue
        if export is not None:
            found.append(Delivery(export.blobs, export=export))
        elif is_folder:
            files = sorted(f for f in path.rglob("*") if f.is_file() and f.name[0] != ".")
            if not files:
                reason = "the folder holds no file"
                empty = FileRefused(file=path.name, code="empty_file", reason=reason)
                found.append(Delivery(sources=(), refusal=empty))
            plain += [(_shown(file.name), file) for file in files]
        else:
            plain.append((_shown(path.name), path))
    return [Delivery(tuple(plain)), *found] if plain else found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # no such name is possible; whoever copies it says so
        return False


def _shown(name: str) -> str:
    """Give a file's name as text that can be stored: its bytes need not be UTF-8, nor few."""
    return os.fsencode(name)[:NAME_BYTES_MAX].decode("utf-8", "backslashreplace")
