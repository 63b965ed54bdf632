"""Rows of price sheets and exchange rates staged for the catalog, as a folder's rows are.

A key may have a row for every day on which a price began. Where ranges of one key overlap, also
with a range in force, the newest start wins for as long as its own range lasts; so loading a later
sheet ends the earlier price, and a price that was interrupted goes on afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tieout.engine.duckdb import Engine, literal, sql_text
from tieout.errors import FAULTS_MAX, Fault, ReferenceRefused
from tieout.reference.cell import canonical, check, name, names
from tieout.reference.stage import StagedReference, forgetting, merge, staged, view_current
from tieout.store.resources import RESOURCES, Resource

PACKAGE = "tieout.reference"


@dataclass(frozen=True)
class Sheet:
    """A sheet as read: a Parquet file with `row`, `moment` and the columns of `resource` as text.

    `columns` gives the vendor's header name by column.
    """

    name: str
    resource: str
    path: Path
    columns: Mapping[str, str]


@dataclass
class Faults:
    """The faults found so far, as many as are listed, and how many more there are."""

    listed: list[Fault]
    more: int = 0

    def add(self, engine: Engine, sql: str) -> None:
        """Add the faults that a relation gives as file, row, column and reason."""
        engine.table("sheet_fault", f"SELECT DISTINCT * FROM ({sql})")
        count = engine.one("SELECT count(*) AS n FROM sheet_fault")["n"]
        room = max(0, FAULTS_MAX - len(self.listed))
        found = engine.arrow(f"SELECT * FROM sheet_fault ORDER BY ALL LIMIT {room}").to_pylist()
        self.listed += [Fault(f["file"], f["row"], f["column"], f["reason"]) for f in found]
        self.more += count - len(found)
        engine.run("DROP TABLE sheet_fault")


def stage_sheets(
    engine: Engine,
    sheets: Sequence[Sheet],
    *,
    faults: Faults,
    current: Mapping[str, Path],
    drafts: Path,
) -> StagedReference:
    """Check sheets against one another and the rows in force, and stage what they change.

    `faults` has those found while the sheets were read; `current` is as in `stage_folder`. Raises
    ReferenceRefused with every fault.
    """
    given = [label for label in RESOURCES if any(sheet.resource == label for sheet in sheets)]
    with forgetting(engine):
        for label, resource in RESOURCES.items():
            view_current(engine, resource, path=current.get(label))
        for label in given:
            alike = [sheet for sheet in sheets if sheet.resource == label]
            _load(engine, RESOURCES[label], sheets=alike, faults=faults)
        if not faults.listed:  # cells that could not be read tell nothing about one another
            for label in given:
                faults.add(engine, sql_text(PACKAGE, f"faults_sheet_{label}"))
        if faults.listed:
            raise ReferenceRefused(
                faults=_in_vendors_words(faults.listed, sheets), more=faults.more
            )
        for label in given:
            engine.table(f"new_{label}", sql_text(PACKAGE, f"sheet_{label}"))
            engine.run(f"DROP TABLE listed_{label}")
        for label, resource in RESOURCES.items():
            merge(engine, resource, is_given=label in given)
        return staged(engine, given, current=current, drafts=drafts)


def _load(engine: Engine, resource: Resource, *, sheets: Sequence[Sheet], faults: Faults) -> None:
    """Make `listed_<resource>` with `file`, `place`, `row` and `moment`; add the faulty cells."""
    cells = ", ".join(canonical(field) for field in resource.fields)
    listed = " UNION ALL ".join(
        f'SELECT {literal(sheet.name)} AS file, {place} AS place, "row", moment, {cells}'
        f" FROM read_parquet({literal(str(sheet.path))})"
        for place, sheet in enumerate(sheets)
    )
    engine.table(f"listed_{resource.name}", listed)
    checks = ", ".join(f"{check(field)} AS {name(field.name)}" for field in resource.fields)
    reasons = names(resource.columns)
    faults.add(
        engine,
        f'UNPIVOT (SELECT * FROM (SELECT file, "row", {checks} FROM listed_{resource.name})'
        f" WHERE coalesce({reasons}) IS NOT NULL) ON {reasons}"
        ' INTO NAME "column" VALUE reason',
    )


def _in_vendors_words(faults: Sequence[Fault], sheets: Sequence[Sheet]) -> list[Fault]:
    """Give the faults with the header names that stand in the sheets."""
    columns = {
        (sheet.name, ours): theirs for sheet in sheets for ours, theirs in sheet.columns.items()
    }
    return [
        Fault(f.file, f.row, columns.get((f.file, f.column or ""), f.column), f.reason)
        for f in faults
    ]
