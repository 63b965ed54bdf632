"""A line of an order's own invoice that comes after that invoice was verified."""

from fractions import Fraction
from pathlib import Path

from october import NOW, PERIOD
from orders_case import ITEMS, agrees, bill_orders, headers_of, write_vendor_file
from stored import stored_lines

from tieout import pipeline

NEXT = "2021-11"
REFUND = ("one-2", "new", "1", "-49.90", "-49.90")


def test_a_late_line_of_an_order_is_billed_by_the_orders_next_invoice(tmp_path: Path) -> None:
    house = bill_orders(tmp_path)
    month, order = headers_of(house)
    assert (month["status_id"], order["status_id"]) == (0, 1)  # drafts, but for the order's
    path = write_vendor_file(tmp_path / "second.csv", items=(*ITEMS, REFUND))
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    done = pipeline.run_period(house, PERIOD, now=NOW)
    assert (done["late"], done["parked"]) == (1, 0)
    after = headers_of(house)
    names = ("invoice_id", "total_amount", "output_digest", "status_id", "order_id")
    assert [[one[name] for name in names] for one in after] == [
        [one[name] for name in names] for one in (month, order)
    ]
    agrees(house, tmp_path)
    pipeline.run_period(house, NEXT, now=NOW)
    (line,) = [one for one in stored_lines(house, NEXT, kind="invoice_line") if one["hop"] == 2]
    assert Fraction(line["total_price"]) == Fraction("-49.90")
    assert line["invoice_order_id"] == order["order_id"]
    assert line["adjusts_invoice_id"] == order["invoice_id"]
