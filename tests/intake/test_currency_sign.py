"""Currency signs: taken off where the file's style has them, and held against the currency."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from intake_case import Rows, Stage, vendor_file
from legacy_case import LICENCE, USAGE, legacy_file
from mapping_case import lines_of, rejects_of, small, small_file, stage_mapped
from pyarrow import parquet

from tieout.intake.currency_sign import STANDS_FOR
from tieout.money import currencies

SIGNS = {"file.currency_signs": True}
COMMA = {**SIGNS, "file.decimal": ",", "file.thousands": "."}


def usage(stage: Stage, *changes: Mapping[str, str]) -> Rows:
    staged = stage(legacy_file(USAGE, *({"Currency": "USD", **change} for change in changes)))
    found: Rows = parquet.read_table(staged.vendor_line).to_pylist()
    return found


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("$0.0808", "0.0808"),
        ("-$4", "-4"),
        ("$-4", "-4"),
        ("'$4", "4"),
        (" $ 4.50 ", "4.50"),
        ("4.50 $", "4.50"),
        ("4.50$", "4.50"),
        ("$\u00a04", "4"),
        ("$1.5E-05", "0.000015"),
        ("$1,315.25", "1315.25"),
        ("+$.5", "0.5"),
    ],
)
def test_a_sign_before_or_behind_the_digits_is_taken_off(
    stage: Stage, cell: str, value: str
) -> None:
    (line, plain) = usage(stage, {"PretaxCharges": cell}, {"PretaxCharges": "1.25"})
    assert line["subtotal"] == Decimal(value)
    assert plain["subtotal"] == Decimal("1.25")


def test_the_cell_keeps_its_sign_and_the_digits_printed_are_counted_without(stage: Stage) -> None:
    staged = stage(legacy_file(USAGE, {"Currency": "USD", "ListPrice": "$0.0808"}))
    (line,) = parquet.read_table(staged.vendor_line).to_pylist()
    assert (line["unit_price"], line["unit_price_digits"]) == (Decimal("0.0808"), 4)
    at = staged.header.index("ListPrice")
    assert parquet.read_table(staged.cells).column(f"c{at}").to_pylist() == ["$0.0808"]


@pytest.mark.parametrize(
    "cell", ["$", "$$4", "$4$", "-$-4", "4$5", "$ 4 5", "US$4", "$n/a", "\u20bf4", "$  4"]
)
def test_a_sign_in_another_place_is_no_number(stage: Stage, cell: str) -> None:
    file = legacy_file(USAGE, {"Currency": "USD", "PretaxCharges": cell}, {"Currency": "USD"})
    (row,) = parquet.read_table(stage(file).rejected_row).to_pylist()
    assert (row["code"], row["reason"]) == ("bad_number", f"'{cell}' is not a number")


def test_a_quantity_has_no_currency_sign(stage: Stage) -> None:
    change = {"Currency": "USD", "OverageQuantity": "$4"}
    (row,) = parquet.read_table(stage(legacy_file(USAGE, change)).rejected_row).to_pylist()
    assert (row["column"], row["reason"]) == ("OverageQuantity", "'$4' is not a number")


@pytest.mark.parametrize("currency", ["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD"])
def test_the_dollar_sign_fits_every_dollar(stage: Stage, currency: str) -> None:
    (line,) = usage(stage, {"PretaxCharges": "$4", "Currency": currency})
    assert (line["subtotal"], line["billing_currency"]) == (Decimal(4), currency)


@pytest.mark.parametrize(("cell", "currency"), [("$4", "JPY"), ("4 \u20ac", "USD"), ("£4", "EUR")])
def test_a_sign_of_another_currency_rejects_its_row_and_says_so(
    stage: Stage, cell: str, currency: str
) -> None:
    change = {"PretaxCharges": cell, "Currency": currency}
    (row,) = parquet.read_table(stage(legacy_file(USAGE, change)).rejected_row).to_pylist()
    assert (row["column"], row["code"]) == ("PretaxCharges", "bad_number")
    assert row["reason"] == f"'{cell}' bears the sign of another currency than {currency}"
    assert (row["subtotal"], row["currency"]) == (None, None)  # the amount is what is broken


def test_a_bad_currency_is_said_before_a_sign_that_does_not_fit_it(stage: Stage) -> None:
    change = {"PretaxCharges": "$4", "Currency": "EURO"}
    (row,) = parquet.read_table(stage(legacy_file(USAGE, change)).rejected_row).to_pylist()
    assert row["code"] == "bad_currency"


@pytest.mark.parametrize("cell", ["€ 1.312,50", "1.312,50 €", "€\u202f1312,5", "'€1.312,50"])
def test_a_mapping_may_declare_signs(tmp_path: Path, cell: str) -> None:
    (line,) = lines_of(stage_mapped(tmp_path, small_file({"Net": cell}), small(COMMA)))
    assert (line["subtotal"], line["subtotal_digits"]) == (
        Decimal("1312.5"),
        len(cell.rstrip(" €").partition(",")[2]),
    )


@pytest.mark.parametrize(
    ("negative", "cell"),
    [
        ("trailing", "12,5- €"),
        ("trailing", "€ 12,5-"),
        ("trailing", "12,5 €-"),
        ("parentheses", "(€ 12,5)"),
        ("parentheses", "€(12,5)"),
        ("parentheses", "(12,5) €"),
    ],
)
def test_a_sign_goes_with_every_way_to_write_a_minus(
    tmp_path: Path, negative: str, cell: str
) -> None:
    form = small({**COMMA, "file.negative": negative})
    (line,) = lines_of(stage_mapped(tmp_path, small_file({"Net": cell}), form))
    assert line["subtotal"] == Decimal("-12.5")


def test_a_constant_currency_is_one_to_fit(tmp_path: Path) -> None:
    (row,) = rejects_of(stage_mapped(tmp_path, small_file({"Net": "$4"}), small(SIGNS)))
    assert row["reason"] == "'$4' bears the sign of another currency than EUR"


def test_a_price_is_held_against_the_pricing_currency(tmp_path: Path) -> None:
    columns = {"columns.unit_price": "Price", "columns.pricing_currency": "In"}
    form = small({**SIGNS, **columns})
    good, bad = {"Price": "$4", "In": "USD", "Net": "€3"}, {"Price": "€4", "In": "USD"}
    staged = stage_mapped(tmp_path, small_file(good, bad), form)
    assert [line["unit_price"] for line in lines_of(staged)] == [Decimal(4)]
    (row,) = rejects_of(staged)
    assert (row["column"], row["reason"]) == (
        "Price",
        "'€4' bears the sign of another currency than USD",
    )


def test_a_totals_row_may_bear_a_sign(tmp_path: Path) -> None:
    control = {"control.row": "^Sum", "control.subtotal": "Net"}
    content = small_file({"Net": "€10.50"}, {"Net": "€0.25", "Item": "8"}) + "Sum;;;;;;;;€10.75\r\n"
    staged = stage_mapped(tmp_path, content, small({**SIGNS, **control}))
    assert "the totals row agrees: subtotal EUR 10.75" in staged.notices


def test_a_licence_file_has_no_currency_signs(stage: Stage) -> None:
    staged = stage(legacy_file(LICENCE, {"Subtotal": "$4", "Currency": "USD"}))
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert row["reason"] == "'$4' is not a number"


def test_other_formats_have_no_currency_signs(stage: Stage) -> None:
    staged = stage(vendor_file({"Subtotal": "€40.00"}, {}))
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (row["code"], row["reason"]) == ("bad_number", "'€40.00' is not a number")


def test_every_sign_stands_for_currencies_of_iso_4217() -> None:
    assert {code for codes in STANDS_FOR.values() for code in codes} <= currencies().keys()
