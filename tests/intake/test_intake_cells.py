"""Cells: numbers, dates, currencies and what makes a row a rejected one."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import pytest
from intake_case import GOOD, Rows, Stage, vendor_file
from pyarrow import parquet

Read: TypeAlias = Callable[[str | bytes], Rows]


@pytest.mark.parametrize(
    ("cell", "value", "digits"),
    [
        ("40.00", "40", 2),
        ("-57.2500", "-57.25", 4),
        ("30", "30", 0),
        ("'22.000000000000000000", "22", 18),
        ("'0E-20", "0", 0),
        ("0.00E+00", "0", 0),
        ("7.10833E-05", "0.0000710833", 10),
        ("1.385e-05", "0.00001385", 8),
        ("-1.5e3", "-1500", 0),
        (".5", "0.5", 1),
        ("12.", "12", 0),
        ("+5.10", "5.1", 2),
        ("99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999", 18),
        ("000000000000000000000001.00", "1", 2),
        ("1.50000000000000000000", "1.5", 20),
    ],
)
def test_an_amount_is_read_digit_for_digit(lines: Read, cell: str, value: str, digits: int) -> None:
    (line,) = lines(vendor_file({"Subtotal": cell}))
    assert line["subtotal"] == Decimal(value)
    assert line["subtotal_digits"] == digits


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "missing_required"),
        ("'", "missing_required"),
        ("abc", "bad_number"),
        ("1_000", "bad_number"),
        ("NaN", "bad_number"),
        ("٣", "bad_number"),
        ("''5", "bad_number"),
        ("1e5000", "bad_number"),
        ("100000000000000000000", "amount_overflow"),
        ("1e20", "amount_overflow"),
        ("0.1234567890123456789", "amount_overflow"),
        ("1E-19", "amount_overflow"),
    ],
)
def test_an_amount_that_cannot_be_held_rejects_its_row(rejects: Read, cell: str, code: str) -> None:
    (row,) = rejects(vendor_file({"Subtotal": cell}, {}))
    assert (row["row_number"], row["line"], row["column"], row["code"]) == (1, 2, "Subtotal", code)
    assert (row["subtotal"], row["currency"]) == (None, None)
    assert row["cells"][18] == cell


def test_prices_and_quantities_are_cut_toward_zero_and_named(lines: Read) -> None:
    price = "-1.1234567890123456789012349"  # 25 decimals
    (line,) = lines(vendor_file({"EffectiveUnitPrice": price, "Quantity": "1.1234567890123456789"}))
    assert line["effective_unit_price"] == Decimal("-1.123456789012345678901234")
    assert line["quantity"] == Decimal("1.123456789012345678")
    assert sorted(str(line["inexact_columns"]).split(",")) == ["effective_unit_price", "quantity"]


def test_a_price_of_22_decimals_is_exact(lines: Read) -> None:
    (line,) = lines(vendor_file({"UnitPrice": "0.0000123456789012345678"}))
    assert line["unit_price"] == Decimal("0.0000123456789012345678")
    assert (line["unit_price_digits"], line["inexact_columns"]) == (22, None)


def test_a_price_of_15_whole_digits_does_not_fit(rejects: Read) -> None:
    (row,) = rejects(vendor_file({"UnitPrice": "123456789012345"}))
    assert (row["column"], row["code"]) == ("UnitPrice", "amount_overflow")
    assert (row["subtotal"], row["currency"]) == (Decimal(40), "EUR")


def test_decimal_commas_are_read_where_the_whole_file_has_them(lines: Read) -> None:
    commas = {
        name: cell.replace(".", ",")
        for name, cell in GOOD.items()
        if cell.replace(".", "").isdigit()
    }
    (line,) = lines(vendor_file({**commas, "Subtotal": "1.234,50"}, delimiter=";"))
    assert (line["subtotal"], line["subtotal_digits"]) == (Decimal("1234.5"), 2)


def test_grouped_thousands_are_read_where_the_file_shows_its_point(lines: Read) -> None:
    rows = lines(vendor_file({"Subtotal": "1,315.25"}, {"Subtotal": "22 614.68"}))
    assert [row["subtotal"] for row in rows] == [Decimal("1315.25"), Decimal("22614.68")]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2021-05-20", "2021-05-20"),
        ("2021-05-20T18:30:06.6045692Z", "2021-05-20"),
        ("2021-05-20T18:30:06-08:00", "2021-05-21"),
        ("2021-05-20 03:00:00+05:30", "2021-05-19"),
        ("2024-09-18 23:00:00", "2024-09-18"),
        ("5/20/2021", "2021-05-20"),
        ("02/28/2019 0:00", "2019-02-28"),
        ("2/28/2019 23:59", "2019-02-28"),
        ("2/28/2019 12:00:00 AM", "2019-02-28"),
        ("2/29/2020", "2020-02-29"),
        ("0001-01-01T00:00:00", None),
        ("1/1/1753", None),
        ("9999-12-31", None),
        ("", None),
    ],
)
def test_a_date_is_the_day_in_utc(lines: Read, cell: str, day: str | None) -> None:
    (line,) = lines(vendor_file({"OrderDate": cell}))
    assert line["order_date"] == day or str(line["order_date"]) == day


@pytest.mark.parametrize(
    "cell", ["31/31/2021", "2021-02-30", "2/30/2021", "5/1/25", "20211001", "0000-01-01", "x"]
)
def test_a_date_that_is_none_rejects_its_row(rejects: Read, cell: str) -> None:
    (row,) = rejects(vendor_file({"ChargeStartDate": cell}))
    assert (row["column"], row["code"]) == ("ChargeStartDate", "bad_date")
    assert row["reason"] == f"'{cell}' is not a date"
    assert (row["subtotal"], row["currency"], row["invoice_number"]) == (
        Decimal(40),
        "EUR",
        "G000000001",
    )


def test_one_date_above_twelve_decides_the_order_for_the_whole_file(stage: Stage) -> None:
    staged = stage(vendor_file({"OrderDate": "13/02/2021"}, {"OrderDate": "03/04/2021"}))
    days = [str(row["order_date"]) for row in parquet.read_table(staged.vendor_line).to_pylist()]
    assert days == ["2021-02-13", "2021-04-03"]
    assert "dates are read day first" in staged.notices


def test_dates_that_show_no_order_are_read_month_first_with_a_notice(stage: Stage) -> None:
    staged = stage(vendor_file({"OrderDate": "03/04/2021"}))
    assert str(parquet.read_table(staged.vendor_line).to_pylist()[0]["order_date"]) == "2021-03-04"
    assert any("month first" in notice for notice in staged.notices)


def test_a_charge_that_ends_before_it_starts_is_rejected(rejects: Read) -> None:
    (row,) = rejects(vendor_file({"ChargeEndDate": "2021-09-30"}, {"ChargeEndDate": "2021-10-01"}))
    assert (row["column"], row["code"]) == ("ChargeEndDate", "date_order")
    assert row["reason"] == "the charge ends on 2021-09-30, before it starts on 2021-10-01"
    assert row["subtotal"] == Decimal(40)


@pytest.mark.parametrize(
    ("cell", "code"), [("", "missing_required"), ("EUX", "bad_currency"), ("XAU", "bad_currency")]
)
def test_a_currency_must_have_a_minor_unit(rejects: Read, cell: str, code: str) -> None:
    (row,) = rejects(vendor_file({"Currency": cell}))
    assert (row["column"], row["code"], row["subtotal"]) == ("Currency", code, None)


def test_the_first_fault_in_column_order_is_the_one_reported(rejects: Read) -> None:
    (row,) = rejects(vendor_file({"ChargeStartDate": "x", "TaxTotal": "x", "Currency": "x"}))
    assert (row["column"], row["subtotal"]) == ("TaxTotal", None)


def test_an_invoice_in_two_currencies_is_rejected_whole_and_alone(rejects: Read) -> None:
    text = vendor_file({}, {"Currency": "USD"}, {"InvoiceNumber": "G2"}, {"Subtotal": "x"})
    found = rejects(text)
    assert [(row["row_number"], row["code"]) for row in found] == [
        (1, "mixed_currency"),
        (2, "mixed_currency"),
        (4, "bad_number"),
    ]
    assert [(row["currency"], row["subtotal"]) for row in found[:2]] == [
        ("EUR", Decimal(40)),
        ("USD", Decimal(40)),
    ]
    assert found[0]["reason"] == "invoice G000000001 has several currencies: EUR, USD"


def test_a_rejected_rows_currency_does_not_make_its_invoice_a_mixed_one(stage: Stage) -> None:
    staged = stage(vendor_file({}, {"Currency": "USD", "Subtotal": "x"}))
    assert (staged.loaded, staged.rejected) == (1, 1)


def test_unbilled_rows_may_have_several_currencies(stage: Stage) -> None:
    staged = stage(vendor_file({"InvoiceNumber": ""}, {"InvoiceNumber": "", "Currency": "USD"}))
    states = [row["billing_state"] for row in parquet.read_table(staged.vendor_line).to_pylist()]
    assert states == ["unbilled", "unbilled"]


def test_bytes_that_are_not_utf8_reject_their_row_and_no_other(stage: Stage) -> None:
    text = vendor_file({"CustomerName": "Müller"}, {"CustomerName": "Ünal"}, {}).encode()
    staged = stage(text.replace("Müller".encode(), "Müller".encode("cp1252")))
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (staged.loaded, row["row_number"]) == (2, 1)
    assert (row["column"], row["code"]) == ("CustomerName", "undecodable_text")
    assert row["reason"] == r"'M\xfcller' is not UTF-8 text"
    assert row["cells"][2] == r"M\xfcller"
    assert (row["subtotal"], row["currency"]) == (Decimal(40), "EUR")


def test_bytes_that_are_not_utf8_in_a_broken_row_do_not_stop_the_file(stage: Stage) -> None:
    staged = stage(vendor_file().encode() + b"a,\xff\r\n")
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (row["code"], row["column"], row["cells"]) == ("wrong_cell_count", None, ["a", r"\xff"])


@pytest.mark.parametrize("extra", [-1, 1])
def test_a_row_with_a_cell_too_few_or_too_many_is_rejected_as_read(
    rejects: Read, extra: int
) -> None:
    head, row, _ = vendor_file().split("\r\n")
    changed = row + ",more" if extra > 0 else row.rsplit(",", 1)[0]
    (found,) = rejects(f"{head}\r\n{changed}\r\n{row}")
    assert (found["row_number"], found["line"], found["column"]) == (1, 2, None)
    assert len(found["cells"]) == 46 + extra
    assert found["reason"] == f"the row has {46 + extra} cells, the header 46"


def test_a_comma_that_could_be_either_is_a_bad_number(rejects: Read) -> None:
    whole = {name: cell.removesuffix(".00") for name, cell in GOOD.items()}
    whole = {**whole, "TaxTotal": "8", "Total": "48"}
    (row,) = rejects(vendor_file({**whole, "Subtotal": "1,315"}, whole))
    assert (row["column"], row["code"]) == ("Subtotal", "bad_number")


def test_no_loaded_row_is_lost_beside_many_bad_ones(stage: Stage) -> None:
    bad = [{"Subtotal": "x"}, {"ChargeEndDate": "2021-02-31"}, {"Quantity": "1..2"}]
    staged = stage(vendor_file(*[{}, *bad] * 50))
    assert (staged.rows, staged.loaded, staged.rejected) == (200, 50, 150)
