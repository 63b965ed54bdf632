"""The generated month: the same bytes each time, and the shape that the benchmark promises."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tieout.intake.ms_nce_recon import COLUMNS
from tieout_bench import Month, make_month

ROWS = 1003


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """Make a small month once."""
    return make_month(tmp_path_factory.mktemp("month"), rows=ROWS)


@pytest.fixture(scope="module")
def rows(month: Month) -> list[dict[str, str]]:
    """Read its vendor file."""
    with month.vendor_file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_same_number_of_rows_gives_the_same_bytes(month: Month, tmp_path: Path) -> None:
    again = make_month(tmp_path, rows=ROWS)
    assert again.vendor_file.read_bytes() == month.vendor_file.read_bytes()
    for file in sorted(month.reference.iterdir()):
        assert (again.reference / file.name).read_bytes() == file.read_bytes()


def test_a_month_has_the_documented_columns_rows_and_customers(
    month: Month, rows: list[dict[str, str]]
) -> None:
    assert list(rows[0]) == [c.vendor for c in COLUMNS if not c.familiar]
    assert len(rows) == ROWS
    assert len({row["CustomerId"] for row in rows}) == month.customers == 100
    assert 600 * ROWS < month.vendor_file.stat().st_size < 850 * ROWS


def test_licences_come_with_pairs_of_seat_changes_and_usage_with_many_decimals(
    rows: list[dict[str, str]],
) -> None:
    words = Counter(row["ChargeType"] for row in rows)
    assert words["addQuantity"] > 200
    assert words["removeQuantity"] > 200
    assert words["new"] > 300
    refunds = [row for row in rows if row["Subtotal"].startswith("-")]
    assert len(refunds) > 200
    assert all(Decimal(row["BillableQuantity"]) > 0 for row in rows)
    usage = next(row for row in rows if row["SubscriptionDescription"] == "Azure plan")
    assert len(usage["Subtotal"].partition(".")[2]) == 16


def test_every_amount_is_effective_price_times_quantity(rows: list[dict[str, str]]) -> None:
    for row in rows:
        price, quantity = Decimal(row["EffectiveUnitPrice"]), Decimal(row["BillableQuantity"])
        assert price * quantity == Decimal(row["Subtotal"]) == Decimal(row["Total"])


def test_every_vendor_subscription_has_an_owner(month: Month, rows: list[dict[str, str]]) -> None:
    with (month.reference / "subscriptions.csv").open(encoding="utf-8", newline="") as stream:
        owned = {row["vendor_subscription_id"] for row in csv.DictReader(stream)}
    assert len(owned) == month.subscriptions
    assert {row["SubscriptionId"] for row in rows} <= owned
