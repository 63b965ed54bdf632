"""A dozen generated months, billed together."""

import datetime as dt
from pathlib import Path

from channel import MONTH, Month, make_months
from channel_files import write_month

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)


def bill_generated(folder: Path) -> tuple[Month, House]:
    """Bill chains of one to four hops in several currencies in a new store under `folder`."""
    month = make_months(range(40, 52))
    house = open_house(folder / "home")
    upgrade(house.catalog)
    paths = write_month(month, folder)
    pipeline.load_reference(house, folder / "reference", now=NOW)
    pipeline.load_files(house, [(path.name, path) for path in paths], now=NOW)
    pipeline.run_period(house, MONTH, now=NOW)
    return month, house
