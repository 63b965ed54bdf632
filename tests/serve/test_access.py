"""Keys, reach and transport: acceptance cases A49 to A51 and A57."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import pytest
from october import NOW, bill_october
from serve_case import CONSOLIDATED, HEADERS, ROWS, Place, serving

from tieout.pipeline import Word
from tieout.serve.access import KeyRefused, create_key, revoke_key
from tieout.serve.app import create_app
from tieout.serve.gate import lines_of_code
from tieout.serve.settings import Settings

PATH = f"{ROWS}/reseller"


def test_a49_who_is_out_of_reach_looks_like_nobody(chain: Place) -> None:
    visitor = chain.visitor("reseller")
    answers = [
        visitor.client.get(f"{ROWS}/{name}")
        for name in ("distributor", "customer", "microsoft", "0b7c1d5e-aaaa-4bbb-8ccc-1234567890ab")
    ]
    bodies = set()
    for answer in answers:
        assert answer.status_code == 404
        body = answer.json()
        body.pop("requestId")
        bodies.add(repr(body))
    assert len(bodies) == 1
    assert visitor.code(f"{ROWS}/not*an*id") == (400, "BAD_PARAMETER")
    own = visitor.rows("reseller")
    foreign = chain.visitor("distributor", role="distributorAdmin").rows(
        "distributor", path=HEADERS
    )
    hop_1 = next(
        h["invoiceId"] for h in foreign if h["invoiceId"] not in {r["invoiceId"] for r in own}
    )
    assert visitor.rows("reseller", invoiceId=hop_1) == []
    assert visitor.rows("reseller", path=HEADERS, invoiceId=hop_1) == []


def test_a50_keys_that_open_nothing(chain: Place) -> None:
    good = chain.visitor("reseller")

    def code(**query: str) -> tuple[int, str]:
        answer = httpx.get(chain.address + PATH, params=query)
        return answer.status_code, answer.json()["code"]

    assert code() == (401, "KEY_MISSING")
    for wrong in ("nonsense", "tk_0123456789ab_secret", "tk_\x00_x", good.key[:-1], f"x{good.key}"):
        assert code(sasKey=wrong) == (401, "KEY_INVALID")
    assert httpx.get(chain.address + PATH, params={"sasKey": good.key}).status_code == 200
    with_both = good.client.get(PATH, params={"sasKey": good.key})
    assert with_both.status_code == 200
    assert good.code(PATH, sasKey="another") == (400, "AMBIGUOUS_KEY")
    narrow = chain.visitor("reseller", endpoints=["v1.invoice-headers"])
    assert narrow.code(PATH) == (403, "ENDPOINT_NOT_IN_SCOPE")


def test_a50_an_expired_or_revoked_key_fails_at_once(chain: Place) -> None:
    yesterday = NOW - dt.timedelta(days=2)
    _, expired = create_key(
        chain.house.catalog,
        organizations=["reseller"],
        role="sellerAdmin",
        expires=NOW.date(),
        word=Word("test", yesterday),
    )
    answer = httpx.get(chain.address + PATH, params={"sasKey": expired})
    assert (answer.status_code, answer.json()["code"]) == (401, "KEY_EXPIRED")
    guessed = httpx.get(chain.address + PATH, params={"sasKey": expired[:-2]})
    assert guessed.json()["code"] == "KEY_INVALID"
    visitor = chain.visitor("reseller")
    revoke_key(chain.house.catalog, visitor.key.split("_")[1], word=Word("test", NOW))
    assert visitor.code(PATH) == (401, "KEY_INVALID")


def test_a_key_lives_twelve_months_and_never_more_than_twenty_four(chain: Place) -> None:
    key, _ = create_key(
        chain.house.catalog, organizations=["reseller"], role="sellerAdmin", word=Word("test", NOW)
    )
    assert key.expires == "2027-11-23"
    refused: list[dict[str, Any]] = [
        {"expires": dt.date(2028, 11, 24)},
        {"expires": NOW.date()},
        {"role": "king"},
        {"endpoints": ["v1.everything"]},
        {"organizations": []},
    ]
    for options in refused:
        asked: dict[str, Any] = {
            "organizations": ["reseller"],
            "role": "sellerAdmin",
            "word": Word("test", NOW),
        } | options
        with pytest.raises(KeyRefused):
            create_key(chain.house.catalog, **asked)


def test_a_catalog_out_of_reach_is_503_until_it_is_back(oct_10: Place) -> None:
    visitor, catalog = oct_10.visitor("reseller"), oct_10.house.catalog
    asked = f"{PATH}?invoiceNumber=none"
    file = Path(str(catalog.engine.url.database))
    catalog.engine.dispose()
    aside = file.rename(file.with_name("aside"))
    file.mkdir()  # whoever opens it now is told that it cannot be opened
    try:
        answer = visitor.client.get(asked)
    finally:
        file.rmdir()
        aside.rename(file)
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) > 0
    assert str(file.parent) not in answer.text
    assert visitor.client.get(asked).status_code == 200


def test_a51_no_secret_is_written_anywhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    house = bill_october(tmp_path, rules={2: ("markup", "10")})
    with serving(house) as place:
        visitor = place.visitor("reseller")
        secret = visitor.key.split("_", 2)[2]
        answers = [httpx.get(place.address + PATH, params={"sasKey": visitor.key})]
        answers.append(
            httpx.get(place.address + PATH, params={"sasKey": visitor.key, "expand": "x"})
        )
        answers.append(visitor.client.get(f"{PATH}?sasKey={visitor.key}x"))
        for file in (house.home / "lake" / "detail_line").rglob("*.parquet"):
            file.write_bytes(b"damaged")
        broken = httpx.get(
            place.address + PATH, params={"sasKey": visitor.key, "expand": "AllDetails"}
        )
    assert (broken.status_code, broken.json()["code"]) == (500, "INTERNAL")
    written = "".join(capfd.readouterr())
    assert "trace" in written
    assert written.count(visitor.key.split("_")[1]) >= 2
    assert secret not in written
    for answer in (*answers, broken):
        assert secret not in answer.text
        assert secret not in str(answer.headers)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Tieout-Ignored-Parameters" not in answer.headers
    assert "damaged" not in broken.text
    assert "parquet" not in broken.text.lower()


def test_a57_get_and_head_only(chain: Place) -> None:
    visitor = chain.visitor("reseller")
    for path in (PATH, CONSOLIDATED):
        refused = visitor.client.post(path)
        assert refused.status_code == 405
        assert refused.headers["content-type"] == "application/problem+json"
    got = visitor.client.get(PATH)
    head = visitor.client.head(PATH)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Tieout-Row-Count"):
        assert head.headers[name] == got.headers[name]
    again = visitor.client.get(PATH, headers={"If-None-Match": got.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = visitor.client.get(PATH, params={"expand": "AllDetails"})
    assert other.headers["ETag"] != got.headers["ETag"]


def test_plain_http_is_refused_off_the_loopback(chain: Place) -> None:
    app = create_app(chain.house, Settings(home=chain.house.home), now=lambda: NOW)
    away = httpx.ASGITransport(app, client=("192.0.2.7", 4711))

    async def ask(address: str) -> dict[str, Any]:
        async with httpx.AsyncClient(transport=away) as client:
            found: dict[str, Any] = (await client.get(address)).json()
            return found

    assert asyncio.run(ask(f"http://away{PATH}"))["code"] == "INSECURE_TRANSPORT"
    refused = asyncio.run(ask(f"http://away{CONSOLIDATED}"))
    assert refused["type"].endswith("/insecure-transport")
    assert asyncio.run(ask(f"https://away{PATH}"))["code"] == "KEY_MISSING"


def test_the_front_page_links_to_what_is_served(chain: Place) -> None:
    page = httpx.get(chain.address + "/")
    assert page.status_code == 200
    for link in ("/api/v1/reporting/openapi.json", "/billing/v4/openapi.json", "/health"):
        assert f'href="{link}"' in page.text
        assert httpx.get(chain.address + link).status_code == 200


def _fail(said: str) -> None:
    try:
        float(f"{said} EUR")
    except ValueError as error:
        raise RuntimeError(said) from error


def test_a_fault_is_logged_without_what_it_says() -> None:
    said = "7919.0331"
    with pytest.raises(RuntimeError) as caught:
        _fail(said)
    told = lines_of_code(caught.value)
    assert said not in told
    assert {"ValueError", "RuntimeError"} <= set(told.splitlines())
    assert Path(__file__).name in told
