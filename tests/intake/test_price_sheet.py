"""Price sheets become rows of price_list.csv, digit for digit."""

import gzip

import pytest
from price_case import Read, one, rows
from price_sheets import AZURE, FX, LICENCE, sheet

from tieout.errors import FileRefused

UNPROVEN = "no date shows whether day or month comes first; read month first"


def test_the_documented_licence_row_is_read_whole(read: Read) -> None:
    staged = read(sheet(LICENCE))
    assert (staged.format, staged.resource, staged.rows) == ("ms_price_licence", "price_list", 1)
    assert (staged.notices, staged.faults) == ((UNPROVEN,), ())
    assert rows(staged) == [
        {
            "row": 1,
            "vendor_id": "microsoft",
            "product_id": "CFQ7TTC0HDK0",
            "sku_id": "0001",
            "term": "P1Y",
            "billing_plan": "Annual",
            "market": "US",
            "currency": "USD",
            "unit_price": "115.2",
            "erp_price": "144",
            "price_period": "term",
            "valid_from": "2019-02-01",
            "valid_to": "2021-02-05",
        }
    ]


def test_the_documented_azure_row_is_read_whole(read: Read) -> None:
    staged = read(sheet(AZURE))
    assert (staged.format, staged.resource, staged.rows) == ("ms_price_azure", "price_list", 1)
    assert rows(staged) == [
        {
            "row": 1,
            "vendor_id": "microsoft",
            "product_id": "DZH318Z0C16V",
            "sku_id": "001J",
            "term": "payG-1",
            "market": "US",
            "meter_id": "cb0969aa-aaaa-4d6c-ab4b-7e182fa06aff",
            "currency": "USD",
            "unit_price": "15",
            "valid_from": "2018-03-01",
        }
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("115.20", "115.20"),
        ("0.123456789012345678901234", "0.123456789012345678901234"),
        ("7.1E-05", "0.000071"),
        ("1.385e-05", "0.00001385"),
        ("0E-20", "0"),
        ("1.5E3", "1500"),
        (".5", "0.5"),
        ("-1.5E-1", "-0.15"),
        ("+5", "5"),
        ("'22.50", "22.50"),
        ("free", "free"),
    ],
)
def test_a_price_keeps_its_digits_and_loses_its_exponent(read: Read, cell: str, text: str) -> None:
    assert one(read(sheet(LICENCE, {"UnitPrice": cell})), "unit_price") == text
    assert one(read(sheet(LICENCE, {"ERP Price": cell})), "erp_price") == text


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2/1/2023 0:00", "2023-02-01"),
        ("2021-10-01T00:00:00.0000000Z", "2021-10-01"),
        ("2021-10-01", "2021-10-01"),
        ("2021-10-01T01:00:00+02:00", "2021-09-30"),
        ("1/1/1753 12:00:00 AM", "0001-01-01"),
        ("0001-01-01T00:00:00", "0001-01-01"),
        ("31/31/2021", "31/31/2021"),
        ("", None),
    ],
)
def test_a_price_begins_on_a_day(read: Read, cell: str, day: str | None) -> None:
    assert one(read(sheet(LICENCE, {"EffectiveStartDate": cell})), "valid_from") == day


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2021-11-03T06:57:30.0682597Z", "2021-11-04"),
        ("11/30/2023 11:59:59 PM", "2023-12-01"),
        ("11/30/2023 23:59", "2023-12-01"),
        ("11/30/2023", "2023-12-01"),
        ("2023-12-01T00:00:00Z", "2023-12-01"),
        ("12/1/2023 12:00:00 AM", "2023-12-01"),
        ("12/1/2023 0:00", "2023-12-01"),
        ("11/30/9999 23:59", None),
        ("9999-11-30T23:59:59.0000000Z", None),
        ("1/1/1753 12:00:00 AM", None),
        ("0001-01-01T00:00:00", None),
        ("", None),
        ("soon", "soon"),
    ],
)
def test_a_price_ends_with_its_last_day_unless_at_midnight(
    read: Read, cell: str, day: str | None
) -> None:
    assert one(read(sheet(LICENCE, {"EffectiveEndDate": cell})), "valid_to") == day


def test_the_documented_tiers_are_read_with_an_open_end(read: Read) -> None:
    tiers = [
        ("0.50", "100001", "9223372036854780000"),
        ("0.80", "101", "100000"),
        ("1", "1", "1E+2"),
        ("2", "", ""),
        ("2", "1.00", "9.22337203685478E+18"),
    ]
    names = ("UnitPrice", "PricingTierRangeMin", "PricingTierRangeMax")
    staged = read(sheet(AZURE, *(dict(zip(names, tier, strict=True)) for tier in tiers)))
    found = [(r["unit_price"], r.get("tier_min"), r.get("tier_max")) for r in rows(staged)]
    assert found == [
        ("0.50", "100001", None),
        ("0.80", "101", "100000"),
        ("1", "1", "100"),
        ("2", None, None),
        ("2", "1", None),
    ]


def test_a_sku_gets_its_leading_zeros_back(read: Read) -> None:
    assert one(read(sheet(LICENCE, {"SkuId": "1"})), "sku_id") == "0001"
    assert one(read(sheet(LICENCE, {"SkuId": "00XYZ"})), "sku_id") == "00XYZ"


@pytest.mark.parametrize(
    ("term", "period"),
    [
        *((term, "term") for term in ("P1M", "P1Y", "P3Y", "P5Y", "p1y")),
        *((term, None) for term in ("OneTime", "NoTerm", "payG-1", "")),
    ],
)
def test_the_price_of_a_term_is_for_all_of_it(read: Read, term: str, period: str | None) -> None:
    staged = read(sheet(LICENCE, {"TermDuration": term}))
    assert one(staged, "price_period") == period
    assert one(staged, "term") == (term or None)


@pytest.mark.parametrize(("plan", "kept"), [("None", "None"), ("", None), ("Monthly", "Monthly")])
def test_a_blank_billing_plan_stays_blank(read: Read, plan: str, kept: str | None) -> None:
    assert one(read(sheet(LICENCE, {"BillingPlan": plan})), "billing_plan") == kept


def test_each_meter_of_a_price_has_its_row(read: Read) -> None:
    staged = read(sheet(AZURE, {"MeterIds": "m1; m2,m1;"}, {"MeterIds": ""}))
    assert staged.rows == 2
    found = sorted((row["row"], row.get("meter_id", "")) for row in rows(staged))
    assert found == [(1, "m1"), (1, "m2"), (2, "")]


def test_newer_columns_are_read_and_unknown_ones_named(read: Read) -> None:
    newer = {"ChangeIndicator": "Change", "Segment": "Education", "EndofSaleDate": ""}
    staged = read(sheet({**LICENCE, **newer, "Colour": "blue"}))
    assert one(staged, "segment") == "Education"
    assert staged.notices == ("unknown columns, kept as read: Colour", UNPROVEN)


def test_headers_are_matched_as_in_vendor_files(read: Read) -> None:
    header = [
        name.replace("ERP Price", "erpPrice").replace("UnitPrice", "unit_price") for name in LICENCE
    ]
    cells = {**LICENCE, "erpPrice": "144", "unit_price": "115.2"}
    staged = read(sheet(cells, header=header))
    assert (one(staged, "unit_price"), one(staged, "erp_price")) == ("115.2", "144")
    assert staged.columns["erp_price"] == "erpPrice"


def test_a_sheet_may_come_packed_or_with_decimal_commas(read: Read) -> None:
    assert one(read(gzip.compress(sheet(LICENCE).encode())), "unit_price") == "115.2"
    comma = read(sheet(LICENCE, {"UnitPrice": "1.115,20"}, {"UnitPrice": "3"}))
    assert [row["unit_price"] for row in rows(comma)] == ["1115.20", "3"]


def test_days_before_months_are_found_out_from_the_file(read: Read) -> None:
    dates = {"EffectiveStartDate": "1/2/2023 0:00", "EffectiveEndDate": "30/11/2023 23:59"}
    staged = read(sheet(LICENCE, dates))
    assert (one(staged, "valid_from"), one(staged, "valid_to")) == ("2023-02-01", "2023-12-01")
    assert staged.notices == ("dates are read day first",)


def test_records_of_another_width_and_broken_text_are_faults(read: Read) -> None:
    text = sheet(LICENCE, {}, {"Market": "N\u00fc"}).encode() + b"1,2\r\n"
    staged = read(text.replace("\u00fc".encode(), b"\xfc"))
    assert [(f.file, f.row, f.column, f.reason) for f in staged.faults] == [
        ("sheet.csv", 3, None, "has 2 cells, the header has 18"),
        ("sheet.csv", 2, "Market", "is not UTF-8"),
    ]


def test_a_flood_of_faults_is_cut_and_counted(read: Read) -> None:
    staged = read(sheet(FX) + "x\r\n" * 205)
    assert (len(staged.faults), staged.more_faults) == (200, 5)


def refusal(read: Read, content: str) -> str:
    with pytest.raises(FileRefused) as caught:
        read(content)
    return f"{caught.value.code}: {caught.value.reason}"


def test_what_is_no_sheet_is_told_where_it_belongs(read: Read) -> None:
    names = "ChargeType,BillableQuantity,EffectiveUnitPrice,Subtotal,TermAndBillingCycle,Total"
    assert refusal(read, f"{names}\n1,2,3,4,5,6\n") == (
        "unknown_format: the header is that of ms_nce_recon, no price sheet; `tieout load` loads it"
    )
    matrix = "ProductTitle,ProvisioningId,ProvisioningString,MinLicenses,MaxLicenses\na,b,c,1,2\n"
    assert refusal(read, matrix) == (
        "unknown_format: the header is that of ms_offer_matrix, which has no prices and no"
        " charges; nothing loads it"
    )


def test_a_sheet_without_a_needed_column_or_without_rows_is_refused(read: Read) -> None:
    header = [name for name in LICENCE if name != "Currency"]
    assert refusal(read, sheet(LICENCE, header=header)).startswith("missing_column: ")
    assert refusal(read, sheet(FX).split("\r\n", 1)[0]).startswith("empty_file: ")
