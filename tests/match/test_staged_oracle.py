"""The staged matcher against plain Python on small files full of look-alikes, in any order."""

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from staged_case import SIDES, Line, line, place, run
from staged_reference import reference

from tieout.engine.duckdb import Engine, session

PERIODS = ("0601-0630", "0531-0629", "0611-0620", "0616-0630", "0501-0531", "0621-0705")
KINDS = (
    "recurring",
    "recurring",
    "usage",
    "correction",
    "credit",
    "refund",
    "one_time",
    "rounding",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Open one engine for all examples."""
    with session(tmp_path_factory.mktemp("engine"), threads=1) as opened:
        yield opened


@st.composite
def look_alike(draw: st.DrawFn) -> Line:
    """Draw a line whose cells come from so few values that many agree."""

    def one_of(*values: str | None) -> str | None:
        return draw(st.sampled_from(values))

    rated = draw(st.sampled_from([("9202", None), ("9202", None), (None, "9202"), (None, None)]))
    amount = draw(st.sampled_from(["1.00", "2.00", "-1.00", "-2.00"]))
    made = line(
        amount,
        period=draw(st.sampled_from(PERIODS)),
        q=draw(st.sampled_from(["1", "1", "2", "0.5"])),
        duration=Decimal(draw(st.sampled_from(["1", "1", "0.5", "0.333333333333333333"]))),
        line_kind=draw(st.sampled_from(KINDS)),
        subscription_id=one_of("s", "s", None),
        customer_id=one_of("c", "d"),
        vendor=one_of("v", None),
        rate_period_id=rated[0],
        plan_rate_id=rated[1],
        sku=one_of("A", "A", "B", None),
        match_key=one_of(None, None, None, "k1", "k2", "k3"),
        reservation_order=one_of(None, None, "RO-1"),
        meter_category=one_of("Storage", "Compute", None),
        flag=one_of(*[None] * 7, "cost_only", "duplicate_conflict"),
    )
    return replace(made, is_published=draw(st.integers(0, 9)) > 0)


def numbered(lines: list[Line]) -> list[Line]:
    """Give the lines ids of their own."""
    return [replace(one, line_id=at) for at, one in enumerate(lines, start=1)]


# told apart by their periods only, some of which share a single day
PERIOD_ALIKE = st.sampled_from([*PERIODS, "0630-0705", "0701-0731"]).map(
    lambda period: line("1.00", period=period)
)
FILES = st.lists(st.one_of(look_alike(), PERIOD_ALIKE), max_size=9).map(numbered)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(purchases=FILES, sales=FILES, order=st.randoms(use_true_random=False))
def test_the_matcher_says_what_plain_python_says_and_tells_every_line_once(
    engine: Engine, purchases: list[Line], sales: list[Line], order: random.Random
) -> None:
    mixed = order.sample(purchases, len(purchases)), order.sample(sales, len(sales))
    found = run(engine, *mixed)
    assert found == reference(purchases, sales)
    linked = ([link[0] for link in found.links], [link[1] for link in found.links])
    for members, side, lines in zip(linked, SIDES, (purchases, sales), strict=True):
        told = [one for link in members for one in link]
        told += [left[1] for left in found.left_over if left[0] == side]
        assert sorted(told) == sorted(map(place, lines))


def test_sums_of_many_decimals_are_compared_to_the_last_one(engine: Engine) -> None:
    third = Decimal("0.333333333333333333")
    wide = Decimal("999999999999.999999999999999999")
    purchases = [
        line("1.00", quantity=wide, duration=third),
        line("1.00", quantity=third, duration=third, line_id=2),
    ]
    # the same sum with the factors changed over, and with one unit of 10^-18 more
    sales = [
        line("1.00", quantity=third, duration=wide, line_id=3),
        line("1.00", quantity=third, duration=third, period="0501-0531", line_id=4),
        line("0.00", quantity=Decimal(0), duration=third, line_id=5),
    ]
    more = replace(sales[2], quantity=Decimal("0.000000000000000001"))
    assert [link[2:] for link in run(engine, purchases[:1], sales[::2]).links] == [(6, "group")]
    assert not run(engine, purchases[:1], [sales[0], more]).links
    last = Decimal("0.000000000000000001")
    tiny = [line("1.00", quantity=last, duration=last), line("1.00", q="0", line_id=2)]
    none = line("1.00", q="0", period="0501-0531", line_id=3)
    assert not run(engine, tiny, [none]).links
    found = run(engine, purchases, sales)
    assert found == reference(purchases, sales)
    assert [link[2:] for link in found.links] == [(6, "group")]
