"""Whose eyes lists are made through: every list, by everybody, holds nothing of others."""

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from master_case import COST, ENDPOINTS, PARTNERS, STRANGE, asked, path_of, rows
from serve_case import Visitor

# ids and digests, which may hold any figure by chance
HEX = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}")


def table_of(content: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(content))


@pytest.mark.parametrize("name", list(ENDPOINTS))
def test_foreign_and_unknown_requesters_are_the_same(who: dict[str, Visitor], name: str) -> None:
    bodies = []
    for requester in ("stranger", "nobody", "microsoft"):
        path = path_of(ENDPOINTS[name], requester, "outsider")
        answer = who["distributor"].client.get(path, params=asked(name))
        assert answer.status_code == 404
        bodies.append(answer.json() | {"requestId": ""})
    assert all(body == bodies[0] for body in bodies)


def walked(visitor: Visitor, party: str, form: str) -> Iterator[str]:
    """Give every list that a party may read, as text with its headers, ids left out."""
    for name, endpoint in ENDPOINTS.items():
        path = path_of(endpoint, party, PARTNERS[party])
        answer = visitor.client.get(path, params={**asked(name), "format": form})
        if party == "customer" and "partners" in name:
            assert answer.status_code == 403
            continue
        assert answer.status_code == 200, name
        body = repr(table_of(answer.content).to_pylist()) if form == "parquet" else answer.text
        yield HEX.sub("", f"{name} {answer.headers!r} {body}")


# what stands at hops that the party is no side of, and what others know of their own
FOREIGN: dict[str, tuple[str, ...]] = {
    "customer": (
        COST,
        "8314.98",
        "313.95",
        "distributor",
        "REF-2",
        "ERP-R",
        "KvK-D",
        "Dora",
        "1.16",
    ),
    "reseller": (COST, "ERP-C", "ERP-D", "1500.", "KvK-D", "1495"),
    "distributor": ("9146.48", "345.345", "Cor", "BE003", "c-3", "1.16", "SO-1001"),
}


@pytest.mark.parametrize(
    ("party", "form"), [("customer", "json"), ("reseller", "csv"), ("distributor", "ndjson")]
)
def test_nothing_of_other_hops_nor_of_strangers(
    who: dict[str, Visitor], party: str, form: str
) -> None:
    for told in walked(who[party], party, form):
        for text in (*FOREIGN[party], *STRANGE):
            assert text not in told


def test_filters_that_name_what_is_foreign_find_nothing(who: dict[str, Visitor]) -> None:
    visitor = who["reseller"]
    for name, query in (
        ("v1.subscriptions", {"subscriptionId": "s-9"}),
        ("v1.subscription-events", {"subscriptionId": "s-9"}),
        ("v1.orders", {"orderId": "o-9"}),
        ("v1.organizations", {"organizationId": "stranger"}),
        ("v1.organizations.contacts", {"organizationId": "outsider"}),
    ):
        assert rows(visitor, name, "reseller", **query) == []
