"""CD-374: joining invoices and customerinvoices on MatchKey gives the consolidated links."""

from pathlib import Path
from typing import Any

from billing_case import Reader, reading
from fixture_rows import F2
from hand_charges import Hand, Store, match_key

STORE = Store(
    (
        *F2,
        Hand(24, "4.50", None, description="absorbed by the reseller"),
        Hand(90, "25.00", "25.00", bought=False, description="the reseller's own charge"),
    )
)


def joined(reader: Reader) -> set[tuple[Any, ...]]:
    """Give the outer join of the two endpoints on MatchKey: purchase and sales line ids."""
    bought = {line["MatchKey"]: line["LineId"] for line in reader.lines("invoices")}
    sold = {line["MatchKey"]: line["LineId"] for line in reader.lines("customerinvoices")}
    return {(key, bought.get(key), sold.get(key)) for key in {*bought, *sold}}


def linked(reader: Reader) -> set[tuple[Any, ...]]:
    """Give the same from consolidated invoices."""
    document = reader.read("consolidatedinvoices")
    pairs = {
        (line["MatchKey"], line["LineId"], line["SalesLineId"])
        for line in reader.lines("consolidatedinvoices")
    }
    return pairs | {(one["MatchKey"], None, one["LineId"]) for one in document["UnmatchedSales"]}


def test_cd_374_the_join_on_match_key_is_consolidatedinvoices(tmp_path: Path) -> None:
    with reading(tmp_path, STORE) as reader:
        found = joined(reader)
        assert found == linked(reader)
        lines = {line["LineId"]: line for line in reader.lines("consolidatedinvoices")}
        (sale,) = reader.read("consolidatedinvoices")["UnmatchedSales"]
    assert found == {
        (match_key(21), "21", "1"),
        (match_key(22), "22", "3"),
        (match_key(23), "23", "4"),
        (match_key(24), "24", None),
        (match_key(90), None, "2"),
    }
    absorbed = lines["24"]
    assert (absorbed["MatchStatus"], absorbed["MatchReason"]) == ("unmatched_purchase", "cost_only")
    assert absorbed["SalesPrice"] is None
    assert (sale["MatchReason"], sale["SalesPrice"]) == ("sale_only", "25.00")


def test_cd_374_the_key_is_the_page_vector() -> None:
    assert match_key(1) == "mk_qmteccvzkusttuewfqghnzbe"


def test_cd_374_a_key_on_two_lines_of_a_side_links_nothing(tmp_path: Path) -> None:
    rows = tuple(Hand(n, "8.00", "10.00", key="mk_same") for n in (1, 2))
    with reading(tmp_path, Store(rows)) as reader:
        document = reader.read("consolidatedinvoices")
        lines = reader.lines("consolidatedinvoices")
    assert {line["SalesPrice"] for line in lines} == {None}
    codes = {warning["Code"] for warning in document["Invoices"][0]["Warnings"]}
    assert codes == {"match_key_reused"}
    assert document["MatchReport"]["SalesUnmatched"] == "20.00"
