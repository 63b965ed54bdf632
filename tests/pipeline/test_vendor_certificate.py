"""The certificate of each vendor invoice, against fractions over the generated lines."""

from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest
from billed_case import bill_generated
from channel import MINOR, MONTH, Month, sell
from pyarrow import parquet

from tieout import pipeline
from tieout.errors import NotFound
from tieout.store.house import House


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Month, House]:
    """Bill generated months, in which the vendor writes an invoice per currency."""
    return bill_generated(tmp_path_factory.mktemp("billed"))


def test_every_row_and_cent_of_a_vendor_invoice_is_placed(billed: tuple[Month, House]) -> None:
    month, house = billed
    told = pipeline.vendor_certificates(house, MONTH)["vendorInvoices"]
    assert {one["vendorInvoiceNumber"] for one in told} == {
        f"G1-{line.currency}" for line in month.lines
    }
    for one in told:
        currency = one["vendorInvoiceNumber"].removeprefix("G1-")
        lines = [line for line in month.lines if line.currency == currency]
        waiting = [line for line in lines if not line.chain]
        total = sum(line.total for line in lines)
        assert one["read"]["count"] == len(lines)
        assert [Fraction(a["amount"]) for a in one["read"]["amounts"]] == [total]
        assert one["parked"]["count"] == len(waiting)
        parked = [Fraction(a["amount"]) for a in one["parked"]["amounts"]]
        assert sum(parked) == sum(line.total for line in waiting)
        assert one["status"] == ("quarantine_open" if waiting else "tied_with_residual")


def test_each_hop_holds_what_fractions_say_and_rounds_within_its_bound(
    billed: tuple[Month, House],
) -> None:
    month, house = billed
    counts: Counter[tuple[str, int, str]] = Counter()
    sums: dict[tuple[str, int, str], Fraction] = defaultdict(Fraction)
    rows = defaultdict(set)
    for line in (line for line in month.lines if line.chain):
        for n, (hop, sold) in enumerate(zip(line.chain, sell(line), strict=True), 1):
            key = (f"G1-{line.currency}", n, hop.currency)
            counts[key] += 1
            sums[key] += sold.total
            rows[key].add((hop.seller, hop.buyer, line.subscription, line.class_id))
    found = {
        (one["vendorInvoiceNumber"], hop["hop"], hop["currency"]): hop
        for one in pipeline.vendor_certificates(house, MONTH)["vendorInvoices"]
        for hop in one["hops"]
    }
    assert found.keys() == counts.keys()
    for key, hop in found.items():
        assert (hop["lines"], Fraction(hop["detailTotal"])) == (counts[key], sums[key])
        half = Fraction(1, 2 * 10 ** MINOR[key[2]])
        assert (hop["rows"], Fraction(hop["residualBound"])) == (
            len(rows[key]),
            len(rows[key]) * half,
        )


def test_one_vendor_invoice_is_found_by_its_number_and_an_unknown_one_is_not(
    billed: tuple[Month, House],
) -> None:
    month, house = billed
    number = f"G1-{month.lines[0].currency}"
    (one,) = pipeline.vendor_certificates(house, MONTH, number=number)["vendorInvoices"]
    assert one["vendorInvoiceNumber"] == number
    with pytest.raises(NotFound):
        pipeline.vendor_certificates(house, MONTH, number="G1-XXX")
    with pytest.raises(NotFound):
        pipeline.vendor_certificates(house, "2026-04")


def test_a_line_taken_out_of_the_store_is_not_tied(tmp_path: Path) -> None:
    _, house = bill_generated(tmp_path)
    told = pipeline.vendor_certificates(house, MONTH)
    (path,) = {
        house.lake.full(file["path"])
        for file in pipeline.certificate_of(house, MONTH)["files"]
        if file["kind"] == "detail_line" and file["hop"] == 1
    }
    parquet.write_table(parquet.read_table(path).slice(1), path)
    found = pipeline.vendor_certificates(house, MONTH)
    before, after = (
        [one["status"] for one in each["vendorInvoices"]].count("not_tied")
        for each in (told, found)
    )
    assert (before, after) == (0, 1)
