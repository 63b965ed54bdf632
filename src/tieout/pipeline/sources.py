"""What a person names on the command line, as deliveries: files, folders, vendor exports."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tieout.errors import FileRefused
from tieout.intake import read_export


@dataclass(frozen=True)
class Delivery:
    """Vendor files that are loaded together, as (name for people, path).

    A `whole` one is loaded complete or not at all. One that was refused before any file was read
    has a `refusal`.
    """

    sources: tuple[tuple[str, Path], ...]
    whole: bool = False
    refusal: FileRefused | None = None


def deliveries(paths: Sequence[Path]) -> list[Delivery]:
    """Give the deliveries of paths: each vendor export is one, all other files together another.

    A folder stands for every file in it that is not hidden, by path. Source of exports:
    vendor-formats.md 7.
    """
    plain: list[tuple[str, Path]] = []
    found: list[Delivery] = []
    for path in paths:
        try:
            export = read_export(path) if path.is_dir() or path.suffix == ".json" else None
        except FileRefused as refusal:
            found.append(Delivery(sources=(), refusal=refusal))
            continue
        if export is not None:
            found.append(Delivery(export.blobs, whole=True))
        elif path.is_dir():
            files = sorted(f for f in path.rglob("*") if f.is_file() and f.name[0] != ".")
            if not files:
                reason = "the folder holds no file"
                empty = FileRefused(file=path.name, code="empty_file", reason=reason)
                found.append(Delivery(sources=(), refusal=empty))
            plain += [(file.name, file) for file in files]
        else:
            plain.append((path.name, path))
    return [Delivery(tuple(plain)), *found] if plain else found
