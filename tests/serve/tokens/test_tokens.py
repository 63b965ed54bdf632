"""OAuth 2 client credentials: who gets a token, and what it opens (decision 0039)."""

import base64

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from october import NOW
from serve_case import CONSOLIDATED, ROWS, Clock, Place, Visitor, serving
from token_case import ASKED, ISSUER, LIVES_S, PATH, TOKEN, code, give, halves, part
from xml_checked import CheckedClient


def test_a_token_opens_both_apis_as_its_key_does(place: Place, reseller: Visitor) -> None:
    key_id, secret = halves(reseller)
    by_basic = httpx.post(place.address + TOKEN, data=ASKED, auth=(key_id, secret))
    posted = ASKED | {"client_id": key_id, "client_secret": secret}
    by_body = httpx.post(place.address + TOKEN, data=posted)
    for answer in (by_basic, by_body):
        assert answer.headers["cache-control"] == "no-store"
        told = answer.json()
        assert told["token_type"] == "Bearer"
        assert told["expires_in"] == LIVES_S
        assert told["scope"] == "v1.invoice-rows billing.consolidatedinvoices"
        bearer = {"Authorization": f"Bearer {told['access_token']}"}
        with CheckedClient(base_url=place.address, headers=bearer, timeout=60) as client:
            for path in (PATH, CONSOLIDATED):
                answered = client.get(path)
                assert answered.status_code == 200
                assert answered.content == reseller.client.get(path).content
            assert client.get(f"{PATH}/preview").json()["code"] == "ENDPOINT_NOT_IN_SCOPE"
            assert client.get(f"{ROWS}/customer").json()["code"] == "NOT_FOUND"
            assert client.get("/manage/v1/organizations").json()["code"] == "ENDPOINT_NOT_IN_SCOPE"


def test_admin_keys_have_tokens_for_the_management_api(place: Place, clock: Clock) -> None:
    clock.now = NOW
    token = give(place, place.visitor(role="admin"))
    assert code(place, token, "/manage/v1/organizations")[0] == 200
    assert code(place, token)[0] == 403


def test_a_token_may_open_less_than_its_key_and_never_more(place: Place, reseller: Visitor) -> None:
    token = give(place, reseller, scope="v1.invoice-rows")
    assert code(place, token)[0] == 200
    assert code(place, token, CONSOLIDATED)[0] == 403
    for scope in ("v1.invoice-headers", "v1.invoice-rows v1.invoice-headers", "manage", "", "*"):
        answer = httpx.post(
            place.address + TOKEN, data=ASKED | {"scope": scope}, auth=halves(reseller)
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_token_is_what_a_stranger_can_check(place: Place, reseller: Visitor) -> None:
    """Checked here by hand with `cryptography`, from what the service publishes."""
    token = give(place, reseller)
    about = httpx.get(f"{place.address}/.well-known/oauth-authorization-server").json()
    assert about["issuer"] == ISSUER
    assert about["token_endpoint"] == f"{ISSUER}{TOKEN}"
    published = httpx.get(f"{place.address}/.well-known/jwks.json").json()["keys"]
    assert all(set(one) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for one in published)
    header, claims = part(token, 0), part(token, 1)
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": published[0]["kid"]}
    assert claims["iss"] == claims["aud"] == ISSUER
    assert claims["sub"] == claims["client_id"] == halves(reseller)[0]
    assert (claims["iat"], claims["exp"] - claims["iat"]) == (int(NOW.timestamp()), LIVES_S)
    x, y = (
        int.from_bytes(base64.urlsafe_b64decode(published[0][name] + "=="), "big")
        for name in ("x", "y")
    )
    signed, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        (ASKED | {"client_id": "0123456789ab"}, 400, "invalid_request"),
        (ASKED | {"client_secret": "x"}, 400, "invalid_request"),
    ],
)
def test_other_requests_are_refused_as_rfc_6749_says(
    place: Place, reseller: Visitor, form: dict[str, str], status: int, error: str
) -> None:
    answer = httpx.post(place.address + TOKEN, data=form, auth=halves(reseller))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"


def test_nobody_else_gets_a_token(place: Place, reseller: Visitor) -> None:
    key_id, secret = halves(reseller)
    bodies = set()
    for pair in (
        *((key_id, "x"), ("0123456789ab", secret), ("", ""), (key_id, "")),
        *((f"{key_id}_{secret[:5]}", secret[6:]), ("' OR 1=1", secret)),
    ):
        answer = httpx.post(place.address + TOKEN, data=ASKED, auth=pair)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Basic realm="tieout"'
        bodies.add(answer.text)
    assert len(bodies) == 1
    for broken in ("Basic", "Basic !!", "Basic " + base64.b64encode(b"\xff\xfe").decode()):
        answer = httpx.post(place.address + TOKEN, data=ASKED, headers={"Authorization": broken})
        assert answer.status_code == 401
    assert httpx.post(place.address + TOKEN, data=ASKED).json()["error"] == "invalid_client"


def test_credentials_come_in_one_way_and_not_in_the_address(
    place: Place, reseller: Visitor
) -> None:
    key_id, secret = halves(reseller)
    address = place.address + TOKEN
    form = f"grant_type=client_credentials&client_id={key_id}&client_secret={secret}"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for refused in (
        httpx.post(f"{address}?{form}", data=ASKED),
        httpx.post(address, content=f"{form}&client_secret={secret}", headers=kind),
        httpx.post(address, content=f"{form}&grant_type=client_credentials", headers=kind),
        httpx.post(address, content=form),
        httpx.post(address, json=ASKED | {"client_id": key_id, "client_secret": secret}),
        httpx.post(
            address, content=form, headers=kind | {"Authorization": f"Bearer {reseller.key}"}
        ),
    ):
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    large = httpx.post(address, content=form + "&x=" + "y" * 9000, headers=kind)
    assert large.status_code == 413
    assert httpx.get(address).status_code == 405
    assert httpx.post(address, content=form, headers=kind).status_code == 200


def test_calls_with_a_token_count_as_those_of_its_key(place: Place) -> None:
    with serving(place.house, now=lambda: NOW, calls_per_minute=3) as limited:
        visitor = limited.visitor("reseller")
        token = give(limited, visitor)
        assert code(limited, token)[0] == 200
        assert visitor.client.get(PATH).status_code == 200
        assert code(limited, token) == (429, "RATE_LIMITED")
        answer = httpx.post(limited.address + TOKEN, data=ASKED, auth=halves(visitor))
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


def test_no_secret_and_no_token_is_written_anywhere(
    place: Place, reseller: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    key_id, secret = halves(reseller)
    token = give(place, reseller)
    httpx.post(place.address + TOKEN, data=ASKED | {"client_id": key_id, "client_secret": secret})
    httpx.post(place.address + TOKEN, data=ASKED, auth=(key_id, secret + "x"))
    httpx.get(f"{place.address}{ROWS}/{token}")
    code(place, token), code(place, token + "x")
    written = "".join(capfd.readouterr()) + place.metrics.text().decode()
    assert key_id in written
    for hidden in (
        secret,
        token,
        token.split(".")[2],
        base64.b64encode(f"{key_id}:{secret}".encode()).decode(),
    ):
        assert hidden not in written
