"""Daily rated usage: how it is recognised, where each cell goes, and the rules of its columns."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import pytest
from daily_case import AMOUNTS, BASIC, DAILY, LINE, NOT_BASIC, daily_file, without
from intake_case import Rows, Stage, camel
from pyarrow import parquet

from tieout.errors import FileRefused
from tieout.intake import DETAIL_FORMATS, ms_daily_rated

Read: TypeAlias = Callable[[str | bytes], Rows]


def but_for_the_file(rows: Rows) -> Rows:
    return [{**row, "file_id": "", "row_hash": ""} for row in rows]


def test_the_table_has_the_55_documented_columns_in_their_order() -> None:
    assert [column.vendor for column in ms_daily_rated.COLUMNS] == list(DAILY)
    assert len(DAILY) == 55


def test_every_cell_goes_where_the_canonical_line_wants_it(lines: Read) -> None:
    (line,) = lines(daily_file())
    hashes = ("file_id", "row_hash")
    found = {n: value for n, value in line.items() if value is not None and n not in hashes}
    assert found == LINE


def test_a_full_file_is_recognised_without_a_notice(stage: Stage) -> None:
    staged = stage(daily_file({"UsageDate": "10/13/2025"}))
    assert (staged.format, staged.vendor, staged.loaded) == ("ms_daily_rated", "microsoft", 1)
    assert staged.notices == ()


def test_a_daily_file_tells_what_the_invoices_monthly_file_bills() -> None:
    assert ms_daily_rated.FORM.code in DETAIL_FORMATS


def test_a_camel_case_header_reads_like_a_pascal_case_one(lines: Read) -> None:
    renamed = lines(daily_file(header=[camel(name) for name in DAILY]))
    assert but_for_the_file(renamed) == but_for_the_file(lines(daily_file()))


def test_the_names_of_the_api_are_read_as_the_same_columns(lines: Read) -> None:
    api = {
        "Tier2MpnId": "resellerMpnId",
        "Unit": "unitOfMeasure",
        "PartnerEarnedCreditPercentage": "rateOfPartnerEarnedCredit",
        "CreditPercentage": "rateOfCredit",
    }
    head, rest = daily_file().split("\r\n", 1)
    renamed = ",".join(api.get(name, camel(name)) for name in head.split(","))
    found = lines(f"{renamed}\r\n{rest}")
    assert but_for_the_file(found) == but_for_the_file(lines(daily_file()))


@pytest.mark.parametrize(
    "header",
    [
        BASIC,
        [camel(name) for name in BASIC],
        [*(n for n in BASIC if n not in ("AdditionalInfo", "UnitType")), "Unit"],
    ],
    ids=["pascal", "camel", "the other page's set"],
)
def test_a_basic_export_is_read_and_its_gaps_are_empty(stage: Stage, header: list[str]) -> None:
    staged = stage(daily_file(header=header))
    assert (staged.format, staged.loaded) == ("ms_daily_rated", 1)
    (line,) = parquet.read_table(staged.vendor_line).to_pylist()
    gaps = ("meter_id", "meter_name", "product_name", "reseller_id", "partner_earned_credit_rate")
    assert [line[name] for name in gaps] == [None] * len(gaps)
    assert (line["subtotal"], line["product_family"]) == (Decimal("0.84864"), "azure_plan")
    assert line["unit_type"] == ("1 Hour" if "Unit" in header else None)


def test_the_columns_that_a_basic_export_lacks_are_one_notice(stage: Stage) -> None:
    missing = [name for name in DAILY if name in NOT_BASIC]
    notices = stage(daily_file(header=BASIC)).notices
    assert f"missing columns, read as empty: {', '.join(missing)}" in notices


def test_a_cost_column_of_the_open_standard_makes_the_format_unknown(stage: Stage) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage(daily_file(header=[*DAILY, "BilledCost"]))
    assert refusal.value.code == "unknown_format"


@pytest.mark.parametrize(
    "name", ["InvoiceNumber", "SubscriptionId", "ChargeType", "Quantity", "BillingCurrency"]
)
def test_a_missing_required_column_is_named(stage: Stage, name: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage(daily_file(header=without(name)))
    assert refusal.value.code == "missing_column"
    assert refusal.value.reason == f"the column {name} is missing"


def test_a_file_of_nothing_but_the_required_columns_and_the_signature_is_read(stage: Stage) -> None:
    required = [column.vendor for column in ms_daily_rated.COLUMNS if column.required]
    staged = stage(daily_file(header=[*required, "PricingPreTaxTotal", "EntitlementId"]))
    assert (staged.loaded, staged.rejected) == (1, 0)


def test_rows_without_an_invoice_number_are_unbilled(lines: Read) -> None:
    unbilled = {"InvoiceNumber": "", "Tier2MpnId": ""}
    found = lines(daily_file(unbilled, {}, {**unbilled, "BillingCurrency": "USD"}))
    assert [(row["billing_state"], row["invoice_number"]) for row in found] == [
        ("unbilled", None),
        ("billed", "G000000001"),
        ("unbilled", None),
    ]


@pytest.mark.parametrize(
    ("column", "ours"),
    [
        ("BillingPreTaxTotal", "subtotal"),
        ("PricingPreTaxTotal", "pricing_subtotal"),
        ("Quantity", "billable_quantity"),
        ("PCToBCExchangeRate", "exchange_rate"),
    ],
)
def test_numbers_are_read_exactly_and_add_up_exactly(lines: Read, column: str, ours: str) -> None:
    found = lines(daily_file(*({column: cell} for cell in AMOUNTS)))
    wanted = [Fraction(cell.removeprefix("'")) for cell in AMOUNTS]
    assert [Fraction(row[ours]) for row in found] == wanted
    assert sum(Fraction(row[ours]) for row in found) == sum(wanted)
    assert {row["inexact_columns"] for row in found} == {None}


@pytest.mark.parametrize(
    ("column", "ours"),
    [("UnitPrice", "unit_price"), ("EffectiveUnitPrice", "effective_unit_price")],
)
def test_prices_keep_their_24_decimals(lines: Read, column: str, ours: str) -> None:
    cells = ("7.10833E-05", "0.0000123456789012345678", "'0.000000000000000000000001")
    found = lines(daily_file(*({column: cell} for cell in cells)))
    assert [Fraction(row[ours]) for row in found] == [Fraction(c.removeprefix("'")) for c in cells]


def test_an_earned_credit_above_one_is_a_percentage(lines: Read) -> None:
    rates = {
        "15": "0.15", "0.15": "0.15", "15.00": "0.15", "'15": "0.15", "1.5E+01": "0.15",
        "12.3456": "0.123456", "100": "1", "1": "1", "0": "0", "0.00": "0",
        "1.0000000000000001": "0.010000000000000001",
        "99999999999999999999": "999999999999999999.99",
    }  # fmt: skip
    found = lines(daily_file(*({"PartnerEarnedCreditPercentage": cell} for cell in rates)))
    read = [Fraction(row["partner_earned_credit_rate"]) for row in found]
    assert read == [Fraction(rate) for rate in rates.values()]
    assert {row["inexact_columns"] for row in found} == {None}


@pytest.mark.parametrize("cell", ["1.23456789012345678", "1.23456789012345678912"])
def test_a_percentage_of_too_many_digits_is_cut_toward_zero_and_named(
    lines: Read, cell: str
) -> None:
    price = "0.1234567890123456789012349"  # 25 decimals
    (line,) = lines(daily_file({"PartnerEarnedCreditPercentage": cell, "UnitPrice": price}))
    assert line["partner_earned_credit_rate"] == Decimal("0.012345678901234567")
    names = sorted(str(line["inexact_columns"]).split(","))
    assert names == ["partner_earned_credit_rate", "unit_price"]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Usage", "usage"), ("usage", "usage"), ("", "usage"), (" ", "usage"), ("new", "new"),
        ("customerCredit", "credit"), ("Cancel", "cancel"), ("surcharge", "other"),
    ],
)  # fmt: skip
def test_a_blank_charge_type_is_usage_and_others_are_as_in_new_commerce(
    lines: Read, word: str, kind: str
) -> None:
    (line,) = lines(daily_file({"ChargeType": word}))
    assert (line["charge_type"], line["charge_kind"]) == (word, kind)


def test_unknown_charge_types_are_one_notice_and_blank_is_none_of_them(stage: Stage) -> None:
    words = ("", "surcharge", "Usage")
    staged = stage(daily_file(*({"ChargeType": word} for word in words)))
    assert staged.notices == ("unknown charge types, kept as other: 'surcharge'",)


def test_a_publisher_other_than_microsoft_marks_the_marketplace(lines: Read) -> None:
    publishers = [
        ("Microsoft", "", "azure_plan"),
        ("", "", "azure_plan"),
        ("microsoft corporation", " ", "azure_plan"),
        ("Microsoft", "NA", "azure_plan"),
        ("NA", "NA", "azure_plan"),
        ("Microsoft", "acme", "marketplace"),
        ("", "acme", "marketplace"),
        ("Acme", "", "marketplace"),
        ("Acme", "NA", "marketplace"),
    ]
    cells = [{"PublisherName": name, "PublisherId": number} for name, number, _ in publishers]
    families = [row["product_family"] for row in lines(daily_file(*cells))]
    assert families == [family for _, _, family in publishers]


def test_a_marketplace_row_whose_meter_is_no_guid_is_read_as_it_stands(lines: Read) -> None:
    change = {"PublisherName": "Acme", "PublisherId": "acme", "MeterId": "acme_offer:plan 7"}
    (line,) = lines(daily_file(change))
    assert (line["meter_id"], line["product_family"]) == ("acme_offer:plan 7", "marketplace")


def test_reserved_use_that_costs_nothing_stays_a_line(lines: Read) -> None:
    zero = {"BillingPreTaxTotal": "0.00", "PricingPreTaxTotal": "0", "BenefitOrderId": "sp-1"}
    (line,) = lines(daily_file(zero))
    assert (line["subtotal"], line["subtotal_digits"]) == (Decimal(0), 2)
    assert (line["commitment_id"], line["billable_quantity"]) == ("sp-1", Decimal(24))
    assert (line["charge_kind"], line["product_family"]) == ("usage", "azure_plan")


def test_an_end_on_the_first_of_the_next_month_is_the_day_before(lines: Read) -> None:
    charges = [
        ("10/1/2025", "11/1/2025", "2025-10-31"),
        ("2025-10-01T00:00:00Z", "2025-11-01T00:00:00Z", "2025-10-31"),
        ("12/1/2025", "1/1/2026", "2025-12-31"),
        ("2/1/2024", "3/1/2024", "2024-02-29"),
        ("10/1/2025", "10/31/2025", "2025-10-31"),
        ("10/1/2025", "10/1/2025", "2025-10-01"),
        ("10/1/2025", "12/1/2025", "2025-12-01"),
        ("10/2/2025", "11/1/2025", "2025-11-01"),
        ("10/2/2025", "11/2/2025", "2025-11-02"),
        ("1/31/2025", "2/28/2025", "2025-02-28"),
        ("", "11/1/2025", "2025-11-01"),
        ("10/1/2025", "", "None"),
    ]
    cells = [{"ChargeStartDate": start, "ChargeEndDate": end} for start, end, _ in charges]
    ends = [str(row["charge_end_date"]) for row in lines(daily_file(*cells))]
    assert ends == [last for _, _, last in charges]


def test_without_a_start_column_the_end_stands_as_printed(lines: Read) -> None:
    text = daily_file({"ChargeEndDate": "11/1/2025"}, header=without("ChargeStartDate"))
    assert str(lines(text)[0]["charge_end_date"]) == "2025-11-01"


def test_a_usage_date_is_read_in_either_shape(lines: Read) -> None:
    cells = ("10/3/2025", "2025-10-03", "2025-10-03T00:00:00", "10/3/2025 23:59")
    found = lines(daily_file(*({"UsageDate": cell} for cell in cells)))
    assert [row["usage_date"] for row in found] == [date(2025, 10, 3)] * 4


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("UsageDate", "", "missing_required"),
        ("UsageDate", "31/31/2025", "bad_date"),
        ("UsageDate", "2025-02-30", "bad_date"),
        ("BillingPreTaxTotal", "", "missing_required"),
        ("BillingPreTaxTotal", "x", "bad_number"),
        ("BillingPreTaxTotal", "1E-19", "amount_overflow"),
        ("Quantity", "", "missing_required"),
        ("BillingCurrency", "", "missing_required"),
        ("BillingCurrency", "EUX", "bad_currency"),
        ("PartnerEarnedCreditPercentage", "15%", "bad_number"),
        ("ChargeEndDate", "9/30/2025", "date_order"),
    ],
)
def test_a_bad_cell_rejects_its_row_and_no_other(
    stage: Stage, column: str, cell: str, code: str
) -> None:
    staged = stage(daily_file({}, {column: cell}, {"UsageDate": "10/13/2025"}))
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (staged.rows, staged.loaded) == (3, 2)
    assert (row["row_number"], row["line"], row["column"], row["code"]) == (2, 3, column, code)
    broken = column in ("BillingPreTaxTotal", "BillingCurrency")
    assert row["subtotal"] == (None if broken else Decimal("0.84864"))


@pytest.mark.parametrize(
    ("column", "cell", "ours", "value"),
    [
        ("SkuId", "1", "sku_id", "0001"),
        ("SkuId", "00012", "sku_id", "00012"),
        ("CustomerId", "org:c1", "customer_id", "c1"),
        ("Tier2MpnId", "0", "reseller_id", None),
        ("Tier2MpnId", "", "reseller_id", None),
        ("PricingCurrency", "usd", "pricing_currency", "USD"),
        ("CreditType", "Azure Credit Applied", "credit_reason_code", "Azure Credit Applied"),
        ("EntitlementId", "", "entitlement_id", None),
        ("PartnerEarnedCreditPercentage", "", "partner_earned_credit_rate", None),
    ],
)
def test_a_text_cell_becomes_ours(
    lines: Read, column: str, cell: str, ours: str, value: str | None
) -> None:
    assert lines(daily_file({column: cell}))[0][ours] == value
