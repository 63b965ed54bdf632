"""The rows in force as the CSV files they came from, byte for byte stable."""

from collections.abc import Mapping
from pathlib import Path

from tieout.engine.duckdb import Engine, literal
from tieout.errors import Conflict
from tieout.reference.cell import names
from tieout.reference.stage import by_key, view_current
from tieout.store.resources import RESOURCES


def export_folder(engine: Engine, current: Mapping[str, Path], *, folder: Path) -> None:
    """Write one CSV file per resource that has rows: UTF-8, line feeds, sorted by key.

    Raises Conflict when the folder holds a reference file that the export would not replace,
    because loading the folder would then bring back rows that are not in force.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for label, resource in RESOURCES.items():
        if label not in current and (folder / resource.file).exists():
            reason = f"{folder} holds a {resource.file}, but no {label} are in force"
            raise Conflict(reason=reason)
    for label, resource in RESOURCES.items():
        if label in current:
            view_current(engine, resource, path=current[label])
            draft = folder / f".{resource.file}.draft"
            engine.run(
                f"COPY (SELECT {names(resource.columns)} FROM current_{label}"
                f" ORDER BY {by_key(resource)}) TO {literal(str(draft))}"
                " (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
            )
            draft.replace(folder / resource.file)
