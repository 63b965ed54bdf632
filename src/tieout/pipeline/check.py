"""The vendor's arithmetic of a period, replayed and reported; no amount is ever changed."""

from typing import Any

from tieout.engine.duckdb import session, sql_text
from tieout.errors import NotFound
from tieout.match.vendor_check import check_vendor_lines
from tieout.pipeline.inputs import open_vendor_lines
from tieout.store import vendor_invoices
from tieout.store.house import House

REPORTS = ("profiles", "near", "unexplained", "invoices", "totals_off", "daily_monthly")
NAMES = {"totals_off": "totalsOff", "daily_monthly": "dailyMonthlyResidual"}


def check_vendor(house: House, period: str) -> dict[str, Any]:
    """Replay every billed vendor line of a month by the documented rounding profiles.

    Gives sums per profile and currency, the lines that fit none, per invoice how often each
    profile fits, and per meter what the daily file makes more than the monthly one. Raises
    NotFound when the period has no vendor invoices.
    """
    with house.catalog.read() as connection:
        taken = vendor_invoices.taken_files(connection, house, period=period)
        details = vendor_invoices.taken_files(connection, house, period=period, state="detail")
    if not taken:
        raise NotFound(kind="vendor invoice of period", name=period)
    with session(house.scratch) as engine:
        open_vendor_lines(engine, details)
        engine.table("detail_sum", sql_text("tieout.pipeline", "meter_sum"))
        open_vendor_lines(engine, taken)
        engine.view("monthly_sum", sql_text("tieout.pipeline", "meter_sum"))
        check_vendor_lines(engine)
        found = {
            NAMES.get(name, name): engine.arrow(
                sql_text("tieout.pipeline", f"check_{name}")
            ).to_pylist()
            for name in REPORTS
        }
    return {"period": period, **found}
