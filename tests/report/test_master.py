"""Lists of reference data through one organization's eyes: eras, cycles, statuses, sides."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from october import NOW

from tieout import pipeline
from tieout.engine.duckdb import session
from tieout.report.master import Sight, define_list
from tieout.report.visibility import Viewer
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

Rows = Callable[..., dict[str, dict[str, Any]]]
FILES = {
    "organizations.csv": """\
organization_id,role,name
ms,vendor,Vendor
first,reseller,First
second,reseller,Second
buyer,customer,Buyer
old,distributor,Old
new,distributor,New
shop,reseller,Shop
guest,customer,Guest
""",
    "contracts.csv": """\
contract_id,parent_contract_id,purpose,vendor_id,seller_id,buyer_id,currency,valid_from,valid_to
up-1,,resell,ms,ms,first,EUR,2020-01-01,
up-2,,resell,ms,ms,second,EUR,2020-01-01,
down-1,up-1,invoice,ms,first,buyer,EUR,2020-01-01,2026-01-01
down-2,up-2,invoice,ms,second,buyer,EUR,2020-01-01,
top-1,,resell,ms,ms,old,EUR,2020-01-01,
top-2,,resell,ms,ms,new,EUR,2020-01-01,
mid-1,top-1,resell,ms,old,shop,EUR,2020-01-01,2026-01-01
mid-2,top-2,resell,ms,new,shop,EUR,2026-01-01,
low,mid-1,invoice,ms,shop,guest,EUR,2020-01-01,2026-01-01
low,mid-2,invoice,ms,shop,guest,EUR,2026-01-01,
""",
    "subscriptions.csv": """\
subscription_id,vendor_id,vendor_subscription_id,contract_id,name,quantity,status,start_date,end_date,\
billing_frequency,valid_from,valid_to
moved,ms,v-1,down-1,Seats,10,active,2024-01-31,,Monthly,2024-01-31,2026-01-01
moved,ms,v-1,down-2,Seats,77,active,2024-01-31,,Monthly,2026-01-01,
yearly,ms,v-2,down-2,Yearly,1,,2024-02-29,,annual,2024-02-29,
three,ms,v-3,down-2,Three,1,SUSPENDED,2024-05-31,,Triennial,2024-05-31,
once,ms,v-4,down-2,Once,2.50,,2025-03-15,2026-03-14,OneTime,2025-03-15,
ended,ms,v-5,down-2,Ended,1,,2025-01-10,2025-06-09,P1M,2025-01-10,
passed,ms,v-7,low,Passed,10,,2024-01-01,,P1M,2024-01-01,2026-01-01
passed,ms,v-7,low,Passed,77,,2024-01-01,,P1M,2026-01-01,
gone,ms,v-8,low,Gone,5,,2024-01-01,2024-12-31,P1M,2024-01-01,2025-01-01
later,ms,v-6,down-2,Later,1,,2027-01-10,,P1M,2027-01-10,
""",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("lists")
    (folder / "csv").mkdir()
    for name, content in FILES.items():
        (folder / "csv" / name).write_text(content)
    made = open_house(folder / "home")
    upgrade(made.catalog)
    pipeline.load_reference(made, folder / "csv", now=NOW)
    yield made
    made.catalog.close()


@pytest.fixture(scope="module")
def listed(house: House) -> Iterator[Rows]:
    """Give the rows of a list by the id of each, as somebody sees them on a day."""
    with session(house.home / "engine") as engine:

        def read(name: str, viewer: str, day: str = "2026-11-23") -> dict[str, dict[str, Any]]:
            sight = Sight(Viewer(viewer, sees_cost=True), 1, dt.date.fromisoformat(day))
            define_list(engine, house, name=name, sight=sight, owner=house)
            found: list[dict[str, Any]] = engine.arrow(f"SELECT * FROM {name}").to_pylist()
            return {next(iter(row.values())): row for row in found}

        yield read


def test_a_subscription_that_moved_shows_each_seller_its_own_era(listed: Rows) -> None:
    before, after = listed("subscription", "first"), listed("subscription", "second")
    assert list(before) == ["moved"]
    names = ("contract_id", "seller_id", "customer_id")
    assert [before["moved"][name] for name in names] == ["down-1", "first", "buyer"]
    assert str(before["moved"]["quantity"]).startswith("10.0")
    assert after["moved"]["contract_id"] == "down-2"
    assert str(after["moved"]["quantity"]).startswith("77.0")
    assert set(after) == {"moved", "yearly", "three", "once", "ended", "later"}
    both = listed("subscription", "buyer")
    assert both["moved"]["seller_id"] == "second"
    assert listed("subscription", "buyer", day="2025-12-31")["moved"]["seller_id"] == "first"


def test_a_distributor_that_was_left_sees_nothing_of_what_came_after(listed: Rows) -> None:
    for seller, quantity in (("old", "10"), ("new", "77"), ("shop", "77")):
        rows = listed("subscription", seller)
        assert set(rows) == ({"passed"} if seller == "new" else {"passed", "gone"})
        row = rows["passed"]
        assert str(row["quantity"]).split(".")[0] == quantity
        assert row["customer_id"] == ("guest" if seller == "shop" else "shop")


@pytest.mark.parametrize(
    ("name", "day", "cycle"),
    [
        # begun on the 31st: the last day of short months, and the 31st again after them
        ("moved", "2026-02-27", ("2026-01-31", "2026-02-27")),
        ("moved", "2026-02-28", ("2026-02-28", "2026-03-30")),
        ("moved", "2026-03-31", ("2026-03-31", "2026-04-29")),
        ("yearly", "2026-02-27", ("2025-02-28", "2026-02-27")),
        ("yearly", "2028-02-29", ("2028-02-29", "2029-02-27")),
        ("three", "2027-05-30", ("2024-05-31", "2027-05-30")),
        ("three", "2027-05-31", ("2027-05-31", "2030-05-30")),
        ("once", "2025-08-01", ("2025-03-15", "2026-03-14")),
        ("ended", "2026-01-01", ("2025-05-10", "2025-06-09")),  # the last one there was
        ("later", "2026-01-01", ("2027-01-10", "2027-02-09")),  # the first one there will be
    ],
)
def test_the_cycle_that_a_day_falls_in(
    listed: Rows, name: str, day: str, cycle: tuple[str, str]
) -> None:
    row = listed("subscription", "buyer", day=day)[name]
    assert (row["cycle_start"], row["cycle_end"]) == cycle


def test_statuses_are_said_or_follow_from_dates(listed: Rows) -> None:
    rows = listed("subscription", "buyer")
    assert {name: (row["status_id"], row["status"]) for name, row in rows.items()} == {
        "moved": (1, "Active"),
        "yearly": (1, "Active"),
        "three": (2, "Suspended"),
        "once": (4, "Expired"),
        "ended": (4, "Expired"),
        "later": (0, "Pending"),
    }
    words = {name: row["billing_frequency"] for name, row in rows.items()}
    assert [words[name] for name in ("moved", "yearly", "three", "once")] == [
        *("P1M", "P1Y", "P3Y", "OneTime")
    ]


def test_a_buyer_of_two_sellers_has_no_single_parent(listed: Rows) -> None:
    found = listed("organization", "buyer")
    assert set(found) == {"buyer", "first", "second"}
    assert found["buyer"]["parent_organization_id"] is None
    own = listed("organization", "first")
    assert set(own) == {"ms", "first", "buyer"}
    assert own["first"]["parent_organization_id"] is None  # it buys from the vendor


def test_a_contract_that_ended_stays_its_parties(listed: Rows) -> None:
    assert listed("contract", "first")["down-1"]["valid_till"] == "2025-12-31"
    assert set(listed("contract", "second")) == {"up-2", "down-2"}
