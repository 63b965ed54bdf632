"""Late lines on the certificates of vendor invoices and in the books of both months."""

from pathlib import Path
from typing import Any

import pytest
from late_case import LATE, NEXT, arrive, load, write_lines, write_november
from late_store import ANNA, closed, headers, run
from october import PERIOD

from tieout import pipeline
from tieout.errors import Conflict
from tieout.store.house import House

ON_SQLITE = pytest.mark.parametrize("catalog_kind", ["sqlite"])


def _postings(house: House, period: str) -> str:
    return "".join(pipeline.postings(house, pipeline.Books(period)))


@ON_SQLITE
def test_a_late_line_stands_on_its_vendor_invoice_and_clears_in_the_month_that_bills_it(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    arrive(house, tmp_path, LATE)
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    told = pipeline.vendor_certificates(house, PERIOD)["vendorInvoices"]
    assert {one["status"] for one in told} <= {"tied", "tied_with_residual"}
    (late,) = [one for one in told if one["late"]["count"]]
    assert late["late"]["amounts"] == [{"currency": "EUR", "amount": "-7.53"}]
    october, november = (_postings(house, period) for period in (PERIOD, NEXT))
    assert "Equity:Tieout:Late  7.53 EUR" in october
    assert "Equity:Tieout:Late  -7.53 EUR" in november
    assert "Equity:Tieout:Files  15 EUR" in november
    assert "Equity:Tieout:Billed  -7.47 EUR" in november


@ON_SQLITE
def test_a_month_that_never_ran_has_the_postings_of_its_custom_invoices(store_at: Any) -> None:
    house = store_at(closed)
    charge = pipeline.Charge(quantity="1", unit_price="5", details="Advice")
    wanted = pipeline.CustomInvoice([charge], headers(house, PERIOD)[3]["contract_id"], period=NEXT)
    made = pipeline.charge_by_hand(house, wanted, word=ANNA)
    pipeline.verify_invoices(house, pipeline.Choice(names=(made["invoiceId"],)), word=ANNA)
    text = _postings(house, NEXT)
    assert "never run" in text
    assert ":Receivable:" in text
    assert "Equity" not in text


@ON_SQLITE
def test_a_month_with_a_file_that_its_run_does_not_know_is_to_be_run_first(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    assert pipeline.vendor_certificates(house, PERIOD)["vendorInvoices"]
    load(house, write_lines(tmp_path / "late.csv", [LATE]))
    with pytest.raises(Conflict, match="run it first"):
        pipeline.vendor_certificates(house, PERIOD)
