"""What stands in the store, for a command that was stopped and has to say so."""

from sqlalchemy import func, select

from tieout.store.catalog import load, run, vendor_file
from tieout.store.house import House
from tieout.store.manifest import is_published


def newest_load(house: House) -> int:
    """Give the number of the newest load, 0 where there is none."""
    with house.catalog.read() as connection:
        return connection.scalar(select(func.max(load.c.load_id))) or 0


def loaded_since(house: House, number: int) -> list[str]:
    """Give the names of the files that loads after this one published, in order."""
    with house.catalog.read() as connection:
        rows = connection.execute(
            select(vendor_file.c.name)
            .where(vendor_file.c.load_id > number)
            .order_by(vendor_file.c.load_id, vendor_file.c.name)
        )
        return list(rows.scalars())


def published_run(house: House, period: str) -> str | None:
    """Give the id of the run that readers of a period see."""
    with house.catalog.read() as connection:
        found: str | None = connection.scalar(
            select(run.c.run_id).where(run.c.period == period, is_published())
        )
    return found
