"""What became of a line that came late, or was taken back: which month bills it, and for which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.engine.duckdb import Engine, sql_text
from tieout.pipeline.explained.back import why_taken_back
from tieout.pipeline.late_tables import CARRIED_LINE, LATE_CHARGE, TOLD_AGAIN
from tieout.pipeline.of_runs import name_of_runs
from tieout.store import manifest
from tieout.store.house import House
from tieout.store.late_lines import CARRIED, LATE, LateRun

HELD = "LATE_AFTER_CLOSE"
Run = Mapping[str, Any]
Told = dict[str, Any]
NOT_LATE = {"billedIn": None, "replaces": None, "isTakenBack": False, "takenBackIn": None}
NOT_LATE |= {"takeBackIsHeld": False, "takesBack": None, "why": None}


@dataclass(frozen=True)
class LateLine:
    """The entries of one vendor line: run, its own month, what it replaces, which run rated it."""

    entries: Sequence[Mapping[str, Any]]

    @property
    def taking_back(self) -> set[str]:
        """The runs that bill what takes the line back."""
        return {one["run_id"] for one in self._backs if one["is_billed"]}

    @property
    def _backs(self) -> list[Mapping[str, Any]]:
        return [one for one in self.entries if one["is_taken_back"]]

    @property
    def _itself(self) -> list[Mapping[str, Any]]:
        return [one for one in self.entries if not one["is_taken_back"]]

    @property
    def waiting(self) -> list[str]:
        """The run of its own month, where no month bills it yet."""
        return [one["run_id"] for one in self._itself if not one["is_billed"]][:1]

    def entry(self, run_id: str) -> Mapping[str, Any] | None:
        """Give what a run holds of the line as a late one."""
        found = [one for one in self._itself if one["run_id"] == run_id]
        return found[0] if found else None

    def back(self, run_id: str) -> Mapping[str, Any] | None:
        """Give what takes the line back in a run."""
        found = [one for one in self._backs if one["is_billed"] and one["run_id"] == run_id]
        return found[0] if found else None

    def told(self, run_id: str, runs: Mapping[str, Run]) -> dict[str, Any] | None:
        """Give it as JSON values; None for a line that is neither late nor taken back."""
        own = self.entry(run_id)
        back = sorted(runs[one]["period"] for one in self.taking_back if one in runs)
        if own is None and not self._backs:
            return None
        return {
            "period": own["late_of"] if own else runs[run_id]["period"],
            "billedIn": runs[run_id]["period"] if own is None or own["is_billed"] else None,
            "replaces": own["replaces"] if own else None,
            "isTakenBack": bool(self._backs),
            "takenBackIn": back[-1] if back else None,
            "takeBackIsHeld": any(one["is_held"] for one in self._backs),
            "takesBack": None,
            "why": None,
            "sameAs": None,
        }


class LateLines:
    """The late lines that published runs bill, or have rated for a later one."""

    def __init__(self, engine: Engine, house: House, *, runs: Mapping[str, Run]) -> None:
        """Name them; `charge` is the published runs' relation."""
        self._engine, self._house, self._runs = engine, house, runs
        with house.catalog.read() as connection:
            kept = [
                LateRun(
                    one["period"], run_id, (), manifest.run_paths(connection, house, run_id=run_id)
                )
                for run_id, one in runs.items()
            ]
        kinds = {CARRIED: CARRIED_LINE, LATE: LATE_CHARGE, "told_again": TOLD_AGAIN}
        for kind, schema in kinds.items():
            name_of_runs(engine, f"told_{kind}", runs=kept, kind=kind, schema=schema)

    def of_line(self) -> LateLine:
        """Give the entries of the line that is explained, by the variables that name it."""
        found = self._engine.arrow(sql_text("tieout.pipeline", "explained_late"))
        return LateLine(found.to_pylist())

    def billed_as(self) -> dict[str, Any] | None:
        """Give, of a line that a newer file tells again, the vendor line that is billed for it."""
        found = self._engine.arrow(sql_text("tieout.pipeline", "explained_again")).to_pylist()
        return {**NOT_LATE, **found[0]} if found else None

    def taking_back(self, late: LateLine, found: Mapping[str, Any], *, run_id: str) -> Told | None:
        """Tell what takes the line `found` back in a run; None where that run does not.

        The match key is that of the line as it was billed.
        """
        entry = late.back(run_id)
        if entry is None:
            return None
        engine = self._engine
        keys = engine.arrow(sql_text("tieout.pipeline", "explained_billed_key"))["match_key"]
        by = engine.arrow(sql_text("tieout.pipeline", "explained_replacement"))["line"].to_pylist()
        why = why_taken_back(found["vendorLine"], replaced_by=by[0] if by else None)
        return {
            **NOT_LATE,
            "period": entry["late_of"],
            "billedIn": self._runs[run_id]["period"],
            "takesBack": {
                "vendorLineId": found["vendorLineId"],
                "matchKey": next(iter(keys.to_pylist()), None),
            },
            "why": why,
            "sameAs": None,
        }

    def run_that_rated(self, late: LateLine, taken: Run) -> Run:
        """Give the run whose reference data and month priced a line of the run `taken`."""
        own = late.back(taken["run_id"]) or late.entry(taken["run_id"])
        if own is None or own["rated_run_id"] is None:
            return taken
        with self._house.catalog.read() as connection:
            return manifest.run_by_id(connection, run_id=own["rated_run_id"])
