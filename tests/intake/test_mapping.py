"""Declared mappings: what each key of the language does to a file."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from intake_case import vendor_file
from mapping_case import ROW, lines_of, rejects_of, small, small_file, stage_mapped

from tieout.errors import FileRefused


def test_a_small_mapping_reads_a_file(tmp_path: Path) -> None:
    staged = stage_mapped(tmp_path, small_file(), small())
    assert (staged.format, staged.version, staged.vendor) == ("mapped:small", 1, "small-vendor")
    assert (staged.rows, staged.loaded, staged.rejected, staged.notices) == (1, 1, 0, ())
    (line,) = lines_of(staged)
    said = {name: value for name, value in line.items() if value is not None}
    del said["file_id"], said["row_hash"]
    assert said == {
        "row_number": 1,
        "vendor": "small-vendor",
        "billing_state": "billed",
        "invoice_number": "I1",
        "customer_id": "C1",
        "customer_name": "Contoso",
        "sku_id": "7",
        "product_family": "other",
        "charge_type": "New",
        "charge_kind": "new",
        "charge_start_date": date(2025, 10, 1),
        "charge_end_date": date(2025, 10, 31),
        "billable_quantity": Decimal(2),
        "billable_quantity_digits": 0,
        "subtotal": Decimal("10.5"),
        "subtotal_digits": 2,
        "billing_currency": "EUR",
    }


def test_texts_are_joined_without_empty_ones_and_ids_are_padded(tmp_path: Path) -> None:
    changes = {
        "columns.product_name": {"join": ["Maker", "Title"], "sep": " / "},
        "columns.subscription_id": {"join": ["Customer", "Item"], "sep": "-"},
        "columns.order_id": {"join": ["Customer", "Item"]},
        "columns.sku_id": {"from": "Item", "pad": 4},
        "file.null_values": ["none"],
    }
    rows = [
        {"Maker": "Adatum", "Title": "Two  words"},
        {"Maker": "none", "Title": "Alone", "Item": " 12345 "},
        {"Maker": "", "Title": "", "Item": "none"},
    ]
    found = lines_of(stage_mapped(tmp_path, small_file(*rows), small(changes)))
    names = ("product_name", "subscription_id", "order_id", "sku_id")
    assert [tuple(line[name] for name in names) for line in found] == [
        ("Adatum / Two  words", "C1-7", "C17", "0007"),
        ("Alone", "C1-12345", "C112345", "12345"),
        (None, "C1", "C1", None),
    ]


def test_null_values_are_the_files_or_the_columns_own(tmp_path: Path) -> None:
    changes = {
        "file.null_values": ["-", "n/a"],
        "columns.customer_name": {"from": "Name", "null_values": ["Nobody"]},
    }
    rows = [{"Name": "n/a", "Units": " n/a "}, {"Name": "Nobody", "Units": "-", "To": "-"}]
    found = lines_of(stage_mapped(tmp_path, small_file(*rows), small(changes)))
    names = ("customer_name", "billable_quantity", "charge_end_date")
    assert [tuple(line[name] for name in names) for line in found] == [
        ("n/a", None, date(2025, 10, 31)),
        (None, None, None),
    ]
    (row,) = rejects_of(stage_mapped(tmp_path, small_file({"Net": "n/a"}), small(changes)))
    assert (row["column"], row["code"]) == ("Net", "missing_required")


def test_constants_are_read_on_every_row(tmp_path: Path) -> None:
    changes = {
        "constants.quantity": 3,
        "constants.unit_price": "1.25",
        "constants.subscription_start_date": "2025-01-01",
        "constants.product_family": "licence",
        "constants.billing_state": "unbilled",
        "constants.reseller_id": "o'neill",
    }
    (line,) = lines_of(stage_mapped(tmp_path, small_file(), small(changes)))
    assert {name.rpartition(".")[2]: line[name.rpartition(".")[2]] for name in changes} == {
        "quantity": Decimal(3),
        "unit_price": Decimal("1.25"),
        "subscription_start_date": date(2025, 1, 1),
        "product_family": "licence",
        "billing_state": "unbilled",
        "reseller_id": "o'neill",
    }


def test_required_columns_that_are_constants_are_read_and_rejected_rows_name_them(
    tmp_path: Path,
) -> None:
    constants = {
        "constants.charge_type": "New",
        "constants.charge_start_date": "2025-10-01",
        "constants.invoice_number": "I9",
    }
    gone = [name.replace("constants", "columns") for name in constants]
    staged = stage_mapped(tmp_path, small_file({}, {"Net": "x"}), small(constants, without=gone))
    (line,), (row,) = lines_of(staged), rejects_of(staged)
    assert (line["charge_kind"], line["charge_start_date"]) == ("new", date(2025, 10, 1))
    assert (row["invoice_number"], row["column"]) == ("I9", "Net")


def test_a_row_without_an_invoice_number_is_unbilled(tmp_path: Path) -> None:
    (line,) = lines_of(stage_mapped(tmp_path, small_file({"Invoice": ""}), small()))
    assert line["billing_state"] == "unbilled"
    form = small(without=["columns.invoice_number"])
    assert lines_of(stage_mapped(tmp_path, small_file(), form))[0]["billing_state"] == "billed"


def test_charge_words_are_compared_without_case_and_unknown_ones_are_told(tmp_path: Path) -> None:
    form = small({"charge_kind.VERLÄNGERUNG": "renew", "charge_kind.Porto": "other"})
    rows = [{"Kind": kind} for kind in (" new ", "Verlängerung", "Porto", "Rest")]
    staged = stage_mapped(tmp_path, small_file(*rows), form)
    kinds = [(line["charge_type"], line["charge_kind"]) for line in lines_of(staged)]
    assert kinds == [
        (" new ", "new"),
        ("Verlängerung", "renew"),
        ("Porto", "other"),
        ("Rest", "other"),
    ]
    assert staged.notices == ("unknown charge types, kept as other: 'Rest'",)


def test_the_currency_may_stand_in_a_column(tmp_path: Path) -> None:
    form = small({"columns.billing_currency": "Cur"}, without=["constants.billing_currency"])
    rows = [{"Cur": "usd"}, {"Cur": "EUX", "Invoice": "I2"}, {"Cur": "EUR", "Invoice": "I3"}]
    staged = stage_mapped(tmp_path, small_file(*rows), form)
    assert [line["billing_currency"] for line in lines_of(staged)] == ["USD", "EUR"]
    assert [row["code"] for row in rejects_of(staged)] == ["bad_currency"]
    mixed = stage_mapped(tmp_path, small_file({"Cur": "USD"}, {"Cur": "EUR"}), form)
    assert [row["code"] for row in rejects_of(mixed)] == ["mixed_currency", "mixed_currency"]


def test_one_column_may_be_read_as_several_of_ours(tmp_path: Path) -> None:
    changes = {"columns.subscription_id": "Customer", "columns.usage_date": "From"}
    (line,) = lines_of(stage_mapped(tmp_path, small_file(), small(changes)))
    assert (line["customer_id"], line["subscription_id"]) == ("C1", "C1")
    assert (line["charge_start_date"], line["usage_date"]) == (date(2025, 10, 1),) * 2


def test_a_column_goes_by_several_names_but_only_one_of_them_in_a_file(tmp_path: Path) -> None:
    changes = {
        "columns.subtotal": {"from": ["Net", "Amount"]},
        "match": [["Net", "Amount"], "Kind", "From"],
    }
    text = small_file().replace("Net", "amount", 1)
    (line,) = lines_of(stage_mapped(tmp_path, text, small(changes)))
    assert line["subtotal"] == Decimal("10.5")
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, small_file({"Amount": "1"}), small(changes))
    assert refusal.value.code == "duplicate_header"


def test_a_missing_column_is_refused_where_it_is_required_and_told_where_not(
    tmp_path: Path,
) -> None:
    form = small({"match": ["Net", "From"]})
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, small_file().replace("Kind", "Sort", 1), form)
    assert (refusal.value.code, "Kind" in refusal.value.reason) == ("missing_column", True)
    staged = stage_mapped(tmp_path, small_file().replace("Item", "Thing", 1), form)
    assert staged.notices == (
        "unknown columns, kept as read: Thing",
        "missing columns, read as empty: Item",
    )


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("windows-1252", "cp1252"),
        ("cp1252", "cp1252"),
        ("iso-8859-15", "iso-8859-15"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-8", "utf-8"),
        ("windows-1252", "utf-8-sig"),  # a byte order mark wins
        ("windows-1252", "utf-16"),
    ],
)
def test_a_file_is_decoded_as_declared(tmp_path: Path, encoding: str, written: str) -> None:
    text = small_file({"Name": "Größe € 5"}).encode(written)
    (line,) = lines_of(stage_mapped(tmp_path, text, small({"file.encoding": encoding})))
    assert line["customer_name"] == "Größe € 5"


def test_a_byte_that_the_encoding_does_not_have_rejects_its_row(tmp_path: Path) -> None:
    text = small_file({"Name": "Größe?"}, {}).encode("cp1252").replace(b"?", b"\x81")
    staged = stage_mapped(tmp_path, text, small({"file.encoding": "windows-1252"}))
    (row,) = rejects_of(staged)
    assert (row["row_number"], row["column"], row["code"]) == (1, "Name", "undecodable_text")
    assert (row["cells"][2], staged.loaded) == (r"Größe\x81", 1)


def test_the_delimiter_is_the_declared_one(tmp_path: Path) -> None:
    text = small_file({"Name": "a;b,c"}, sep="|")
    (line,) = lines_of(stage_mapped(tmp_path, text, small({"file.delimiter": "|"})))
    assert line["customer_name"] == "a;b,c"


def test_lines_and_records_above_the_header_are_skipped_but_counted_as_lines(
    tmp_path: Path,
) -> None:
    above = 'Invoices of "October\r\nsep=;\r\n\r\n"a title\r\nof two lines";x\r\n'
    form = small({"file.skip_rows": 2, "file.header_row": 2})
    staged = stage_mapped(tmp_path, above + small_file({}, {"Net": "x"}), form)
    (row,) = rejects_of(staged)
    # lines: 1 title, 2 sep, 3 blank, 4-5 a title, 6 header, 7 first row, 8 second row
    assert (staged.loaded, row["row_number"], row["line"]) == (1, 2, 8)


@pytest.mark.parametrize("changes", [{"file.skip_rows": 9}, {"file.header_row": 9}])
def test_a_header_that_is_not_there_is_no_match(
    tmp_path: Path, changes: Mapping[str, object]
) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, small_file(), small(changes))
    assert refusal.value.code == "unknown_format"


def test_a_mapping_beside_a_format_that_both_fit_is_ambiguous(tmp_path: Path) -> None:
    form = small({"match": ["Subtotal", "ChargeType"]})
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, vendor_file(), form)
    assert refusal.value.code == "ambiguous_format"
    assert "mapped:small, ms_nce_recon" in refusal.value.reason
    other = small({"match": ["Subtotal", "ChargeType"], "exclude": ["MPN ID"]})
    assert stage_mapped(tmp_path, vendor_file(), other).format == "ms_nce_recon"


def test_mappings_that_open_a_file_differently_are_ambiguous_too(tmp_path: Path) -> None:
    other = small({"name": "other", "file.delimiter": ";", "file.encoding": "windows-1252"})
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, small_file(), small(), other)
    assert refusal.value.code == "ambiguous_format"
    assert "mapped:other, mapped:small" in refusal.value.reason


def test_an_unknown_file_names_the_nearest_mapping(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage_mapped(tmp_path, small_file().replace("Net", "Nett", 1), small())
    assert refusal.value.code == "unknown_format"
    assert "the nearest is mapped:small, but it lacks Net" in refusal.value.reason


def test_a_mapping_changes_nothing_for_a_built_in_format(tmp_path: Path) -> None:
    with_one, without = (
        stage_mapped(tmp_path, vendor_file(), *forms) for forms in ((small(),), ())
    )
    assert lines_of(with_one) == lines_of(without)
    assert (with_one.notices, with_one.version) == (without.notices, None)


def test_the_good_row_is_what_the_tests_say(tmp_path: Path) -> None:
    (line,) = lines_of(stage_mapped(tmp_path, small_file(), small()))
    assert line["subtotal"] == Decimal(ROW["Net"])
