"""What a person says about a delivery: expected sums, its period; and control totals read back."""

import csv
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from store_case import MONTH_FILE, NOW, everything, load_month

from tieout import pipeline
from tieout.errors import Conflict, NotFound, TotalsDiffer
from tieout.intake import ExportFolder
from tieout.pipeline import Wishes
from tieout.store import migrations
from tieout.store.database import Catalog
from tieout.store.house import House

INVOICE = "G012345678"
BROKEN = "bad-01"
DECIMALS = 12


def rows() -> list[dict[str, str]]:
    """Give the demo's readable rows as Python's csv module reads them."""
    with MONTH_FILE.open(newline="") as stream:
        return [r for r in csv.DictReader(stream) if r["VendorInvoiceRowId"] != BROKEN]


def summed(column: str, found: list[dict[str, str]]) -> Fraction:
    """Add up a column exactly."""
    return sum((Fraction(row[column]) for row in found), Fraction(0))


def load(house: House, **wishes: Any) -> Mapping[str, Any]:
    """Load the demo's vendor file with wishes."""
    (report,) = pipeline.load_files(
        house, [(MONTH_FILE.name, MONTH_FILE)], wishes=Wishes(**wishes), now=NOW
    )
    return report


def paper(value: Fraction) -> str:
    """Write a sum as the vendor's paper shows it: cut to two decimals."""
    sign, cents = "-" if value < 0 else "", abs(value) * 100 // 1
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def exactly(value: Fraction) -> str:
    """Write a sum with all its decimals."""
    parts = value * 10**DECIMALS
    assert parts.denominator == 1
    return f"{parts.numerator // 10**DECIMALS}.{parts.numerator % 10**DECIMALS:0{DECIMALS}d}"


@pytest.mark.parametrize("written", [paper, exactly])
def test_a_delivery_that_adds_up_is_loaded(
    house: House, written: Callable[[Fraction], str]
) -> None:
    expected = {"EUR": written(summed("Subtotal", rows()))}
    assert load(house, expected=expected)["status"] == "loaded"


def test_the_last_decimal_counts_where_it_is_written(house: House) -> None:
    expected = {"EUR": exactly(summed("Subtotal", rows()) - Fraction(1, 10**DECIMALS))}
    with pytest.raises(TotalsDiffer):
        load(house, expected=expected)


def test_the_sum_with_tax_is_as_good(house: House, tmp_path: Path) -> None:
    taxed = tmp_path / "taxed.csv"
    found = rows()
    found[0] |= {
        "TaxTotal": "1.21",
        "Total": paper(Fraction(found[0]["Subtotal"]) + Fraction(121, 100)),
    }
    with taxed.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    with_tax = paper(summed("Total", found))
    assert with_tax != paper(summed("Subtotal", found))
    (report,) = pipeline.load_files(
        house, [("taxed.csv", taxed)], wishes=Wishes(expected={"EUR": with_tax}), now=NOW
    )
    assert report["status"] == "loaded"


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_a_cent_less_refuses_the_delivery_and_keeps_nothing(house: House, currency: str) -> None:
    before = everything(house)
    expected = paper(summed("Subtotal", rows()) - Fraction(1, 100))
    with pytest.raises(TotalsDiffer, match=f"expected {currency} {expected}, but the files say"):
        load(house, expected={currency: expected})
    assert everything(house) == before
    assert not [path for path in (house.lake.root).rglob("*") if path.is_file()]


def test_the_refusal_names_the_money_of_rejected_rows(house: House) -> None:
    with MONTH_FILE.open(newline="") as stream:
        whole = list(csv.DictReader(stream))
    (broken,) = [row for row in whole if row["VendorInvoiceRowId"] == BROKEN]
    with pytest.raises(TotalsDiffer) as refused:
        load(house, expected={"EUR": paper(summed("Subtotal", whole))})
    assert Fraction(refused.value.subtotal) == summed("Subtotal", rows())
    assert Fraction(refused.value.rejected) == Fraction(broken["Subtotal"])


def test_control_totals_are_kept_by_file_and_customer(house: House) -> None:
    load_month(house, MONTH_FILE)
    found = pipeline.control_totals(house, INVOICE)
    (file,) = found["files"]
    assert (file["file"], file["format"], file["state"]) == (
        MONTH_FILE.name,
        "ms_nce_recon",
        "current",
    )
    assert (file["rows"], Fraction(file["subtotal"])) == (30, summed("Subtotal", rows()))
    by_customer: dict[str, list[dict[str, str]]] = {}
    for row in rows():
        by_customer.setdefault(row["CustomerId"], []).append(row)
    assert {
        one["customerId"]: (one["rows"], Fraction(one["subtotal"]), Fraction(one["total"]))
        for one in found["customers"]
    } == {
        customer: (len(some), summed("Subtotal", some), summed("Total", some))
        for customer, some in by_customer.items()
    }
    with pytest.raises(NotFound, match="G000000000"):
        pipeline.control_totals(house, "G000000000")


def test_a_loaded_invoice_moves_to_another_period(loaded: House) -> None:
    house = loaded
    report = load(house, period="2021-11")
    assert report["status"] == "duplicate_file"
    assert f"period 2021-11 is now that of invoice {INVOICE}" in report["notices"][0]
    with pytest.raises(NotFound, match="2021-10"):
        pipeline.run_period(house, "2021-10", now=NOW)
    assert pipeline.run_period(house, "2021-11", now=NOW)["vendorLines"] == 30
    again = load(house, period="2021-11")
    assert "nothing changed" in again["notices"][0]


def test_an_invoice_of_a_verified_month_does_not_move(billed: House) -> None:
    house = billed
    before = everything(house)
    with pytest.raises(Conflict, match=f"vendor invoice {INVOICE} stays in 2021-10"):
        load(house, period="2021-11")
    assert everything(house) == before


def test_an_older_catalog_keeps_its_vendor_invoices(catalog_url: str) -> None:
    catalog = Catalog(catalog_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with catalog.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO load (load_id, created_at) VALUES (1, 'then')"))
        connection.execute(
            text(
                "INSERT INTO vendor_file VALUES ('f1', 1, 'a.csv', 'ms_nce_recon', 'microsoft',"
                " 1, 1, 0, 0, '[]', '[]', '[]')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO vendor_invoice VALUES ('microsoft', 'G1', 1, 'EUR', '2021-10',"
                " 'current', 1, '1', '0', '1', 'd')"
            )
        )
    migrations.upgrade(catalog)
    with catalog.read() as connection:
        found = connection.execute(text("SELECT invoice_number, format, state FROM vendor_invoice"))
        assert found.all() == [("G1", "ms_nce_recon", "current")]
    catalog.close()


def test_a_vendor_row_id_on_different_rows_is_named_and_every_row_kept(
    house: House, tmp_path: Path
) -> None:
    found = rows()
    twice = [
        dict(found[0]),
        dict(found[1]) | {"VendorInvoiceRowId": found[0]["VendorInvoiceRowId"]},
    ]
    path = tmp_path / "twice.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(found[0]))
        writer.writeheader()
        writer.writerows(twice)
    report = load_month(house, path)
    assert (report["status"], report["loaded"]) == ("loaded", 2)
    (named,) = [n for n in report["notices"] if n.startswith("vendor row id")]
    amounts = ", ".join(f"EUR {row['Subtotal'].removesuffix('.00')}" for row in twice)
    assert named == (
        f"vendor row id {found[0]['VendorInvoiceRowId']} stands on 2 different rows, all kept:"
        f" rows 1, 2 ({amounts})"
    )


EXPORT = ExportFolder(manifest="manifest.json", export_id=None, etag=None, blobs=())


def parts(folder: Path, *, cut: int, version: str = "1") -> list[tuple[str, Path]]:
    """Split the demo's readable rows over two files; the second differs by version."""
    found = rows()
    paths = []
    for at, some in enumerate((found[:cut], found[cut:])):
        path = folder / f"part-{at}-{version if at else 'same'}.csv"
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(found[0]))
            writer.writeheader()
            for row in some:
                changed = {"CustomerName": f"{row['CustomerName']} {version}"} if at else {}
                writer.writerow(row | changed)
        paths.append((path.name, path))
    return paths


def test_a_whole_delivery_counts_its_unchanged_parts_again(
    referenced: House, tmp_path: Path
) -> None:
    house = referenced
    whole = Wishes(export=EXPORT)
    first = pipeline.load_files(house, parts(tmp_path, cut=20), wishes=whole, now=NOW)
    assert [report["status"] for report in first] == ["loaded", "loaded"]
    again = pipeline.load_files(house, parts(tmp_path, cut=20), wishes=whole, now=NOW)
    assert [report["status"] for report in again] == ["duplicate_file", "duplicate_file"]
    newer = pipeline.load_files(house, parts(tmp_path, cut=20, version="2"), wishes=whole, now=NOW)
    assert [report["status"] for report in newer] == ["duplicate_file", "loaded"]
    notices = "\n".join(newer[1]["notices"])
    assert (
        "replaces the version loaded before as a whole: 10 rows added, 10 removed, 20 unchanged"
        in (notices)
    )
    assert pipeline.run_period(house, "2021-10", now=NOW)["vendorLines"] == 30
    file, other = pipeline.control_totals(house, INVOICE)["files"]
    assert file["rows"] + other["rows"] == 30


def test_a_whole_delivery_with_a_refused_part_keeps_nothing(house: House, tmp_path: Path) -> None:
    before = everything(house)
    broken = tmp_path / "broken.csv"
    broken.write_text("apples,pears\n1,2\n")
    files = [*parts(tmp_path, cut=20), ("broken.csv", broken)]
    reports = pipeline.load_files(house, files, wishes=Wishes(export=EXPORT), now=NOW)
    assert {report["status"] for report in reports} == {"refused"}
    assert "held back with the refused files" in reports[0]["notices"][-1]
    assert everything(house) == before


def test_a_delivery_held_back_moves_no_invoice_either(house: House, tmp_path: Path) -> None:
    load_month(house, MONTH_FILE)
    before = everything(house)
    broken = tmp_path / "broken.csv"
    broken.write_text("apples,pears\n1,2\n")
    files = [(MONTH_FILE.name, MONTH_FILE), ("broken.csv", broken)]
    pipeline.load_files(house, files, wishes=Wishes(export=EXPORT, period="2021-11"), now=NOW)
    assert everything(house) == before
    (tmp_path / "other").mkdir()
    newer = parts(tmp_path / "other", cut=20, version="2")[1]
    with pytest.raises(TotalsDiffer):
        pipeline.load_files(
            house,
            [(MONTH_FILE.name, MONTH_FILE), newer],
            wishes=Wishes(period="2021-11", expected={"EUR": "1.00"}),
            now=NOW,
        )
    assert everything(house) == before
