"""A client that a generator makes from each version's OpenAPI reads a month, page by page."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
import pytest
from billing_case import served
from hand_charges import Hand, Store, amount_of
from page_sample import SAMPLE
from serve_case import Place

from tieout.serve.billing.versions import SERVED

LINES = tuple(
    Hand(
        *(number, f"{number}.25", "10.00"),
        kind="correction" if number % 4 == 0 else "recurring",
        direction=-1 if number % 4 == 0 else 1,
        document=f"D-{number % 5}",
    )
    for number in range(1, 14)
)
MONTH = {"start_date": "20260701", "end_date": "20260731"}
BOUGHT = sum((amount_of(line, is_sale=False) for line in LINES), Fraction(0))
SOLD = sum((amount_of(line, is_sale=True) for line in LINES), Fraction(0))
# no formatter afterwards; XML, which the generator does not know, is handed over as text
CONFIG = "post_hooks: []\ncontent_type_overrides:\n  application/xml: text/plain\n"
NEXT = re.compile(r'<([^>]*)>; rel="next"')


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("client"), Store(LINES, SAMPLE.reference)) as running:
        yield running


@pytest.fixture(scope="module")
def clients(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder of packages, one for each version."""
    folder = tmp_path_factory.mktemp("generated")
    for name in (*(version.id for version in SERVED), "lifecycle"):
        generate(place, name, folder=folder)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


def generate(place: Place, name: str, *, folder: Path) -> None:
    """Make the package `billing_<name>`."""
    path = "/billing" if name == "lifecycle" else f"/billing/{name}"
    described = httpx.get(f"{place.address}{path}/openapi.json").json()
    (folder / f"{name}.json").write_text(json.dumps(described))
    (folder / "config.yml").write_text(CONFIG)
    made = subprocess.run(
        [
            *(Path(sys.executable).with_name("openapi-python-client"), "generate"),
            *("--path", folder / f"{name}.json", "--config", folder / "config.yml"),
            *("--meta", "none", "--output-path", folder / f"billing_{name}", "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr


def endpoint_of(name: str, endpoint: str) -> ModuleType:
    return importlib.import_module(f"billing_{name}.api.default.{endpoint}")


def reader(place: Place, name: str) -> Any:
    """Give the generated client with a key; without Accept the answer would be XML."""
    package = importlib.import_module(f"billing_{name}")
    return package.AuthenticatedClient(
        base_url=f"{place.address}/billing/{name}",
        token=place.visitor("reseller").key,
        headers={"Accept": "application/json"},
        raise_on_unexpected_status=True,
    )


def pages(ask: Any, client: Any, **query: Any) -> Iterator[Any]:
    """Follow the pages of an endpoint."""
    cursor: dict[str, str] = {}
    while True:
        answer = ask.sync_detailed(client=client, **query, **cursor)
        assert answer.status_code == 200, answer.content
        yield answer.parsed
        onward = NEXT.search(answer.headers.get("Link", ""))
        if onward is None:
            return
        cursor = {"cursor": parse_qs(urlparse(onward[1]).query)["cursor"][0]}


def amounts(found: list[Any], name: str) -> list[Fraction]:
    """Give an amount of every line: a client has doubles, which hold every cent (2.7)."""
    return [
        Fraction(str(getattr(line, name)))
        for page in found
        for invoice in page.invoices
        for customer in invoice.customers
        for subscription in customer.subscriptions
        for line in subscription.price_lines
    ]


@pytest.mark.parametrize("version", SERVED, ids=lambda version: version.id)
def test_a_generated_client_reads_a_month(clients: Path, place: Place, version: Any) -> None:
    assert (clients / f"billing_{version.id}").is_dir()
    with reader(place, version.id) as client:
        check_month(client, version)


def check_month(client: Any, version: Any) -> None:
    """Read every endpoint, whole and by pages."""
    for endpoint, name, total in (
        ("invoices", "extended_price", BOUGHT),
        ("customerinvoices", "extended_price", SOLD),
        ("consolidatedinvoices", "purchase_price", BOUGHT),
        ("consolidatedinvoices", "sales_price", SOLD),
    ):
        if endpoint not in version.endpoints:
            continue
        ask = endpoint_of(version.id, endpoint)
        whole = list(pages(ask, client, **MONTH))
        assert len(whole) == 1
        assert len(amounts(whole, name)) == len(LINES)
        assert sum(amounts(whole, name)) == total
        if "limit" in version.all_parameters:
            paged = list(pages(ask, client, limit=2, **MONTH))
            assert [len(page.invoices) for page in paged] == [2, 2, 1]
            assert amounts(paged, name) == amounts(whole, name)
    details = endpoint_of(version.id, "subscriptiondetails")
    told = details.sync(client=client, subscription_id="700101")
    assert told.subscription.subscription_id == 700101
    assert told.resources[0].resource_rate.plan_rate_id == 9101


def test_a_generated_client_reads_the_lifecycle(clients: Path, place: Place) -> None:
    assert (clients / "billing_lifecycle").is_dir()
    package = importlib.import_module("billing_lifecycle")
    with package.Client(base_url=f"{place.address}/billing") as client:
        told = endpoint_of("lifecycle", "versions").sync(client=client)
        releases = endpoint_of("lifecycle", "releases").sync(client=client)
    assert [one.id for one in told.versions] == ["v4", "v3", "v2", "v1"]
    assert [one.id for one in releases.releases] == ["r4", "r3", "r2", "r1"]
