"""How good the staged matcher is on months whose truth is known."""

from pathlib import Path

import pytest
from staged_case import line, run
from staged_months import Month, judged, month

from tieout.engine.duckdb import session


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_planted_ambiguity_every_link_is_right_and_every_pair_is_found(
    tmp_path: Path, seed: int
) -> None:
    made = month(subscriptions=600, seed=seed)
    with session(tmp_path) as engine:
        found = run(engine, made.purchases, made.sales)
    quality = judged(made, found)
    print(quality)  # noqa: T201 - the report; `pytest -rP` shows it
    assert {tier for tier, _ in quality.links} == {1, 2, 3, 4, 5}
    assert not quality.wrong
    assert all(quality.precision(*key) == 1 for key in quality.links)
    assert {kind: quality.recall(kind) for kind in quality.true} == dict.fromkeys(quality.true, 1)
    assert {link[3] for link in found.links} == {"matched", "group"}
    assert expected_tiers(made) == {
        (link[0][0], link[1][0]): link[2] for link in found.links if link[3] == "matched"
    }


def expected_tiers(made: Month) -> dict[object, int]:
    """Give the true pairs with the tier that the story shows them in."""
    return {pair: tier for pair, tier in made.truth.items() if tier is not None}


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_with_planted_ambiguity_every_wrong_link_is_matched_by_order(
    tmp_path: Path, seed: int
) -> None:
    made = month(subscriptions=600, seed=seed, ambiguous=True)
    with session(tmp_path) as engine:
        found = run(engine, made.purchases, made.sales)
    quality = judged(made, found)
    print(quality)  # noqa: T201 - the report; `pytest -rP` shows it
    assert quality.wrong_statuses == {"matched_by_order"}
    certain = [link for link in found.links if link[3] == "matched"]
    assert all((link[0][0], link[1][0]) in made.truth for link in certain)
    assert {kind: quality.recall(kind) for kind in quality.true if kind != "recurring"} == {
        kind: 1 for kind in quality.true if kind != "recurring"
    }


def test_ten_thousand_look_alikes_in_one_subscription_are_not_compared_pair_by_pair(
    tmp_path: Path,
) -> None:
    purchases = [line("8.00", line_id=at) for at in range(1, 10_001)]
    sales = [line("10.00", line_id=at) for at in range(1, 10_000)]
    with session(tmp_path) as engine:
        found = run(engine, purchases, sales)
    assert not found.links
    assert {left[2:] for left in found.left_over} == {
        ("unmatched_purchase", "ambiguous_count"),
        ("unmatched_sale", "ambiguous_count"),
    }
