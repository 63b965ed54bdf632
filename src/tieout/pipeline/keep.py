"""Moving what a stage wrote into the lake, and telling the time as text."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from tieout.engine.duckdb import Engine
from tieout.errors import Refused
from tieout.store import manifest
from tieout.store.house import House
from tieout.store.lake import LakeFile, move_file, sync_file


def utc_text(now: dt.datetime) -> str:
    """Give a moment as ISO 8601 UTC text to the second."""
    return now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def keep(house: House, draft: Path, *, kind: str, rows: int, hop: int | None = None) -> LakeFile:
    """Move a file that a stage wrote into the lake."""
    with house.lake.draft("".join(draft.suffixes)) as place:
        sha256 = move_file(draft, place)
        return house.lake.keep(place, kind=kind, rows=rows, hop=hop, sha256=sha256)


def write_text(path: Path, text: Iterable[str]) -> None:
    """Write a text file for a person: whole, or not at all. Raises Refused where it cannot be."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(text)
        sync_file(draft)
        draft.replace(path)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def drop_unnamed(house: House) -> list[str]:
    """Remove the lake files that the manifest does not name; give their paths.

    Only the one writer may: what another is about to name would go as well. So it is done in a
    transaction that writes, in which a writer that lost its hold is refused.
    """
    with house.catalog.write() as connection:
        return house.lake.collect(set(manifest.named_paths(connection)))


def write(house: House, engine: Engine, *, sql: str, kind: str, hop: int | None = None) -> LakeFile:
    """Compute a relation into a new lake file."""
    with house.lake.draft() as draft:
        rows = engine.copy(sql, draft)
        return house.lake.keep(draft, kind=kind, rows=rows, hop=hop)
