"""What a look at a whole file says: the order of its dates, its number style, notices."""

from collections.abc import Sequence
from dataclasses import replace

from tieout.engine.duckdb import Engine, literal, sql_text
from tieout.errors import FileRefused
from tieout.intake.columns import NUMBERS, Column
from tieout.intake.currency_sign import ANY
from tieout.intake.typing_sql import MONEY, Reading

PACKAGE = "tieout.intake"
MONTHS = 12


def look_around(
    engine: Engine, reading: Reading, *, kind_of_word: str
) -> tuple[Reading, tuple[str, ...]]:
    """Decide the order of slash dates once for the file, and collect the notices on its words.

    `kind_of_word` is the SQL of the charge kind of a charge type `word`.
    """
    day_first, notices = date_order(engine, reading)
    notices += _charge_words(engine, reading, kind_of_word=kind_of_word)
    notices += _odd_cells(engine, reading)
    return replace(reading, day_first=day_first), tuple(notices)


def restyled(engine: Engine, reading: Reading, *, name: str) -> Reading:
    """Give how to read a file of which some rows could not be read plainly.

    Raises FileRefused (bad_number) as `number_style`.
    """
    if reading.style.currency_signs:
        cells = [f"c{reading.place(c)}" for c in reading.typed if c.kind in MONEY]
        signed = f"regexp_matches(concat_ws(' ', {', '.join(cells)}), {literal(ANY)})"
        found = engine.one(f"SELECT coalesce(bool_or({signed}), FALSE) AS signs FROM intake_rest")
        reading = replace(reading, signs=found["signs"])
    return replace(reading, number_style=number_style(engine, reading, name=name))


def number_style(engine: Engine, reading: Reading, *, name: str) -> str:
    """Give the number style of a file in which some number cells are not plain.

    `comma` where a cell fits only the decimal comma; `point` where a cell has grouped thousands
    and some cell fits only the point; else `plain`. Raises FileRefused (bad_number) where some
    cells fit only the comma and others only the point.
    """
    if reading.style.decimal is not None:
        return "plain"  # declared, and so not found out
    # every cell that is not plain stands in a row that was not loaded
    found = _number_styles(engine, reading, source="intake_rest")
    if found["comma"] or found["grouped"]:
        found = _number_styles(engine, reading, source="intake_cells")
    if found["comma"] and found["point"]:
        reason = (
            f"some numbers have a decimal comma ('{found['comma']}') and others a decimal point"
            f" ('{found['point']}'); say which the file has"
        )
        raise FileRefused(file=name, code="bad_number", reason=reason)
    if found["comma"]:
        return "comma"
    return "point" if found["point"] and found["grouped"] else "plain"


def _number_styles(engine: Engine, reading: Reading, *, source: str) -> dict[str, str | None]:
    cells = [
        reading.number_cell(c) if reading.signs else f"c{reading.place(c)}"
        for c in reading.typed
        if c.kind in NUMBERS
    ]
    listed = f"[{', '.join(cells)}]::VARCHAR[]"
    engine.view("intake_number", f"SELECT DISTINCT unnest({listed}) AS cell FROM {source}")
    return engine.one(sql_text(PACKAGE, "number_style"))


def twins(engine: Engine) -> tuple[str, ...]:
    """Give a notice on rows that are equal cell for cell: all are kept, a person may judge."""
    if not engine.one(sql_text(PACKAGE, "twin_count"))["twins"]:
        return ()
    found = engine.arrow(sql_text(PACKAGE, "twins")).to_pylist()
    return tuple(
        f"equal rows, all kept: {row['row_numbers']} ({row['currency']} {row['amount']} each);"
        f" if one is the vendor's error: tieout set-aside {row['last_line']}"
        for row in found
    )


def _union(engine: Engine, view: str, *, reading: Reading, columns: Sequence[Column]) -> None:
    cells = [f"c{reading.place(column)}" for column in columns]
    parts = [f"SELECT DISTINCT {cell} AS cell FROM intake_cells" for cell in cells]
    engine.view(view, " UNION ALL ".join(parts) or "SELECT NULL::VARCHAR AS cell WHERE FALSE")


def date_order(engine: Engine, reading: Reading) -> tuple[bool, list[str]]:
    """Tell whether a file's slash dates have the day first, and what there is to say on them."""
    if not any(column.kind == "date" for column in reading.typed):
        return False, []
    dates = [c for c in reading.typed if c.kind == "date" and c.date_order is None]
    _union(engine, "intake_date", reading=reading, columns=dates)
    found = engine.one(sql_text(PACKAGE, "slash_dates"))
    if not found["dates"]:
        return False, []
    month_first, day_first = found["second"] > MONTHS, found["first"] > MONTHS
    if month_first and day_first:
        return False, ["dates stand in both orders; read month first, the others are rejected"]
    if not month_first and not day_first:
        return False, ["no date shows whether day or month comes first; read month first"]
    return day_first, ["dates are read day first"] if day_first else []


def _charge_words(engine: Engine, reading: Reading, *, kind_of_word: str) -> list[str]:
    cell = reading.cell("charge_type")
    engine.view(
        "intake_word",
        f"SELECT word, {kind_of_word} AS kind FROM"
        f" (SELECT DISTINCT {cell} AS word FROM intake_cells)",
    )
    words = [row["word"] for row in engine.arrow(sql_text(PACKAGE, "unknown_words")).to_pylist()]
    return [f"unknown charge types, kept as other: {', '.join(map(repr, words))}"] if words else []


def _odd_cells(engine: Engine, reading: Reading) -> list[str]:
    notices = []
    order, reference = reading.cell("order_id"), reading.cell("reference_id")
    if order:
        sql = sql_text(PACKAGE, "damaged_identifiers")
        engine.view("intake_identifier", f"SELECT {order} AS cell FROM intake_cells")
        if count := engine.one(sql)["damaged"]:
            notices.append(f"damaged_identifier: {count} order ids were cut to a power of ten")
    if reference:
        engine.view("intake_reference", f"SELECT {reference} AS cell FROM intake_cells")
        if count := engine.one(sql_text(PACKAGE, "broken_references"))["broken"]:
            notices.append(f"reference ids that are not readable as JSON, kept as read: {count}")
    return notices
