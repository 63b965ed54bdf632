"""What keeps the links of two files from being kept."""

from pathlib import Path
from typing import Any

import pytest
from billing_by_hand import build
from filed_case import DOCUMENT, ROWS, hand_of, write_lines
from hand_charges import Hand, Store
from october import NOW

from tieout import pipeline
from tieout.errors import Conflict, LinesRefused
from tieout.store import filed_matches
from tieout.store.house import House


def _refused(house: House, files: tuple[Path, Path], *, party: str) -> list[tuple[Any, ...]]:
    with pytest.raises(LinesRefused) as refused:
        pipeline.keep_match(house, files, party=party, now=NOW)
    return [(Path(f.file).name, f.row, f.column, f.reason) for f in refused.value.faults]


def test_lines_that_are_not_the_partys_are_refused(tmp_path: Path) -> None:
    lines = ROWS["M3"]
    house = build(tmp_path, Store([hand_of("M3", one) for one in lines.purchases]))
    own = write_lines(tmp_path / "own.csv", [(DOCUMENT, one) for one in lines.purchases])
    foreign = write_lines(tmp_path / "foreign.csv", [("D-9", one) for one in lines.purchases])
    undated = write_lines(tmp_path / "sales.csv", [("R-1", one) for one in lines.sales])
    empty = write_lines(tmp_path / "none.csv", [])
    no_document = "is no issued document that the party buys"
    no_date = ("sales.csv", 1, "invoice_date", "is needed to keep the links")
    assert _refused(house, (foreign, undated), party="reseller") == [
        ("foreign.csv", 1, "invoice_id", no_document),
        no_date,
    ]
    assert _refused(house, (own, undated), party="reseller") == [no_date]
    assert _refused(house, (own, empty), party="customer-1000881") == [
        ("own.csv", 1, "invoice_id", no_document)
    ]
    dollars = tmp_path / "dollars.csv"
    dollars.write_text(own.read_text().replace("EUR", "USD"))
    assert _refused(house, (dollars, empty), party="reseller") == [
        ("dollars.csv", 1, "currency", "is USD, the document is in EUR")
    ]
    with pytest.raises(Conflict, match="no purchase line"):
        pipeline.keep_match(house, (empty, empty), party="reseller", now=NOW)
    with house.catalog.read() as connection:
        assert filed_matches.current_links(connection, house, party="reseller") == {}


def test_a_party_that_sells_here_keeps_no_links_of_files(tmp_path: Path) -> None:
    (line,) = ROWS["M3"].purchases
    files = (
        write_lines(tmp_path / "purchases.csv", [(DOCUMENT, line)]),
        write_lines(tmp_path / "sales.csv", [], invoice_date=""),
    )
    house = build(tmp_path, Store([Hand(line.line_id, "8.00", "10.00", quantity="4")]))
    with pytest.raises(Conflict, match="in the store already"):
        pipeline.keep_match(house, files, party="reseller", now=NOW)
