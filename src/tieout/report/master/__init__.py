"""Reference data -> lists of it (reporting-api.md 4.3, 4.4), as one organization may see them.

`known_*` (one snapshot) ─> reached_hop, own_contract, party ─> subscription, offer, contract, ...
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tieout.engine.duckdb import Engine, define_macros, sql_text
from tieout.report.rows import RowView, define_lines
from tieout.report.run_file import name_reference_files
from tieout.report.visibility import Viewer
from tieout.store import vendor_files
from tieout.store.house import House
from tieout.store.reference_rows import At, moments_of_change
from tieout.store.resources import RESOURCES
from tieout.tables import VENDOR_LINE

PACKAGE = "tieout.report.master"
MACROS = ("days_off", "decimals", "months_of_frequency", "frequency_text")
PARTIES = ("party", "known_party")
SUBSCRIPTIONS = ("reached_hop", "seen_subscription", "listed_offer", "subscribed_offer")
STEPS: dict[str, Sequence[str]] = {
    "organization": (*PARTIES, "organization"),
    "contact": (*PARTIES, "contact"),
    "address": (*PARTIES, "address"),
    "organization_detail": (*PARTIES, "organization_detail"),
    "contract": ("own_contract", "contract"),
    "tenant": ("tenant_line", "tenant"),
    "subscription": (*SUBSCRIPTIONS, "subscription"),
    "offer": (*SUBSCRIPTIONS, "own_contract", "offer"),
    "offer_property": (*SUBSCRIPTIONS, "offer", "offer_property"),
    "subscription_event": ("subscription_event",),
    "order_item": (*SUBSCRIPTIONS, "own_contract", "ordered", "order_item"),
    "purchase_order": ("own_contract", "ordered", "purchase_order"),
    "exchange_rate": ("exchange_rate",),
    "exchange_rate_summary": (*PARTIES, "exchange_rate_summary"),
}
OF_INVOICES = ("subscription_event", "order_item", "purchase_order", "tenant")
PRICED = ("subscription", "offer")  # lists whose pages are completed by prices


@dataclass(frozen=True)
class Sight:
    """Through whose eyes lists are made, of which snapshot and day.

    `rated`: whose exchange rates are read, by default the viewer's; `sees_base`: with their base
    and surcharge.
    """

    viewer: Viewer
    snapshot_id: int
    day: dt.date
    rated: str = ""
    sees_base: bool = True


def define_list(
    engine: Engine,
    house: House,
    *,
    name: str,
    sight: Sight,
    owner: House,
    invoices: pa.Table | None = None,
) -> None:
    """Define the relation `name`, one of STEPS, over what the viewer may see.

    `invoices` (VISIBLE_INVOICE) are those that lists of OF_INVOICES are read from. Vendor files
    behind them are found as the `owner` of the store.
    """
    define_macros(engine, "tieout.report", names=["named_id"])
    define_macros(engine, PACKAGE, names=MACROS)
    if invoices is not None:
        define_lines(engine, house, invoices=invoices, view=RowView(expand="all"))
    steps = {step: sql_text(PACKAGE, step) for step in STEPS[name]}
    _name_known(engine, house, told=" ".join(steps.values()), snapshot_id=sight.snapshot_id)
    viewer = sight.viewer
    engine.let(
        viewer=viewer.organization_id,
        sees_cost=viewer.sees_cost,
        day=sight.day.isoformat(),
        rated=sight.rated or viewer.organization_id,
        sees_base=sight.sees_base,
    )
    engine.relation("tenant_detail", "SELECT * FROM seen_detail")
    for step, sql in steps.items():
        if step == "tenant":
            _name_lines_behind(engine, owner, lines="tenant_line")
        engine.view(step, sql)


def told_tenants(
    engine: Engine, house: House, *, asked: pa.Table, owner: House, invoices: pa.Table
) -> pa.Table:
    """Give `tenant_id` by `asked_id` of a page of subscriptions, as the list of tenants has it.

    `asked` has `asked_id`, `customer_id` and `vendor_id`; the rest is as in `define_list`.
    """
    define_macros(engine, "tieout.report", names=["named_id"])
    engine.register("asked_subscription", asked)
    bought = invoices.filter(pc.is_in(invoices["buyer_id"], asked["customer_id"]))
    define_lines(engine, house, invoices=bought, view=RowView(expand="all"))
    asked_only = "subscription_id IN (SELECT asked_id FROM asked_subscription)"
    engine.relation("tenant_detail", f"SELECT * FROM seen_detail WHERE {asked_only}")
    engine.relation("tenant_line", sql_text(PACKAGE, "tenant_line"))
    _name_lines_behind(engine, owner, lines="tenant_line")
    return engine.arrow(sql_text(PACKAGE, "tenant_asked"))


def asked_prices(engine: Engine, *, name: str) -> pa.Table:
    """Give what a page of a PRICED list asks about prices; see pipeline.quote."""
    return engine.arrow(sql_text(PACKAGE, f"{name}_asked"))


def priced_sql(name: str) -> str:
    """Give the query of a page of a PRICED list with the prices in `quoted_price`."""
    return sql_text(PACKAGE, f"{name}_priced")


def _name_lines_behind(engine: Engine, owner: House, *, lines: str) -> None:
    """Name `vendor_line` of the files that some lines are of."""
    engine.table(lines + "_told", f"SELECT * FROM {lines}")
    engine.view(lines, f"SELECT * FROM {lines}_told")
    told = engine.arrow(f"SELECT DISTINCT file_id FROM {lines}")["file_id"].to_pylist()
    with owner.catalog.read() as connection:
        paths = vendor_files.loaded_paths(connection, owner, kind="vendor_line", file_ids=told)
    engine.parquet("vendor_line", list(paths.values()), schema=VENDOR_LINE)


def _name_known(engine: Engine, house: House, *, told: str, snapshot_id: int) -> None:
    """Name `known_<resource>`, and when its rows changed, where the SQL that is told reads them."""
    known = [name for name in RESOURCES if f"known_{name}" in told]
    name_reference_files(engine, house, snapshots=(snapshot_id,), resources=known, prefix="known")
    changed = [name for name in RESOURCES if f"changed_{name}" in told]
    with house.catalog.read() as connection:
        for name in changed:
            moments = moments_of_change(connection, RESOURCES[name], at=At(snapshot_id))
            engine.register(f"changed_{name}", moments)
