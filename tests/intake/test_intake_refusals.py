"""Files that are refused as a whole, with a code and a sentence."""

import pytest
from intake_case import GOOD, Stage, vendor_file

from tieout.errors import FileRefused


def refusal(stage: Stage, content: str | bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        stage(content)
    return caught.value


@pytest.mark.parametrize("content", ["", "\r\n\r\n", "\ufeff"])
def test_an_empty_file_is_refused(stage: Stage, content: str) -> None:
    found = refusal(stage, content)
    assert (found.code, found.reason) == ("empty_file", "the file is empty")


@pytest.mark.parametrize("ending", ["", "\r\n", "\r\n\r\n"])
def test_a_header_without_rows_is_refused_and_says_so(stage: Stage, ending: str) -> None:
    found = refusal(stage, ",".join(GOOD) + ending)
    assert (found.code, found.reason) == ("empty_file", "the file has a header but no rows")


def test_an_unknown_format_names_the_nearest_and_what_it_lacks(stage: Stage) -> None:
    found = refusal(stage, vendor_file(header=[name for name in GOOD if name != "Subtotal"]))
    assert found.code == "unknown_format"
    assert "ms_nce_recon" in found.reason
    assert "lacks Subtotal" in found.reason


def test_an_excluded_column_makes_the_format_unknown(stage: Stage) -> None:
    found = refusal(stage, vendor_file(header=[*GOOD, "UsageDate"]))
    assert found.code == "unknown_format"
    assert "has UsageDate" in found.reason


def test_a_sheet_is_told_which_command_loads_it(stage: Stage) -> None:
    found = refusal(stage, "CurrencyCode,USDPerUnit,Month\nEUR,1.1,2021-10\n")
    assert found.code == "unknown_format"
    assert found.reason == (
        "the header is that of ms_fx, no invoice file; `tieout reference prices` loads it"
    )


def test_a_file_that_fits_two_formats_is_ambiguous(stage: Stage) -> None:
    found = refusal(stage, vendor_file(header=[*GOOD, "CurrencyCode", "USDPerUnit"]))
    assert found.code == "ambiguous_format"
    assert "ms_fx, ms_nce_recon" in found.reason


@pytest.mark.parametrize("name", ["Currency", "SubscriptionId", "ChargeStartDate", "InvoiceNumber"])
def test_a_missing_required_column_is_named(stage: Stage, name: str) -> None:
    found = refusal(stage, vendor_file(header=[other for other in GOOD if other != name]))
    assert found.code == "missing_column"
    assert name in found.reason


def test_two_headers_that_mean_one_column_are_refused(stage: Stage) -> None:
    found = refusal(stage, vendor_file(header=[*GOOD, "tier2_mpn_id"]))
    assert found.code == "duplicate_header"
    assert "'ResellerMpnId' and 'tier2_mpn_id'" in found.reason


def test_two_unknown_headers_of_one_name_are_no_fault(stage: Stage) -> None:
    assert stage(vendor_file(header=[*GOOD, "Extra", "Extra"])).loaded == 1


def test_a_missing_optional_column_is_a_notice(stage: Stage) -> None:
    staged = stage(
        vendor_file(header=[name for name in GOOD if name not in ("OrderDate", "TaxTotal")])
    )
    assert staged.notices == ("missing columns, read as empty: OrderDate, TaxTotal",)


def test_unknown_extra_columns_are_one_notice(stage: Stage) -> None:
    staged = stage(vendor_file(header=[*GOOD, "quoteId", "providerName"]))
    assert staged.notices == ("unknown columns, kept as read: quoteId, providerName",)


def test_a_quote_that_never_ends_refuses_the_file(stage: Stage) -> None:
    text = vendor_file({}, {}, {}).replace("r2,", '"r2,', 1)
    found = refusal(stage, text)
    assert found.code == "damaged_file"
    assert "a quote never ends" in found.reason


def test_a_stray_quote_inside_a_cell_is_text(stage: Stage) -> None:
    text = vendor_file({}, {"ProductName": "INCH screen"}, {}).replace("INCH", '5"', 1)
    assert stage(text).loaded == 3


def test_decimal_commas_beside_decimal_points_refuse_the_file(stage: Stage) -> None:
    found = refusal(stage, vendor_file({"Subtotal": "4,50"}, {"Subtotal": "4.50"}))
    assert found.code == "bad_number"
    assert "'4,50'" in found.reason


def test_a_header_of_a_million_columns_is_refused_at_once(stage: Stage) -> None:
    good = vendor_file()
    header, rest = good.split("\n", 1)
    wide = header.rstrip("\r") + "," + ",".join(f"x{at}" for at in range(1_000_000))
    with pytest.raises(FileRefused, match="columns, at most 1000 are read") as refused:
        stage(f"{wide}\n{rest}")
    assert refused.value.code == "unknown_format"
