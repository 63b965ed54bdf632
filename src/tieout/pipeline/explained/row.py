"""One row of a vendor file as it came, and what stands about it in a table."""

from typing import Any

from tieout.engine.duckdb import Engine, sql_text


def read_row(engine: Engine, *, header: list[str]) -> dict[str, Any]:
    """Give the physical line of the row and its cells under their names; a rejected one's too."""
    rows = engine.arrow("SELECT * FROM cells WHERE row_number = getvariable('row_number')")
    if rows.num_rows:
        row = rows.to_pylist()[0]
        cells = [row[f"c{at}"] for at in range(len(header))]
        return {"line": row["line"], "cells": _named(header, cells)}
    rejected = engine.arrow(
        "SELECT line, cells FROM rejected_row WHERE row_number = getvariable('row_number')"
    ).to_pylist()
    if not rejected:
        return {"line": None, "cells": []}
    return {"line": rejected[0]["line"], "cells": _named(header, rejected[0]["cells"])}


def _named(header: list[str], cells: list[str]) -> list[dict[str, str | None]]:
    """Pair names and cells in order; a row may have more or fewer cells than the header."""
    names = [*header, *[None] * (len(cells) - len(header))]
    return [{"name": name, "cell": cell} for name, cell in zip(names, cells, strict=False)]


def first(engine: Engine, name: str) -> dict[str, Any] | None:
    """Give the first row that a SQL file of the pipeline yields."""
    found = engine.arrow(sql_text("tieout.pipeline", name)).to_pylist()
    return found[0] if found else None
