"""Cells that hold words: charge types, product families, identifiers, and notices on them."""

from collections.abc import Callable
from typing import TypeAlias

import pytest
from intake_case import GOOD, Rows, Stage, vendor_file

Read: TypeAlias = Callable[[str | bytes], Rows]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("new", "new"), ("renew", "renew"), ("extendTerm", "renew"), ("CycleCharge", "cycle_fee"),
        ("Cycle charge", "cycle_fee"), ("addQuantity", "add_quantity"),
        ("removeQuantity", "remove_quantity"),
        ("convert", "convert"), ("moveQuantity", "convert"), ("changeBillingPlan", "plan_change"),
        ("cancelImmediate", "cancel"), ("Cancel", "cancel"), ("customerCredit", "credit"),
        ("Usage", "usage"), ("", "other"), ("tierTransitionFee", "other"),
    ],
)  # fmt: skip
def test_a_charge_type_keeps_its_word_and_gets_ours(lines: Read, word: str, kind: str) -> None:
    (line,) = lines(vendor_file({"ChargeType": word}))
    assert (line["charge_type"], line["charge_kind"]) == (word, kind)


def test_unknown_charge_types_are_one_notice(stage: Stage) -> None:
    staged = stage(vendor_file({"ChargeType": "b"}, {"ChargeType": "a"}, {"ChargeType": "a"}, {}))
    assert staged.notices == ("unknown charge types, kept as other: 'a', 'b'",)


@pytest.mark.parametrize(
    ("change", "family"),
    [
        ({}, "licence"),
        ({"PublisherName": "Acme"}, "marketplace"),
        ({"PublisherName": "", "PublisherId": "acme"}, "marketplace"),
        ({"PublisherName": "", "PublisherId": "NA"}, "licence"),
        ({"TermAndBillingCycle": "3 Years Reservation"}, "reservation"),
        ({"TermAndBillingCycle": "1 Year Savings Plan"}, "savings_plan"),
        ({"TermAndBillingCycle": "1 Year Subscription"}, "software_subscription"),
        ({"TermAndBillingCycle": "", "ChargeEndDate": ""}, "perpetual_software"),
        ({"TermAndBillingCycle": ""}, "azure_plan"),
        (
            {"TermAndBillingCycle": "1 GB/Month", "SubscriptionDescription": "Azure plan"},
            "azure_plan",
        ),
    ],
)
def test_the_product_family_is_the_first_rule_that_fits(
    lines: Read, change: dict[str, str], family: str
) -> None:
    assert lines(vendor_file(change))[0]["product_family"] == family


@pytest.mark.parametrize(
    ("column", "cell", "ours", "value"),
    [
        ("SkuId", "1", "sku_id", "0001"),
        ("SkuId", "00012", "sku_id", "00012"),
        ("CustomerId", "org:c1", "customer_id", "c1"),
        ("ResellerMpnId", "0", "reseller_id", None),
        ("ResellerMpnId", " ", "reseller_id", None),
        ("ReferenceId", '{"id":"abc","v":"2.0"}', "reference_id", "abc"),
        ("ReferenceId", "{broken", "reference_id", "{broken"),
        ("MeterDescription", "CPU hours", "meter_name", "CPU hours"),
        ("CustomerDomainName", "a.example", "customer_domain", "a.example"),
        ("ReservationOrderId", "RIOderId-1", "commitment_id", "RIOderId-1"),
        ("ProductName", " two  spaces ", "product_name", " two  spaces "),
    ],
)
def test_a_text_cell_becomes_ours(
    lines: Read, column: str, cell: str, ours: str, value: str | None
) -> None:
    (line,) = lines(vendor_file({column: cell}))
    assert line[ours] == value


def test_a_column_for_the_vendors_row_id_is_read_where_there_is_one(lines: Read) -> None:
    text = vendor_file(header=[*GOOD, "VendorInvoiceRowId"]).removesuffix("\r\n") + "row-7\r\n"
    assert lines(text)[0]["vendor_invoice_row_id"] == "row-7"


def test_equal_rows_are_all_kept_and_named(stage: Stage) -> None:
    staged = stage(vendor_file({"ReferenceId": "x"}, {}, {"ReferenceId": "x"}))
    assert staged.loaded == 3
    error = f"if one is the vendor's error: tieout set-aside {staged.file_id[:16]}-3"
    assert staged.notices == (f"equal rows, all kept: 1, 3 (EUR 40 each); {error}",)


def test_order_ids_cut_by_a_spreadsheet_are_a_notice(stage: Stage) -> None:
    staged = stage(vendor_file({"OrderId": "5.6689E+17"}))
    assert staged.notices == ("damaged_identifier: 1 order ids were cut to a power of ten",)
