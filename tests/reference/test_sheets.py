"""Rows of price sheets join the prices in force: the newest start wins, nothing is deleted."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_case import GOOD, Stage
from sheet_case import PRICE, Current, Join, Row, join, price, ranges, reasons

from tieout.engine.duckdb import Engine, session
from tieout.errors import ReferenceRefused
from tieout.reference import StagedReference
from tieout.store.resources import RESOURCES

Stated = tuple[int, int, str]  # first day, first day after (DAYS: never ends), price


@pytest.fixture
def prices(engine: Engine, stage: Stage, tmp_path: Path) -> Join:
    """Stage sheets of prices, by default over the good folder without a price."""
    good = {name: text for name, text in GOOD.items() if name != "price_list.csv"}
    start = stage(good).files

    def run(*files: Sequence[Row], current: Current = start) -> StagedReference:
        return join(engine, tmp_path, current=current, resource="price_list", files=files)

    return run


def test_a_later_sheet_ends_the_earlier_price(prices: Join) -> None:
    september = prices([price("2021-09-01", None, "10")])
    october = prices([price("2021-10-01", None, "11")], current=september.files)
    assert ranges(october) == [("2021-09-01", "2021-10-01", "10"), ("2021-10-01", None, "11")]
    assert october.changes == {"price_list": 2}
    assert pq.read_table(october.ended["price_list"]).column("valid_from").to_pylist() == [
        "2021-09-01"
    ]


def test_a_sheet_that_repeats_last_month_changes_what_is_new_only(prices: Join) -> None:
    first = prices([price("2021-09-01", None, "10"), price("2021-09-01", None, "5", sku_id="0002")])
    rows = [
        price("2021-09-01", None, "10"),
        price("2021-10-01", None, "6", sku_id="0002"),
        price("2021-10-01", None, "7", sku_id="0003"),
    ]
    second = prices(rows, current=first.files)
    assert second.changes == {"price_list": 3}  # one ends, two begin
    assert second.counts["price_list"] == 4
    assert prices(rows, current=second.files).is_unchanged
    again = prices([price("2021-09-01", None, "10")], current=second.files)
    assert again.is_unchanged
    assert again.digest == second.digest


def test_a_price_that_is_corrected_replaces_the_one_of_the_same_start(prices: Join) -> None:
    first = prices([price("2021-09-01", None, "10")])
    second = prices([price("2021-09-01", "2021-12-01", "12")], current=first.files)
    assert ranges(second) == [("2021-09-01", "2021-12-01", "12")]


def test_an_older_month_loaded_later_ends_where_the_newer_begins(prices: Join) -> None:
    october = prices([price("2021-10-01", None, "11")])
    september = prices([price("2021-09-01", None, "10")], current=october.files)
    assert ranges(september) == [("2021-09-01", "2021-10-01", "10"), ("2021-10-01", None, "11")]
    assert september.changes == {"price_list": 1}


def test_of_overlapping_ranges_the_newest_start_wins(prices: Join) -> None:
    # the documented overlap: a line that ends on 3 November and one that began on the 1st
    staged = prices([price("2021-10-01", "2021-11-04", "1"), price("2021-11-01", None, "2")])
    assert ranges(staged) == [("2021-10-01", "2021-11-01", "1"), ("2021-11-01", None, "2")]


def test_a_price_that_was_interrupted_goes_on(prices: Join) -> None:
    staged = prices([price("2021-01-01", None, "10"), price("2021-06-01", "2021-07-01", "8")])
    expected = [
        ("2021-01-01", "2021-06-01", "10"),
        ("2021-06-01", "2021-07-01", "8"),
        ("2021-07-01", None, "10"),
    ]
    assert ranges(staged) == expected
    again = prices([price("2021-01-01", None, "10")], current=staged.files)
    assert again.is_unchanged


def test_of_starts_on_one_day_the_newest_moment_wins(prices: Join) -> None:
    morning = price("2021-11-03", None, "2", moment=9)
    staged = prices([price("2021-11-03", None, "1", moment=6), morning])
    assert ranges(staged) == [("2021-11-03", None, "2")]


def test_equal_rows_count_once_with_the_longest_range(prices: Join) -> None:
    staged = prices([price("2021-10-01", "2021-11-01", "1.0"), price("2021-10-01", None, "1.0")])
    assert ranges(staged) == [("2021-10-01", None, "1.0")]


def test_two_prices_from_one_moment_on_are_a_fault_by_key(prices: Join) -> None:
    first = price("2021-10-01", None, "1", segment="education", tier_min="1", market="us")
    with pytest.raises(ReferenceRefused) as refused:
        prices([first], [{**PRICE, "product_id": "P1"}, {**first, "unit_price": "1.10"}])
    assert reasons(refused.value) == [
        (
            "sheet2.csv",
            2,
            "UnitPrice",
            (
                "is another price from the same moment on than that of sheet1.csv row 1"
                " for P9, 0001, P1Y, US, Education, USD, tier 1"
            ),
        )
    ]


@pytest.mark.parametrize(
    "key",
    [
        {"segment": "Education"},
        {"meter_id": "m1"},
        {"tier_min": "101"},
        {"billing_plan": "Monthly"},
        {"market": "NL"},
        {"term": "P1M"},
        {"currency": "EUR"},
        {"sku_id": "0002"},
    ],
)
def test_prices_are_told_apart_by_every_key(prices: Join, key: Row) -> None:
    staged = prices([PRICE, {**PRICE, **key, "unit_price": "2"}])
    assert staged.counts["price_list"] == 2


def test_keys_are_spelled_alike_whatever_their_case(prices: Join) -> None:
    words = {"term": "payg-1", "billing_plan": "none", "segment": "CHARITY", "market": "us"}
    (row,) = pq.read_table(prices([{**PRICE, **words}]).files["price_list"]).to_pylist()
    assert [row[name] for name in words] == ["payG-1", "None", "Charity", "US"]
    assert prices([{**PRICE, "term": "P7Y"}]).counts["price_list"] == 1  # other words are kept


def test_every_faulty_cell_is_listed_under_the_vendors_header(prices: Join) -> None:
    rows = [
        {**PRICE, "unit_price": "free", "currency": "EURO"},
        {**PRICE, "unit_price": None, "valid_from": "31/31/2021"},
        {**PRICE, "product_id": None, "unit_price": f"0.{'1' * 25}"},
    ]
    with pytest.raises(ReferenceRefused) as refused:
        prices(rows)
    assert reasons(refused.value) == [
        ("sheet1.csv", 1, "UnitPrice", "'free' is not a number"),
        ("sheet1.csv", 1, "currency", "'EURO' is not an ISO 4217 currency with a minor unit"),
        ("sheet1.csv", 2, "UnitPrice", "a value is required"),
        ("sheet1.csv", 2, "valid_from", "'31/31/2021' is not a date (yyyy-mm-dd)"),
        ("sheet1.csv", 3, "UnitPrice", f"'0.{'1' * 25}' has more than 24 decimals"),
        ("sheet1.csv", 3, "product_id", "a value is required"),
    ]


def test_a_range_without_a_day_is_a_fault(prices: Join) -> None:
    with pytest.raises(ReferenceRefused) as refused:
        prices([price("2021-10-01", "2021-10-01", "1")])
    assert str(refused.value) == (
        "sheet1.csv row 1, column 'valid_to': '2021-10-01' is not after the start '2021-10-01'"
    )


def test_prices_of_an_unknown_vendor_are_one_fault(prices: Join) -> None:
    with pytest.raises(ReferenceRefused) as refused:
        prices([PRICE, {**PRICE, "sku_id": "0002"}], current={})
    assert str(refused.value) == (
        "sheet1.csv: prices of 'microsoft', which is no organization of role vendor;"
        " load it with organizations.csv first"
    )


def test_a_flood_of_faults_is_cut_and_counted(prices: Join) -> None:
    with pytest.raises(ReferenceRefused) as refused:
        prices([{**PRICE, "unit_price": "x"}] * 1234)
    assert len(refused.value.faults) == 200
    assert str(refused.value).endswith("\nand 1034 more faults")


DAYS = 12


def day(number: int) -> str:
    return (dt.date(2021, 1, 1) + dt.timedelta(days=number)).isoformat()


def stated_sheets() -> st.SearchStrategy[list[Stated]]:
    one = st.tuples(st.integers(0, DAYS - 1), st.integers(1, DAYS), st.sampled_from("123"))
    return st.lists(
        one.filter(lambda row: row[0] < row[1]),
        min_size=1,
        max_size=6,
        unique_by=lambda row: row[0],
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    """Open one engine for many examples, with the vendor's organization in force."""
    folder = tmp_path_factory.mktemp("base")
    names = RESOURCES["organizations"].columns
    vendor = {"organization_id": "microsoft", "role": "vendor", "name": "Microsoft"}
    columns = {name: pa.array([vendor.get(name)], pa.string()) for name in names}
    pq.write_table(pa.table(columns), folder / "organizations.parquet")
    with session(folder / "scratch", threads=1) as opened:
        yield opened, folder / "organizations.parquet"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stated=stated_sheets(), later=stated_sheets())
def test_every_day_has_the_price_of_the_newest_start(
    base: tuple[Engine, Path], stated: list[Stated], later: list[Stated]
) -> None:
    engine, organizations = base
    # a later sheet states what began after all that was stated before, as months do
    later = [(start + DAYS, end + DAYS, amount) for start, end, amount in later]
    current: Current = {"organizations": organizations}
    with TemporaryDirectory() as name:
        folder = Path(name)
        for rows in (stated, later, stated, later):
            sheet = [
                price(day(start), None if end in (DAYS, 2 * DAYS) else day(end), amount)
                for start, end, amount in rows
            ]
            staged = join(engine, folder, current=current, resource="price_list", files=[sheet])
            current = staged.files
        assert staged.is_unchanged
        found = ranges(staged)
    assert all(end is None or start < end for start, end, _ in found)
    opened = [(s, 2 * DAYS if e == DAYS else e, p) for s, e, p in stated] + later
    for number in range(2 * DAYS):
        covering = [p for s, e, p in found if s <= day(number) and (e is None or day(number) < e)]
        newest = max((one for one in opened if one[0] <= number < one[1]), default=None)
        assert covering == ([newest[2]] if newest else [])
