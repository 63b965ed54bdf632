"""What the price list says for a line, in plain Python and fractions (rulings 7, 15, 31)."""

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

from fraction_line import VendorLine
from months_files import Row

OWN_PRICE_KINDS = ("fixed", "list", "discount_on_list")
LISTED_KINDS = ("list", "discount_on_list", "gap_share")
TERM_MONTHS = {"P1M": 1, "P1Y": 12, "P3Y": 36}
PLAN_MONTHS = {"monthly": 1, "annual": 12}
EMPTY_FITS_ANY = ("term", "billing_plan", "market")


def list_price(
    rows: Iterable[Row], line: VendorLine, currency: str, market: str
) -> Fraction | None:
    """Give the list price per unit and cycle in a currency on the day that counts.

    The row that names most of term, plan and market wins, then the newest; two that fit equally
    well and differ are no price.
    """
    facts = {"term": line.term, "billing_plan": line.plan, "market": market}
    fitting = [
        row
        for row in rows
        if (row["product_id"], row["sku_id"], row["currency"])
        == (line.product_id, line.sku_id, currency)
        and _is_in_force(row, line.rule_date)
        and all(row[name].lower() in {"", facts[name].lower()} for name in EMPTY_FITS_ANY)
    ]
    if not fitting:
        return None
    best = max(_preference(row) for row in fitting)
    prices = {_per_cycle(row, line) for row in fitting if _preference(row) == best}
    return prices.pop() if len(prices) == 1 else None


def _is_in_force(row: Row, day: dt.date) -> bool:
    return row["valid_from"] <= f"{day}" and (not row["valid_to"] or f"{day}" < row["valid_to"])


def _preference(row: Row) -> tuple[int, str]:
    return sum(bool(row[name]) for name in EMPTY_FITS_ANY), row["valid_from"]


def _per_cycle(row: Row, line: VendorLine) -> Fraction:
    price = Fraction(row["erp_price"] or row["unit_price"])
    if row["price_period"] != "term":
        return price
    months = TERM_MONTHS[row["term"]]
    plan = PLAN_MONTHS.get((row["billing_plan"] or line.plan).lower(), months)
    return price / (months // plan)
