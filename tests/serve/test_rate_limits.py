"""Limits of calls and open answers of a key (billing-api.md 2.7), by the service's own clock."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from billing_by_hand import build
from billing_case import RANGE
from hand_charges import Hand, Store
from serve_case import HEADERS, Clock, Place, Visitor, serving

from tieout.pipeline import Word
from tieout.serve.access import revoke_key
from tieout.serve.settings import Settings

CALLS, STREAMS = 3, 4
SHIPPED: dict[str, Any] = {
    name: Settings.model_fields[name].default for name in ("calls_per_minute", "open_streams")
}
BILLING = "/billing/v4/subscriptiondetails?subscriptionId=700101"
REPORTING = f"{HEADERS}/reseller"
MANY = Store(tuple(Hand(n, "8.00", "10.00", description="x" * 400) for n in range(1, 401)))
SMALL_BUFFER = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Place]:
    house = build(tmp_path_factory.mktemp("limits"), MANY)
    with serving(house, now=clock, calls_per_minute=CALLS, open_streams=STREAMS) as running:
        yield running


@pytest.fixture
def reseller(place: Place, clock: Clock) -> Visitor:
    clock.wait(61)
    return place.visitor("reseller")


def limits_of(answer: httpx.Response) -> str:
    assert answer.headers["RateLimit-Policy"] == (
        f'"calls";q={CALLS};w=60, "streams";q={STREAMS};qu="concurrent-requests"'
    )
    return answer.headers["RateLimit"]


def test_the_calls_of_both_apis_count_together(reseller: Visitor, clock: Clock) -> None:
    told = []
    for path in (BILLING, REPORTING, BILLING):
        answer = reseller.client.get(path)
        assert answer.status_code == 200, answer.text
        told.append(limits_of(answer))
        clock.wait(10)
    assert told == [
        '"calls";r=2;t=60, "streams";r=3',
        '"calls";r=1;t=50, "streams";r=3',
        '"calls";r=0;t=40, "streams";r=3',
    ]
    billing, reporting = reseller.client.get(BILLING), reseller.client.get(REPORTING)
    for answer in (billing, reporting):
        assert answer.status_code == 429
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Retry-After"] == "30"
        assert limits_of(answer) == '"calls";r=0;t=30, "streams";r=4'
    assert billing.json()["type"].endswith("/problems/rate-limited")
    assert billing.json()["title"] == "Too many calls"
    assert billing.headers["API-Version"] == "v4"
    assert (reporting.json()["code"], reporting.json()["status"]) == ("RATE_LIMITED", 429)
    assert reporting.json()["title"] == "Too Many Requests"


def test_a_call_counts_for_a_minute_and_a_refused_one_never(
    reseller: Visitor, clock: Clock
) -> None:
    for _ in range(CALLS):
        assert reseller.client.head(BILLING).status_code == 200
    for _ in range(5):
        assert reseller.client.get(BILLING).status_code == 429
    clock.wait(59)
    late = reseller.client.get(REPORTING)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "1")
    clock.wait(1)
    for _ in range(CALLS):
        assert reseller.client.get(REPORTING).status_code == 200
    assert reseller.client.get(REPORTING).status_code == 429


def test_calls_that_change_things_count_as_well(place: Place, clock: Clock) -> None:
    clock.wait(61)
    admin = place.visitor(role="admin").client
    seller = place.visitor("reseller", endpoints=("operations.issue",)).client
    moved = {"invoices": ["00000000-0000-4000-8000-000000000000"]}
    for client, method, path, body, status in (
        (admin, "GET", "/manage/v1/organizations", None, 200),
        (seller, "POST", "/operations/v1/reseller/issue", moved, 404),
    ):
        for left in range(CALLS - 1, -1, -1):
            answer = client.request(method, path, json=body)
            assert answer.status_code == status, answer.text
            assert limits_of(answer) == f'"calls";r={left};t=60, "streams";r=3'
        clock.wait(20)
        refused = client.request(method, path, json=body)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
        assert refused.json()["code"] == "RATE_LIMITED"
        assert refused.json()["detail"] == f"the key called {CALLS} times within a minute"
        assert limits_of(refused) == '"calls";r=0;t=40, "streams";r=4'


def test_refusals_after_the_key_count_too(reseller: Visitor) -> None:
    for path, status in (
        ("/billing/v4/invoices?nonsense=1", 400),
        (f"{HEADERS}/nobody", 404),
        ("/billing/v2/consolidatedinvoices", 404),
        (BILLING, 429),
    ):
        assert reseller.client.get(path).status_code == status


def test_nobody_uses_up_the_calls_of_a_key_without_its_secret(
    place: Place, reseller: Visitor, clock: Clock
) -> None:
    key_id = reseller.key.split("_")[1]
    gone = place.visitor("reseller")
    revoke_key(place.house.catalog, gone.key.split("_")[1], word=Word("test", clock()))
    for bad in (f"tk_{key_id}_guess", f"tk_{key_id}_", "nonsense", gone.key, ""):
        for path in (BILLING, REPORTING):
            headers = {"Authorization": f"Bearer {bad}"} if bad else {}
            for _ in range(CALLS + 1):
                answer = httpx.get(f"{place.address}{path}", headers=headers)
                assert answer.status_code == 401
                assert not {"RateLimit", "RateLimit-Policy", "Retry-After"} & set(answer.headers)
    assert limits_of(reseller.client.get(BILLING)) == '"calls";r=2;t=60, "streams";r=3'
    other = place.visitor("reseller")
    for _ in range(CALLS):
        assert other.client.get(BILLING).status_code == 200
    assert other.client.get(BILLING).status_code == 429
    assert reseller.client.get(BILLING).status_code == 200


def test_what_needs_no_key_has_no_limit(place: Place) -> None:
    for path in ("/billing/versions", "/billing/v4/schema.xsd", "/billing/v1/invoices"):
        for _ in range(CALLS + 2):
            answer = httpx.get(f"{place.address}{path}")
            assert answer.status_code in (200, 410)
            assert "RateLimit" not in answer.headers


def test_a_version_that_ended_answers_410_however_often(reseller: Visitor) -> None:
    for _ in range(CALLS + 2):
        assert reseller.client.get("/billing/v1/invoices").status_code == 410
    assert reseller.client.get(BILLING).status_code == 429


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve with the shipped numbers, but for buffers too small for an answer."""
    house = build(tmp_path_factory.mktemp("streams"), MANY)
    with serving(house, now=Clock(), **SHIPPED, send_buffer=32768) as one:
        yield one


def streaming(stack: ExitStack, visitor: Visitor) -> httpx.Response:
    """Ask for an answer that does not fit into any buffer, and read nothing of it yet."""
    transport = httpx.HTTPTransport(socket_options=SMALL_BUFFER)
    client = stack.enter_context(
        httpx.Client(
            base_url=visitor.client.base_url,
            headers={"Authorization": visitor.client.headers["Authorization"]},
            transport=transport,
            timeout=60,
        )
    )
    query: dict[str, Any] = RANGE | {"format": "ndjson"}
    headers = {"Accept-Encoding": "identity"}
    return stack.enter_context(
        client.stream("GET", "/billing/v4/invoices", params=query, headers=headers)
    )


def test_a_fifth_open_answer_is_refused_until_one_was_read(busy: Place) -> None:
    visitor, other = busy.visitor("reseller"), busy.visitor("reseller")
    with ExitStack() as stack:
        opened = [streaming(stack, visitor) for _ in range(4)]
        assert [one.status_code for one in opened] == [200] * 4
        assert opened[-1].headers["RateLimit"] == '"calls";r=116;t=60, "streams";r=0'
        for path, slug in ((BILLING, "rate-limited"), (REPORTING, "RATE_LIMITED")):
            refused = visitor.client.get(path)
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
            assert slug in refused.text
        assert other.client.get(BILLING).status_code == 200
        opened[0].read()
        assert after_a_while(visitor) == 200
    assert after_a_while(visitor) == 200


def test_a_reader_that_goes_away_leaves_its_place(busy: Place) -> None:
    visitor = busy.visitor("reseller")
    with ExitStack() as stack:
        for _ in range(4):
            streaming(stack, visitor)
        assert visitor.client.get(BILLING).status_code == 429
    assert after_a_while(visitor) == 200
    answer = visitor.client.get(BILLING)
    assert answer.headers["RateLimit"].endswith('"streams";r=3')


def after_a_while(visitor: Visitor) -> int:
    """Ask until a place is free: the server learns of an end when it next writes."""
    deadline = time.monotonic() + 10
    while True:
        status = visitor.client.get(BILLING).status_code
        if status == 200 or time.monotonic() > deadline:
            return status
        time.sleep(0.02)


def test_the_shipped_limit_is_120_calls_a_minute(tmp_path: Any) -> None:
    house = build(tmp_path, Store((Hand(1, "8.00", "10.00"),)))
    with serving(house, **SHIPPED) as running:
        assert SHIPPED == {"calls_per_minute": 120, "open_streams": 4}
        visitor = running.visitor("reseller")
        paths = ["/billing/v4/invoices?nonsense=1", f"{HEADERS}/nobody"] * 60
        statuses = [visitor.client.get(path).status_code for path in paths]
        assert statuses == [400, 404] * 60
        assert visitor.client.get(BILLING).status_code == 429
