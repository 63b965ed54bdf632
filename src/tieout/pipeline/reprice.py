"""Lines rated anew with the reference data known now, as a run of their month would rate them."""

from pathlib import Path

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.pipeline.period import SECRET, files_of_period, open_inputs
from tieout.pipeline.rated import rate_lines
from tieout.store import line_decisions, manifest
from tieout.store.house import House


def rate_anew(
    house: House,
    engine: Engine,
    *,
    period: str,
    current: manifest.Snapshot,
    places: pa.Table,
) -> dict[str, list[Path]]:
    """Rate lines as a run of their month would now; give the files of charges and detail lines.

    With them go all lines of the same subscriptions, since rows of a seat change wait together.
    """
    with house.catalog.read() as connection:
        taken, is_estimate = files_of_period(connection, house, period=period)
        decisions = line_decisions.standing(connection)
    open_inputs(engine, taken, current=current, decisions=decisions, is_estimate=is_estimate)
    engine.register("asked_place", places)
    engine.table("asked_line", sql_text("tieout.pipeline", "asked_line"))
    engine.view("vendor_line", "SELECT * FROM asked_line")
    folder = house.scratch / "priced"
    folder.mkdir()

    def kept(kind: str, sql: str, *, hop: int | None = None) -> tuple[str, Path]:
        path = folder / f"{kind}-{hop or 0}.parquet"
        engine.copy(sql, path)
        return kind, path

    secret = str(house.catalog.setting(SECRET)).encode()
    found: dict[str, list[Path]] = {}
    for kind, path in rate_lines(engine, period=period, secret=secret, keep=kept):
        found.setdefault(kind, []).append(path)
    return found
