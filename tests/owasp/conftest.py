"""One store and one server for the whole package."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from attack import HOSTILE, Attack
from billing_by_hand import build
from hand_charges import Hand
from page_sample import SAMPLE
from serve_case import serving

WORSE = Hand(
    6, "1.00", "2.00", sku=None, subscription="700202", description=HOSTILE, uid="dl_000000047116"
)


@pytest.fixture(scope="session")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    """Serve two customers of one reseller, and what a vendor wrote to do harm."""
    store = replace(SAMPLE, lines=(*SAMPLE.lines, WORSE))
    with serving(build(tmp_path_factory.mktemp("owasp"), store)) as place:
        attacking = Attack(place)
        yield attacking
        attacking.close()
