"""Both legacy files: how they are recognised, where each cell goes, charge words, real amounts."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import pytest
from intake_case import Rows, Stage, camel
from legacy_case import (
    EXAMPLES,
    LICENCE,
    LICENCE_LINE,
    USAGE,
    USAGE_LINE,
    WORDS,
    Example,
    example_file,
    legacy_file,
)
from pyarrow import parquet

from tieout.errors import FileRefused
from tieout.intake import DETAIL_FORMATS, ms_legacy_licence, ms_legacy_usage
from tieout.intake.columns import plain_name
from tieout.intake.form import Form

Read: TypeAlias = Callable[[str | bytes], Rows]
Good: TypeAlias = dict[str, str]

BOTH = pytest.mark.parametrize("good", [LICENCE, USAGE], ids=["licence", "usage"])
FORMS = {"licence": (ms_legacy_licence.FORM, LICENCE), "usage": (ms_legacy_usage.FORM, USAGE)}


def but_for_the_file(rows: Rows) -> Rows:
    return [{**row, "file_id": "", "row_hash": ""} for row in rows]


def pretax(good: Good) -> str:
    return "Subtotal" if good is LICENCE else "PretaxCharges"


@pytest.mark.parametrize(
    ("form", "good", "count"), [(*FORMS["licence"], 28), (*FORMS["usage"], 42)], ids=list(FORMS)
)
def test_the_table_has_the_documented_columns_in_their_order(
    form: Form, good: Good, count: int
) -> None:
    names = [plain_name(column.vendor) for column in form.columns]
    assert names == [plain_name(name) for name in good]
    assert len(names) == count


@pytest.mark.parametrize("form", [form for form, _ in FORMS.values()], ids=list(FORMS))
def test_only_charge_type_currency_and_the_amount_are_required(form: Form) -> None:
    amount = "Subtotal" if form is ms_legacy_licence.FORM else "PretaxCharges"
    required = {column.vendor for column in form.columns if column.required}
    assert required == {"ChargeType", "Currency", amount}


@pytest.mark.parametrize(
    ("good", "wanted"), [(LICENCE, LICENCE_LINE), (USAGE, USAGE_LINE)], ids=list(FORMS)
)
def test_every_cell_goes_where_the_canonical_line_wants_it(
    lines: Read, good: Good, wanted: dict[str, object]
) -> None:
    (line,) = lines(legacy_file(good))
    hashes = ("file_id", "row_hash")
    assert {n: v for n, v in line.items() if v is not None and n not in hashes} == wanted


@pytest.mark.parametrize(("form", "good"), FORMS.values(), ids=list(FORMS))
def test_a_full_file_is_recognised_without_a_notice(stage: Stage, form: Form, good: Good) -> None:
    staged = stage(legacy_file(good))
    assert (staged.format, staged.vendor, staged.loaded) == (form.code, "microsoft", 1)
    assert staged.notices == ()
    assert form.code not in DETAIL_FORMATS


def test_a_licence_header_with_a_usage_date_is_no_licence_file(stage: Stage) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage(legacy_file(LICENCE, header=[*LICENCE, "UsageDate"]))
    assert refusal.value.code == "unknown_format"


@BOTH
def test_a_camel_case_header_reads_like_a_pascal_case_one(lines: Read, good: Good) -> None:
    renamed = lines(legacy_file(good, header=[camel(name) for name in good]))
    assert but_for_the_file(renamed) == but_for_the_file(lines(legacy_file(good)))


@BOTH
def test_the_apis_name_and_mark_for_no_reseller_are_read(lines: Read, good: Good) -> None:
    text = legacy_file(good, {"ResellerMPNID": "-1"}, {"ResellerMPNID": ""}, {})
    found = lines(text.replace("ResellerMPNID", "tier2MpnId", 1))
    assert [row["reseller_id"] for row in found] == [None, None, "4391507"]


@pytest.mark.parametrize(
    ("good", "name"),
    [(LICENCE, "ChargeType"), (LICENCE, "Subtotal"), (USAGE, "ChargeType"), (USAGE, "Currency")],
)
def test_a_missing_required_column_refuses_the_file(stage: Stage, good: Good, name: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage(legacy_file(good, header=[column for column in good if column != name]))
    assert refusal.value.code == "missing_column"
    assert refusal.value.reason == f"the column {name} is missing"


def test_without_its_amount_a_usage_file_is_not_even_recognised(stage: Stage) -> None:
    with pytest.raises(FileRefused) as refusal:
        stage(legacy_file(USAGE, header=[name for name in USAGE if name != "PretaxCharges"]))
    assert refusal.value.code == "unknown_format"
    assert "ms_legacy_usage, but it lacks PretaxCharges" in refusal.value.reason


@pytest.mark.parametrize(("form", "good"), FORMS.values(), ids=list(FORMS))
def test_a_file_of_nothing_but_the_required_columns_and_the_signature_is_read(
    stage: Stage, form: Form, good: Good
) -> None:
    wanted = {group[0] for group in form.signatures[0].names}
    wanted |= {column.vendor for column in form.columns if column.required}
    staged = stage(legacy_file(good, header=[name for name in good if name in wanted]))
    assert (staged.format, staged.loaded) == (form.code, 1)
    (line,) = parquet.read_table(staged.vendor_line).to_pylist()
    assert (line["charge_start_date"], line["reseller_id"]) == (None, None)
    assert (line["billing_state"], line["billing_currency"]) == ("billed", "EUR")
    missing = [c.vendor for c in form.columns if c.vendor not in wanted]
    assert staged.notices == (f"missing columns, read as empty: {', '.join(missing)}",)


def test_legacy_rows_are_billed_with_or_without_an_invoice_number(lines: Read) -> None:
    found = lines(legacy_file(USAGE, {"InvoiceNumber": ""}, {})) + lines(legacy_file(LICENCE))
    assert [(row["billing_state"], row["invoice_number"]) for row in found] == [
        ("billed", None),
        ("billed", "D020001IVK"),
        ("billed", None),
    ]


@pytest.mark.parametrize("break_at", ["", "_"])
def test_a_licence_is_matched_by_the_portals_subscription_id(lines: Read, break_at: str) -> None:
    portal = break_at.join(("Syndication", "Partner", "Subscription", "Number"))
    text = legacy_file(LICENCE).replace("SyndicationPartnerSubscriptionNumber", portal, 1)
    assert lines(text)[0]["subscription_id"] == LICENCE["SyndicationPartnerSubscriptionNumber"]


@BOTH
@pytest.mark.parametrize("spelt", [str, str.upper, str.title], ids=["printed", "upper", "title"])
def test_a_charge_type_keeps_its_word_and_gets_ours(
    lines: Read, good: Good, spelt: Callable[[str], str]
) -> None:
    rows = [{"ChargeType": spelt(word), pretax(good): amount} for word, amount, _ in WORDS]
    found = [(row["charge_type"], row["charge_kind"]) for row in lines(legacy_file(good, *rows))]
    assert found == [(spelt(word), kind) for word, _, kind in WORDS]


@BOTH
def test_no_documented_word_is_a_notice_and_every_unknown_one_is(stage: Stage, good: Good) -> None:
    unknown = ("Transition fee", "", "cycleCharge")
    words = [*dict.fromkeys(word for word, _, _ in WORDS), *unknown]
    staged = stage(legacy_file(good, *({"ChargeType": word} for word in words)))
    listed = "'', 'Transition fee', 'cycleCharge'"
    assert staged.notices == (f"unknown charge types, kept as other: {listed}",)
    rows = parquet.read_table(staged.vendor_line).to_pylist()
    assert {row["charge_type"] for row in rows if row["charge_kind"] == "other"} == set(unknown)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))
def test_a_worked_example_loads_to_its_published_sum(lines: Read, example: Example) -> None:
    total, rows, kinds = example
    found = lines(example_file(rows))
    figures = {"unit_price": 3, "billable_quantity": 4, "list_amount": 5, "subtotal": 5}
    for ours, at in figures.items():
        assert [row[ours] for row in found] == [Decimal(row[at]) for row in rows]
    assert sum(row["subtotal"] for row in found) == Decimal(total)
    assert [row["charge_kind"] for row in found] == list(kinds)
    for ours, at in (("charge_start_date", 0), ("charge_end_date", 1)):
        printed = [[int(part) for part in row[at].split("/")] for row in rows]
        assert [row[ours] for row in found] == [date(y, m, d) for m, d, y in printed]


def test_the_years_of_a_three_year_offer_keep_their_dates_as_printed(lines: Read) -> None:
    # Source: https://learn.microsoft.com/en-us/partner-center/common-billing-scenarios-annual
    years = [
        ("2020-03-20", "2021-03-19", "Prorate fees when purchased", "new"),
        ("2021-02-20", "2022-02-19", "Cycle Fee", "cycle_fee"),
        ("2022-02-20", "2023-02-19", "Cycle fee", "cycle_fee"),
    ]
    term = {"SubscriptionStartDate": "3/20/2020 0:00", "SubscriptionEndDate": "3/19/2023 0:00"}
    cells = [
        {**term, "ChargeStartDate": start, "ChargeEndDate": end, "ChargeType": word}
        for start, end, word, _ in years
    ]
    found = lines(legacy_file(LICENCE, *cells))
    charged = ("charge_start_date", "charge_end_date", "charge_type", "charge_kind")
    assert [tuple(str(row[name]) for name in charged) for row in found] == years
    terms = {(row["subscription_start_date"], row["subscription_end_date"]) for row in found}
    assert terms == {(date(2020, 3, 20), date(2023, 3, 19))}


@BOTH
def test_sums_are_those_of_the_digits_in_the_file(lines: Read, good: Good) -> None:
    names = ("Subtotal", "Tax", "TotalForCustomer", "Amount", "TotalOtherDiscount")
    ours = ("subtotal", "tax_total", "total", "list_amount", "discount_total")
    if good is USAGE:
        names = ("PretaxCharges", "TaxAmount", "PostTaxTotal", "ConsumedQuantity", "ListPrice")
        ours = ("subtotal", "tax_total", "total", "quantity", "unit_price")
    digits = ("0.10", "-0.000000000000000001", "7.1E-05", "'22.50", "98765432109876.1", "0")
    rows = [dict(zip(names, digits[at:] + digits[:at], strict=False)) for at in range(6)]
    text = legacy_file(good, *rows)
    found = lines(text)
    printed = list(csv.DictReader(io.StringIO(text)))
    for name, our in zip(names, ours, strict=True):
        cells = [Decimal(row[name].removeprefix("'")) for row in printed]
        assert [row[our] for row in found] == cells
        assert sum(row[our] for row in found) == sum(cells)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2/28/2019 23:59", date(2019, 2, 28)),
        ("02/01/2019 0:00", date(2019, 2, 1)),
        ("2/28/2019 11:59:59 PM", date(2019, 2, 28)),
        ("2019-02-27T00:00:00", date(2019, 2, 27)),
        ("0001-01-01T00:00:00", None),
        ("", None),
    ],
)
@BOTH
def test_a_charge_ends_on_the_day_printed_whatever_the_hour(
    lines: Read, good: Good, cell: str, day: date | None
) -> None:
    (line,) = lines(legacy_file(good, {"ChargeEndDate": cell}))
    assert (line["charge_start_date"], line["charge_end_date"]) == (date(2019, 2, 1), day)


def test_a_sku_of_an_offer_is_read_as_it_stands(lines: Read) -> None:
    found = lines(legacy_file(USAGE, {"Sku": "7"}, {"Sku": " 7UD-00001 "}))
    assert [row["sku_id"] for row in found] == ["7", "7UD-00001"]


def test_rows_of_several_tiers_keep_their_number_and_are_all_kept(stage: Stage) -> None:
    staged = stage(legacy_file(USAGE, {}, {"DetailLineItemId": "2"}, {}))
    rows = parquet.read_table(staged.vendor_line).to_pylist()
    assert [row["vendor_invoice_row_id"] for row in rows] == ["1", "2", "1"]
    assert "equal rows, all kept: 1, 3 (EUR 0.89 each)" in staged.notices[0]


@BOTH
@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("the amount", "", "missing_required"),
        ("the amount", "x", "bad_number"),
        ("Currency", "", "missing_required"),
        ("Currency", "EUX", "bad_currency"),
        ("ChargeStartDate", "31/31/2019 0:00", "bad_date"),
        ("ChargeEndDate", "1/31/2019 23:59", "date_order"),
    ],
)
def test_a_bad_cell_rejects_its_row_and_no_other(
    stage: Stage, good: Good, column: str, cell: str, code: str
) -> None:
    name = pretax(good) if column == "the amount" else column
    staged = stage(legacy_file(good, {}, {name: cell}, {"ChargeType": "Cancel fee"}))
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (staged.rows, staged.loaded, staged.rejected) == (3, 2, 1)
    assert (row["row_number"], row["line"], row["column"], row["code"]) == (2, 3, name, code)
    assert row["cells"][list(good).index(name)] == cell
    assert row["invoice_number"] == good.get("InvoiceNumber")
    readable = (Decimal(good[pretax(good)]), "EUR")
    broken = column in ("the amount", "Currency")
    assert (row["subtotal"], row["currency"]) == ((None, None) if broken else readable)


def test_rejected_rows_of_a_file_without_charge_dates_say_why(stage: Stage) -> None:
    header = [name for name in LICENCE if not name.startswith("Charge") or name == "ChargeType"]
    staged = stage(legacy_file(LICENCE, {"Subtotal": "x"}, {}, header=header))
    (row,) = parquet.read_table(staged.rejected_row).to_pylist()
    assert (staged.loaded, row["reason"]) == (1, "'x' is not a number")


def test_a_usage_invoice_in_two_currencies_is_rejected_whole(rejects: Read) -> None:
    found = rejects(legacy_file(USAGE, {}, {"Currency": "USD"}, {"InvoiceNumber": "D2"}))
    assert [row["row_number"] for row in found] == [1, 2]
    assert {row["code"] for row in found} == {"mixed_currency"}
