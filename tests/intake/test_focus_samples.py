"""The published FOCUS samples: what is read, refused and rejected, judged from their own text."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from focus_case import focus_file, without
from intake_case import Stage
from pyarrow import parquet

from tieout.errors import FileRefused

SAMPLES = Path(__file__).parent / "samples/focus"
SAMPLE = SAMPLES / "focus_sample.csv.gz"
COMMITMENTS = sorted((SAMPLES / "focus-spec").glob("commitment_*/*.csv"))
SAAS = sorted((SAMPLES / "focus-spec/saas_examples").rglob("*.csv"))


def sample_rows() -> Iterator[dict[str, str]]:
    with gzip.open(SAMPLE, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


def number(cell: str) -> Decimal | None:
    return None if cell in ("", "NULL") else Decimal(cell)


def last_day(row: dict[str, str]) -> object:
    """Give the day of the last microsecond of the period."""
    return (datetime.fromisoformat(row["ChargePeriodEnd"]) - timedelta(microseconds=1)).date()


def test_every_row_of_the_sample_is_read_and_its_billed_cost_is_exact(stage: Stage) -> None:
    staged = stage(SAMPLE.read_bytes())
    found = parquet.read_table(staged.vendor_line, columns=["subtotal", "billing_currency"])
    assert (staged.rows, staged.loaded, staged.rejected) == (1000, 1000, 0)
    assert sum(found["subtotal"].to_pylist()) == Decimal("20.52022672899")
    assert set(found["billing_currency"].to_pylist()) == {"USD"}
    assert staged.notices == (
        "unknown columns, kept as read: Id",
        "missing columns, read as empty: InvoiceId",
    )


def test_the_sample_is_read_cell_by_cell_as_plain_python_reads_it(stage: Stage) -> None:
    found = parquet.read_table(stage(SAMPLE.read_bytes()).vendor_line).to_pylist()
    numbers = {
        "subtotal": "BilledCost",
        "list_amount": "ListCost",
        "unit_price": "ListUnitPrice",
        "effective_unit_price": "ContractedUnitPrice",
        "quantity": "ConsumedQuantity",
        "billable_quantity": "PricingQuantity",
    }
    texts = {
        "customer_id": "SubAccountId",
        "meter_id": "SkuPriceId",
        "commitment_id": "CommitmentDiscountId",
        "charge_type": "ChargeCategory",
        "billing_frequency": "ChargeFrequency",
        "product_family": "ServiceCategory",
        "sku_name": "ChargeDescription",
    }
    for line, row in zip(found, sample_rows(), strict=True):
        assert {n: line[n] for n in numbers} == {n: number(row[c]) for n, c in numbers.items()}
        cells = {n: row[c] for n, c in texts.items()}
        assert {n: line[n] for n in texts} == {
            n: None if cell in ("", "NULL") else cell for n, cell in cells.items()
        }
        start = datetime.fromisoformat(row["ChargePeriodStart"]).date()
        usage = start if row["ChargeCategory"] == "Usage" else None
        assert (line["charge_start_date"], line["charge_end_date"]) == (start, last_day(row))
        assert line["usage_date"] == usage


def test_the_vendors_of_the_sample_are_its_invoice_issuers(stage: Stage) -> None:
    found = parquet.read_table(stage(SAMPLE.read_bytes()).vendor_line, columns=["vendor"])
    issuers = {
        "Amazon Web Services, Inc.": "amazon-web-services-inc.",
        "Amazon Web Services Canada, Inc.": "amazon-web-services-canada-inc.",
        "Amazon Web Services EMEA SARL": "amazon-web-services-emea-sarl",
        "Microsoft": "microsoft",
        "Oracle": "oracle",
    }
    wanted = Counter(issuers[row["InvoiceIssuerName"]] for row in sample_rows())
    assert Counter(found["vendor"].to_pylist()) == wanted


@pytest.mark.parametrize("path", COMMITMENTS, ids=lambda path: path.stem)
def test_examples_without_a_billing_currency_are_refused(stage: Stage, path: Path) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage(path.read_bytes())
    assert refusal.value.code == "unknown_format"
    assert "nearest is focus, but it lacks BillingCurrency" in refusal.value.reason


@pytest.mark.parametrize("path", SAAS, ids=lambda path: path.stem)
def test_rows_with_two_digit_years_or_a_dollar_sign_are_rejected(stage: Stage, path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    wanted = Counter(
        ("bad_number", "BilledCost")
        if "$" in row["BilledCost"]
        else ("bad_date", "ChargePeriodStart")
        for row in rows
    )
    staged = stage(path.read_bytes())
    found = parquet.read_table(staged.rejected_row).to_pylist()
    assert (staged.loaded, staged.rejected) == (0, len(rows))
    assert Counter((row["code"], row["column"]) for row in found) == wanted


def test_all_published_examples_are_tried() -> None:
    assert (len(COMMITMENTS), len(SAAS)) == (11, 15)


def test_a_row_is_rejected_in_a_file_that_names_no_invoice(stage: Stage) -> None:
    staged = stage(focus_file({"BilledCost": "x"}, {}, header=without("InvoiceId")))
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (staged.loaded, row["code"], row["invoice_number"]) == (1, "bad_number", None)
