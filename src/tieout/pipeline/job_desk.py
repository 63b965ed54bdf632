"""Jobs from outside: queued, listed, shown and cancelled."""

from collections.abc import Mapping
from typing import Any

from tieout.store import jobs
from tieout.store.house import House

LISTED = 100


def submit_job(house: House, kind: str, *, arguments: Mapping[str, Any], attempts: int) -> Any:
    """Queue a job that is tried so many times; give it as JSON values."""
    with house.catalog.write() as connection:
        number = jobs.submit(connection, kind, arguments=arguments, attempts_max=attempts)
        return jobs.find(connection, number)


def cancel_job(house: House, job_id: int) -> Any:
    """End a job that waits, or ask the worker of one that runs to end it; give it as it stands.

    Raises NotFound, or Conflict when it is at its end already.
    """
    with house.catalog.write() as connection:
        jobs.cancel(connection, job_id)
        return jobs.find(connection, job_id)


def find_job(house: House, job_id: int) -> Any:
    """Give a job as JSON values. Raises NotFound."""
    with house.catalog.read() as connection:
        return jobs.find(connection, job_id)


def list_jobs(house: House, *, state: str | None = None) -> Any:
    """Give the newest jobs as JSON values, at most 100, perhaps those of one state."""
    with house.catalog.read() as connection:
        return jobs.listed(connection, state=state, limit=LISTED)
