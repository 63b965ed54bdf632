"""Every rule kind against fractions, line by line; the same whatever the order and the threads."""

import random
from collections.abc import Sequence
from math import gcd
from pathlib import Path

import pyarrow as pa
import pytest
from months_exact import plain
from rated_lines import KINDS, OWN, UNITS, Line, Pricing, lines, pricings, rated

from tieout.engine.duckdb import Engine, session
from tieout.rate import rate_hops

CURRENCIES = {0: "JPY", 2: "EUR", 3: "KWD"}
MATCHED = """
    SELECT
        pricing_id, 2::BIGINT AS hops, 'v' AS vendor, quantity::DECIMAL(38, 18) AS quantity,
        days_billed, days_cycle, profile, sign, credit_hop, credit_hop - 1 AS credit_hops,
        credit_left::DECIMAL(38, 18) AS credit_left,
        unit_price::DECIMAL(38, 18) AS unit_price, NULL::UTINYINT AS unit_price_digits,
        effective::DECIMAL(38, 18) AS effective_unit_price,
        NULL::UTINYINT AS effective_unit_price_digits,
        total::DECIMAL(38, 18) AS total_price, NULL::UTINYINT AS total_price_digits
    FROM given ORDER BY place
"""
PRICE = """
    SELECT
        hop_no.hop, given.* REPLACE (
            own_price::HUGEINT AS own_price, rule_up::HUGEINT AS rule_up,
            rule_down::HUGEINT AS rule_down, rate_up::HUGEINT AS rate_up,
            rate_down::HUGEINT AS rate_down, fine_up::HUGEINT AS fine_up,
            fine_down::HUGEINT AS fine_down
        ),
        's' AS seller_id, 'b' AS buyer_id, 'c' AS contract_id, 'USD' AS cost_currency,
        'r' AS rule_id, FALSE AS charge_free, NULL AS exchange_rate, NULL::BIGINT AS list_left
    FROM given_price AS given, (SELECT unnest([1, 2]) AS hop) AS hop_no
"""


QUICK = ("margin", "fixed", "gap_share")  # the others, and more lines, among the deep tests


def _price_row(number: int, pricing: Pricing) -> dict[str, object]:
    """Give a row of hop_price; its fractions are made here, not by the statements under test."""
    kind, part = pricing.kind, pricing.percent / 100
    factor = {"markup": 1 + part, "margin": 1 / (1 - part), "discount_on_list": 1 - part}
    rule = factor.get(kind, part if kind == "gap_share" else 1 + 0 * part)
    up, down = pricing.rate.numerator, pricing.rate.denominator
    fine = gcd(down, 10**17) if down >= UNITS else 1
    parts = pricing.parts if kind in ("list", "discount_on_list") else 1
    return {
        "pricing_id": number,
        "kind": kind,
        "currency": CURRENCIES[pricing.minor],
        "policy": pricing.policy,
        "is_own_price": kind in OWN,
        "is_gap_share": kind == "gap_share",
        "gap_list_down": pricing.parts if kind == "gap_share" else 1,
        "own_price": str(int(pricing.price * UNITS)),
        "rule_up": str(rule.numerator),
        "rule_down": str(rule.denominator * parts),
        "rate_up": str(up),
        "rate_down": str(down // fine),
        "fine_up": "1",
        "fine_down": str(fine),
    }


def _line_row(place: int, line: Line) -> dict[str, object]:
    return {
        "place": place,
        "pricing_id": line.pricing,
        "quantity": plain(line.quantity),
        "days_billed": line.days[0],
        "days_cycle": line.days[1],
        "profile": line.profile,
        "sign": line.sign,
        "credit_hop": 2 if line.left else None,
        "credit_left": plain(line.left) if line.left else None,
        "unit_price": plain(line.unit),
        "effective": plain(line.effective),
        "total": plain(line.total),
    }


def _rate(
    folder: Path, held: Sequence[Pricing], drawn: Sequence[Line], *, threads: int, order: list[int]
) -> list[tuple[str, str, str]]:
    """Rate the lines in an order; give total, unit and effective as text, in their first order."""
    rows = [_line_row(place, drawn[at]) for place, at in enumerate(order)]
    with session(folder / "scratch", threads=threads) as engine:
        _tables(engine, rows, [_price_row(number, one) for number, one in enumerate(held)])
        for hop in rate_hops(engine):
            if hop == 2:
                found = engine.arrow(
                    "SELECT total_price::VARCHAR AS t, unit_price::VARCHAR AS u,"
                    " effective_unit_price::VARCHAR AS e FROM detail_hop ORDER BY charge_no"
                ).to_pylist()
    made = {at: (row["t"], row["u"], row["e"]) for at, row in zip(order, found, strict=True)}
    return [made[at] for at in range(len(drawn))]


def _tables(engine: Engine, rows: list[dict[str, object]], prices: list[dict[str, object]]) -> None:
    engine.register("given", pa.Table.from_pylist(rows))
    engine.register("given_price", pa.Table.from_pylist(prices))
    engine.table("matched_line", MATCHED)
    engine.table(
        "ordered_charge", "SELECT 0 AS charge_no, 0 AS hop, '' AS invoice_order_id LIMIT 0"
    )
    engine.table("hop_price", PRICE)
    engine.view(
        "charge",
        "SELECT rowid + 1 AS charge_no, 'f' AS file_id, rowid AS row_number FROM matched_line",
    )
    engine.table(
        "minor_grain",
        "SELECT * FROM (VALUES ('JPY', 1000000000000000000), ('EUR', 10000000000000000),"
        " ('KWD', 1000000000000000)) AS _(currency, grain)",
    )


def _check(folder: Path, kind: str, *, count: int) -> None:
    draw = random.Random(f"rated {kind}")
    held = pricings(draw, kind)
    drawn = lines(draw, held, count)
    found = _rate(folder, held, drawn, threads=2, order=list(range(count)))
    wrong = [
        (line, held[line.pricing], got)
        for line, got in zip(drawn, found, strict=True)
        if [plain(n, places_min=18) for n in rated(line, held[line.pricing])] != list(got)
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", QUICK)
def test_every_line_is_what_fractions_say(tmp_path: Path, kind: str) -> None:
    _check(tmp_path, kind, count=3000)


@pytest.mark.deep
@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_thousand_lines_are_what_fractions_say(tmp_path: Path, kind: str) -> None:
    _check(tmp_path, kind, count=100_000)


@pytest.mark.deep  # a hop of seven kinds, planned three times
def test_order_and_threads_change_no_digit(tmp_path: Path) -> None:
    draw = random.Random("order")
    held = [one for kind in KINDS for one in pricings(draw, kind)[:9]]
    drawn = lines(draw, held, 3000)
    order = list(range(len(drawn)))
    first = _rate(tmp_path, held, drawn, threads=1, order=order)
    assert _rate(tmp_path, held, drawn, threads=1, order=order) == first
    draw.shuffle(order)
    assert _rate(tmp_path, held, drawn, threads=2, order=order) == first
