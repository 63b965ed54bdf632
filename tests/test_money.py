"""Exact text in, named roundings out."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import NotANumber
from tieout.money import (
    MODES,
    minor_units,
    parse_number,
    ratio,
    round_fraction,
    shortest,
    to_units,
    with_digits,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-29.00", "-29.00"),
        ("0.00E+00", "0.00"),
        ("7.10833E-05", "0.0000710833"),
        ("5.6689E+17", "566890000000000000"),
        (".5", "0.5"),
        ("+3.", "3"),
    ],
)
def test_numbers_of_vendor_files_are_read_exactly(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", " 1", "1_000", "NaN", "Infinity", "١٢", "1,5", "1e", "--1", "0x1"]
)
def test_what_is_not_ascii_decimal_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        parse_number(text)


@pytest.mark.parametrize(
    ("value", "mode", "expected"),
    [
        ("-2.516", "toward_zero", "-2.51"),  # arithmetic.md 1: cutting goes toward zero
        ("-14.245", "half_away_from_zero", "-14.25"),  # reporting-api.md 7.2
        ("-14.245", "half_even", "-14.24"),
        ("2.345", "half_away_from_zero", "2.35"),  # reporting-api.md 7.5
        ("2.501", "away_from_zero", "2.51"),
        ("1.025", "half_away_from_zero", "1.03"),  # ms-tax-01
    ],
)
def test_published_roundings(value: str, mode: str, expected: str) -> None:
    assert round_fraction(Fraction(value), digits=2, mode=mode) == Fraction(expected)


@given(
    st.fractions(max_denominator=10**6),
    st.integers(0, 6),
    st.sampled_from(MODES),
)
def test_a_rounding_mirrors_at_zero_and_moves_less_than_one_step(
    value: Fraction, digits: int, mode: str
) -> None:
    rounded = round_fraction(value, digits=digits, mode=mode)
    assert round_fraction(-value, digits=digits, mode=mode) == -rounded
    assert abs(rounded - value) < Fraction(1, 10**digits)
    assert (rounded * 10**digits).denominator == 1


@given(st.integers(-(10**38) + 1, 10**38 - 1))
def test_shortest_text_reads_back_as_the_same_units(units: int) -> None:
    text = shortest(Fraction(units, 10**18))
    assert to_units(parse_number(text)) == units
    assert not text.startswith("-0") or text.startswith("-0.")
    assert "." not in text or not text.endswith("0")


def test_totals_print_their_minor_units_and_no_negative_zero() -> None:
    assert with_digits(Decimal(30), 2) == "30.00"
    assert with_digits(Decimal("-0.0"), 2) == "0.00"
    assert with_digits(Decimal(201), 0) == "201"
    assert with_digits(Decimal("-0.0045"), 2) == "-0.0045"


def test_minor_units_come_from_iso_4217() -> None:
    assert [minor_units(code) for code in ("EUR", "JPY", "KWD", "XXQ")] == [2, 0, 3, None]


def test_a_percentage_is_kept_as_a_fraction() -> None:
    assert ratio("3.472", per=100) == (217, 6250)


def test_floats_are_refused_by_the_arithmetic() -> None:
    with pytest.raises(Exception, match="FloatOperation"):
        Decimal(1) + Decimal(0.5)  # noqa: RUF032 - the float is what must be refused
