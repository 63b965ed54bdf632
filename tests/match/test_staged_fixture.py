"""Fixture M1 to M15 of billing-api.md 5.3: each row alone, all rows at once, in any order."""

from collections.abc import Iterator

import pytest
from fixture_m import Left, M, Pair, in_own_subscription
from staged_case import Found, Line, Place, line, place, run, shuffled

from tieout.engine.duckdb import Engine, session


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Open one engine for all rows."""
    with session(tmp_path_factory.mktemp("engine")) as opened:
        yield opened


def said(found: Found, purchases: list[Line], sales: list[Line]) -> tuple[list[Pair], list[Left]]:
    """Give what was found with amounts in the place of lines."""
    bought = {place(one): str(one.amount) for one in purchases}
    sold = {place(one): str(one.amount) for one in sales}

    def amounts(places: tuple[Place, ...], names: dict[Place, str]) -> tuple[str, ...]:
        return tuple(sorted(names[one] for one in places))

    return (
        sorted((amounts(p, bought), amounts(s, sold), t, how) for p, s, t, how in found.links),
        sorted(
            (side, (bought if side == "purchase" else sold)[one], status, reason)
            for side, one, status, reason in found.left_over
        ),
    )


@pytest.mark.parametrize("name", M)
def test_a_row_of_the_fixture_alone_says_what_the_page_says(engine: Engine, name: str) -> None:
    row = in_own_subscription(name)
    found = said(run(engine, row.purchases, row.sales), row.purchases, row.sales)
    assert found == (sorted(row.links), sorted(row.left_over))


@pytest.mark.parametrize("seed", range(8))
def test_all_rows_at_once_in_any_order_say_the_same(engine: Engine, seed: int) -> None:
    rows = [in_own_subscription(name) for name in M]
    purchases = [one for row in rows for one in row.purchases]
    sales = [one for row in rows for one in row.sales]
    found = run(engine, shuffled(purchases, seed=seed), shuffled(sales, seed=seed + 100))
    assert said(found, purchases, sales) == (
        sorted(link for row in rows for link in row.links),
        sorted(left for row in rows for left in row.left_over),
    )


def test_the_groups_keep_their_ids_in_any_order(engine: Engine) -> None:
    rows = [in_own_subscription(name) for name in ("M6", "M9")]
    purchases = [one for row in rows for one in row.purchases]
    sales = [one for row in rows for one in row.sales]
    ids = set()
    for seed in range(4):
        run(engine, shuffled(purchases, seed=seed), shuffled(sales, seed=seed))
        found = engine.arrow("SELECT DISTINCT match_group_id AS id FROM link ORDER BY 1")["id"]
        ids.add(tuple(found.to_pylist()))
    (kept,) = ids
    assert len(kept) == 2
    assert all(len(one) == 27 and one.startswith("mg_") for one in kept)


def test_a_group_id_is_the_hash_of_the_sorted_member_keys(engine: Engine) -> None:
    run(
        engine,
        [line("80.00", q="10", match_key="mk_b")],
        [
            line("40.00", q="4", match_key="mk_c"),
            line("60.00", q="6", match_key="mk_a", line_id=2),
        ],
    )
    # printf 'mk_a\037mk_b\037mk_c' | sha256sum, first 15 bytes | base32 | tr A-Z a-z
    expected = {GROUP_ID}
    assert set(engine.arrow("SELECT match_group_id AS id FROM link")["id"].to_pylist()) == expected


GROUP_ID = "mg_he3uxtjxfyhjfq4tftdwnw4u"
