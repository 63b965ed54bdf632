"""Months with scoped rules, rates, credits and yearly terms, against the fraction model."""

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from fraction_model import expected
from months import Month, write_reference, write_vendor_csv
from months_together import months_together
from stored import stored_lines

from tieout import pipeline
from tieout.store.house import open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2027, 4, 2, tzinfo=dt.UTC)
# how many months are drawn for a first day: of 30 days, a leap February, one invoiced next year
DRAWN = {"2023-04-01": 5, "2024-02-01": 14, "2020-12-01": 14}
KINDS = ("detail_line", "invoice_line", "parked_line")


def _billed(month: Month, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of each kind that the pipeline made of a month."""
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    path = write_vendor_csv(month.lines, folder / "vendor.csv")
    (report,) = pipeline.load_files(house, [(path.name, path)], now=NOW)
    assert (report["status"], report["rejected"]) == ("loaded", 0)
    pipeline.run_period(house, month.period, now=NOW)
    return {kind: stored_lines(house, month.period, kind=kind) for kind in KINDS}


def _fraction(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)


@pytest.mark.parametrize(
    ("first_day", "count"),
    DRAWN.items(),
)
def test_a_month_is_what_the_fraction_model_says(
    tmp_path: Path, first_day: str, count: int
) -> None:
    month = months_together(dt.date.fromisoformat(first_day), count=count)
    made = _billed(month, tmp_path)
    model = expected(month)
    place = {line["VendorInvoiceRowId"]: number for number, line in enumerate(month.lines)}
    parked = {line["row_number"] - 1: line["reason"] for line in made["parked_line"]}
    assert parked == model.parked
    details = {
        (place[line["vendor_invoice_row_id"]], line["hop"]): (
            line["seller_id"],
            line["buyer_id"],
            line["currency"],
            line["rule_id"],
            line["charge_type_id"],
            *(_fraction(line[f"{name}_price"]) for name in ("unit", "effective_unit", "total")),
        )
        for line in made["detail_line"]
    }
    assert details == {
        key: (d.seller_id, d.buyer_id, d.currency, d.rule_id, d.charge_type_id, d.unit,
              d.effective, d.total)
        for key, d in model.details.items()
    }  # fmt: skip
    groups = {
        (
            (line["hop"], line["seller_id"], line["buyer_id"], line["currency"]),
            (line["subscription_id"], line["charge_type_id"]),
        ): (
            *(_fraction(line[name]) for name in ("detail_total", "total_price", "quantity")),
            _fraction(line["unit_price"]),
            line["charge_start_date"],
            line["charge_end_date"],
            line["source_line_count"],
            _fraction(line["cost_total_price"]),
        )
        for line in made["invoice_line"]
    }
    assert groups == {
        (parties, group): (g.detail_total, g.total, g.quantity, g.unit, g.period_start,
                           g.period_end, g.line_count, g.cost_total)
        for parties, lines in model.groups.items()
        for group, g in lines.items()
    }  # fmt: skip
