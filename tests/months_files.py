"""A billing month as plain text cells, and the files it is written to, in many shapes."""

import csv
import datetime as dt
import gzip
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

Row = dict[str, str]

REFERENCE_COLUMNS: dict[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "organizations.csv": (
            "organization_id account_no role name country language currency vat_number erp_id"
            " status preferred_currency address zip city email telephone iban bic"
            " chamber_of_commerce contact_first_name contact_middle_name contact_last_name"
        ),
        "contracts.csv": (
            "contract_id parent_contract_id purpose type_name number reference_number vendor_id"
            " seller_id buyer_id currency billing_day payment_terms_days rounding_policy tax_zone"
            " tax_rate cost_center start_status white_label valid_from valid_to"
        ),
        "subscriptions.csv": (
            "subscription_id subscription_no vendor_id vendor_subscription_id entitlement_id"
            " contract_id name plan_id plan_period_id plan_rate_id rate_period_id product_id sku_id"
            " quantity status start_date end_date term billing_frequency po_number cost_center"
            " order_id consumer_name consumer_number segment valid_from valid_to"
        ),
        "orders.csv": (
            "order_id order_number vendor_order_id contract_id date po_number invoice_per_order"
        ),
        "price_rules.csv": (
            "rule_id contract_id customer_id subscription_id product_id sku_id product_family"
            " charge_class kind value currency earned_credit discount_code charge_free"
            " valid_from valid_to"
        ),
        "price_list.csv": (
            "vendor_id product_id sku_id term billing_plan market segment meter_id currency"
            " unit_price erp_price price_period tier_min tier_max valid_from valid_to"
        ),
        "exchange_rates.csv": "organization_id from to source base_rate surcharge date",
    }.items()
}
VENDOR_COLUMNS = (
    *(
        [
            "PartnerId",
            "CustomerId",
            "CustomerName",
            "CustomerDomainName",
            "CustomerCountry",
            "InvoiceNumber",
        ]
    ),
    *(
        [
            "MpnId",
            "ResellerMpnId",
            "OrderId",
            "OrderDate",
            "ProductId",
            "SkuId",
            "AvailabilityId",
            "SkuName",
        ]
    ),
    *(
        [
            "ProductName",
            "ChargeType",
            "UnitPrice",
            "Quantity",
            "Subtotal",
            "TaxTotal",
            "Total",
            "Currency",
        ]
    ),
    *(["PriceAdjustmentDescription", "PublisherName", "PublisherId", "SubscriptionDescription"]),
    *(["SubscriptionId", "ChargeStartDate", "ChargeEndDate", "TermAndBillingCycle"]),
    *(["EffectiveUnitPrice", "UnitType", "AlternateId", "BillableQuantity", "BillingFrequency"]),
    *(["PricingCurrency", "PCToBCExchangeRate", "PCToBCExchangeRateDate", "MeterDescription"]),
    *(["ReservationOrderId", "CreditReasonCode", "SubscriptionStartDate", "SubscriptionEndDate"]),
    *(["ReferenceId", "ProductQualifiers", "PromotionId", "VendorInvoiceRowId"]),
)
NUMBER_COLUMNS = {
    *(
        [
            "UnitPrice",
            "Quantity",
            "Subtotal",
            "TaxTotal",
            "Total",
            "EffectiveUnitPrice",
            "BillableQuantity",
        ]
    ),
    "PCToBCExchangeRate",
}
DATE_COLUMNS = {name for name in VENDOR_COLUMNS if name.endswith("Date")}
SMALL = Fraction(1, 100)


@dataclass(frozen=True)
class Month:
    """One billing period: reference rows by CSV file name, and the vendor's lines in file order."""

    period: str
    reference: dict[str, list[Row]]
    lines: tuple[Row, ...]


def reference_row(file: str, **cells: str) -> Row:
    """Give a row of a reference file with every column; those not named are empty."""
    return {**dict.fromkeys(REFERENCE_COLUMNS[file], ""), **cells}


def write_reference(month: Month, folder: Path) -> Path:
    """Write the reference files of a month into `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in month.reference.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, REFERENCE_COLUMNS[name])
            writer.writeheader()
            writer.writerows(rows)
    return folder


def write_vendor_csv(
    lines: Sequence[Row],
    path: Path,
    *,
    camel_case: bool = False,
    bom: bool = False,
    gz: bool = False,
    crlf: bool = False,
    exponent: bool = False,
    us_dates: bool = False,
    shuffle_columns_seed: int | None = None,
) -> Path:
    """Write vendor lines as a reconciliation CSV; every option keeps the data and moves its shape.

    With `gz` the file has two gzip members back to back. `exponent` and `us_dates` reshape the
    cells of every second row, or alternate between two shapes, so that one file mixes them.
    """
    columns = list(VENDOR_COLUMNS)
    if shuffle_columns_seed is not None:
        random.Random(shuffle_columns_seed).shuffle(columns)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n" if crlf else "\n")
    writer.writerow([_camel(name) if camel_case else name for name in columns])
    for number, line in enumerate(lines):
        cells = dict(line)
        if exponent and number % 2 == 0:
            cells |= {name: exponent_form(line[name]) for name in NUMBER_COLUMNS}
        if us_dates:
            cells |= {name: _us_date(line[name], padded=number % 2 == 1) for name in DATE_COLUMNS}
        writer.writerow([cells[name] for name in columns])
    content = (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode()
    if gz:
        half = len(content) // 2
        content = b"".join(
            gzip.compress(part, mtime=0) for part in (content[:half], content[half:])
        )
    path.write_bytes(content)
    return path


def exponent_form(text: str) -> str:
    """Give a zero or small number as a spreadsheet re-saves it; all other texts as they are.

    >>> [exponent_form(text) for text in ("0", "-0.000071", "0.001", "29.00", "")]
    ['0.00E+00', '-7.1E-05', '1E-03', '29.00', '']
    """
    if not text or abs(Fraction(text)) >= SMALL:
        return text
    if Fraction(text) == 0:
        return "0.00E+00"
    sign = "-" if text.startswith("-") else ""
    decimals = text.partition(".")[2].rstrip("0")
    digits = decimals.lstrip("0")
    power = len(decimals) - len(digits) + 1
    return f"{sign}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}E-{power:02d}"


def _us_date(text: str, *, padded: bool) -> str:
    """Give an ISO date month first: `02/01/2019 0:00` when padded, else `2/1/2019`."""
    if not text:
        return text
    day = dt.date.fromisoformat(text[:10])
    if padded:
        return f"{day.month:02d}/{day.day:02d}/{day.year} 0:00"
    return f"{day.month}/{day.day}/{day.year}"


def _camel(name: str) -> str:
    if name.startswith("PCToBC"):
        return name.replace("PC", "pc", 1)
    return name[0].lower() + name[1:]
