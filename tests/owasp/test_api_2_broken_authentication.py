"""API2: no operation answers whom it does not know, and no way to guess or keep a key helps."""

import datetime as dt
from typing import Any

import httpx
import pytest
from attack import MINE, PLACES, Attack, told
from october import NOW
from serve_case import HEADERS
from token_case import ASKED, TOKEN, give, halves

from tieout.pipeline import Word
from tieout.serve.access import KeyRefused, create_key, revoke_key
from tieout.serve.signing_keys import rotate_keys

NO_KEY = ("nonsense", "tk_0123456789ab_secret", "a.b.c", "eyJhbGciOiJub25lIn0.e30.")
MINE_AT = f"{HEADERS}/{MINE}"


def test_every_operation_but_the_public_ones_asks_for_a_key(attack: Attack) -> None:
    asked = 0
    for operation in attack.operations:
        if operation.is_public:
            continue
        address = operation.address(MINE)
        answers = [attack.by(key, address, method=operation.method) for key in ("", *NO_KEY)]
        for answer in answers:
            assert answer.status_code == 401, operation
            assert answer.headers["www-authenticate"] == "Bearer"
        assert len({told(answer) for answer in answers[1:]}) == 1  # none is told apart
        asked += 1
    assert asked > 60


def test_what_is_public_is_known_by_name(attack: Attack) -> None:
    public = sorted({one.template for one in attack.operations if one.is_public})
    assert public == [
        "/billing/known-issues",
        "/billing/releases",
        *(f"/billing/v{n}/schema.xsd" for n in (2, 3, 4)),
        "/billing/versions",
        *("/billing/versions.css", "/billing/versions.html", "/billing/versions/{version_id}"),
        "/oauth/token",
    ]


def test_a_revoked_key_and_its_tokens_look_like_none_at_once(attack: Attack) -> None:
    visitor = attack.place.visitor(MINE, role="customerBillingAdmin")
    token = give(attack.place, visitor)
    assert attack.by(token, MINE_AT).status_code == 200
    revoke_key(attack.place.house.catalog, halves(visitor)[0], word=Word("test", NOW))
    nobody = attack.by(NO_KEY[1], MINE_AT)
    for key in (visitor.key, token):
        assert told(attack.by(key, MINE_AT)) == told(nobody)
    refused = attack.stranger.post(TOKEN, data=ASKED, auth=halves(visitor))
    unknown = attack.stranger.post(TOKEN, data=ASKED, auth=("0" * 12, "x"))
    assert told(refused) == told(unknown)


def test_only_who_knows_the_secret_learns_that_a_key_has_expired(attack: Attack) -> None:
    before = Word("test", NOW - dt.timedelta(days=2))
    asked: dict[str, Any] = {
        "organizations": [MINE],
        "role": "customerBillingAdmin",
        "expires": NOW.date(),
    }
    _, text = create_key(attack.place.house.catalog, word=before, **asked)
    address = attack.place.address + MINE_AT
    codes = [httpx.get(address, params={"sasKey": key}).json()["code"] for key in (text, text[:-1])]
    assert codes == ["KEY_EXPIRED", "KEY_INVALID"]


def test_the_store_holds_no_secret_of_a_key(attack: Attack) -> None:
    secret = halves(attack.mine)[1].encode()
    attack.mine.client.get(MINE_AT)
    files = [one for one in attack.place.house.home.rglob("*") if one.is_file()]
    assert any(one.suffix == ".sqlite" for one in files)
    assert not [one for one in files if secret in one.read_bytes()]


def test_keys_are_long_and_end(attack: Attack) -> None:
    catalog, word = attack.place.house.catalog, Word("test", NOW)
    made = [
        create_key(catalog, organizations=[MINE], role="customerBillingAdmin", word=word)
        for _ in range(3)
    ]
    assert len({text for _, text in made}) == 3
    assert min(len(text.split("_", 2)[2]) for _, text in made) >= 43  # 32 bytes
    for days in (0, 732):
        expires = NOW.date() + dt.timedelta(days=days)
        with pytest.raises(KeyRefused):
            create_key(
                catalog, organizations=[MINE], role="sellerAdmin", expires=expires, word=word
            )


def test_two_keys_a_key_twice_and_a_token_in_the_address(attack: Attack) -> None:
    client, key = attack.mine.client, attack.mine.key
    assert client.get(MINE_AT, params={"sasKey": "another"}).json()["code"] == "AMBIGUOUS_KEY"
    assert client.get(MINE_AT, params={"sasKey": key}).status_code == 200
    assert client.get(f"{MINE_AT}?SASKEY=x").json()["code"] == "AMBIGUOUS_KEY"
    token = give(attack.place, attack.mine)
    answer = attack.stranger.get(MINE_AT, params={"sasKey": token})
    assert answer.json()["code"] == "KEY_INVALID"


def test_a_leak_of_signing_keys_can_be_ended(attack: Attack) -> None:
    token = give(attack.place, attack.mine)
    assert attack.by(token, MINE_AT).status_code == 200
    rotate_keys(attack.place.house.catalog, at_once=True, word=Word("test", NOW))
    assert attack.by(token, MINE_AT).status_code == 401


def test_every_place_of_the_package_is_walked(attack: Attack) -> None:
    assert {one.prefix for one in attack.operations} == set(PLACES)
