"""The published October behind a server whose clock the tests set, and a key that opens it."""

from collections.abc import Iterator

import pytest
from october import NOW
from serve_case import Clock, Place, Visitor, serving


@pytest.fixture(scope="module")
def place(oct_10: Place, clock: Clock) -> Iterator[Place]:
    with serving(oct_10.house, now=clock) as running:
        yield running


@pytest.fixture
def reseller(place: Place, clock: Clock) -> Visitor:
    clock.now = NOW
    return place.visitor("reseller", endpoints=("v1.invoice-rows", "billing.consolidatedinvoices"))
