"""Filters of the Billing API choose among lines of whole documents (billing-api.md 2.2, 3.2)."""

from contextlib import closing
from pathlib import Path
from typing import Any

from billing_by_hand import build
from billing_case import Reader
from billing_reference import subscription
from hand_charges import Hand, Store
from serve_case import serving

REPEATED = Store(
    (
        Hand(5007, "40.00", "50.00", subscription="700102"),
        Hand(5007, "40.00", "50.00", subscription="700102", key="mk_again"),
        Hand(5009, "3.00", "4.00", subscription="700101"),
        Hand(5008, "7.00", "9.00", subscription="700202"),
        # of two lines with one id, one is grouped
        Hand(6001, "1.00", "2.00", kind="fee"),
        Hand(6001, "5.00", "2.00", kind="correction", key="mk_other"),
        Hand(6002, "6.00", "8.00", kind="correction"),
    ),
    controls={"D-2026-004711": "102.00"},  # both repeats are counted (F7, a2)
    reference={
        "subscriptions": [
            subscription("700101", "1000881"),
            subscription("700102", "1000881"),
            subscription("700202", "1000882"),
        ]
    },
)


def test_a_filter_hides_lines_and_changes_none(tmp_path: Path) -> None:
    with serving(build(tmp_path, REPEATED)) as served:
        reader = Reader(served)
        for endpoint, numbers in (
            ("customerinvoices", ("700102",)),
            ("consolidatedinvoices", ("700102", "700202")),
        ):
            whole = _parts(reader.read(endpoint))
            assert len(whole) == 7
            for number in numbers:
                shown = reader.read(endpoint, subscriptionId=number)
                assert _parts(shown) == [one for one in whole if one[1] == number]
        filtered = reader.get("invoices", subscriptionId="700102", strict="true")
        assert filtered.headers["Tieout-Warnings"] == "duplicate_line_kept=1"
        grouped = reader.lines("invoices", lines="grouped")
        ids = [(line["LineId"], line["LineSeq"]) for line in grouped]
        assert len(set(ids)) == len(ids) == 6


def _parts(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Give each line with its document and subscription."""
    return [
        (invoice["Header"]["InvoiceID"], subscription["SubscriptionID"], line)
        for invoice in document["Invoices"]
        for customer in invoice["Customers"]
        for subscription in customer["Subscriptions"]
        for line in subscription["PriceLines"]
    ]


def test_an_id_that_postgresql_cannot_hold_is_nobodys(postgres_url: str, tmp_path: Path) -> None:
    house = build(tmp_path, REPEATED, catalog_url=postgres_url)
    with closing(house.catalog), serving(house) as served:
        reader = Reader(served)
        for name in ("customerId", "vendorId", "subscriptionId"):
            answer = reader.get("invoices", **{name: "700102\0"})
            assert (answer.status_code, answer.headers["Tieout-Line-Count"]) == (200, "0"), name
        assert len(reader.lines("invoices", subscriptionId="700102")) == 2
