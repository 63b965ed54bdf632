"""A store typed by hand behind a real server, read as a reseller of the Billing API reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from billing_by_hand import build
from hand_charges import Store
from serve_case import Place, serving

RANGE = {"startDate": "20260701", "endDate": "20260831"}
JSON = {"Accept": "application/json"}
ROLES = {"reseller": "sellerAdmin", "distributor": "distributorAdmin"}


class Reader:
    """Somebody who reads for one party; numbers are given as the text on the wire."""

    def __init__(self, place: Place, party: str = "reseller") -> None:
        """Make the party's key."""
        self.seen: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.client = place.visitor(party, role=ROLES.get(party, "customerBillingAdmin")).client

    def get(self, endpoint: str, version: str = "v4", **query: str) -> Any:
        """Give the response, of any status; JSON unless asked otherwise."""
        headers = {} if "format" in query else JSON
        return self.client.get(
            f"/billing/{version}/{endpoint}", params=RANGE | query, headers=headers
        )

    def read(self, endpoint: str, version: str = "v4", **query: str) -> dict[str, Any]:
        """Give the JSON document; what was read once is not asked for again."""
        asked = (endpoint, version, *sorted(query.items()))
        if asked not in self.seen:
            answer = self.get(endpoint, version, **query)
            assert answer.status_code == 200, answer.text
            self.seen[asked] = answer.json(parse_float=str, parse_int=str)
        return self.seen[asked]

    def lines(self, endpoint: str, version: str = "v4", **query: str) -> list[dict[str, Any]]:
        """Give the price lines."""
        return lines_of(self.read(endpoint, version, **query))

    def details(self, number: str, version: str = "v4") -> dict[str, Any]:
        """Give subscriptiondetails."""
        answer = self.client.get(
            f"/billing/{version}/subscriptiondetails",
            params={"subscriptionId": number},
            headers=JSON,
        )
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document


def lines_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the price lines of a document in their order."""
    return [
        line
        for invoice in document["Invoices"]
        for customer in invoice["Customers"]
        for subscription in customer["Subscriptions"]
        for line in subscription["PriceLines"]
    ]


def told(lines: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Give some values of each line."""
    return [tuple(line[name] for name in names) for line in lines]


@contextmanager
def served(folder: Path, store: Store) -> Iterator[Place]:
    """Serve a store that was typed by hand."""
    with serving(build(folder, store)) as place:
        yield place


@contextmanager
def reading(folder: Path, store: Store) -> Iterator[Reader]:
    """Serve a store that was typed by hand, to its reseller."""
    with served(folder, store) as place:
        yield Reader(place)
