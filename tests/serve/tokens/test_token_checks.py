"""What ends a token, and whose are none (decision 0039)."""

import datetime as dt
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import forked
import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from october import NOW
from serve_case import Clock, Place, Visitor
from sqlalchemy import select
from token_case import ASKED, ISSUER, LIVES_S, PATH, TOKEN, code, give, halves, part, text_of

from tieout.pipeline import Word
from tieout.serve.access import revoke_key
from tieout.serve.signing_keys import LIVES, good_keys, rotate_keys, signing_key
from tieout.store.catalog import setting
from tieout.store.house import open_house
from tieout.store.migrations import upgrade


def forged(token: str, signer: Any, **changes: Any) -> str:
    """Sign a token's claims, some of them or of its header changed, as somebody else would."""
    header, claims = part(token, 0), part(token, 1)
    for name, value in changes.items():
        into = header if name in ("alg", "typ", "kid", "jwk", "jku", "crit", "b64") else claims
        into[name] = value
    return jwt.encode(header, claims, signer, algorithms=[header["alg"]], default_type=None)


def test_tokens_of_others_are_refused(place: Place, reseller: Visitor) -> None:
    token = give(place, reseller)
    ours = signing_key(place.house.catalog, now=NOW)
    own, theirs = ours.key, ECKey.generate_key("P-256", private=True)
    assert code(place, forged(token, own))[0] == 200
    public = own.as_pem(private=False)
    header, claims, signature = token.split(".")
    none = text_of(json.dumps({"alg": "none", "typ": "at+jwt", "kid": ours.kid}).encode())
    confused = text_of(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": ours.kid}).encode())
    mac = hmac.digest(public, f"{confused}.{claims}".encode(), hashlib.sha256)
    ended = int(NOW.timestamp())
    other_key = {"kid": theirs.thumbprint()}
    for refused in (
        forged(token, theirs),
        forged(token, theirs, **other_key),
        forged(token, theirs, jwk=theirs.as_dict(private=False)),
        forged(token, RSAKey.generate_key(2048), alg="RS256"),
        forged(token, OKPKey.generate_key("Ed25519"), alg="Ed25519"),
        f"{none}.{claims}.",
        f"{none}.{claims}.{signature}",
        f"{confused}.{claims}.{text_of(mac)}",
        f"{header}.{claims}.",
        f"{header}.{claims}.{text_of(bytes(64))}",
        f"{header}.{claims}.{signature[:-4]}AAAA",
        f"{header}.{text_of(json.dumps(part(token, 1) | {'sub': '0' * 12}).encode())}.{signature}",
        forged(token, own, typ="JWT"),
        forged(token, own, jku="https://example.org/keys"),
        forged(token, own, iss="https://example.org"),
        forged(token, own, aud="https://example.org"),
        forged(token, own, aud=[ISSUER, "https://example.org"]),
        forged(token, own, exp=str(ended + 60)),
        forged(token, own, exp=None),
        forged(token, own, exp=True),
        forged(token, own, sub="0123456789ab"),
        forged(token, own, sub="0123456789ab", client_id="0123456789ab"),
        forged(token, own, scope=None),
        *("..", "a.b.c", f"{token}.", token + "A" * 5000, "é.é.é"),
    ):
        answer = httpx.get(
            place.address + PATH, headers={b"Authorization": b"Bearer " + refused.encode()}
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "KEY_INVALID"), refused
    assert code(place, forged(token, own, exp=ended)) == (401, "KEY_EXPIRED")
    more = forged(token, own, scope="v1.invoice-rows v1.invoice-rows.preview")
    assert code(place, f"{more}", f"{PATH}/preview") == (403, "ENDPOINT_NOT_IN_SCOPE")


def test_a_revoked_or_expired_key_ends_its_tokens_at_once(place: Place, clock: Clock) -> None:
    clock.now = NOW
    visitor, short = (
        place.visitor("reseller"),
        place.visitor("reseller", expires=(NOW + dt.timedelta(days=1)).date()),
    )
    token, other = give(place, visitor), give(place, short)
    assert code(place, token)[0] == code(place, other)[0] == 200
    revoke_key(place.house.catalog, halves(visitor)[0], word=Word("test", NOW))
    assert code(place, token) == (401, "KEY_INVALID")
    assert code(place, other)[0] == 200
    refused = httpx.post(place.address + TOKEN, data=ASKED, auth=halves(visitor))
    assert refused.json()["error"] == "invalid_client"
    clock.now = dt.datetime.combine(NOW.date() + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)
    clock.now -= dt.timedelta(minutes=5)
    late = give(place, short)
    clock.now += dt.timedelta(minutes=5)
    assert code(place, late) == (401, "KEY_EXPIRED")


def test_a_token_lives_for_its_minutes(place: Place, reseller: Visitor, clock: Clock) -> None:
    token = give(place, reseller)
    clock.now = NOW.replace(microsecond=0) + dt.timedelta(seconds=LIVES_S - 1)
    assert code(place, token)[0] == 200
    clock.now += dt.timedelta(seconds=1)
    assert code(place, token) == (401, "KEY_EXPIRED")


def test_tokens_live_on_for_a_while_after_a_rotation(
    place: Place, reseller: Visitor, clock: Clock
) -> None:
    catalog = place.house.catalog
    token = give(place, reseller)
    made = rotate_keys(catalog, at_once=False, word=Word("anna", NOW))
    assert code(place, token)[0] == 200
    fresh = give(place, reseller)
    assert part(fresh, 0)["kid"] == made.kid != part(token, 0)["kid"]
    assert set(good_keys(catalog, now=NOW)) >= {made.kid, part(token, 0)["kid"]}
    with catalog.read() as connection:
        rows = connection.execute(select(setting).where(setting.c.name.startswith("token_key/")))
        kept = {row.name.partition("/")[2]: json.loads(row.value)["jwk"] for row in rows}
    assert [kid for kid, jwk in kept.items() if "d" in jwk] == [made.kid]
    clock.now = NOW + LIVES
    published = httpx.get(f"{place.address}/.well-known/jwks.json").json()["keys"]
    assert [one["kid"] for one in published] == [made.kid]


def test_tokens_end_at_once_after_a_leak(place: Place, reseller: Visitor) -> None:
    token = give(place, reseller)
    home = place.house.home
    words = ("--json", "key", "rotate", "--at-once")
    exit_code, told, _ = forked.run(words, {"TIEOUT_HOME": str(home)}, folder=home.parent)
    assert exit_code == 0
    assert code(place, token) == (401, "KEY_INVALID")
    assert part(give(place, reseller), 0)["kid"] == json.loads(told)["kid"]


def test_signing_keys_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    house = open_house(tmp_path, catalog_url=postgres_url)
    upgrade(house.catalog)
    first = signing_key(house.catalog, now=NOW)
    assert signing_key(house.catalog, now=NOW) == first
    second = rotate_keys(house.catalog, at_once=False, word=Word("anna", NOW))
    assert signing_key(house.catalog, now=NOW) == second
    assert set(good_keys(house.catalog, now=NOW)) == {first.kid, second.kid}
    assert set(good_keys(house.catalog, now=NOW + LIVES)) == {second.kid}
    third = rotate_keys(house.catalog, at_once=True, word=Word("anna", NOW))
    assert set(good_keys(house.catalog, now=NOW)) == {third.kid}
    house.catalog.close()


def test_a_token_is_a_bearer_and_nothing_else(place: Place, reseller: Visitor) -> None:
    token = give(place, reseller)
    in_query = httpx.get(place.address + PATH, params={"sasKey": token})
    assert (in_query.status_code, in_query.json()["code"]) == (401, "KEY_INVALID")
    both = httpx.get(
        place.address + PATH,
        params={"sasKey": reseller.key},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (both.status_code, both.json()["code"]) == (400, "AMBIGUOUS_KEY")
