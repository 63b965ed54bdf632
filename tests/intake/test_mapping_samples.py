"""The mappings that come along: the distributor of the specification, and AWS's own samples."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from mapping_case import lines_of, rejects_of, stage_mapped

from tieout.errors import FileRefused
from tieout.intake.mapping import read_mappings

AWS = Path(__file__).parent / "samples/koku/aws"
MAPPINGS = read_mappings()

ACME_HEADER = (
    "Belegnummer;Pos;Kundennr;Kunde;Vertragsnr;Artikel;Hersteller;Bezeichnung;Vorgang;"
    "Leistung von;Leistung bis;Menge;EP;Netto;USt;Brutto"
)
ACME_ROWS = (
    (
        "R-7001;1;K01;Müller & Söhne;V-1;4711;Fabrikam;Büro-Paket;Neu;"
        "01.10.2025;01.11.2025;1.000;1,23456;1.234,56;234,57;1.469,13"
    ),
    (
        "R-7001;2;K02;k.A.;V-2;123456;-;Öl-Portal;Verlängerung;"
        "15.10.2025;15.11.2025;2;10,00;20,00;3,80;23,80"
    ),
    (
        "R-7001;3;K02;Ärzte GmbH;V-2;123456;Fabrikam;-;Gutschrift;"
        "01.10.2025;08.10.2025;1;;12,50-;2,38-;14,88-"
    ),
)
# by hand: 1234.56 + 20.00 - 12.50
ACME_TOTAL = "1.242,06"


def acme(*rows: str, total: str = ACME_TOTAL) -> bytes:
    footer = f"Summe netto;;;;;;;;;;;;;{total};;"
    return "\r\n".join([ACME_HEADER, *(rows or ACME_ROWS), footer]).encode("cp1252")


def test_the_distributors_invoice_is_read_to_the_cent(tmp_path: Path) -> None:
    staged = stage_mapped(tmp_path, acme(), *MAPPINGS)
    assert (staged.format, staged.version) == ("mapped:acme-distribution-invoice", 3)
    assert (staged.rows, staged.loaded, staged.rejected, staged.skipped) == (3, 3, 0, 1)
    assert staged.notices == (
        "footer rows, skipped: 1",
        "the totals row agrees: subtotal EUR 1242.06",
    )
    names = ("vendor_invoice_row_id", "customer_id", "customer_name", "subscription_id")
    found = lines_of(staged)
    assert [tuple(line[name] for name in names) for line in found] == [
        ("1", "K01", "Müller & Söhne", "V-1"),
        ("2", "K02", None, "V-2"),
        ("3", "K02", "Ärzte GmbH", "V-2"),
    ]
    product = ("sku_id", "product_name", "charge_type", "charge_kind")
    assert [tuple(line[name] for name in product) for line in found] == [
        ("004711", "Fabrikam Büro-Paket", "Neu", "new"),
        ("123456", "Öl-Portal", "Verlängerung", "renew"),
        ("123456", "Fabrikam", "Gutschrift", "credit"),
    ]
    days = ("charge_start_date", "charge_end_date")
    assert [tuple(line[name] for name in days) for line in found] == [
        (date(2025, 10, 1), date(2025, 10, 31)),
        (date(2025, 10, 15), date(2025, 11, 14)),
        (date(2025, 10, 1), date(2025, 10, 7)),
    ]
    amounts = ("billable_quantity", "unit_price", "subtotal", "tax_total", "total")
    assert [tuple(line[name] for name in amounts) for line in found] == [
        tuple(map(Decimal, ("1000", "1.23456", "1234.56", "234.57", "1469.13"))),
        tuple(map(Decimal, ("2", "10", "20", "3.80", "23.80"))),
        (Decimal(1), None, Decimal("-12.50"), Decimal("-2.38"), Decimal("-14.88")),
    ]
    assert {line["billing_currency"] for line in found} == {"EUR"}
    assert {line["vendor"] for line in found} == {"acme-distribution"}
    assert [line["subtotal_digits"] for line in found] == [2, 2, 2]


def test_the_distributors_total_that_is_a_cent_off_is_a_mismatch(tmp_path: Path) -> None:
    staged = stage_mapped(tmp_path, acme(total="1.242,07"), *MAPPINGS)
    assert staged.notices[-1] == (
        "total_mismatch: subtotal: the totals row says 1242.07; the rows read come to EUR 1242.06"
    )


def test_a_row_of_the_distributor_in_another_style_is_rejected(tmp_path: Path) -> None:
    odd = ACME_ROWS[1].replace("20,00", "20.00")
    staged = stage_mapped(tmp_path, acme(ACME_ROWS[0], odd), *MAPPINGS)
    (row,) = rejects_of(staged)
    assert (row["column"], row["code"], row["line"]) == ("Netto", "bad_number", 3)
    assert staged.notices[-1].startswith("total_mismatch: ")


def test_the_distributors_header_is_not_recognised_without_its_mapping(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, acme())
    assert refusal.value.code == "unknown_format"


def cell(row: dict[str, str], *names: str) -> str:
    """Give the cell under the one of several names that the file has."""
    (found,) = (row[name] for name in names if name in row)
    return found


@pytest.mark.parametrize(
    ("name", "state", "currency", "total"),
    [
        ("2022-07-01-alt-columns.csv", "billed", "USD", "0"),
        ("2023-06-01.csv", "billed", "NOK", "30"),
        ("2023-06-01-not-final.csv", "unbilled", "NOK", "30"),
    ],
)
def test_both_spellings_of_the_aws_report_are_read_exactly(
    tmp_path: Path, name: str, state: str, currency: str, total: str
) -> None:
    received = (AWS / name).read_bytes()
    rows = list(csv.DictReader(received.decode().splitlines()))
    staged = stage_mapped(tmp_path, received, *MAPPINGS)
    assert (staged.format, staged.vendor) == ("mapped:aws-cur", "aws")
    assert (staged.loaded, staged.rejected) == (len(rows), 0)
    found = lines_of(staged)
    costs = [Decimal(cell(r, "lineItem/UnblendedCost", "line_item_unblended_cost")) for r in rows]
    assert [line["subtotal"] for line in found] == costs
    assert sum(costs) == Decimal(total)
    usage = [Decimal(cell(r, "lineItem/UsageAmount", "line_item_usage_amount")) for r in rows]
    assert [line["billable_quantity"] for line in found] == usage
    accounts = [cell(r, "lineItem/UsageAccountId", "line_item_usage_account_id") for r in rows]
    assert [line["customer_id"] for line in found] == accounts
    days = [cell(r, "lineItem/UsageStartDate", "line_item_usage_start_date")[:10] for r in rows]
    assert [str(line["charge_start_date"]) for line in found] == days
    assert [str(line["charge_end_date"]) for line in found] == days
    assert {line["billing_state"] for line in found} == {state}
    assert {line["billing_currency"] for line in found} == {currency}
    assert {line["charge_kind"] for line in found} == {"usage"}


def test_an_aws_report_without_rows_is_refused_as_empty(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, (AWS / "empty_frame.csv").read_bytes(), *MAPPINGS)
    assert refusal.value.code == "empty_file"
