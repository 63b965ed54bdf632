"""Prices in the preferred currency of an end customer (reporting-api.md 6.5).

visible_invoice, reference data ─> preferred_rate ─> a relation of rows with preferred prices
"""

from tieout.engine.duckdb import Engine, sql_text
from tieout.money import SCALE
from tieout.quotient import Columns, Quotient

PACKAGE = "tieout.report"


def with_preferred(engine: Engine) -> str:
    """Give the SQL of `row_with_margin` with preferred prices, null where no currency is known.

    A total of a consolidated row (one with a residual) is rounded once, to the currency's minor
    unit; all else at the 18th decimal, half away from zero.
    """
    if not engine.one(sql_text(PACKAGE, "preferring"))["buyers"]:
        return sql_text(PACKAGE, "preferred_none")
    engine.table("preferred_rate", sql_text(PACKAGE, "preferred_rate"))
    columns = Columns(prefix="converted_")
    columns.when = "preferred_rate IS NOT NULL"
    rate, minor, unit, total, exact = columns.add(
        "units(preferred_rate)",
        "CASE WHEN rounding_residual IS NULL THEN 1 ELSE preferred_minor END",
        *("units(unit_price)", "units(total_price)", "units(total_price - rounding_residual)"),
    )

    def converted(start: str, *divisors: str) -> str:
        grain = str(10**SCALE)
        made = Quotient(start, [], divisors, "half_away_from_zero", grain=grain, wide=rate)
        return made.add_to(columns)

    made = {
        "unit_price": converted(unit),
        "total_price": f"{converted(total, minor)} * {minor}",
        "detail_total": converted(exact),
    }
    prices = ", ".join(f"amount({units}) AS preferred_{name}" for name, units in made.items())
    over = columns.over("row_with_margin LEFT JOIN preferred_rate USING (ordinal)")
    names = ", ".join(name for layer in columns.layers for name in layer)
    return (
        f"SELECT *, preferred_total_price - preferred_detail_total AS preferred_rounding_residual"
        f" FROM (SELECT * EXCLUDE ({names}), {prices} FROM {over})"
    )
