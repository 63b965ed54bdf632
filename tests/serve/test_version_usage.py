"""Who still calls a version: LC-16 of billing-api.md 1.9, and the counting of calls."""

import datetime as dt
from pathlib import Path

import pytest
from lifecycle_case import TODAY, store_of, visiting

from tieout.serve.billing.lifecycle import (
    read_registry,
)
from tieout.serve.billing.usage import CountedCall, UsageCounter, usage_document

REGISTRY = read_registry()
AFTER = dt.date(2027, 7, 1)  # the sunset of v2


@pytest.mark.parametrize(
    ("days", "environment", "active"),
    [(99, "production", 1), (101, "production", 0), (100, "production", 0), (1, "development", 0)],
)
def test_lc_16_a_production_call_of_the_last_100_days_keeps_a_customer_active(
    tmp_path: Path, days: int, environment: str, active: int
) -> None:
    house = store_of(tmp_path)
    counter = UsageCounter(house.catalog)
    day = (AFTER - dt.timedelta(days=days)).isoformat()
    counter.add(CountedCall("k1", "reseller", environment, "v2", "invoices", day))
    counter.flush()
    told = usage_document(house.catalog, REGISTRY, version_id="v2", today=AFTER)
    assert (told["activeKeys"], told["activeCustomers"]) == (active, active)
    assert told["removable"] is not bool(active)
    assert told["blockers"] == (["active_customers"] if active else [])
    house.catalog.close()


def test_usage_counts_every_answer_to_a_key_and_only_admins_read_it(tmp_path: Path) -> None:
    with visiting(tmp_path) as running:
        reader, admin = (
            running.visitor("reseller"),
            running.visitor("distributor", role="distributorAdmin", endpoints=["billing.admin"]),
        )
        for path, status in (
            ("/billing/v2/invoices", 200),
            ("/billing/v2/invoices?nonsense=1", 400),
            ("/billing/v2/consolidatedinvoices", 404),
            ("/billing/v1/invoices", 410),
            ("/billing/v2/nothing", 404),  # before the key is looked at
        ):
            assert reader.client.get(path).status_code == status
        no_key = {"Authorization": ""}
        assert reader.client.get("/billing/v2/invoices", headers=no_key).status_code == 401
        usage = "/billing/versions/v2/usage"
        assert reader.client.get(usage).status_code == 403
        assert reader.client.get(usage, headers=no_key).status_code == 401
        assert reader.client.get("/billing/versions/v9/usage").status_code == 404
        assert admin.client.get("/billing/v4/invoices").status_code == 403
        told = admin.client.get(usage).json()
        counted = {
            "keyId": reader.key.split("_")[1],
            "party": "reseller",
            "environment": "production",
            "lastCall": TODAY.isoformat(),
            "calls": 3,
            "endpoints": {"consolidatedinvoices": 1, "invoices": 2},
        }
        assert told == {
            "version": "v2",
            "asOf": TODAY.isoformat(),
            "windowDays": 100,
            "activeKeys": 1,
            "activeCustomers": 1,
            "calls": 3,
            "keys": [counted],
            "removable": False,
            "blockers": ["sunset_in_future", "active_customers"],
        }
        assert admin.client.get("/billing/versions/v1/usage").json()["calls"] == 1
        blocked = admin.client.get("/billing/versions/v4/usage").json()["blockers"]
        assert blocked == ["sunset_not_set", "active_customers"]
        reader.client.get("/billing/v3/invoices")
        house = running.house
    # the service has stopped, and wrote what it had counted
    told = usage_document(house.catalog, REGISTRY, version_id="v3", today=TODAY)
    assert told["calls"] == 1


def test_counts_that_cannot_be_written_are_kept(tmp_path: Path) -> None:
    house = store_of(tmp_path)
    counter = UsageCounter(house.catalog)
    call = CountedCall("k1", "", "production", "v3", "invoices", TODAY.isoformat())
    with house.catalog.write() as connection:
        connection.exec_driver_sql("ALTER TABLE billing_usage RENAME TO away")
    counter.add(call)
    counter.flush()
    with house.catalog.write() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO billing_usage")
    counter.add(call)
    counter.flush()
    counter.flush()
    told = usage_document(house.catalog, REGISTRY, version_id="v3", today=TODAY)
    assert (told["calls"], told["activeCustomers"], told["keys"][0]["party"]) == (2, 1, None)
    house.catalog.close()
