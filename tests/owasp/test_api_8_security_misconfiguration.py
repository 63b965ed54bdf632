"""API8: headers, errors, transport and methods as they come out of the box."""

import shutil
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from attack import MINE, PLACES, RESELLER, Attack
from serve_case import ROWS, serving
from test_wire import AFTER, SHAPES, say, status

from tieout.serve.settings import Settings
from tieout.store.house import open_house

PAGES = ("/", "/nowhere", "/health", "/ready", "/billing/versions.html", "/.well-known/jwks.json")
TELLING = ("traceback", "sqlalchemy", "sqlite", "duckdb", ".py", "select ", "exception", "lake/")


def test_every_answer_carries_the_headers_that_protect(attack: Attack) -> None:
    addresses = {operation.address(MINE) for operation in attack.operations}
    addresses |= {*PAGES, *(f"{place}/{name}" for place in PLACES for name in ("docs", "x"))}
    for address in sorted(addresses):
        answer = attack.stranger.get(address)
        assert answer.headers["x-content-type-options"] == "nosniff", address
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"]
        assert answer.headers["x-request-id"]
        for banner in ("server", "x-powered-by", "via"):
            assert banner not in answer.headers


def test_no_other_site_may_read_an_answer(attack: Attack) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        for address in (f"{ROWS}/{MINE}", "/billing/v4/invoices", "/oauth/token", "/"):
            answer = attack.mine.client.request(method, address, headers=asked)
            assert not [one for one in answer.headers if one.startswith("access-control-")]
            assert "set-cookie" not in answer.headers


def test_errors_tell_no_code_no_query_and_no_place(attack: Attack, tmp_path: Path) -> None:
    """A damaged copy of the store: every format and API fails without saying why."""
    home = attack.place.house.home
    shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("answers"))
    for file in (tmp_path / "home/lake").rglob("*.parquet"):
        file.write_bytes(b"damaged")
    copy = open_house(tmp_path / "home")
    with serving(copy) as broken:
        seller = broken.visitor(RESELLER).client
        answers = [
            seller.get(f"{ROWS}/{RESELLER}?expand=AllDetails"),
            seller.get("/billing/v4/invoices?startDate=20260701&endDate=20260731&format=json"),
        ]
    copy.catalog.close()
    for answer in answers:
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert not [one for one in TELLING if one in answer.text.lower()]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "%00",
        "%ff%fe",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/",
        "'%20OR%201=1--",
        "{{7*7}}",
        "%0d%0aX:y",
    ],
)
def test_odd_addresses_are_refused_and_told_back_to_nobody(attack: Attack, path: str) -> None:
    for base in (
        f"{ROWS}/",
        "/billing/v4/",
        "/billing/versions/",
        "/manage/v1/organizations/",
        "/",
    ):
        answer = attack.mine.client.get(base + path)
        assert answer.status_code in (400, 403, 404, 410), (base, answer.status_code)
        assert "root:" not in answer.text
        assert "x" not in answer.headers
        assert not [one for one in TELLING[:3] if one in answer.text.lower()]


def test_plain_http_is_for_the_loopback_and_proxies_are_believed_by_name(attack: Attack) -> None:
    away = {"X-Forwarded-For": "192.0.2.7"}
    refused = attack.mine.client.get(f"{ROWS}/{MINE}", headers=away)
    assert refused.json()["code"] == "INSECURE_TRANSPORT"
    over_tls = attack.mine.client.get(
        f"{ROWS}/{MINE}", headers=away | {"X-Forwarded-Proto": "https"}
    )
    assert over_tls.status_code == 200
    assert "max-age" in over_tls.headers["strict-transport-security"]
    with serving(attack.place.house, trusted_proxies="192.0.2.1") as unproxied:
        client = unproxied.visitor(MINE, role="customerBillingAdmin").client
        answer = client.get("/health", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in answer.headers  # nobody's word is taken


def test_what_is_off_by_default_is_off(attack: Attack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("METRICS", "HOST", "TRUSTED_PROXIES"):
        monkeypatch.delenv(f"TIEOUT_{name}", raising=False)
    shipped = Settings()
    assert (shipped.host, shipped.metrics, shipped.trusted_proxies) == (
        *("127.0.0.1", None, "127.0.0.1"),
    )
    for address in ("/metrics", "/debug", "/admin", "/.env", "/.git/config", "/openapi.json"):
        assert attack.stranger.get(address).status_code == 404


@pytest.mark.parametrize("name", ["length and chunked", "two lengths", "bare line ends"])
def test_smuggled_requests_are_not_answered(attack: Attack, name: str) -> None:
    answer = say(attack.place, SHAPES[name], AFTER)
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_secret_in_settings_is_not_shown(tmp_path: Path) -> None:
    house = replace(open_house(tmp_path))
    with serving(house) as bare:  # a store without tables: whatever is asked, no trace
        answer = httpx.get(f"{bare.address}{ROWS}/{MINE}", params={"sasKey": "tk_0123456789ab_x"})
    house.catalog.close()
    assert answer.status_code == 500
    assert not [one for one in TELLING if one in answer.text.lower()]
