"""`tieout explain` by every name of a line, as every party, and where a figure was altered."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli_case import MONTH_FILE, Program, demo_rows

from tieout.errors import NotFound
from tieout.pipeline import explain_named
from tieout.report.visibility import OWNED, Viewer
from tieout.store.house import open_house

LINE = "oct-10"
ROW = [row["VendorInvoiceRowId"] for row in demo_rows()].index(LINE) + 1
# -17.57 bought at hop 1; distributor +5 %, reseller +10 %
STEPS = ["-17.57 x (1 + 5/100) = -18.4485", "-18.4485 x (1 + 10/100) = -20.29335"]


def test_a_line_is_found_by_each_of_its_names(billed: Program) -> None:
    house = open_house(billed.home)
    (found,) = explain_named(house, LINE)["lines"]
    hops = found["hops"]
    assert [hop["steps"][0]["text"] for hop in hops[1:]] == STEPS
    key, file_row = hops[0]["matchKey"], f"{MONTH_FILE.name}:{ROW}"
    for name in (found["vendorLineId"], key, file_row):
        assert explain_named(house, name) == {"count": 1, "lines": [found]}
    text = billed("explain", LINE).out
    for sentence in (*STEPS, "r-molenaar (markup 10 %, from 2021-01-01 on)", "the same figures"):
        assert sentence in text
    rows = billed("--json", "explain", hops[2]["invoiceLine"]["rowId"]).json
    assert (rows["count"], len(rows["candidates"])) == (10, 10)
    assert {one["chargeType"] for one in rows["candidates"]} == {"removeQuantity", "addQuantity"}


def test_each_party_is_told_its_own_hops(billed: Program) -> None:
    house = open_house(billed.home)

    def told(name: str, party: str) -> dict[str, object]:
        viewer = Viewer(party, sees_cost=True, previews=OWNED)
        (line,) = explain_named(house, name, viewer=viewer)["lines"]
        return dict(line)

    owner = told(LINE, "northlane")
    assert owner["rowNumber"] == ROW
    reseller = str(told(LINE, "brightwater"))
    assert STEPS[1] in reseller
    for hidden in (STEPS[0], "'-17.57'", "r-northlane", "microsoft'", "cells"):
        assert hidden not in reseller
    assert told("nob-01", "northlane")["parked"] == {
        "reason": "NO_SUBSCRIPTION",
        "amount": "47.11",
        "currency": "EUR",
    }
    for name in (LINE, "nob-01", "no-such-line", "", "x'--", "a:b:1", "\udcff"):
        with pytest.raises(NotFound, match=f"no vendor line '{name}'"):
            told(name, "havenlab")
    buyer = billed("explain", LINE, "--as", "molenaar").out
    assert "-20.29335 EUR" in buyer
    for hidden in ("-17.57", "18.4485", "northlane", "markup", "VendorInvoiceRowId"):
        assert hidden not in buyer


def test_an_altered_figure_is_said_loudly(billed: Program) -> None:
    for path in sorted(Path(billed.home, "lake", "detail_line").rglob("*.parquet")):
        table = pq.read_table(path)
        if table["hop"][0].as_py() == 3:
            at = table.schema.get_field_index("total_price")
            field = table.schema.field(at)
            amounts = pa.array([one + 1 for one in table[at].to_pylist()], field.type)
            pq.write_table(table.set_column(at, field, amounts), path)
    said = billed("explain", LINE)
    assert said.code == 1
    assert "DIFFERENCE at hop 3, totalPrice: stored -19.29335, recomputed -20.29335" in said.out
    assert "DIFFERENCE" in said.err
