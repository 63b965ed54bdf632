"""OAuth 2 client credentials (RFC 6749 4.4): a key's id and secret for a token of some minutes."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from tieout import __version__
from tieout.errors import TieoutError
from tieout.serve.access import KEY_ID, AccessRefused, Key, RateLimited, verify_key
from tieout.serve.admission import count_call
from tieout.serve.presented import Presented
from tieout.serve.problems import reporting_problem
from tieout.serve.settings import Surroundings
from tieout.serve.signing_keys import ALGORITHM, good_keys, signing_key
from tieout.serve.token_openapi import ABOUT, DESCRIBED
from tieout.serve.tokens import write_token

FORM, BODY_MAX = "application/x-www-form-urlencoded", 8 << 10
GRANT = "client_credentials"
KNOWN = ("grant_type", "scope", "client_id", "client_secret")
METHODS = ["client_secret_basic", "client_secret_post"]
FRESH = {"Cache-Control": "public, max-age=300"}
SENTENCES = {
    "KEY_MISSING": "client_id and client_secret are needed, by Basic or in the body",
    "KEY_EXPIRED": "the access key has expired",
}


class TokenRefused(TieoutError):
    """A request for a token that is refused; `error` as in RFC 6749 5.2."""

    def __init__(self, *, error: str, detail: str, status: int = 400) -> None:
        """Keep the three; nothing that was presented is kept."""
        self.error, self.detail, self.status = error, detail, status
        super().__init__(detail)


@dataclass(frozen=True)
class Client:
    """Who asks, by what it brought, and how."""

    presented: Presented
    by_basic: bool


def add_tokens(app: FastAPI, surroundings: Surroundings) -> None:
    """Mount the endpoint of tokens, and say where it and the keys are."""
    desk = Desk(surroundings)
    inner = FastAPI(
        title="tieout tokens",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    inner.add_exception_handler(TokenRefused, _refuse)
    for error in (AccessRefused, HTTPException, Exception):
        inner.add_exception_handler(error, reporting_problem)
    inner.add_api_route(
        "/token", desk.answer, methods=["POST"], response_class=Response, **DESCRIBED
    )
    app.mount("/oauth", inner)
    read = ["GET", "HEAD"]
    app.add_api_route("/.well-known/jwks.json", desk.keys, methods=read)
    app.add_api_route("/.well-known/oauth-authorization-server", desk.about, methods=read)


class Desk:
    """Where tokens are given."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Keep what answers are made from."""
        self.surroundings, self.catalog = surroundings, surroundings.house.catalog

    async def answer(self, request: Request) -> Response:
        """Answer one request for a token."""
        form = await _form(request)
        if form.get("grant_type", GRANT) != GRANT:
            detail = f"the one grant given here is {GRANT}"
            raise TokenRefused(error="unsupported_grant_type", detail=detail)
        if "grant_type" not in form:
            raise TokenRefused(error="invalid_request", detail="grant_type is missing")
        client = _client(request, form)
        told = await run_in_threadpool(self._give, request, client=client, scope=form.get("scope"))
        return JSONResponse(told, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    def _give(self, request: Request, *, client: Client, scope: str | None) -> dict[str, Any]:
        """Check a client, count its call, and sign a token."""
        settings, now = self.surroundings.settings, self.surroundings.now()
        try:
            key = verify_key(self.catalog, client.presented, now=now)
            request.scope["state"]["key_id"] = key.key_id
            count_call(request, key)
        except RateLimited:
            raise
        except AccessRefused as refused:
            detail = SENTENCES.get(refused.code, "no client has this id and secret")
            request.scope["state"]["by_basic"] = client.by_basic
            raise TokenRefused(error="invalid_client", detail=detail, status=401) from refused
        wanted = _scope(key, scope)
        token = write_token(
            key,
            signer=signing_key(self.surroundings.owner.catalog, now=now),
            issuer=settings.base_url,
            scope=wanted,
            now=now,
            lives_s=settings.token_seconds,
        )
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": settings.token_seconds,
            "scope": " ".join(wanted),
        }

    def keys(self) -> Response:
        """Give the public halves of the keys that sign, or did lately (RFC 7517)."""
        found = good_keys(self.catalog, now=self.surroundings.now())
        return JSONResponse({"keys": [one.published() for one in found.values()]}, headers=FRESH)

    def about(self) -> Response:
        """Say where tokens are given and how (RFC 8414)."""
        place = self.surroundings.settings.base_url
        told = {
            "issuer": place,
            "token_endpoint": f"{place}/oauth/token",
            "jwks_uri": f"{place}/.well-known/jwks.json",
            "grant_types_supported": [GRANT],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": METHODS,
            "access_token_signing_alg_values_supported": [ALGORITHM],
        }
        return JSONResponse(told, headers=FRESH)


async def _form(request: Request) -> Mapping[str, str]:
    """Read the body. Raises TokenRefused for another form, and for a name that comes twice."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise TokenRefused(error="invalid_request", detail=f"the body has to be {FORM}")
    if request.scope["query_string"] or request.scope["state"]["presented"].values:
        detail = "the address holds nothing, and no bearer is taken"
        raise TokenRefused(error="invalid_request", detail=detail)
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > BODY_MAX:
                detail = f"a body has at most {BODY_MAX >> 10} KiB"
                raise TokenRefused(error="invalid_request", detail=detail, status=413)
    except ClientDisconnect:
        raise TokenRefused(error="invalid_request", detail="the body ended early") from None
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True)
    names = [name for name, _ in pairs if name in KNOWN]
    if len(set(names)) < len(names):
        raise TokenRefused(error="invalid_request", detail="a parameter comes twice")
    return {name: value for name, value in pairs if name in KNOWN}


def _client(request: Request, form: Mapping[str, str]) -> Client:
    """Give who asks. Raises TokenRefused for two ways at once, or half of one."""
    basic = request.scope["state"]["presented"].basic
    posted = {"client_id", "client_secret"} & form.keys()
    if basic is not None and "client_secret" in posted:
        raise TokenRefused(error="invalid_request", detail="a client says who it is in one way")
    if basic is None:
        pair = (form.get("client_id", ""), form.get("client_secret", ""))
        return Client(_presented(*pair) if posted else Presented(), by_basic=False)
    try:
        text = base64.b64decode(basic, validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    name, _, secret = text.partition(":")
    name = unquote_plus(name)
    if form.get("client_id", name) != name:
        raise TokenRefused(error="invalid_request", detail="two different clients were named")
    return Client(_presented(name, unquote_plus(secret)), by_basic=True)


def _presented(client_id: str, secret: str) -> Presented:
    known = client_id if KEY_ID.fullmatch(client_id) else ""
    return Presented((f"tk_{known}_{secret}",))


def _scope(key: Key, asked: str | None) -> tuple[str, ...]:
    """Give the endpoints that a token opens: the key's, or those of them that are asked for."""
    if asked is None:
        return key.endpoints
    wanted = tuple(dict.fromkeys(asked.split()))
    if not wanted or not set(wanted) <= set(key.endpoints):
        raise TokenRefused(error="invalid_scope", detail="the key does not open all of these")
    return wanted


def _refuse(request: Request, error: Exception) -> Response:
    """Answer as RFC 6749 5.2 says."""
    assert isinstance(error, TokenRefused)
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    if error.error == "invalid_client":
        by_basic = request.scope["state"].get("by_basic", False)
        headers["WWW-Authenticate"] = 'Basic realm="tieout"' if by_basic else "Bearer"
    told = {"error": error.error, "error_description": error.detail}
    body = json.dumps(told).encode()
    return Response(body, error.status, headers=headers, media_type="application/json")
