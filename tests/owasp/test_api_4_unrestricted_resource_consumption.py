"""API4: calls, open answers, pages, addresses, heads, bodies and time have an end."""

import json
from typing import Any

import pytest
from attack import MINE, RANGE, RESELLER, Attack
from october import NOW
from serve_case import HEADERS, ROWS, serving
from token_case import ASKED, TOKEN, give, halves

from tieout.serve.manage.body import BYTES_MAX, ROWS_MAX
from tieout.serve.settings import Settings

MINE_AT = f"{HEADERS}/{MINE}"
BILLING = "/billing/v4/subscriptiondetails?subscriptionId=700101"
FINITE = (
    *("calls_per_minute", "open_streams", "head_seconds", "body_seconds", "send_seconds"),
    *("connections", "token_seconds", "query_threads", "shutdown_seconds"),
)


def test_every_bound_is_finite_as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FINITE:
        monkeypatch.delenv(f"TIEOUT_{name.upper()}", raising=False)
    shipped = Settings()
    assert (shipped.calls_per_minute, shipped.open_streams) == (120, 4)
    for name in FINITE:
        assert 0 < getattr(shipped, name) < 10_000
    assert shipped.query_memory == "2GB"


def test_calls_of_a_key_by_any_way_count_together(attack: Attack) -> None:
    with serving(attack.place.house, now=lambda: NOW, calls_per_minute=4) as limited:
        visitor = limited.visitor(MINE, role="customerBillingAdmin")
        token = give(limited, visitor)
        assert visitor.client.get(MINE_AT).status_code == 200
        assert visitor.client.get(BILLING).status_code == 200
        bearer = {"Authorization": f"Bearer {token}"}
        assert visitor.client.get(MINE_AT, headers=bearer).status_code == 200
        for answer in (
            visitor.client.get(MINE_AT),
            visitor.client.get(MINE_AT, headers=bearer),
            visitor.client.post(
                TOKEN, data=ASKED, auth=halves(visitor), headers={"Authorization": ""}
            ),
        ):
            assert answer.status_code == 429
            assert 0 < int(answer.headers["retry-after"]) <= 60
        other = limited.visitor(MINE, role="customerBillingAdmin")
        assert other.client.get(MINE_AT).status_code == 200  # a key's calls are its own


def test_one_answer_at_a_time_where_one_is_allowed(attack: Attack) -> None:
    with serving(attack.place.house, open_streams=1) as limited:
        visitor = limited.visitor(MINE, role="customerBillingAdmin")
        for _ in range(3):  # a finished answer is closed
            assert visitor.client.get(MINE_AT).status_code == 200


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "1e9", "99999999999999999999", "x"])
def test_pages_have_a_largest_size(attack: Attack, limit: str) -> None:
    answer = attack.mine.client.get(f"{ROWS}/{MINE}", params={"limit": limit})
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_PARAMETER")
    answer = attack.mine.client.get("/billing/v4/invoices", params=RANGE | {"limit": limit})
    assert answer.status_code == 400


def test_addresses_and_lists_have_an_end(attack: Attack) -> None:
    client = attack.mine.client
    long = "x" * 9000
    for address in (f"{MINE_AT}?invoiceId={long}", f"/{long}", f"/billing/v4/invoices?a={long}"):
        assert client.get(address).status_code == 414
    many = ",".join(str(700000 + n) for n in range(900))
    answer = client.get("/billing/v4/invoices", params=RANGE | {"subscriptionId": many})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", [f"/operations/v1/{RESELLER}/issue", "/manage/v1/changes"])
def test_bodies_have_an_end(attack: Attack, path: str) -> None:
    role = ("", "admin") if path.startswith("/manage") else (RESELLER, "sellerAdmin")
    client = attack.visitor(*role).client
    headers = {"Content-Type": "application/json", "Idempotency-Key": "an-attack-of-size"}
    answer = client.post(path, content=b"[" * (BYTES_MAX + 1), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")
    packed = client.post(path, content=b"x", headers=headers | {"Content-Encoding": "gzip"})
    assert packed.status_code == 415  # no bomb is unpacked
    deep = client.post(path, content=b"[" * 100_000, headers=headers)
    assert (deep.status_code, deep.json()["code"]) == (400, "BAD_BODY")


def test_a_request_changes_so_many_rows_at_most(attack: Attack) -> None:
    rows: list[Any] = [{"organization_id": "x"}] * (ROWS_MAX + 1)
    answer = attack.visitor("", "admin").client.post(
        "/manage/v1/organizations",
        content=json.dumps({"rows": rows}),
        headers={"Content-Type": "application/json", "Idempotency-Key": "an-attack-of-rows"},
    )
    assert answer.status_code in (400, 413)
