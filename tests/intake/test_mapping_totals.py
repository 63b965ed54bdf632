"""Footers are skipped and counted; the sum that a totals row states is compared exactly."""

from decimal import Decimal
from pathlib import Path

import pytest
from mapping_case import lines_of, rejects_of, small, small_file, stage_mapped

from tieout.errors import FileRefused

CONTROL = {"row": "^Sum", "subtotal": "Net"}
FORM = small({"file.footer": "^(Sum|Page)", "control": CONTROL})


def total(net: str, first: str = "Sum") -> str:
    return f"{first};;;;;;;;{net}\r\n"


def told(notices: tuple[str, ...]) -> list[str]:
    return [notice for notice in notices if "total" in notice]


def test_a_totals_row_that_agrees_is_told(tmp_path: Path) -> None:
    text = small_file({"Net": "0.10"}, {"Net": "0.20"}) + total("0.300")
    staged = stage_mapped(tmp_path, text, FORM)
    assert (staged.rows, staged.loaded, staged.skipped) == (2, 2, 1)
    assert staged.notices == (
        "footer rows, skipped: 1",
        "the totals row agrees: subtotal EUR 0.3",
    )


def test_a_totals_row_that_differs_is_a_mismatch_with_both_sums(tmp_path: Path) -> None:
    text = small_file({"Net": "0.10"}, {"Net": "0.20"}) + total("0.300000000000000001")
    assert told(stage_mapped(tmp_path, text, FORM).notices) == [
        (
            "total_mismatch: subtotal: the totals row says 0.300000000000000001;"
            " the rows read come to EUR 0.3"
        )
    ]


def test_rejected_rows_are_told_beside_the_rows_read(tmp_path: Path) -> None:
    text = small_file({}, {"From": "never", "Net": "4.50"}) + total("15.00")
    assert told(stage_mapped(tmp_path, text, FORM).notices) == [
        (
            "total_mismatch: subtotal: the totals row says 15; the rows read come to EUR 10.5,"
            " rejected rows to 4.5 more"
        )
    ]


def test_a_file_without_its_totals_row_or_with_two_is_a_mismatch(tmp_path: Path) -> None:
    assert told(stage_mapped(tmp_path, small_file(), FORM).notices) == [
        "total_mismatch: subtotal: no totals row was found; the rows read come to EUR 10.5"
    ]
    two = small_file() + total("10.50") + total("10.50", "Sum of all")
    assert told(stage_mapped(tmp_path, two, FORM).notices) == [
        "total_mismatch: subtotal: 2 totals rows were found; the rows read come to EUR 10.5"
    ]


@pytest.mark.parametrize("cell", ["", "ten", "1E-19"])
def test_a_totals_row_without_a_readable_sum_is_a_mismatch(tmp_path: Path, cell: str) -> None:
    assert told(stage_mapped(tmp_path, small_file() + total(cell), FORM).notices) == [
        f"total_mismatch: subtotal: the totals row says '{cell}'; the rows read come to EUR 10.5"
    ]


def test_currencies_are_never_added_for_a_totals_row(tmp_path: Path) -> None:
    changes = {"columns.billing_currency": "Cur", "control": CONTROL}
    form = small(changes, without=["constants.billing_currency"])
    rows = [{"Cur": "EUR", "Invoice": "I1"}, {"Cur": "USD", "Invoice": "I2"}]
    text = small_file(*rows) + "Sum;;;;;;;;21.00;\r\n"
    assert told(stage_mapped(tmp_path, text, form).notices) == [
        "total_mismatch: subtotal: the totals row says 21; the rows read stand in EUR, USD"
    ]


def test_footers_need_not_have_the_headers_cells_and_may_stand_anywhere(tmp_path: Path) -> None:
    first, second = small_file({"Net": "1"}, {"Net": "2"}).splitlines()[1:]
    head = small_file().splitlines()[0]
    lines = [head, "Page 1", first, "a;b", "Sum;;;;;;;;3;more", second, "Page 2;;;;;;;;"]
    staged = stage_mapped(tmp_path, "\r\n".join(lines), FORM)
    assert (staged.rows, staged.loaded, staged.rejected, staged.skipped) == (3, 2, 1, 3)
    assert [line["row_number"] for line in lines_of(staged)] == [2, 5]
    (row,) = rejects_of(staged)
    assert (row["row_number"], row["line"], row["code"]) == (3, 4, "wrong_cell_count")
    assert "the totals row agrees: subtotal EUR 3" in staged.notices


def test_the_words_and_styles_of_footers_do_not_count(tmp_path: Path) -> None:
    form = small({"file.footer": "^Sum"})
    staged = stage_mapped(tmp_path, small_file({"Net": "4,50"}) + total("4.5"), form)
    assert [line["subtotal"] for line in lines_of(staged)] == [Decimal("4.5")]
    assert staged.notices == ("footer rows, skipped: 1",)


def test_a_totals_row_is_read_in_the_files_style_and_with_its_columns_sign(tmp_path: Path) -> None:
    changes = {
        "file.decimal": ",",
        "file.thousands": ".",
        "file.negative": "trailing",
        "columns.subtotal": {"from": "Net", "negate": True},
        "columns.tax_total": "Tax",
        "control": {"row": "^Sum", "subtotal": "Net", "tax_total": "Tax"},
    }
    rows = [{"Net": "1.000,00-", "Tax": "1,00"}, {"Net": "0,50", "Tax": ""}]
    text = small_file(*rows) + "Sum;;;;;;;;999,50-;1,01\r\n"
    staged = stage_mapped(tmp_path, text, small(changes))
    assert told(staged.notices) == [
        "the totals row agrees: subtotal EUR 999.5",
        "total_mismatch: tax_total: the totals row says 1.01; the rows read come to EUR 1",
    ]


def test_a_sum_may_stand_in_a_column_of_its_own(tmp_path: Path) -> None:
    form = small({"control": {"row": "^Sum", "subtotal": ["Net sum", "Netsum total"]}})
    text = small_file({"Net sum": ""}) + "Sum;;;;;;;;;10.50\r\n"
    assert told(stage_mapped(tmp_path, text, form).notices) == [
        "the totals row agrees: subtotal EUR 10.5"
    ]
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, small_file(), form)
    assert refusal.value.code == "missing_column"


def test_a_file_of_footers_only_is_refused(tmp_path: Path) -> None:
    head = small_file().splitlines()[0]
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, f"{head}\r\n{total('0')}", FORM)
    assert refusal.value.code == "empty_file"
    assert refusal.value.reason == "the file has a header and footers but no rows"
