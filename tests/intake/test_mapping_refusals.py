"""Mappings that are refused when they are loaded, naming the file and the key."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest
from mapping_case import mapping, small

from tieout.errors import FileRefused
from tieout.intake.mapping import parse_mapping, read_mappings


def refused(text: str) -> str:
    with pytest.raises(FileRefused) as caught:
        parse_mapping(text.encode(), file="small.toml")
    assert caught.value.code == "mapping_invalid"
    assert str(caught.value).startswith("small.toml: ")
    return caught.value.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "Big Name"}, "name: 'Big Name' is not lower case letters"),
        ({"name": 3}, "name: is not a text"),
        ({"version": 0}, "version: is not a whole number from 1"),
        ({"version": True}, "version: is not a whole number from 1"),
        ({"version": "1"}, "version: is not a whole number from 1"),
        ({"vendor": "a vendor"}, "vendor: 'a vendor' is not an organization id"),
        ({"match": []}, "match: names no header"),
        ({"match": "Net"}, "match: is not a list"),
        ({"match": [""]}, "match: is not a header name"),
        ({"match": [["Net", "Amount"], ["Amount"]]}, "match: 'Amount' stands in two lists"),
        ({"match": ["Net"], "exclude": ["Net"]}, "exclude: 'Net' stands in match as well"),
        ({"exclude": "Net"}, "exclude: is not a list of texts"),
        ({"colums": {}}, "colums: no such key"),
        ({"file": "utf-8"}, "file: is not a table"),
        ({"file.encodings": "utf-8"}, "file.encodings: no such key"),
        ({"file.encoding": "utf-9"}, "file.encoding: 'utf-9' is none of utf-8"),
        ({"file.encoding": "rot13"}, "file.encoding: 'rot13' is none of utf-8"),
        ({"file.delimiter": ";;"}, "file.delimiter: ';;' is not one sign"),
        ({"file.delimiter": '"'}, "file.delimiter: '\"' is not one sign"),
        ({"file.decimal": ";"}, "file.decimal: ';' is none of '.', ','"),
        ({"file.decimal": ",", "file.thousands": ","}, "file.thousands: ',' is the decimal sign"),
        ({"file.thousands": "."}, "file.thousands: means nothing without `decimal`"),
        ({"file.negative": "trailing"}, "file.negative: means nothing without `decimal`"),
        ({"file.decimal": ".", "file.negative": "red"}, "file.negative: 'red' is none of"),
        ({"file.date_order": "ydm"}, "file.date_order: 'ydm' is none of"),
        ({"file.null_values": "-"}, "file.null_values: is not a list of texts"),
        ({"file.guard": "="}, "file.guard: '=' is none of"),
        ({"file.skip_rows": -1}, "file.skip_rows: is not a whole number from 0"),
        ({"file.header_row": 0}, "file.header_row: is not a whole number from 1"),
        ({"file.footer": "("}, "file.footer: '(' is not a regular expression"),
        ({"file.footer": "(?=Sum)"}, "file.footer: '(?=Sum)' is not a regular expression"),
        ({"columns.amount": "Net"}, "columns.amount: is not a column that can be mapped"),
        ({"columns.file_id": "Net"}, "columns.file_id: is not a column that can be mapped"),
        ({"columns.billing_state": "Net"}, "columns.billing_state: is not a column that can"),
        ({"columns.charge_kind": "Kind"}, "columns.charge_kind: is made by the table"),
        ({"columns.sku_id": 7}, "columns.sku_id: is not a header name"),
        ({"columns.sku_id": {"of": "Item"}}, "columns.sku_id.of: no such key"),
        ({"columns.sku_id": {"pad": 6}}, "columns.sku_id.from: is missing, and so is `join`"),
        ({"columns.sku_id": {"from": "Item", "pad": 0}}, "columns.sku_id.pad: is not a whole"),
        ({"columns.sku_id": {"from": "Item", "sep": "-"}}, "columns.sku_id.sep: stands without"),
        (
            {"columns.sku_id": {"from": "Item", "join": ["Item", "Kind"]}},
            "columns.sku_id.join: stands beside `from`",
        ),
        ({"columns.sku_id": {"join": ["Item"]}}, "columns.sku_id.join: joins two columns or more"),
        ({"columns.sku_id": {"from": "Item", "negate": True}}, "columns.sku_id.negate: means"),
        ({"columns.subtotal": {"from": "Net", "negate": "yes"}}, "subtotal.negate: is neither"),
        ({"columns.subtotal": {"from": "Net", "pad": 3}}, "columns.subtotal.pad: means nothing"),
        ({"columns.subtotal": {"join": ["Net", "To"]}}, "columns.subtotal.join: means nothing"),
        (
            {"columns.subtotal": {"from": "Net", "date_order": "mdy"}},
            "columns.subtotal.date_order: means nothing",
        ),
        (
            {"columns.charge_start_date": {"from": "From", "exclusive_end": True}},
            "columns.charge_start_date.exclusive_end: means nothing",
        ),
        (
            {"columns.sku_id": {"from": ["Item", "Customer"]}},
            "columns.customer_id: 'Customer' stands in two lists of header names that differ",
        ),
        ({"constants.customer_id": "C1"}, "constants.customer_id: is mapped in [columns] as well"),
        ({"constants.amount": 1}, "constants.amount: is not a column that can be mapped"),
        ({"constants.billing_currency": "EUX"}, "constants.billing_currency: 'EUX' is not a curr"),
        ({"constants.order_id": ""}, "constants.order_id: is not a text, a number or a date"),
        ({"constants.order_id": True}, "constants.order_id: is not a text, a number or a date"),
        ({"constants.quantity": "1,5"}, "constants.quantity: '1,5' is not a plain number"),
        ({"constants.quantity": "1e5"}, "constants.quantity: '1e5' is not a plain number"),
        ({"constants.tax_total": f"0.{'1' * 19}"}, "constants.tax_total: '0.1111"),
        ({"constants.usage_date": "31.10.2025"}, "constants.usage_date: '31.10.2025' is not a"),
        ({"constants.billing_state": "open"}, "constants.billing_state: 'open' is none of"),
        ({"charge_kind.New": "purchase"}, "charge_kind.New: 'purchase' is none of 'new', 'renew'"),
        ({"charge_kind. NEW": "renew"}, "charge_kind. NEW: stands there twice"),
        ({"control": {"subtotal": "Net"}}, "control.row: is missing"),
        ({"control": {"row": "["}}, "control.row: '[' is not a regular expression"),
        ({"control": {"row": "^Sum"}}, "control.subtotal: is missing"),
        ({"control": {"row": "^Sum", "total": "Gross"}}, "control.total: is no amount mapped"),
        (
            {"control": {"row": "^Sum", "billable_quantity": "Units"}},
            "control.billable_quantity: is no amount mapped",
        ),
        (
            {"control": {"row": "^Sum", "subtotal": ["Sum", "Net"]}},
            "control.subtotal: 'Net' stands in two lists",
        ),
    ],
)
def test_a_mapping_is_refused_with_its_key(changes: Mapping[str, object], reason: str) -> None:
    assert reason in refused(mapping(changes))


@pytest.mark.parametrize("key", ["name", "version", "vendor", "match"])
def test_a_mapping_needs_its_own_keys(key: str) -> None:
    assert refused(mapping(without=[key])).startswith(f"{key}: ")


@pytest.mark.parametrize("name", ["subtotal", "charge_type"])
def test_a_required_column_must_be_mapped(name: str) -> None:
    found = refused(mapping(without=[f"columns.{name}"]))
    assert found == f"columns.{name}: is required and missing"


def test_a_currency_must_be_mapped() -> None:
    found = refused(mapping(without=["constants.billing_currency"]))
    assert found == "columns.billing_currency: is required and missing"


def test_a_charge_start_or_a_usage_date_must_be_mapped() -> None:
    found = refused(mapping(without=["columns.charge_start_date"]))
    assert found == "columns.charge_start_date: is required and missing, and so is usage_date"
    assert small({"columns.usage_date": "From"}, without=["columns.charge_start_date"]).code


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subtotal", "1.50"),
        ("charge_type", "New"),
        ("charge_start_date", dt.date(2025, 10, 1).isoformat()),
    ],
)
def test_a_constant_counts_as_mapped(name: str, value: str) -> None:
    assert small({f"constants.{name}": value}, without=[f"columns.{name}"]).code == "mapped:small"


def test_a_column_mapped_twice_and_broken_toml_are_refused() -> None:
    twice = mapping().replace("columns = {", 'columns = { sku_id = "Other",')
    assert "is not readable as TOML" in refused(twice)
    with pytest.raises(FileRefused, match="is not readable as TOML"):
        parse_mapping(b'name = "\xff"', file="small.toml")


def test_two_files_may_not_declare_one_name(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(mapping(), "utf-8")
    (tmp_path / "b.toml").write_text(mapping({"version": 2}), "utf-8")
    with pytest.raises(FileRefused, match=r"b\.toml: name: another file declares mapped:small"):
        read_mappings(tmp_path)


def test_the_mappings_that_come_along_are_valid() -> None:
    found = {form.code: form.version for form in read_mappings()}
    assert found == {"mapped:acme-distribution-invoice": 3, "mapped:aws-cur": 1}
