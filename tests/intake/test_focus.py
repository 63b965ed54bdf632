"""FOCUS: recognised in every version, each cell in its place, and the rules of its columns."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

import pytest
from focus_case import FOCUS, LINE, focus_file, without
from intake_case import Rows, Stage
from pyarrow import parquet

from tieout.errors import FileRefused

Read: TypeAlias = Callable[[str | bytes], Rows]
REQUIRED = ("BilledCost", "BillingCurrency", "ChargeCategory")
REQUIRED_DATES = ("ChargePeriodStart", "ChargePeriodEnd")


def stated(line: Mapping[str, object]) -> dict[str, object]:
    return {n: v for n, v in line.items() if v is not None and n not in ("file_id", "row_hash")}


def rejected(stage: Stage, content: str | bytes) -> Counter[tuple[str, str]]:
    rows = parquet.read_table(stage(content).rejected_row).to_pylist()
    return Counter((row["code"], row["column"]) for row in rows)


# --- recognition and columns -----------------------------------------------------------------


def test_every_cell_goes_where_the_canonical_line_wants_it(lines: Read) -> None:
    (line,) = lines(focus_file())
    assert stated(line) == LINE


def test_a_full_file_is_recognised_without_a_notice(stage: Stage) -> None:
    staged = stage(focus_file())
    assert (staged.format, staged.loaded, staged.notices) == ("focus", 1, ())


def test_the_names_of_version_0_5_are_read(lines: Read) -> None:
    old = {
        "ChargeCategory": "ChargeType",
        "BillingCurrency": "BilledCurrency",
        "ProviderName": "Provider",
        "InvoiceIssuerName": "InvoiceIssuer",
    }
    # version 0.5 has these and no sub account, no SKU, no invoice id
    header = [
        *("AvailabilityZone", "BilledCost", "BilledCurrency", "BillingAccountId"),
        *("BillingAccountName", "BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd"),
        *("ChargePeriodStart", "ChargeType", "InvoiceIssuer", "Provider", "Publisher", "Region"),
        *("ResourceID", "ResourceName", "ServiceCategory", "ServiceName", "AmortizedCost"),
    ]
    (line,) = lines(focus_file({new: FOCUS[name] for name, new in old.items()}, header=header))
    kept = ("row_number", "vendor", "partner_id", "product_id", "product_name", "product_family")
    dates = ("charge_start_date", "charge_end_date", "usage_date")
    amounts = ("subtotal", "subtotal_digits", "billing_currency", "charge_type", "charge_kind")
    wanted = {name: LINE[name] for name in (*kept, *dates, *amounts)}
    assert stated(line) == {**wanted, "billing_state": "unbilled"}


def test_version_1_4_names_its_provider_otherwise(lines: Read) -> None:
    header = [*without("ProviderName", "InvoiceIssuerName"), "ServiceProviderName"]
    (line,) = lines(focus_file({"ServiceProviderName": "Azure"}, header=header))
    assert (line["vendor"], line["entitlement_id"]) == ("azure", "sub-1")


@pytest.mark.parametrize("name", [*REQUIRED, *REQUIRED_DATES])
def test_a_missing_required_column_refuses_the_file_and_is_named(stage: Stage, name: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage(focus_file(header=without(name)))
    # the others are the signature: without them the file is no FOCUS file
    code = "missing_column" if name == "ChargePeriodEnd" else "unknown_format"
    assert refusal.value.code == code
    assert name in refusal.value.reason


@pytest.mark.parametrize("name", ["BilledCost", "BillingCurrency", *REQUIRED_DATES])
@pytest.mark.parametrize("nothing", ["", "NULL"])
def test_an_empty_required_cell_rejects_the_row(stage: Stage, name: str, nothing: str) -> None:
    assert rejected(stage, focus_file({name: nothing}, {})) == {("missing_required", name): 1}


def test_provider_extensions_and_stray_columns_are_unknown_and_kept(stage: Stage) -> None:
    staged = stage(
        focus_file({"x_SkuMeter": "own", "Id": "9"}, header=[*FOCUS, "x_SkuMeter", "Id"])
    )
    assert staged.notices == ("unknown columns, kept as read: x_SkuMeter, Id",)
    (line,) = parquet.read_table(staged.vendor_line).to_pylist()
    assert stated(line) == LINE
    (cells,) = parquet.read_table(staged.cells).to_pylist()
    assert (cells[f"c{len(FOCUS)}"], cells[f"c{len(FOCUS) + 1}"]) == ("own", "9")


def test_a_missing_column_that_would_be_read_is_a_notice(stage: Stage) -> None:
    staged = stage(focus_file(header=without("SkuMeter", "InvoiceId", "SubAccountId")))
    assert staged.notices == ("missing columns, read as empty: InvoiceId, SubAccountId",)


@pytest.mark.parametrize("nothing", ["", "NULL", "null", " NULL "])
def test_the_text_null_reads_as_an_empty_cell(lines: Read, nothing: str) -> None:
    kept = {*REQUIRED, *REQUIRED_DATES}
    (line,) = lines(focus_file({name: nothing for name in FOCUS if name not in kept}))
    dates = ("charge_start_date", "charge_end_date", "usage_date")
    amounts = ("subtotal", "subtotal_digits", "billing_currency", "charge_type", "charge_kind")
    assert stated(line) == {
        **{name: LINE[name] for name in ("row_number", *dates, *amounts)},
        "vendor": "unknown",
        "billing_state": "unbilled",
        "product_family": "Other",
    }


# --- rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "charge_class", "frequency", "kind"),
    [
        ("Usage", "", "Usage-Based", "usage"),
        ("Usage", "NULL", "Usage-based", "usage"),
        ("usage", "", "", "usage"),
        ("Purchase", "", "One-Time", "new"),
        ("Purchase", "", "Recurring", "cycle_fee"),
        ("Purchase", "", "recurring", "cycle_fee"),
        ("Purchase", "", "", "new"),
        ("Tax", "", "One-Time", "tax"),
        ("Credit", "", "One-Time", "credit"),
        ("Adjustment", "", "One-Time", "correction"),
        ("Usage", "Correction", "Usage-Based", "correction"),
        ("Purchase", "correction", "Recurring", "correction"),
        ("Tax", "Correction", "One-Time", "correction"),
        ("Credit", "Correction", "One-Time", "correction"),
        ("Tip", "", "One-Time", "other"),
    ],
)
def test_a_charge_has_its_kind(
    lines: Read, category: str, charge_class: str, frequency: str, kind: str
) -> None:
    change = {
        "ChargeCategory": category,
        "ChargeClass": charge_class,
        "ChargeFrequency": frequency,
    }
    (line,) = lines(focus_file(change))
    assert (line["charge_type"], line["charge_kind"]) == (category, kind)
    assert line["credit_reason_code"] == (None if charge_class in ("", "NULL") else charge_class)
    assert line["usage_date"] == (date(2025, 10, 1) if category.lower() == "usage" else None)


def test_an_unknown_charge_category_is_a_notice_and_known_ones_are_not(stage: Stage) -> None:
    known = ("Usage", "usage", "Purchase", "Tax", "Credit", "Adjustment")
    words = [{"ChargeCategory": word} for word in (*known, "Tip")]
    assert stage(focus_file(*words)).notices == ("unknown charge types, kept as other: 'Tip'",)


@pytest.mark.parametrize(
    ("start", "end", "last"),
    [
        ("2025-10-01", "2025-11-01", date(2025, 10, 31)),
        ("2025-10-01T00:00:00Z", "2025-10-02T00:00:00.000Z", date(2025, 10, 1)),
        ("2024-09-18 22:00:00", "2024-09-18 23:00:00", date(2024, 9, 18)),
        ("2024-09-18 23:00:00", "2024-09-19 00:00:00", date(2024, 9, 18)),
        ("2024-09-18T23:30:00Z", "2024-09-19T00:30:00Z", date(2024, 9, 19)),
        ("2024-09-18T23:59:00Z", "2024-09-19T00:00:01Z", date(2024, 9, 19)),
        ("2023-01-01T00:00:00Z", "2023-02-01T10:00:00Z", date(2023, 2, 1)),
        ("2025-10-01T00:00Z", "2025-10-03T00:00Z", date(2025, 10, 2)),
        ("2025-10-01T02:00:00+02:00", "2025-10-02T02:00:00+02:00", date(2025, 10, 1)),
        ("2025-10-01T02:00:00+02:00", "2025-10-02T00:00:00+02:00", date(2025, 10, 1)),
        ("2025-10-01T00:00:00+00:00", "2025-10-02T00:00:00-05:30", date(2025, 10, 2)),
        ("2025-10-01T00:00:00Z", "2025-10-01T18:30:00-0530", date(2025, 10, 1)),
        ("2025-10-01T00:00:00Z", "2025-10-01T18:30:07-0530", date(2025, 10, 2)),
        ("10/1/2025", "10/13/2025", date(2025, 10, 12)),
        ("10/1/2025 0:00", "10/13/2025 0:00", date(2025, 10, 12)),
        ("10/1/2025 12:00:00 AM", "10/13/2025 12:00:00 AM", date(2025, 10, 12)),
        ("10/1/2025 12:00:00 PM", "10/13/2025 12:00:00 PM", date(2025, 10, 13)),
        ("2025-10-01T00:00:00Z", "2025-10-01T00:00:00Z", date(2025, 10, 1)),
    ],
)
def test_the_end_is_exclusive_and_the_last_billed_day_is_kept(
    lines: Read, start: str, end: str, last: date
) -> None:
    (line,) = lines(focus_file({"ChargePeriodStart": start, "ChargePeriodEnd": end}))
    assert line["charge_end_date"] == last


def test_a_period_that_ends_before_it_starts_is_rejected(stage: Stage) -> None:
    changed = focus_file({"ChargePeriodEnd": "2025-09-30T00:00:00Z"})
    assert rejected(stage, changed) == {("date_order", "ChargePeriodEnd"): 1}


@pytest.mark.parametrize(
    ("issuer", "provider", "vendor"),
    [
        ("Microsoft", "Azure", "microsoft"),
        ("Amazon Web Services, Inc.", "AWS", "amazon-web-services-inc."),
        ("NULL", "AWS", "aws"),
        (" Acme & Sons (EU) ", "", "acme-sons-eu"),
        ("Über_Cloud:1", "", "ber_cloud:1"),
        ("株式会社", "Oracle", "oracle"),
        ("", "NULL", "unknown"),
        ("a" * 63 + " b", "", "a" * 63 + "-"),
    ],
)
def test_the_vendor_is_the_issuer_else_the_provider(
    lines: Read, issuer: str, provider: str, vendor: str
) -> None:
    (line,) = lines(focus_file({"InvoiceIssuerName": issuer, "ProviderName": provider}))
    assert line["vendor"] == vendor


@pytest.mark.parametrize(
    ("issuer", "provider", "entitlement"),
    [
        ("Microsoft", "", "sub-1"),
        ("Fabrikam", "Microsoft Corporation", "sub-1"),
        ("Fabrikam", "Azure", "sub-1"),
        ("Amazon Web Services, Inc.", "AWS", None),
        ("Not Microsoft", "", None),
    ],
)
def test_only_the_sub_account_of_azure_is_an_entitlement(
    lines: Read, issuer: str, provider: str, entitlement: str | None
) -> None:
    (line,) = lines(focus_file({"InvoiceIssuerName": issuer, "ProviderName": provider}))
    assert (line["subscription_id"], line["entitlement_id"]) == ("sub-1", entitlement)


@pytest.mark.parametrize(
    ("cell", "code"),
    [("usd", "USD"), ("Token", "TOKEN"), ("ACU", "ACU"), ("T" * 12, "T" * 12)],
)
def test_a_currency_may_be_any_code_of_3_to_12_characters(
    lines: Read, cell: str, code: str
) -> None:
    (line,) = lines(focus_file({"BillingCurrency": cell}))
    assert line["billing_currency"] == code


@pytest.mark.parametrize("cell", ["$", "TK", "T" * 13])
def test_a_shorter_or_longer_currency_is_rejected(stage: Stage, cell: str) -> None:
    wanted = {("bad_currency", "BillingCurrency"): 1}
    assert rejected(stage, focus_file({"BillingCurrency": cell})) == wanted
