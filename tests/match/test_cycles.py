"""The charge cycle a day falls in, against the calendar."""

import datetime as dt
from calendar import monthrange
from pathlib import Path

from tieout.engine.duckdb import define_macros, session
from tieout.match import MACROS

DAY = dt.timedelta(days=1)
FIRST, DAYS = dt.date(2019, 12, 1), 1600  # with two Februaries of 29 days


def clipped(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, min(day, monthrange(year, month)[1]))


def month_starts(day: int) -> list[dt.date]:
    """Give the first days of the monthly cycles from a year before the days asked about."""
    return [clipped(2018 + m // 12, m % 12 + 1, day) for m in range(8 * 12)]


def year_starts(anchor: dt.date) -> list[dt.date]:
    return [clipped(year, anchor.month, anchor.day) for year in range(2017, 2027)]


def cycle(starts: list[dt.date], day: dt.date) -> tuple[dt.date, dt.date]:
    """Give the last start until a day, and the day before the next one."""
    at = max(n for n, start in enumerate(starts) if start <= day)
    return starts[at], starts[at + 1] - DAY


def test_the_cycle_of_a_day_is_that_of_the_calendar(tmp_path: Path) -> None:
    days = f"(SELECT (DATE '{FIRST}' + i::INT)::DATE AS day FROM range({DAYS}) t(i))"
    months = f"SELECT day, a::INT, {{}} FROM {days}, range(1, 32) t(a)"
    anchors = (
        "(SELECT unnest([DATE '2019-11-30', '2020-01-01', '2020-02-29', '2020-12-31']) AS day)"
    )
    years = f"SELECT d.day, a.day, {{}} FROM {days} d JOIN {anchors} a ON a.day <= d.day"
    with session(tmp_path) as engine:
        define_macros(engine, "tieout.match", names=MACROS)
        found = engine.connection.sql(
            months.format("month_cycle_start(day, a::INT), month_cycle_end(day, a::INT)")
        ).fetchall()
        assert len(found) == DAYS * 31
        starts = {anchor: month_starts(anchor) for anchor in range(1, 32)}
        for day, anchor, start, end in found:
            assert (start, end) == cycle(starts[anchor], day)
        found = engine.connection.sql(
            years.format("year_cycle_start(d.day, a.day), year_cycle_end(d.day, a.day)")
        ).fetchall()
        assert {anchor for _, anchor, _, _ in found} >= {dt.date(2020, 2, 29)}
        for day, anchor, start, end in found:
            assert (start, end) == cycle(year_starts(anchor), day)


def test_without_an_anchor_a_day_is_its_own_cycle(tmp_path: Path) -> None:
    day = "DATE '2020-01-15'"
    with session(tmp_path) as engine:
        define_macros(engine, "tieout.match", names=MACROS)
        found = engine.one(
            f"SELECT month_cycle_start({day}, NULL::INT) AS month_start,"
            f" month_cycle_end({day}, NULL::INT) AS month_end,"
            f" year_cycle_start({day}, NULL::DATE) AS year_start,"
            f" year_cycle_end({day}, NULL::DATE) AS year_end"
        )
        assert set(found.values()) == {dt.date(2020, 1, 15)}
