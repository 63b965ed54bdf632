"""purchase_line, sales_line -> link | left_over: which lines of two files belong together.

Reads the relations `purchase_line` and `sales_line` of one requester, period and currency (shape
`FILED_LINE` of `tables.py` here); makes `link`, `left_over`, `match_report` and `reused_key`.
Every line stands in `link` or in `left_over`, exactly once. Nothing depends on the order of rows.
Source: billing-api.md 5.3.
"""

from dataclasses import dataclass
from itertools import product

from tieout.engine.duckdb import Engine, define_macros, sql_text
from tieout.match import BASE32

PACKAGE = __name__
CHARGED = "rate, quantity, duration, direction, line_kind"
NO_USAGE = "rate IS NOT NULL AND line_kind <> 'usage'"
OWN_KEY = "match_key IS NOT NULL AND match_key NOT IN (SELECT match_key FROM reused_key)"
GIVEN_BACK = "line_kind IN ('correction', 'credit', 'refund')"


@dataclass(frozen=True)
class Tier:
    """One step: lines `when` it applies, the `key` that both sides share, what a key's lines make.

    `rule` names the SQL file: `ordered_pair` links equal counts, `lone_pair` lines that have only
    each other in an overlapping period, `key_group` everything, as a group where it is not 1:1.
    """

    number: int
    key: str
    when: str
    rule: str = "ordered_pair"
    needs_equal_sums: bool = False


# In their order. An empty cell never makes two lines equal where the key hangs on it.
TIERS = (
    Tier(0, "match_key", OWN_KEY),
    Tier(1, f"bucket, sku, start_date, end_date, {CHARGED}", "sku IS NOT NULL"),
    Tier(2, f"bucket, start_date, end_date, {CHARGED}", NO_USAGE),
    Tier(3, f"bucket, {CHARGED}", NO_USAGE, "lone_pair"),
    Tier(
        *(4, "bucket, reservation_order, line_kind, direction"),
        *("reservation_order IS NOT NULL", "key_group"),
    ),
    Tier(
        *(4, "bucket, calendar_month, meter_category, direction"),
        *("line_kind = 'usage' AND meter_category IS NOT NULL", "key_group"),
    ),
    Tier(5, "bucket, quantity, start_date, end_date, direction", GIVEN_BACK),
    Tier(6, "bucket, rate, direction", "rate IS NOT NULL", "key_group", needs_equal_sums=True),
)


def match_staged(engine: Engine) -> None:
    """Make `link`, `left_over`, `match_report` and `reused_key` of two files' lines."""
    engine.let(base32_triples="".join(map("".join, product(BASE32, repeat=3))))
    define_macros(engine, "tieout.match", names=("base32_of_60", "base32_of_120"))
    engine.view("filed_line", sql_text(PACKAGE, "filed_line"))
    engine.table("staged_line", sql_text(PACKAGE, "staged_line"))
    engine.table("reused_key", sql_text(PACKAGE, "reused_key"))
    engine.run(
        "CREATE OR REPLACE TEMP TABLE tied_line"
        " (line_no BIGINT, tier INTEGER, status VARCHAR, match_no BIGINT)"
    )
    engine.view("open_line", sql_text(PACKAGE, "open_line"))
    for tier in TIERS:
        _tie(engine, tier)
    engine.table("match_group", sql_text(PACKAGE, "match_group"))
    for name in ("link", "left_over", "match_report"):
        engine.table(name, sql_text(PACKAGE, name))


def _tie(engine: Engine, tier: Tier) -> None:
    """Add to `tied_line` what one tier links of the lines that are still open."""
    engine.table(
        "tier_line", f"SELECT *, row({tier.key}) AS tier_key FROM open_line WHERE {tier.when}"
    )
    engine.view("keyed_line", "SELECT * FROM tier_line")
    if tier.needs_equal_sums:
        engine.table("equal_sum", sql_text(PACKAGE, "equal_sum"))
        engine.view("keyed_line", "SELECT * FROM tier_line SEMI JOIN equal_sum USING (tier_key)")
    engine.run(
        f"INSERT INTO tied_line SELECT line_no, {tier.number}, status, match_no"
        f" FROM ({sql_text(PACKAGE, tier.rule)})"
    )
