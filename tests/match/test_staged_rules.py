"""Single rules of the staged matcher: each reason, keys, buckets, and cells that are empty."""

from dataclasses import replace
from typing import Any

import pytest
from staged_case import Found, Line, line, matched

PURCHASE, SALE = ("V-1", 1, 1), ("R-1", 1, 1)
NO_RATE: dict[str, Any] = {"rate_period_id": None}
USAGE: dict[str, Any] = {"line_kind": "usage", "rate_period_id": None, "plan_rate_id": "9110"}


def two(purchase: Line, sale: Line) -> Found:
    """Match one line a side."""
    return matched([purchase], [replace(sale, invoice_id="R-1")])


def reasons(found: Found) -> list[tuple[str, str]]:
    """Give side and reason of what is left."""
    return sorted((side, reason) for side, _, _, reason in found.left_over)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"direction": -1}, "sign_differs"),
        ({"direction": -1, "rate_period_id": "9203"}, "sign_differs"),
        ({"rate_period_id": "9203"}, "rate_differs"),
        ({"rate_period_id": None, "plan_rate_id": "9202"}, "rate_differs"),
        ({"rate_period_id": "9203", "period": "0501-0531"}, "rate_differs"),
        ({"period": "0501-0531"}, None),
        ({"period": "0501-0531", "q": "2"}, "period_differs"),
        ({"q": "2"}, "quantity_differs"),
        ({"line_kind": "setup", "period": "0531-0629"}, None),
    ],
)
def test_a_reason_is_the_first_difference_that_leaves_no_candidate(
    changed: dict[str, Any], reason: str | None
) -> None:
    found = two(line("8.00"), line("10.00", **changed))
    if reason is None:  # tier 6 asks for rate, direction and sum only
        assert found.links == {((PURCHASE,), (SALE,), 6, "matched")}
    else:
        assert not found.links
        assert reasons(found) == [("purchase", reason), ("sales", reason)]


@pytest.mark.parametrize(
    ("period", "tier"),
    [("0630-0729", 3), ("0502-0601", 3), ("0701-0730", 6), ("0502-0531", 6)],
)
def test_periods_overlap_from_one_shared_day_on(period: str, tier: int) -> None:
    found = two(line("8.00"), line("10.00", period=period))
    assert found.links == {((PURCHASE,), (SALE,), tier, "matched")}


def test_a_line_with_two_candidates_in_its_period_is_linked_to_neither() -> None:
    sales = [line("10.00", period=period) for period in ("0531-0629", "0602-0701")]
    sales = [replace(one, line_id=at, invoice_id="R-1") for at, one in enumerate(sales)]
    for bought, sold in (([line("8.00")], sales), (sales, [line("8.00")])):
        found = matched(bought, sold)
        assert not found.links
        assert {reason for *_, reason in found.left_over} == {"ambiguous_count"}


def test_a_line_whose_counterparts_all_belong_to_others_is_told_so() -> None:
    found = matched(
        [line("8.00"), line("9.00", q="3", line_id=2)], [line("10.00", invoice_id="R-1")]
    )
    assert found.links == {((PURCHASE,), (SALE,), 1, "matched")}
    assert reasons(found) == [("purchase", "counterparts_exhausted")]


def test_a_rounding_line_is_linked_by_its_key_only() -> None:
    rounding = line("-0.01", line_kind="rounding", sku=None, **NO_RATE)
    assert reasons(two(rounding, rounding)) == [("purchase", "rounding"), ("sales", "rounding")]
    keyed = replace(rounding, match_key="mr_1")
    assert two(keyed, keyed).links == {((PURCHASE,), (SALE,), 0, "matched")}


def test_the_line_of_a_key_whose_document_is_not_issued_is_not_linked() -> None:
    draft = line("10.00", match_key="k", is_published=False)
    found = two(line("8.00", match_key="k"), draft)
    assert not found.links
    assert reasons(found) == [("purchase", "not_published"), ("sales", "not_published")]
    assert reasons(two(line("8.00"), draft))[0] == ("purchase", "no_counterpart")


def test_a_flag_comes_before_every_other_reason() -> None:
    flagged = line("4.50", match_key="k", flag="cost_only")
    found = two(flagged, line("5.00", match_key="k", flag="sale_only", is_published=False))
    assert reasons(found) == [("purchase", "cost_only"), ("sales", "sale_only")]


def test_only_a_key_crosses_subscriptions_and_directions() -> None:
    bought, sold = line("8.00"), line("10.00", subscription_id="700102")
    assert reasons(two(bought, sold)) == [
        ("purchase", "no_counterpart"),
        ("sales", "no_counterpart"),
    ]
    turned = replace(sold, direction=-1, match_key="k")
    keyed = two(replace(bought, match_key="k"), turned)
    assert keyed.links == {((PURCHASE,), (SALE,), 0, "matched")}


def test_a_key_on_two_lines_of_a_side_is_not_used() -> None:
    purchases = [line("8.00", match_key="k"), line("8.00", q="2", line_id=2, match_key="k")]
    sale = line("10.00", q="2", invoice_id="R-1", match_key="k")
    assert matched(purchases, [sale]).links == {((("V-1", 2, 1),), (SALE,), 1, "matched")}
    # one that is set aside does not count
    purchases[1] = replace(purchases[1], flag="cost_only")
    assert matched(purchases, [sale]).links == {((PURCHASE,), (SALE,), 0, "matched")}


def test_without_a_subscription_lines_meet_by_customer_and_vendor() -> None:
    placed: dict[str, Any] = {"subscription_id": None, "customer_id": "c", "vendor": "v"}
    here = line("8.00", **placed)
    assert two(here, here).links == {((PURCHASE,), (SALE,), 1, "matched")}
    for other in ({"vendor": "w"}, {"customer_id": "d"}, {"subscription_id": "c"}):
        assert not two(here, line("10.00", **{**placed, **other})).links


def test_a_rate_period_and_a_plan_rate_of_one_number_are_two_rates() -> None:
    assert not two(line("8.00"), line("8.00", rate_period_id=None, plan_rate_id="9202")).links


@pytest.mark.parametrize(
    ("purchase", "sale", "tier"),
    [
        # plan level: no rate on either side, the SKU tells
        (line("8.00", **NO_RATE), line("8.00", **NO_RATE), 1),
        # neither rate nor the same SKU: two products of one quantity
        (line("8.00", **NO_RATE), line("8.00", sku="B", **NO_RATE), None),
        # without SKU it is the comparison of tier 2
        (line("8.00", sku=None), line("8.00", sku=None), 2),
        # usage without SKU: a sum line is not tied to a meter by its month
        (line("8.00", sku=None, **USAGE), line("8.00", q="2", sku=None, **USAGE), None),
        (
            line("8.00", sku="A", meter_category="Storage", **USAGE),
            line("8.00", sku="B", q="2", meter_category="Storage", **USAGE),
            4,
        ),
    ],
)
def test_an_empty_cell_never_makes_two_lines_equal_where_all_hangs_on_it(
    purchase: Line, sale: Line, tier: int | None
) -> None:
    expected = set() if tier is None else {((PURCHASE,), (SALE,), tier, "matched")}
    assert two(purchase, sale).links == expected
