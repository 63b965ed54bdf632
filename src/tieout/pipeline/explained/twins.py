"""The other rows of a seat change, in any file that the run used, and what they wait for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from tieout.engine.duckdb import Engine, define_macros, literal, sql_text
from tieout.pipeline.explained.line import Line
from tieout.pipeline.explained.way import TOO_WIDE, Way, without_room
from tieout.store import manifest
from tieout.store.catalog import vendor_file
from tieout.store.house import House
from tieout.tables import VENDOR_LINE


@dataclass(frozen=True)
class Twin:
    """A row of the same seat change as another; `name` is how a sentence names it."""

    line: Line
    name: str


class RunFiles:
    """The vendor files that runs used; each run is asked once."""

    def __init__(self, engine: Engine, house: House) -> None:
        """Ask nothing yet; `charge` and `parked_line` are the published runs' relations."""
        self._engine, self._house = engine, house
        self._names: dict[str, dict[str, str]] = {}
        define_macros(engine, "tieout.match", names=["changes_seats"])

    def twins_of(self, line: Line, *, run_id: str) -> list[Twin]:
        """Give the other rows of a line's seat change, those of its own file first.

        Variables and the view `vendor_line` are those of the line that is explained.
        """
        kind = literal(line.row["charge_kind"])
        if not self._engine.one(f"SELECT changes_seats({kind}) AS is_so")["is_so"]:
            return []
        if run_id not in self._names:
            self._names[run_id] = self._asked()
        names = self._names[run_id]
        with self._house.catalog.read() as connection:
            kept = [one for name in names for one in manifest.lake_files(connection, name)]
        paths = [self._house.lake.full(one.path) for one in kept if one.kind == "vendor_line"]
        self._engine.parquet("run_line", paths, schema=VENDOR_LINE)
        self._engine.let(subscription_id=line.row["subscription_id"])
        found = self._engine.arrow(sql_text("tieout.pipeline", "explained_twin")).to_pylist()
        return [Twin(Line(row), _name(row, line, names=names)) for row in found]

    def _asked(self) -> dict[str, str]:
        """Give the names of the run's files by id."""
        used = self._engine.arrow(sql_text("tieout.pipeline", "explained_run_file"))
        query = select(vendor_file.c.file_id, vendor_file.c.name).where(
            vendor_file.c.file_id.in_(used["file_id"].to_pylist())
        )
        with self._house.catalog.read() as connection:
            return {row.file_id: row.name for row in connection.execute(query)}


def _name(row: dict[str, Any], line: Line, *, names: dict[str, str]) -> str:
    here = f"row {row['row_number']}"
    return here if row["file_id"] == line.row["file_id"] else f"{names[row['file_id']]} {here}"


def waits_with_twins(way: Way, twins: Sequence[tuple[Twin, Way]], *, parked: dict[str, Any]) -> Way:
    """Let a row of a seat change wait for what the first of its rows waits for."""
    if parked["reason"] == TOO_WIDE:
        way = without_room(way, hop=parked["hop"])
        twins = [(twin, without_room(its, hop=parked["hop"])) for twin, its in twins]
    missing = [way.missing] if way.missing else []
    for twin, its in twins:
        if its.missing:
            why = f"{twin.name} of the same seat change waits: {its.missing[2]}"
            missing.append((*its.missing[:2], why))
    first = min(missing, key=lambda one: (one[1] or 0, one[0]), default=None)
    return replace(way, missing=first)
