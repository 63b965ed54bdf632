"""Declared mappings: numbers and dates are read in the declared style and in no other."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from mapping_case import lines_of, rejects_of, small, small_file, stage_mapped

TRAILING = {"file.decimal": ",", "file.thousands": ".", "file.negative": "trailing"}
BRACKETS = {"file.decimal": ".", "file.thousands": ",", "file.negative": "parentheses"}
SPACED = {"file.decimal": ",", "file.thousands": " "}


@pytest.mark.parametrize(
    ("style", "cell", "value"),
    [
        (TRAILING, "1.234,56", "1234.56"),
        (TRAILING, "1.234", "1234"),
        (TRAILING, "12,5-", "-12.5"),
        (TRAILING, "'12,5-", "-12.5"),
        (TRAILING, "1.234.567,89-", "-1234567.89"),
        (TRAILING, "12,5+", "12.5"),
        (TRAILING, ",5", "0.5"),
        (TRAILING, "7,1E-05", "0.000071"),
        (BRACKETS, "(1,234.50)", "-1234.5"),
        (BRACKETS, "1,234.50", "1234.5"),
        (SPACED, "22 614,68", "22614.68"),
        (SPACED, "22\u00a0614,68", "22614.68"),
        (SPACED, "-22\u202f614,68", "-22614.68"),
        ({"file.decimal": ","}, "-4,00", "-4"),
        ({"file.decimal": "."}, "4.25", "4.25"),
        ({}, "-4.00", "-4"),
        ({}, "1 234,50", "1234.5"),
    ],
)
def test_a_number_is_read_in_the_declared_style(
    tmp_path: Path, style: Mapping[str, object], cell: str, value: str
) -> None:
    changes = {"Net": cell, "Units": ""}
    (line,) = lines_of(stage_mapped(tmp_path, small_file(changes), small(style)))
    assert line["subtotal"] == Decimal(value)


@pytest.mark.parametrize(
    ("style", "cell"),
    [
        (TRAILING, "1,234.56"),
        (TRAILING, "1.23,5"),
        (TRAILING, "-12,5"),
        (TRAILING, "12,5--"),
        (TRAILING, "(12,5)"),
        (BRACKETS, "12.5-"),
        (BRACKETS, "-12.5"),
        (BRACKETS, "()"),
        (BRACKETS, "(-12.5)"),
        (SPACED, "22.614,68"),
        ({"file.decimal": ","}, "1.234,5"),
        ({"file.decimal": "."}, "1,234.5"),
        ({"file.decimal": ".", "file.guard": ""}, "'12.5"),
        ({"file.guard": ""}, "'12.5"),
        ({}, "12.5-"),
        ({}, "(12.5)"),
        ({}, "$12.5"),
    ],
)
def test_a_number_in_another_style_rejects_its_row(
    tmp_path: Path, style: Mapping[str, object], cell: str
) -> None:
    changes = {"Net": cell, "Units": ""}
    (row,) = rejects_of(stage_mapped(tmp_path, small_file(changes), small(style)))
    assert (row["column"], row["code"]) == ("Net", "bad_number")
    assert row["reason"] == f"'{cell}' is not a number"


@pytest.mark.parametrize(
    ("order", "cell", "day"),
    [
        ("dmy", "13.01.2018", date(2018, 1, 13)),
        ("dmy", "01.02.2018", date(2018, 2, 1)),
        ("dmy", "1.2.18", date(2018, 2, 1)),
        ("dmy", "01/02/2018", date(2018, 2, 1)),
        ("dmy", "01-02-18 23:59", date(2018, 2, 1)),
        ("dmy", "01.02.2018 0:00", date(2018, 2, 1)),
        ("mdy", "5/1/25", date(2025, 5, 1)),
        ("mdy", "01.02.2018", date(2018, 1, 2)),
        ("mdy", "2/1/2019 12:00:00 AM", date(2019, 2, 1)),
        ("ymd", "25/01/13", date(2025, 1, 13)),
        ("ymd", "2025.1.3", date(2025, 1, 3)),
        ("ymd", "2025/01/13", date(2025, 1, 13)),
        ("dmy", "2025-01-13", date(2025, 1, 13)),
        ("dmy", "2025-01-13T23:30:00-01:00", date(2025, 1, 14)),
        ("dmy", "'13.01.2018", date(2018, 1, 13)),
    ],
)
def test_a_date_is_read_in_the_declared_order(
    tmp_path: Path, order: str, cell: str, day: date
) -> None:
    form = small({"file.date_order": order})
    staged = stage_mapped(tmp_path, small_file({"From": cell, "To": ""}), form)
    assert [line["charge_start_date"] for line in lines_of(staged)] == [day]
    assert staged.notices == ()  # a declared order is not found out


@pytest.mark.parametrize(
    ("order", "cell"),
    [
        ("dmy", "31.02.2025"),
        ("dmy", "01.13.2025"),
        ("dmy", "01.02/2025"),
        ("dmy", "20250102"),
        ("mdy", "13/01/2025"),
        ("ymd", "13/01/2025"),
        ("ymd", "01.02.2025"),
        (None, "01.02.2025"),
        (None, "5/1/25"),
    ],
)
def test_a_date_in_another_order_rejects_its_row(
    tmp_path: Path, order: str | None, cell: str
) -> None:
    form = small({"file.date_order": order} if order else {})
    (row,) = rejects_of(stage_mapped(tmp_path, small_file({"From": cell, "To": ""}), form))
    assert (row["column"], row["code"]) == ("From", "bad_date")


def test_a_column_may_have_a_date_order_of_its_own(tmp_path: Path) -> None:
    end = {"from": "To", "date_order": "mdy"}
    form = small({"file.date_order": "dmy", "columns.charge_end_date": end})
    staged = stage_mapped(tmp_path, small_file({"From": "01.02.25", "To": "03/04/25"}), form)
    (line,) = lines_of(staged)
    days = (line["charge_start_date"], line["charge_end_date"])
    assert days == (date(2025, 2, 1), date(2025, 3, 4))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("01.11.2025", date(2025, 10, 31)),
        ("01.11.2025 00:00", date(2025, 10, 31)),
        ("01.11.2025 0:00", date(2025, 10, 31)),
        ("01/11/2025 0:00", date(2025, 10, 31)),
        ("01.11.2025 01:00", date(2025, 11, 1)),
        ("2025-11-01T00:00:00Z", date(2025, 10, 31)),
        ("01.10.2025", date(2025, 10, 1)),  # an empty period ends on the day it starts
        ("", None),
    ],
)
def test_an_exclusive_end_is_the_day_before(tmp_path: Path, cell: str, day: date | None) -> None:
    end = {"from": "To", "exclusive_end": True}
    form = small({"file.date_order": "dmy", "columns.charge_end_date": end})
    (line,) = lines_of(stage_mapped(tmp_path, small_file({"To": cell}), form))
    assert line["charge_end_date"] == day


def test_an_end_before_the_start_rejects_its_row(tmp_path: Path) -> None:
    end = {"from": "To", "exclusive_end": True}
    form = small({"columns.charge_end_date": end})
    (row,) = rejects_of(stage_mapped(tmp_path, small_file({"To": "2025-09-30"}), form))
    assert (row["column"], row["code"]) == ("To", "date_order")


def test_a_negated_amount_has_the_other_sign_and_its_digits(tmp_path: Path) -> None:
    form = small({"columns.subtotal": {"from": "Net", "negate": True}})
    cells = ["10.50", "-3.0", "0.00", "+1", "2e-1"]
    staged = stage_mapped(tmp_path, small_file(*({"Net": cell} for cell in cells)), form)
    found = [(line["subtotal"], line["subtotal_digits"]) for line in lines_of(staged)]
    assert found == [
        (Decimal("-10.5"), 2),
        (Decimal(3), 1),
        (Decimal(0), 2),
        (Decimal(-1), 0),
        (Decimal("-0.2"), 1),
    ]


def test_the_readable_amount_of_a_rejected_row_is_negated_too(tmp_path: Path) -> None:
    form = small({"columns.subtotal": {"from": "Net", "negate": True}})
    staged = stage_mapped(tmp_path, small_file({"From": "never"}), form)
    (row,) = rejects_of(staged)
    assert (row["subtotal"], row["currency"], row["invoice_number"]) == (
        Decimal("-10.5"),
        "EUR",
        "I1",
    )
