"""What one unit of an offer or a subscription comes to at each hop: by the stages of a run."""

import datetime as dt

import pyarrow as pa

from tieout.engine.duckdb import Engine, define_macros, sql_text
from tieout.match import match_lines
from tieout.pipeline.inputs import open_reference
from tieout.rate import rate_hops
from tieout.store import manifest
from tieout.store.house import House
from tieout.tables import AMOUNT, TEXT, TOO_WIDE_LINE, VENDOR_LINE

PACKAGE = "tieout.pipeline"
QUOTED_PRICE = pa.schema(
    [
        *(pa.field(name, TEXT) for name in ("asked_id", "contract_id", "buyer_id")),
        pa.field("unit_price", AMOUNT),
    ]
)
UNSIGNED = b"quote"  # quotes have match keys that nobody reads


def quote(
    engine: Engine,
    house: House,
    *,
    asked: pa.Table,
    snapshot_id: int,
    asker: str,
    day: dt.date,
) -> pa.Table:
    """Give what is asked (QUOTED_PRICE) at the hops that `asker` is a side of; nothing is stored.

    Each question is one unit for one cycle from `day` on, of which the vendor takes what its price
    list says, matched and rated as a run would, in an engine of its own. What a run would park has
    no price. Exchange rates are those of the invoice date of the month before.
    """
    if not asked.num_rows:
        return QUOTED_PRICE.empty_table()
    with house.catalog.read() as connection:
        snapshot = manifest.snapshot_files(connection, house, snapshot_id=snapshot_id)
    open_reference(engine, snapshot)
    engine.let(quote_day=day.isoformat(), asker=asker)
    _ask(engine, asked)
    return _rated(engine, first_day=(day.replace(day=1) - dt.timedelta(days=1)).replace(day=1))


def _ask(engine: Engine, asked: pa.Table) -> None:
    """Put the questions in the place of subscriptions and of vendor lines."""
    engine.register("asked_price", asked)
    engine.table("numbered_price", "SELECT row_number() OVER () AS asked_no, * FROM asked_price")
    engine.view("subscriptions", sql_text(PACKAGE, "quoted_subscription"))
    engine.view("orders", "SELECT * FROM current_orders WHERE FALSE")
    define_macros(engine, "tieout.match", names=["months_of_term", "months_of_plan"])
    engine.table("contract_path", sql_text("tieout.match", "contract_path"))
    engine.table("quoted_base", sql_text(PACKAGE, "quoted_base"))
    engine.register("no_vendor_line", VENDOR_LINE.empty_table())
    line = sql_text(PACKAGE, "quoted_line")
    engine.view("vendor_line", f"SELECT * FROM no_vendor_line UNION ALL BY NAME ({line})")
    engine.view("told_line", "SELECT * FROM vendor_line")
    engine.view("taken_file", "SELECT 0::INT AS file_no, 'asked' AS file_id")
    engine.register("no_too_wide_line", TOO_WIDE_LINE.empty_table())
    engine.table("too_wide_line", "SELECT * FROM no_too_wide_line")


def _rated(engine: Engine, *, first_day: dt.date) -> pa.Table:
    """Match and rate the questions, anew without those that have no room at some hop."""
    while True:
        before = _too_wide(engine)
        match_lines(engine, first_day=first_day, secret=UNSIGNED)
        found = [engine.arrow(sql_text(PACKAGE, "quoted_hop")) for _ in rate_hops(engine)]
        if _too_wide(engine) == before:
            return pa.concat_tables([QUOTED_PRICE.empty_table(), *found])


def _too_wide(engine: Engine) -> int:
    return int(engine.one("SELECT count(*) AS lines FROM too_wide_line")["lines"])
