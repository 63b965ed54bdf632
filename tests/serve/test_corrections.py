"""Corrections as the APIs show them: acceptance cases A26 to A28, A39 and A40."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from october import DIRECT, FOUR_PARTIES, NOW, PERIOD, bill_october, write_reference
from serve_case import CONSOLIDATED, HEADERS, Place, Visitor, serving
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from stored import columns_unlike_tables

from tieout import pipeline
from tieout.errors import Conflict
from tieout.pipeline import Charge, Choice, Credit, CustomInvoice, ManualLine, Word
from tieout.store.catalog import invoice
from tieout.store.house import House

OUT = {"direction": "outgoing"}
KIND = ("UserCorrection", "7", "custom")
ANNA = Word(by="anna", now=NOW, reason="asked")
F_CUSTOM = (Charge("3", "12.345", "Migration work"), Charge("1", "-25.00", "Goodwill"))
SOLD = "/billing/v4/customerinvoices"
BILLING = {"format": "json", "startDate": "2026-11-01", "endDate": "2026-11-30"}


def id_of(house: House, *, buyer: str = "customer") -> str:
    """Give the invoice that a run made for a buyer."""
    query = select(invoice.c.invoice_id).where(
        invoice.c.buyer_id == buyer, invoice.c.source_id == 1
    )
    with house.catalog.read() as connection:
        return str(connection.execute(query).scalar_one())


def told(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Give some fields of rows."""
    return [tuple(row[name] for name in names) for row in rows]


def verified(house: House, invoice_id: str) -> str:
    """Verify one document; give its number."""
    (one,) = pipeline.verify_invoices(house, Choice(names=(invoice_id,)), word=ANNA)["verified"]
    return str(one["invoiceNumber"])


@pytest.fixture
def custom(tmp_path: Path) -> Iterator[tuple[Place, str]]:
    """Charge F-CUSTOM to the customer of an indirect chain; serve the store."""
    house = bill_october(
        tmp_path, chain=FOUR_PARTIES, rules={2: ("markup", "0"), 3: ("markup", "0")}
    )
    wanted = CustomInvoice(F_CUSTOM, contract_id="c-3")
    made = pipeline.charge_by_hand(house, wanted, word=ANNA)
    assert (made["statusId"], made["documentType"], made["hop"]) == (6, "Invoice", 3)
    with serving(house) as place:
        yield place, made["invoiceId"]


def test_a26_and_a27_a_custom_invoice_before_and_after_it_is_verified(
    custom: tuple[Place, str],
) -> None:
    place, invoice_id = custom
    owner = place.visitor("distributor", "reseller", role="distributorAdmin")
    seller = place.visitor("reseller")
    buyer = place.visitor("customer", role="customerBillingAdmin")
    of_it = {"invoiceId": invoice_id}
    shown = ("totalPrice", "roundingResidual", "chargeType", "chargeTypeId", "rowKind")
    what = ("subscriptionName", "subscriptionId", "customChargeDetails", "quantity", "unitPrice")
    for expand in ({}, {"expand": "CorrectionDetails"}, {"expand": "AllDetails"}):
        rows = owner.rows("reseller", after="/preview", **OUT, **expand, **of_it)
        whole = expand == {}
        assert told(rows, *shown) == [
            ("37.04" if whole else "37.035", "0.005" if whole else None, *KIND),
            ("-25.00", "0" if whole else None, *KIND),
        ]
        assert told(rows, *what) == [
            ("Default Subscription", None, "Migration work", "3", "12.345"),
            ("Default Subscription", None, "Goodwill", "1", "-25.00"),
        ]
        assert told(rows, "matchKey", "sourceLineCount", "creditsRowId") == [(None, "0", None)] * 2
    (header,) = owner.rows("reseller", path=HEADERS, after="/preview", **OUT, **of_it)
    names = ("statusId", "invoiceSourceId", "invoiceSource", "invoiceFrequencyId", "totalAmount")
    assert told([header], *names) == [("6", "4", "Custom", None, "12.04")]
    for visitor, who in ((seller, "reseller"), (buyer, "customer")):
        assert visitor.rows(who, **of_it) == []
        assert visitor.rows(who, path=HEADERS, **of_it) == []
    number = verified(place.house, invoice_id)
    assert number == "reseller-2026-11-0001"
    assert owner.rows("reseller", after="/preview", **OUT, **of_it) == []
    rows = buyer.rows("customer", **of_it)
    assert told(rows, "totalPrice", "invoiceNumber") == [("37.04", number), ("-25.00", number)]
    (header,) = buyer.rows("customer", path=HEADERS, **of_it)
    assert told([header], "statusId", "invoiceSourceId", "totalAmount") == [("1", "4", "12.04")]
    assert "marginAmount" not in header
    check_billing(seller, number=number)


def test_a28_a_manual_line_joins_the_corrections_and_every_later_run(tmp_path: Path) -> None:
    house = bill_october(tmp_path, rules={2: ("markup", "0")}, status="new")
    line = ManualLine(id_of(house), "-5.00", charge_type="Credits")
    pipeline.add_manual_line(house, line, word=ANNA)
    with serving(house) as place:
        seller = place.visitor("reseller", role="distributorAdmin")
        for again in range(2):
            rows = seller.rows("reseller", after="/preview", **OUT)
            names = ("chargeType", "totalPrice", "quantity", "sourceLineCount", "marginAmount")
            assert told(rows, *names) == [
                ("CycleFee", "30.00", "10", "1", "0.00"),
                ("Correction", "-17.95", "1", "10", "-5.00"),
            ]
            (header,) = seller.rows("reseller", path=HEADERS, after="/preview", **OUT)
            names = ("statusId", "totalAmount", "costAmount", "marginAmount", "detailCount")
            assert told([header], *names) == [("6", "12.05", "17.05", "-5.00", "12")]
            details = seller.rows("reseller", after="/preview", expand="AllDetails", **OUT)
            assert len(details) == 12
            names = ("chargeType", "quantity", "unitPrice", "totalPrice", "vendorInvoiceRowId")
            kinds = ("rowKind", "sourceLineCount", "matchKey", "subscriptionId", "vendorOfferId")
            assert told(details[-1:], *names, *kinds) == [
                ("Credits", "1", "-5.00", "-5.00", None, "manual", "0", None, "s-1", "CFQ7TTC0LDPB")
            ]
            assert details[-1]["parentRowId"] == rows[1]["rowId"]
            if not again:
                pipeline.run_period(house, PERIOD, now=NOW)
        preview = header["outputDigest"]
        pipeline.verify_invoices(house, Choice(period=PERIOD), word=ANNA)
        (header,) = place.visitor("customer", role="customerBillingAdmin").rows(
            "customer", path=HEADERS
        )
        assert told([header], "statusId", "totalAmount") == [("1", "12.05")]
        assert header["outputDigest"] == preview
        assert told(seller.rows("reseller", after="/preview", **OUT), "rowId") == []
        range_ = {"startDate": "2021-11-01", "endDate": "2021-11-01"}
        sold = seller.client.get(SOLD, params=BILLING | range_).json(parse_float=str)
        assert sold["Invoices"][0]["Totals"]["TotalExclVAT"] == "12.05"
        assert columns_unlike_tables(house, PERIOD) == []
        check_price_of_ten_percent(place, seller, folder=tmp_path / "other")


def check_price_of_ten_percent(place: Place, seller: Visitor, *, folder: Path) -> None:
    """Check F-MANUAL at 10 %: 33, and -14.245 (7.1) with the typed -5.00, which has no rule."""
    house = place.house
    rules = {2: ("markup", "10")}
    reference = write_reference(folder, chain=DIRECT, rules=rules, status="new")
    pipeline.load_reference(house, reference, now=NOW)
    wanted = Credit(id_of(house), reprice=True)
    made = pipeline.credit_invoice(house, wanted, word=ANNA)["invoiceId"]
    rows = seller.rows("reseller", after="/preview", invoiceId=made)
    assert told(rows, "totalPrice", "roundingResidual", "sourceLineCount") == [
        ("-30.00", "0", "1"),
        ("17.95", "0", "10"),
        ("33.00", "0", "1"),
        ("-19.25", "-0.005", "10"),
    ]


@pytest.fixture(scope="module")
def repriced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str, str]]:
    """Credit F-OCT10 to 0%, verified; serve it; give the ids of the invoice and the credit note."""
    tmp_path = tmp_path_factory.mktemp("repriced")
    house = bill_october(tmp_path, rules={2: ("markup", "10")})
    folder = tmp_path / "other"
    pipeline.load_reference(
        house, write_reference(folder, chain=DIRECT, rules={2: ("markup", "0")}), now=NOW
    )
    invoice_id = id_of(house)
    made = pipeline.credit_invoice(house, Credit(invoice_id, reprice=True), word=ANNA)
    with serving(house) as place:
        seller = place.visitor("reseller")
        assert seller.client.get(SOLD, params=BILLING).json() == {"Invoices": []}
        verified(house, made["invoiceId"])
        yield place, invoice_id, made["invoiceId"]


def test_a39_a_credit_to_another_price_and_its_rows(repriced: tuple[Place, str, str]) -> None:
    place, invoice_id, credit_id = repriced
    buyer = place.visitor("customer", role="customerBillingAdmin")
    before = buyer.rows("customer", invoiceId=invoice_id)
    rows = buyer.rows("customer", invoiceId=credit_id)
    names = ("totalPrice", "roundingResidual", "chargeType", "creditsRowId", "rowKind")
    ids = [row["rowId"] for row in before]
    assert told(rows, *names) == [
        ("-33.00", "0", "CycleFee", ids[0], "consolidated"),
        ("14.25", "0.005", "Correction", ids[1], "consolidated"),
        ("30.00", "0", "CycleFee", None, "consolidated"),
        ("-12.95", "0", "Correction", None, "consolidated"),
    ]
    (header,) = buyer.rows("customer", path=HEADERS, invoiceId=credit_id)
    names = ("totalAmount", "detailTotal", "roundingResidual", "documentType", "creditsInvoiceId")
    assert told([header], *names) == [("-1.70", "-1.705", "0.005", "CreditNote", invoice_id)]
    assert told([header], "invoiceSource", "invoiceFrequency") == [("Adjustment", None)]
    details = buyer.rows("customer", invoiceId=credit_id, expand="AllDetails", residual="row")
    assert len({row["rowId"] for row in details}) == len(details) == 23
    assert [row["vendorInvoiceRowId"] for row in details[:2]] == ["oct-01", "oct-02"]
    assert told(details[9:10], "totalPrice", "vendorInvoiceRowId") == [("19.327", "oct-10")]
    parents = {row["rowId"] for row in rows}
    assert {row["parentRowId"] for row in details} == parents
    keys = {row["vendorInvoiceRowId"]: row["matchKey"] for row in details[:11]}
    of_invoice = buyer.rows("customer", invoiceId=invoice_id, expand="AllDetails")
    assert keys == {row["vendorInvoiceRowId"]: row["matchKey"] for row in of_invoice}
    seller = place.visitor("reseller")
    (mine,) = seller.rows("reseller", path=HEADERS, invoiceId=credit_id)
    assert told([mine], "costAmount", "marginAmount") == [("0.00", "-1.70")]
    path = f"/api/v2/reporting/requesters/reseller/invoices/rows/{rows[1]['rowId']}/sources"
    behind = seller.client.get(path).json(parse_float=str)
    assert [one["vendorInvoiceRowId"] for one in behind] == [f"oct-{n:02d}" for n in range(2, 12)]


def test_the_billing_api_prints_a_credit_note_as_one(repriced: tuple[Place, str, str]) -> None:
    place, _, _ = repriced
    seller = place.visitor("reseller")
    (found,) = seller.client.get(SOLD, params=BILLING).json(parse_float=str)["Invoices"]
    shown = [found["Header"][name] for name in ("InvoiceID", "Type", "TypeIdentifier", "Date")]
    assert shown == ["reseller-2026-11-0001", "credit", 80, "20261123"]
    assert (found["Totals"]["TotalExclVAT"], found["Warnings"]) == ("-1.70", [])
    ((lines,),) = [
        [subscription["PriceLines"] for subscription in customer["Subscriptions"]]
        for customer in found["Customers"]
    ]
    assert len({(line["LineId"], line["LineSeq"]) for line in lines}) == len(lines)
    assert len({line["MatchKey"] for line in lines}) == len(lines)
    fees = [line for line in lines if line["ExtendedPrice"] in ("-33.00", "30.00")]
    assert {(line["LineKind"], line["ExtendedPrice"], line["Quantity"]) for line in fees} == {
        ("credit", "-33.00", 10),
        ("recurring", "30.00", 10),
    }
    both = seller.client.get(CONSOLIDATED, params=BILLING).json(parse_float=str)
    assert both["Invoices"] == []
    assert {one["MatchReason"] for one in both["UnmatchedSales"]} == {"rounding", "sale_only"}
    assert both["MatchReport"]["SalesUnmatched"] == "-1.70"


def test_a_credit_note_gets_other_prices_for_what_it_bills_alone(
    repriced: tuple[Place, str, str], tmp_path: Path
) -> None:
    place, _, credit_id = repriced
    rows = place.visitor("reseller").rows("reseller", invoiceId=credit_id)
    for row_ids, said in (((), "the prices now are"), ([rows[0]["rowId"]], "get no other price")):
        wanted = Credit(credit_id, row_ids=row_ids, reprice=True)
        with pytest.raises(Conflict, match=said):
            pipeline.credit_invoice(place.house, wanted, word=ANNA)
    reference = write_reference(tmp_path, chain=DIRECT, rules={2: ("markup", "20")})
    pipeline.load_reference(place.house, reference, now=NOW)
    wanted = Credit(credit_id, reprice=True)
    made = pipeline.credit_invoice(place.house, wanted, word=ANNA)
    anew = place.visitor("reseller", role="distributorAdmin").rows(
        "reseller", after="/preview", **OUT, invoiceId=made["invoiceId"]
    )
    assert told(anew, "totalPrice", "creditsRowId") == [
        ("-30.00", rows[2]["rowId"]),
        ("12.95", rows[3]["rowId"]),
        ("36.00", None),  # 30 x 1.2
        ("-15.54", None),  # -12.95 x 1.2
    ]


def check_billing(seller: Visitor, *, number: str) -> None:
    """Check F-CUSTOM as the Billing API prints it, in every format."""
    for form in ("json", "xml", "csv", "ndjson"):
        answer = seller.client.get(SOLD, params=BILLING | {"format": form})
        assert answer.status_code == 200
        assert "Migration work" in answer.text
    (found,) = seller.client.get(SOLD, params=BILLING).json(parse_float=str)["Invoices"]
    assert (found["Header"]["InvoiceID"], found["Header"]["Type"]) == (number, "invoice")
    (customer,) = found["Customers"]
    (subscription,) = customer["Subscriptions"]
    assert (subscription["SubscriptionID"], subscription["SubscriptionName"]) == (
        None,
        "Default Subscription",
    )
    assert [
        (line["LineKind"], line["Description"], line["ExtendedPrice"])
        for line in subscription["PriceLines"]
    ] == [("fee", "Goodwill", "-25.00"), ("fee", "Migration work", "37.04")]
    assert found["Totals"]["TotalExclVAT"] == "12.04"


def test_a40_verified_is_one_way_and_always_in_general(tmp_path: Path) -> None:
    house = bill_october(tmp_path, rules={2: ("pass_through", "")})
    invoice_id = id_of(house)
    with pytest.raises(DBAPIError), house.catalog.write() as connection:
        connection.execute(
            update(invoice).where(invoice.c.invoice_id == invoice_id).values(status_id=0)
        )
    later = Word(by="anna", now=NOW + dt.timedelta(days=1))
    with serving(house) as place:
        seller = place.visitor("reseller", role="distributorAdmin")
        for action, status in ((None, "1"), ("card-error", "4"), ("pay", "3")):
            if action:
                pipeline.move_on(house, [invoice_id], action=action, word=later)
            (header,) = seller.rows("reseller", path=HEADERS, **OUT)
            assert told([header], "statusId", "totalAmount") == [(status, "17.05")]
            assert seller.rows("reseller", path=HEADERS, after="/preview", **OUT) == []
