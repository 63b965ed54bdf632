"""The vendor's own arithmetic, replayed: which rounding profile makes each vendor line.

Reads `vendor_line` and `taken_file` by name; makes `vendor_check`, one row per vendor line with
its `result` (fit, near, unexplained, not_checkable), the `profile` and the `difference` to it.
Nothing here changes an amount. Source: arithmetic.md 4.
"""

from dataclasses import dataclass

from tieout.engine.duckdb import Engine, define_macros, sql_text
from tieout.quotient import Columns
from tieout.rounding import SqlOperands, policies

MACROS = (
    *("month_cycle_start", "month_cycle_last", "month_cycle_end"),
    *("year_cycle_start", "year_cycle_last", "year_cycle_end"),
    *("term_of_months", "stated_credit_rate", "is_one_time"),
)
NO_FACTOR = ("1", "1")
ADJUSTED = ("adjusted_up", "1000000::HUGEINT")
RATE = ("rate_up", "rate_down")
MONTH, CYCLE = ("days_billed", "month_days"), ("days_billed", "cycle_days")
LICENCE, USAGE, LEGACY = "manner = 'licence'", "manner = 'usage'", "manner = 'legacy'"


@dataclass(frozen=True)
class Attempt:
    """One way in which the vendor may have reckoned: a profile, its operands, and for whom."""

    profile: str
    when: str
    start: str = "price_start"
    days: tuple[str, str] = NO_FACTOR
    discount: tuple[str, str] = NO_FACTOR
    rate: tuple[str, str] = NO_FACTOR

    def sql(self, relation: str, *, rank: int, limbs: bool) -> str:
        """Give the lines this way applies to, each with the amount it makes, in units."""
        operands = SqlOperands(
            start=self.start,
            days_billed=self.days[0],
            days_cycle=self.days[1],
            discount=self.discount,
            rate=self.rate,
            quantity="quantity_whole",
            quantity_scale="quantity_scale",
        )
        factors = {*self.days, *self.rate, "quantity_whole"} - {"1"}
        given = " AND ".join(
            [f"({self.when})", f"{self.start} IS NOT NULL", *(f"{f} > 0" for f in sorted(factors))]
        )
        columns = Columns(prefix="x", limbs=limbs)
        amount = policies()[self.profile].add_to(columns, operands)
        applied = f"(SELECT * FROM {relation} WHERE {given})"
        return (
            f"SELECT file_no, row_number, {rank} AS rank, '{self.profile}' AS profile,"
            f" {amount} AS amount FROM {columns.over(applied)}"
        )


# In the order in which they are tried; of profiles that fit equally well the first is named.
ATTEMPTS = (
    Attempt("exact", LICENCE, rate=RATE),
    Attempt("exact", f"{LICENCE} AND is_adjusted", discount=ADJUSTED, rate=RATE),
    Attempt("nce-a", LICENCE, days=MONTH, discount=ADJUSTED, rate=RATE),
    Attempt("nce-a", LICENCE, days=CYCLE, discount=ADJUSTED, rate=RATE),
    Attempt("nce-b", LICENCE, days=MONTH, discount=ADJUSTED, rate=RATE),
    Attempt("nce-b", LICENCE, days=CYCLE, discount=ADJUSTED, rate=RATE),
    Attempt("nce-months", LICENCE, days=("months", "12::HUGEINT")),
    Attempt("usage-nce", USAGE, start="effective_start", rate=RATE),
    Attempt("usage-daily", USAGE, start="effective_start", rate=RATE),
    Attempt("exact", LEGACY),
    Attempt("leg-b", LEGACY, days=MONTH),
    Attempt("leg-b", LEGACY, days=CYCLE),
    Attempt("leg-a", LEGACY, days=MONTH),
    Attempt("leg-a", LEGACY, days=CYCLE),
    Attempt("leg-b", "manner = 'legacy_usage'"),
)


def check_vendor_lines(engine: Engine) -> None:
    """Make `vendor_check` from the vendor lines of a period."""
    define_macros(engine, "tieout.match", names=MACROS)
    engine.let(asks_list=False, keeps_credit=False)
    engine.view("classified_line", sql_text("tieout.match", "classified_line"))
    engine.table("check_operand", sql_text("tieout.match", "check_operand"))
    tables = []
    for rank, attempt in enumerate(ATTEMPTS):
        tables.append(f"attempt_{rank}")
        _try(engine, attempt, rank=rank, table=tables[-1])
    engine.view("attempt", " UNION ALL ".join(f"SELECT * FROM {table}" for table in tables))
    engine.table("vendor_check", sql_text("tieout.match", "vendor_check"))
    for table in (*tables, "check_operand"):
        engine.run(f"DROP TABLE {table}")


def _try(engine: Engine, attempt: Attempt, *, rank: int, table: str) -> None:
    """Make the amounts of one attempt: the fast way first, in limbs where a line is too wide."""
    engine.table(table, attempt.sql("check_operand", rank=rank, limbs=False))
    wide = f"SELECT file_no, row_number FROM {table} WHERE amount IS NULL"
    if not engine.one(f"SELECT count(*) AS wide FROM ({wide})")["wide"]:
        return
    relation = f"(SELECT * FROM check_operand SEMI JOIN ({wide}) USING (file_no, row_number))"
    engine.table("attempt_wide", attempt.sql(relation, rank=rank, limbs=True))
    engine.run(f"DELETE FROM {table} WHERE amount IS NULL")
    engine.run(f"INSERT INTO {table} SELECT * FROM attempt_wide WHERE amount IS NOT NULL")
