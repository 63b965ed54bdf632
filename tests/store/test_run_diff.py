"""`tieout diff`: which lines changed between two runs, and which input caused it."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from store_case import LATER, MONTH_FILE, NOW, PERIOD, load_month, load_reference

from tieout import pipeline
from tieout.errors import NotFound
from tieout.store.house import House

# Havenlab's line: 562.00 bought at hop 1, the distributor's markup 5 %, the reseller's margin
COST = Fraction("562") * Fraction(105, 100)


def havenlab() -> dict[str, str]:
    """Give Havenlab's row of the demo's vendor file."""
    with MONTH_FILE.open(newline="") as stream:
        (row,) = [r for r in csv.DictReader(stream) if r["VendorInvoiceRowId"] == "hav-01"]
    return row


def test_a_changed_rule_is_named_with_the_lines_it_moved(loaded: House, tmp_path: Path) -> None:
    assert Fraction(havenlab()["Subtotal"]) * Fraction(105, 100) == COST
    house = loaded
    first = pipeline.run_period(house, PERIOD, now=NOW)
    edit = ("price_rules.csv", ",,margin,20,,", ",,margin,25,,")
    load_reference(house, tmp_path / "two", edit)
    second = pipeline.run_period(house, PERIOD, now=LATER)
    found = pipeline.diff_runs(house, first["runId"], after=PERIOD)
    assert [found[side]["runId"] for side in ("before", "after")] == [
        first["runId"],
        second["runId"],
    ]
    assert found["inputs"] == [
        {"kind": "price_rules", "id": "r-havenlab|2021-01-01", "change": "changed"}
    ]
    (line,) = found["lines"]
    before, after = COST / (1 - Fraction(20, 100)), COST / (1 - Fraction(25, 100))
    figures = [Fraction(line[key]) for key in ("totalBefore", "totalAfter", "difference")]
    assert figures == [before, after, after - before]
    assert (line["file"], line["hop"], line["cause"]) == (
        MONTH_FILE.name,
        3,
        "rule r-havenlab changed",
    )
    assert [(one["hop"], one["consumerId"], one["lines"]) for one in found["totals"]] == [
        (3, "havenlab", 1)
    ]
    assert Fraction(found["totals"][0]["difference"]) == after - before
    assert pipeline.diff_runs(house, second["runId"], after=second["runId"])["count"] == 0


def test_a_line_of_a_new_file_is_named_at_every_hop(loaded: House, tmp_path: Path) -> None:
    house = loaded
    first = pipeline.run_period(house, PERIOD, now=NOW)
    path = tmp_path / "late.csv"
    row = havenlab() | {"InvoiceNumber": "G999", "VendorInvoiceRowId": "hav-02"}
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow(row)
    load_month(house, path)
    drafts = {"kadewerk", "havenlab"}
    pipeline.run_period(house, PERIOD, now=LATER)
    found = pipeline.diff_runs(house, first["runId"], after=PERIOD)
    assert [one["change"] for one in found["inputs"]] == ["added"]
    assert [one["kind"] for one in found["inputs"]] == ["vendorLine"]
    assert [(one["hop"], one["cause"]) for one in found["lines"]] == [
        (hop, "the line is new") for hop in (1, 2, 3)
    ]
    assert {one["consumerId"] for one in found["totals"]} == {"northlane", *drafts}
    assert Fraction(found["lines"][1]["totalAfter"]) == COST
    assert {one["totalBefore"] for one in found["lines"]} == {None}


def test_what_cannot_be_compared_is_refused(billed: House) -> None:
    with pytest.raises(NotFound):
        pipeline.diff_runs(billed, "no-such", after=PERIOD)
