"""Lines rated anew with the reference data known now, as a run of their month would rate them."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.pipeline.inputs import SECRET, open_inputs, read_inputs
from tieout.pipeline.rated import rate_lines
from tieout.store import manifest
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
        inputs = read_inputs(connection, house, period=period)
    open_inputs(engine, replace(inputs, current=current, typed=()), house=house)
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
