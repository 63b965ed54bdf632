"""One store and one server for the whole package."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from attack import HOSTILE, Attack
from billing_by_hand import build
from hand_charges import Hand
from page_sample import SAMPLE
from postgres_case import database, serving_role
from serve_case import serving

WORSE = Hand(
    6, "1.00", "2.00", sku=None, subscription="700202", description=HOSTILE, uid="dl_000000047116"
)


STORE = replace(SAMPLE, lines=(*SAMPLE.lines, WORSE))


@pytest.fixture(scope="session")
def attack_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    """Serve two customers of one reseller, and what a vendor wrote to do harm."""
    with serving(build(tmp_path_factory.mktemp("owasp"), STORE)) as place:
        attacking = Attack(place)
        yield attacking
        attacking.close()


@pytest.fixture(scope="session")
def attack(attack_of_all: Attack) -> Attack:
    """Give the one that all files share."""
    return attack_of_all


@pytest.fixture(scope="session")
def attack_on_rows(
    postgres_server: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attack]:
    """Serve the same from PostgreSQL, as a role that row-level security holds."""
    with database(postgres_server) as url:
        house = build(tmp_path_factory.mktemp("owasp-rows"), STORE, catalog_url=url)
        with (
            closing(house.catalog),
            serving_role(postgres_server, house.catalog) as as_it,
            serving(house, serve_catalog=as_it) as place,
        ):
            attacking = Attack(place)
            yield attacking
            attacking.close()
