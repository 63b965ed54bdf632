"""How often each key calls each version: counted in memory, written to the catalog in batches.

Counting never delays or spoils an answer. A process that is killed loses the last seconds.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from tieout.serve.access import PRODUCTION
from tieout.serve.billing.lifecycle import Registry
from tieout.serve.billing.version_moves import blockers
from tieout.store.catalog import billing_usage
from tieout.store.database import Catalog

SECONDS_BETWEEN_WRITES = 5
ADD = text(
    "INSERT INTO billing_usage (key_id, party, environment, version, endpoint, day, calls) "
    "VALUES (:key_id, :party, :environment, :version, :endpoint, :day, :calls) "
    "ON CONFLICT (key_id, party, environment, version, endpoint, day) "
    "DO UPDATE SET calls = billing_usage.calls + excluded.calls"
)
log = structlog.get_logger("tieout.usage")


@dataclass(frozen=True)
class CountedCall:
    """What is counted: `party` is empty where the call named none; `day` is a UTC date."""

    key_id: str
    party: str
    environment: str
    version: str
    endpoint: str
    day: str


class UsageCounter:
    """Counts calls of one process."""

    def __init__(self, catalog: Catalog) -> None:
        """Count nothing yet."""
        self.catalog = catalog
        self._calls: Counter[CountedCall] = Counter()
        self._counting, self._writing = threading.Lock(), threading.Lock()
        self._stopping = threading.Event()

    def add(self, call: CountedCall) -> None:
        """Count one call, in memory."""
        with self._counting:
            self._calls[call] += 1

    def flush(self) -> None:
        """Write what was counted; what cannot be written now is kept for the next time."""
        with self._writing:
            with self._counting:
                batch, self._calls = self._calls, Counter()
            if not batch:
                return
            try:
                with self.catalog.write() as connection:
                    connection.execute(
                        ADD, [vars(call) | {"calls": calls} for call, calls in batch.items()]
                    )
            except SQLAlchemyError as error:
                log.warning("calls not written yet", calls=batch.total(), kind=type(error).__name__)
                with self._counting:
                    self._calls.update(batch)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write every few seconds while the service runs, and once more at its end."""
        self._stopping.clear()
        thread = threading.Thread(target=self._write_on, name="billing-usage", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()
            self.flush()

    def _write_on(self) -> None:
        while not self._stopping.wait(SECONDS_BETWEEN_WRITES):
            self.flush()


def usage_document(
    catalog: Catalog, registry: Registry, *, version_id: str, today: date
) -> dict[str, Any]:
    """Give who called a version in the window that ends with today, and what blocks its end.

    Active is who made a production call; a call that named no party stands for its key.
    """
    days = registry.rules.active_window_days
    first = today - timedelta(days=days - 1)
    table = billing_usage.c
    with catalog.read() as connection:
        rows = connection.execute(
            select(billing_usage)
            .where(
                table.version == version_id,
                table.day >= first.isoformat(),
                table.day <= today.isoformat(),
            )
            .order_by(table.key_id, table.party, table.environment, table.endpoint, table.day)
        ).mappings()
        keys = _by_key([dict(row) for row in rows])
    active = [one for one in keys if one["environment"] == PRODUCTION]
    customers = {one["party"] or ("key", one["keyId"]) for one in active}
    blocked = blockers(registry, version_id, on=today, active_customers=len(customers))
    return {
        "version": version_id,
        "asOf": today.isoformat(),
        "windowDays": days,
        "activeKeys": len({one["keyId"] for one in active}),
        "activeCustomers": len(customers),
        "calls": sum(one["calls"] for one in keys),
        "keys": keys,
        "removable": not blocked,
        "blockers": blocked,
    }


def _by_key(rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add up the rows of each key, party and environment."""
    keys: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        one = keys.setdefault(
            (row["key_id"], row["party"], row["environment"]),
            {
                "keyId": row["key_id"],
                "party": row["party"] or None,
                "environment": row["environment"],
                "lastCall": "",
                "calls": 0,
                "endpoints": {},
            },
        )
        one["lastCall"] = max(one["lastCall"], row["day"])
        one["calls"] += row["calls"]
        endpoint = row["endpoint"]
        one["endpoints"][endpoint] = one["endpoints"].get(endpoint, 0) + row["calls"]
    return list(keys.values())
