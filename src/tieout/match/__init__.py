"""vendor_line -> matched_line | parked_line: whose line, which chain of hops, which prices.

Reads the relations `vendor_line` and the reference files by name; makes `matched_line`,
`charge` (what of it is the same at every hop), `placed_charge` and `chain_hop` (the chains they
take), `ordered_charge` (those on an invoice of their order), `parked_line` and `hop_price` (one row
per question to the price rules and hop).
"""

import datetime as dt
import hashlib
from itertools import product

from tieout.engine.duckdb import Engine, define_macros, sql_text

MACROS = (
    "month_cycle_start",
    "month_cycle_last",
    "month_cycle_end",
    "year_cycle_start",
    "year_cycle_last",
    "year_cycle_end",
    "base32_of_60",
    "base32_of_120",
    "signed_key",
    "is_one_time",
    "changes_seats",
    "months_of_term",
    "months_of_plan",
    "term_of_months",
    "stated_credit_rate",
)
STEPS = (
    ("list_price", "table"),
    ("classified_line", "view"),
    ("owner", "table"),
    ("contract_path", "table"),
    ("list_asker", "table"),
    ("placed_line", "table"),
    ("unlike_change", "table"),
    ("pair_cycle", "table"),
    ("one_cycle", "statement"),
    ("rule_era", "table"),
    ("pricing", "table"),
    ("asked_hop", "table"),
    ("listed_price", "table"),
    ("rate_in_force", "table"),
    ("hop_price", "table"),
    ("priced_line", "table"),
    ("waiting_line", "view"),
    ("parted_pair", "table"),
    ("parked_line", "table"),
    ("repeated_line", "table"),
    ("commitment_order", "table"),
    ("own_order", "table"),
    ("own_line", "table"),
    ("ordered_line", "table"),
    ("waiting_order", "table"),
    ("matched_line", "table"),
    ("placed_charge", "view"),
    ("charge", "view"),
    ("chain_hop", "table"),
    ("ordered_charge", "table"),
)
# tables that no later step reads, by the step after which they go: a large month needs the room
DONE = {
    "placed_line": ("owner",),
    "priced_line": ("placed_line", "unlike_change", "pair_cycle", "pricing"),
    "matched_line": ("priced_line",),
}
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
HMAC_BLOCK = 64


def match_lines(engine: Engine, *, first_day: dt.date, secret: bytes) -> None:
    """Make `matched_line`, `charge`, `parked_line` and `hop_price` for a period.

    `first_day` is the period's first day; `secret` keys the match keys (HMAC-SHA-256). Lines in
    `too_wide_line` are parked, as are those whose rule or rate is finer than exact arithmetic has
    room for.
    """
    next_month = (first_day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    engine.let(next_month=next_month.isoformat())
    let_key(engine, secret)
    define_macros(engine, "tieout.match", names=MACROS)
    engine.table("rule", sql_text("tieout.match", "rule"))
    engine.let(**engine.one(sql_text("tieout.match", "rule_wish")))
    for name, kind in STEPS:
        sql = sql_text("tieout.match", name)
        if kind == "statement":
            engine.run(sql)
        else:
            (engine.view if kind == "view" else engine.table)(name, sql)
        for done in DONE.get(name, ()):
            engine.run(f"DROP TABLE {done}")


def let_key(engine: Engine, secret: bytes) -> None:
    """Set the variables that match keys are made with (HMAC-SHA-256, base 32)."""
    key = secret if len(secret) <= HMAC_BLOCK else hashlib.sha256(secret).digest()
    padded = key.ljust(HMAC_BLOCK, b"\0")
    engine.let(
        inner_pad=bytes(byte ^ 0x36 for byte in padded).hex(),
        outer_pad=bytes(byte ^ 0x5C for byte in padded).hex(),
        base32_triples="".join(map("".join, product(BASE32, repeat=3))),
    )
