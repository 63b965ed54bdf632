"""Strategies for the price list: prices of the products sold, by term, plan, market and time."""

import datetime as dt
from collections.abc import Iterable

from hypothesis import strategies as st
from months_channel import LONG_AGO, VENDOR
from months_exact import in_month
from months_files import Row, reference_row
from months_odds import rarely

TERMS_AND_PLANS = (
    ("", ""),
    ("P1M", "Monthly"),
    ("P1Y", "Monthly"),
    ("P1Y", "Annual"),
    ("P1Y", ""),
    ("payG-1", ""),
)


@st.composite
def price_list(
    draw: st.DrawFn, products: Iterable[tuple[str, str]], currencies: Iterable[str], day: dt.date
) -> list[Row]:
    """Draw the rows of each product and currency; here and there a product has no price."""
    rows: list[Row] = []
    pairs = [(product, currency) for product in products for currency in currencies]
    for (product_id, sku_id), currency in pairs:
        keys = draw(st.lists(st.sampled_from(TERMS_AND_PLANS[1:]), max_size=3, unique=True))
        for term, plan in [*keys, *([] if draw(rarely(8)) else TERMS_AND_PLANS[:1])]:
            key = {
                "vendor_id": VENDOR,
                "product_id": product_id,
                "sku_id": sku_id,
                "currency": currency,
                "term": term,
                "billing_plan": plan,
                "market": draw(st.sampled_from(("", "NL", "DE"))) if term else "",
            }
            rows += draw(_prices_of_key(key, day))
    return rows


@st.composite
def _prices_of_key(draw: st.DrawFn, key: Row, first_day: dt.date) -> list[Row]:
    """Draw one price, or two that follow each other within the month."""
    change = f"{draw(st.dates(first_day, in_month(first_day, 31)))}"
    spans = draw(st.sampled_from(([(LONG_AGO, "")], [(LONG_AGO, change), (change, "")])))
    period = "term" if key["term"] == "P1Y" and draw(st.booleans()) else ""
    return [
        reference_row(
            "price_list.csv",
            **key,
            price_period=period,
            unit_price=draw(_amount()),
            erp_price="" if draw(rarely(3)) else draw(_amount()),
            valid_from=start,
            valid_to=end,
        )
        for start, end in spans
    ]


def _amount() -> st.SearchStrategy[str]:
    return st.builds(
        lambda whole, rest, places: f"{whole}.{rest:06d}"[: len(str(whole)) + 1 + places],
        st.integers(1, 400),
        st.integers(0, 999_999),
        st.sampled_from((2, 2, 4, 6)),
    )
