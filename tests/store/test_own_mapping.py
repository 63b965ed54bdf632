"""A mapping of one's own, kept in the store's folder: read, versioned, its totals row trusted."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from store_case import NOW, everything

from tieout import pipeline
from tieout.errors import FileRefused
from tieout.pipeline import Wishes
from tieout.store.catalog import vendor_file
from tieout.store.house import House

MAPPING = """
name    = "kiosk"
version = 7
vendor  = "kiosk"
match   = ["Factuur", "Abonnement", "Bedrag", "Van"]

[file]
delimiter  = ";"
decimal    = ","
date_order = "dmy"
footer     = "^Totaal"

[columns]
invoice_number    = "Factuur"
subscription_id   = "Abonnement"
charge_type       = "Soort"
charge_start_date = "Van"
subtotal          = "Bedrag"

[constants]
billing_currency = "EUR"

[charge_kind]
"Nieuw" = "new"

[control]
row      = "^Totaal"
subtotal = "Bedrag"
"""
ROWS = "K-1;a-1;Nieuw;01-10-2021;10,25\nK-1;a-2;Nieuw;01-10-2021;2,50\n"


@pytest.fixture
def mapped(house: House) -> House:
    """Give a store with a mapping of its own."""
    folder = house.home / "mappings"
    folder.mkdir()
    (folder / "kiosk.toml").write_text(MAPPING)
    return house


def load(house: House, folder: Path, *, total: str, **wishes: Any) -> dict[str, Any]:
    """Load the kiosk's file with a totals row; give its report."""
    path = folder / f"kiosk-{total}.csv"
    path.write_text(f"Factuur;Abonnement;Soort;Van;Bedrag\n{ROWS}Totaal;;;;{total}\n")
    (report,) = pipeline.load_files(house, [(path.name, path)], wishes=Wishes(**wishes), now=NOW)
    return report


def test_a_file_is_read_by_the_mapping_and_its_version_kept(mapped: House, tmp_path: Path) -> None:
    report = load(mapped, tmp_path, total="12,75")
    assert (report["status"], report["format"], report["loaded"]) == ("loaded", "mapped:kiosk", 2)
    (total,) = report["totals"]
    assert (total["vendor"], total["invoiceNumber"], total["subtotal"]) == ("kiosk", "K-1", "12.75")
    with mapped.catalog.read() as connection:
        assert connection.scalar(select(vendor_file.c.mapping_version)) == 7


def test_a_totals_row_that_differs_holds_the_file_back(mapped: House, tmp_path: Path) -> None:
    before = everything(mapped)
    report = load(mapped, tmp_path, total="12,76")
    assert report["status"] == "refused"
    assert any("total_mismatch" in notice for notice in report["notices"])
    assert "--accept-mismatch" in report["notices"][-1]
    assert everything(mapped) == before
    accepted = load(mapped, tmp_path, total="12,76", accept_mismatch=True)
    assert (accepted["status"], accepted["totals"][0]["subtotal"]) == ("loaded", "12.75")


def test_a_mapping_that_is_not_valid_refuses_every_load(mapped: House, tmp_path: Path) -> None:
    (mapped.home / "mappings" / "kiosk.toml").write_text(f"{MAPPING}x = 1\n")
    with pytest.raises(FileRefused, match=r"kiosk\.toml") as refused:
        load(mapped, tmp_path, total="12,75")
    assert refused.value.code == "mapping_invalid"
