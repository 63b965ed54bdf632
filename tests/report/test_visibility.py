"""Which invoices a party sees before they are verified, whatever the API in front of it checks."""

import pytest
from october import FOUR_PARTIES, bill_october

from tieout.report.visibility import (
    NOTHING,
    OWNED,
    PREVIEW,
    SOLD,
    Viewer,
    Wanted,
    visible_invoices,
)
from tieout.store.house import House


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> House:
    rules = {2: ("markup", "5"), 3: ("markup", "10")}
    folder = tmp_path_factory.mktemp("drafts")
    return bill_october(folder, chain=FOUR_PARTIES, rules=rules, status="new")


@pytest.mark.parametrize(
    ("party", "previews", "hops"),
    [
        ("distributor", NOTHING, []),
        ("distributor", OWNED, [2]),
        ("reseller", OWNED, []),
        ("reseller", SOLD, [3]),
        ("customer", SOLD, []),
        ("nobody", SOLD, []),
    ],
)
def test_drafts_are_seen_by_the_owner_or_whoever_sells_them(
    drafts: House, party: str, previews: str, hops: list[int]
) -> None:
    viewer = Viewer(party, sees_cost=True, previews=previews)
    found = visible_invoices(drafts.catalog, viewer, wanted=Wanted(statuses=PREVIEW))
    assert found["hop"].to_pylist() == hops


def test_cost_shows_to_the_seller_whose_role_may_see_it(drafts: House) -> None:
    seen = {
        (party, sees_cost): visible_invoices(
            drafts.catalog,
            Viewer(party, sees_cost=sees_cost, previews=SOLD),
            wanted=Wanted(statuses=PREVIEW),
        ).to_pylist()
        for party in ("distributor", "reseller")
        for sees_cost in (True, False)
    }
    assert [row["cost_amount"] for row in seen["distributor", True]] == ["17.05"]
    assert [row["cost_amount"] for row in seen["reseller", True]] == ["17.9"]
    for party in ("distributor", "reseller"):
        (row,) = seen[party, False]
        assert (row["cost_amount"], row["margin_amount"], row["input_digest"]) == (None,) * 3
        assert row["cost_visible"] is False
