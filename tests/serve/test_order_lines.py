"""What goes by the invoice of a line, where an order has one of its own."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest
from october import FOUR_PARTIES, NOW, PERIOD, cells
from orders_case import (
    ANNA,
    CREATED,
    ITEMS,
    OUT,
    agrees,
    bill_orders,
    headers_of,
    told,
    write_orders,
    write_vendor_file,
)
from pyarrow import parquet
from serve_case import HEADERS, serving
from sqlalchemy import select

from tieout import pipeline
from tieout.errors import Conflict
from tieout.pipeline import Charge, Choice, Credit, CustomInvoice, ManualLine
from tieout.store.catalog import lake_file


def test_an_order_is_one_hops_matter(tmp_path: Path) -> None:
    order = CREATED.replace(",c-2,", ",c-3,")
    rules = {2: ("markup", "10"), 3: ("markup", "20")}
    house = bill_orders(tmp_path, orders=(order,), chain=FOUR_PARTIES, rules=rules)
    # 1661.75 x 1.1; then 17.05 and 1644.70 x 1.1 x 1.2, each group rounded for itself
    assert [one["detail_total"] for one in headers_of(house)] == ["1827.925"]
    sold = headers_of(house, hop=3)
    assert [one["detail_total"] for one in sold] == ["22.506", "2171.004"]
    assert [one["margin_amount"] for one in sold] == ["3.76", "361.83"]
    agrees(house, tmp_path)
    with pytest.raises(Conflict, match="not verified yet one hop above"):
        pipeline.verify_invoices(house, Choice(names=(sold[0]["invoice_id"],)), word=ANNA)
    pipeline.verify_invoices(house, Choice(period=PERIOD), word=ANNA)
    assert [one["status_id"] for one in headers_of(house, hop=3)] == [1, 1]


def test_credits_touch_the_lines_of_their_own_invoice(tmp_path: Path) -> None:
    house = bill_orders(tmp_path, status="verified")
    for header in headers_of(house):
        made = pipeline.credit_invoice(house, Credit(header["invoice_id"]), word=ANNA)
        assert Fraction(made["totalAmount"]) == -Fraction(header["total_amount"])
        pipeline.verify_invoices(house, Choice(names=(made["invoiceId"],)), word=ANNA)
        with serving(house) as place:
            (found,) = place.visitor("reseller").rows(
                "reseller", path=HEADERS, invoiceId=made["invoiceId"]
            )
            rows = place.visitor("reseller").rows(
                "reseller", invoiceId=made["invoiceId"], expand="AllDetails"
            )
        assert told([found], "orderId", "orderNumber", "invoiceFrequencyId") == [
            (header["order_id"], header["order_number"], None)
        ]
        assert len(rows) == header["detail_count"]
    wanted = CustomInvoice([Charge("1", "5", "support")], contract_id="c-2")
    assert pipeline.charge_by_hand(house, wanted, word=ANNA)["totalAmount"] == "5.00"
    memo = CustomInvoice([Charge("1", "5", "support")], invoice=headers_of(house)[-1]["invoice_id"])
    assert pipeline.charge_by_hand(house, memo, word=ANNA)["documentType"] == "DebitMemo"


def test_a_subscription_with_charges_on_and_off_the_order(tmp_path: Path) -> None:
    other = ("one-1", "Purchase", "2", "299", "598.00", "v-order-2")
    house = bill_orders(tmp_path, items=(*ITEMS, other), status="verified")
    # 17.05 and 598.00; 1495.00 and 149.70
    assert [one["total_amount"] for one in headers_of(house)] == ["615.05", "1644.7"]
    with serving(house) as place:
        seller = place.visitor("reseller")
        for header, first in zip(headers_of(house), ("598.00", "1495.00"), strict=True):
            asked = {"invoiceId": header["invoice_id"], "subscriptionId": "s-one-1"}
            assert told(seller.rows("reseller", **asked), "totalPrice") == [(first,)]
            made = pipeline.credit_invoice(house, Credit(header["invoice_id"]), word=ANNA)
            pipeline.verify_invoices(house, Choice(names=(made["invoiceId"],)), word=ANNA)
            asked["invoiceId"] = made["invoiceId"]
            back = seller.rows("reseller", expand="AllDetails", **asked)
            assert told(back, "totalPrice") == [(f"-{first}",)]
        vendors = seller.rows("reseller", direction="incoming", subscriptionId="s-one-1")
    assert told(vendors, "totalPrice", "quantity", "sourceLineCount") == [("2093.00", "7", "2")]
    agrees(house, tmp_path)


def test_every_row_of_the_order_is_on_it_refunds_as_well(tmp_path: Path) -> None:
    refund = ("one-2", "cancelImmediate", "1", "-49.90", "-49.90")
    house = bill_orders(tmp_path, items=(*ITEMS, refund))
    header = headers_of(house)[-1]
    assert (header["total_amount"], header["detail_count"]) == ("1594.8", 3)
    with serving(house) as place:
        rows = place.visitor("reseller").rows("reseller", **OUT)
        explained = pipeline.explain_named(house, "order-03")
    assert sorted(told(rows, "totalPrice", "chargeType")) == [
        ("-49.90", "Correction"),
        ("149.70", "OneTimeFee"),
        ("1495.00", "OneTimeFee"),
    ]
    assert header["invoice_id"] in json.dumps(explained)


def test_an_order_with_parked_lines_waits_for_them(tmp_path: Path) -> None:
    lost = ("nobody", "Purchase", "1", "10", "10.00")
    house = bill_orders(tmp_path, items=(*ITEMS, lost))
    (month, draft) = headers_of(house)
    assert (draft["total_amount"], draft["status_id"], draft["invoice_number"]) == (
        "1644.7",
        0,
        None,
    )
    line = ManualLine(draft["invoice_id"], "-5")
    with pytest.raises(Conflict, match="is an order's own"):
        pipeline.add_manual_line(house, line, word=ANNA)
    with pytest.raises(Conflict, match="1 parked lines of vendor invoice"):
        pipeline.verify_invoices(house, Choice(names=(draft["invoice_id"],)), word=ANNA)
    folder = write_orders(tmp_path / "placed")
    subscriptions = folder / "subscriptions.csv"
    found = "s-9,700209,microsoft,nobody,c-2,Found,2021-10-15,2021-01-01,\n"
    subscriptions.write_text(subscriptions.read_text() + found)
    pipeline.load_reference(house, folder, now=NOW)
    pipeline.run_period(house, PERIOD, now=NOW)
    (after, placed) = headers_of(house)
    assert (placed["invoice_id"], placed["total_amount"]) == (draft["invoice_id"], "1654.7")
    assert (placed["status_id"], placed["invoice_number"]) == (1, "reseller-2021-11-0001")
    assert (after["status_id"], after["output_digest"]) == (0, month["output_digest"])


def test_a_run_of_before_is_read_and_verified(tmp_path: Path) -> None:
    house = bill_orders(tmp_path, orders=())
    with house.catalog.read() as connection:
        kinds = lake_file.c.kind.in_(["detail_line", "invoice_line"])
        paths = connection.execute(select(lake_file.c.path).where(kinds)).scalars().all()
    assert len(paths) == 4
    for path in map(house.lake.full, paths):
        older = parquet.read_table(path).drop_columns(["invoice_order_id"])
        path.chmod(0o600)
        parquet.write_table(older, path)
    (header,) = headers_of(house)
    pipeline.verify_invoices(house, Choice(period=PERIOD), word=ANNA)
    with serving(house) as place:
        rows = place.visitor("reseller").rows("reseller", expand="AllDetails", **OUT)
    assert len(rows) == header["detail_count"] == 13
    assert pipeline.credit_invoice(house, Credit(header["invoice_id"]), word=ANNA)["rowCount"] == 4


def test_a_verified_order_closes_nothing_else_and_its_late_lines_go_to_its_next_invoice(
    tmp_path: Path,
) -> None:
    house = bill_orders(tmp_path)
    october = headers_of(house)
    more = tmp_path / "more.csv"
    late = ("one-2", "new", "1", "49.90", "49.90")
    write_vendor_file(more, items=(late,), number="G012345679", seats=False)
    with more.open("a", newline="", encoding="utf-8") as stream:
        seats = cells(12, "addQuantity", 20, ("1", "3", "3"))
        csv.writer(stream).writerow([*seats[:4], "G012345679", *seats[5:], ""])
    pipeline.load_files(house, [(more.name, more)], now=NOW)
    done = pipeline.run_period(house, PERIOD, now=NOW)
    # 17.05 and the seat of 3.00: the draft is open; the order's invoice stays as it is
    assert [(one["total_amount"], one["status_id"]) for one in headers_of(house)] == [
        ("20.05", 0),
        ("1644.7", 1),
    ]
    assert headers_of(house)[1]["output_digest"] == october[1]["output_digest"]
    assert (done["matched"], done["late"]) == (14, 1)
    agrees(house, tmp_path)
    november = write_vendor_file(
        tmp_path / "november.csv", items=(ITEMS[1],), number="G112345679", seats=False, month="11"
    )
    pipeline.load_files(house, [(november.name, november)], now=NOW)
    pipeline.run_period(house, "2021-11", now=NOW)
    (own,) = [one for one in headers_of(house) if one["period"] == "2021-11"]
    # the late item of October in a group of its own beside the one of November
    assert (own["order_id"], own["total_amount"], own["row_count"], own["status_id"]) == (
        october[1]["order_id"],
        "199.6",
        2,
        1,
    )
    with serving(house) as place:
        rows = place.visitor("reseller").rows("reseller", invoiceId=own["invoice_id"])
    assert told(rows, "totalPrice", "adjustsInvoiceId") == [
        ("149.70", None),
        ("49.90", october[1]["invoice_id"]),
    ]
