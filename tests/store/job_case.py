"""Jobs for tests: queued, taken, and their leases ended."""

from typing import Any

from sqlalchemy import update
from store_case import NOW, PERIOD

from tieout import pipeline
from tieout.store import jobs
from tieout.store.house import House
from tieout.store.job_table import job
from tieout.store.jobs import Lease

WITHOUT: dict[str, Any] = {
    "period": None,
    "invoiceNumber": None,
    "expected": {},
    "acceptMismatch": False,
}


def worker(retry_s: int = 10) -> pipeline.Worker:
    return pipeline.Worker(name="w", clock=lambda: NOW, retry_s=retry_s)


def submitted(house: House, kind: str = "run", *, attempts: int = 3, **arguments: Any) -> int:
    found = pipeline.submit_job(
        house, kind, arguments=arguments or {"period": PERIOD}, attempts=attempts
    )
    return int(found["jobId"])


def taken(house: House, *, owner: str = "w", seconds: int = 60) -> Lease:
    with house.catalog.write() as connection:
        lease = jobs.take(connection, owner=owner, seconds=seconds)
    assert lease is not None
    return lease


def end_lease(house: House, lease: Lease) -> None:
    """Let the time of a lease be over."""
    with house.catalog.write() as connection:
        over = update(job).where(job.c.job_id == lease.job_id)
        connection.execute(over.values(lease_until="2021-01-01T00:00:00.000Z"))
