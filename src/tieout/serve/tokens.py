"""Access tokens (RFC 9068): what a key's holder shows instead of the key, for some minutes.

A token says whose it is, never what that may do: each call looks the key up in the catalog.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol
from joserfc.jws import JWSRegistry

from tieout.serve.access import KEY_ID, AccessRefused, Key
from tieout.serve.signing_keys import ALGORITHM, SigningKey

TYPE = "at+jwt"
HEADER = {"alg", "kid", "typ"}
LENGTH_MAX = 4096
REGISTRY = JWSRegistry(algorithms=[ALGORITHM])


@dataclass(frozen=True)
class Grant:
    """What a token is made of: whose it is, its scope, and when it ends (seconds since 1970)."""

    key_id: str
    scope: tuple[str, ...]
    ends: int


def is_token(text: str) -> bool:
    """Tell a token from a key, by its form."""
    return text.count(".") == 2  # noqa: PLR2004 - header, claims and signature


def write_token(
    key: Key,
    *,
    signer: SigningKey,
    issuer: str,
    scope: tuple[str, ...],
    now: datetime,
    lives_s: int,
) -> str:
    """Sign a token of a key, good for some seconds."""
    begins = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": issuer,
        "sub": key.key_id,
        "client_id": key.key_id,
        "iat": begins,
        "exp": begins + lives_s,
        "jti": secrets.token_hex(16),
        "scope": " ".join(scope),
    }
    header = {"alg": ALGORITHM, "kid": signer.kid}
    return jwt.encode(header, claims, signer.key, registry=REGISTRY, default_type=TYPE)


def read_token(text: str, keys: Mapping[str, SigningKey], *, issuer: str, now: datetime) -> Grant:
    """Give what a token says.

    Raises AccessRefused: KEY_EXPIRED for one of ours past its time, KEY_INVALID for any other
    signature, algorithm, type, issuer or audience.
    """

    def signer(token: GuestProtocol) -> ECKey:
        header = token.headers()
        found = keys.get(str(header.get("kid")))
        if found is None or header.keys() != HEADER or header["typ"] != TYPE:
            raise AccessRefused(code="KEY_INVALID")
        return found.key

    if len(text) > LENGTH_MAX or not text.isascii():
        raise AccessRefused(code="KEY_INVALID")
    try:
        claims = jwt.decode(text, signer, registry=REGISTRY).claims
    except (JoseError, ValueError) as error:
        raise AccessRefused(code="KEY_INVALID") from error
    grant = _grant(claims, issuer=issuer)
    if grant.ends <= now.timestamp():
        raise AccessRefused(code="KEY_EXPIRED")
    return grant


def _grant(claims: Mapping[str, Any], *, issuer: str) -> Grant:
    """Hold every claim against what is written here, type and all."""
    key_id, ends, scope = (claims.get(name) for name in ("sub", "exp", "scope"))
    if claims.get("iss") != issuer or claims.get("aud") != issuer:
        raise AccessRefused(code="KEY_INVALID")
    if type(ends) is not int or not isinstance(key_id, str) or not isinstance(scope, str):
        raise AccessRefused(code="KEY_INVALID")
    if not KEY_ID.fullmatch(key_id) or claims.get("client_id") != key_id:
        raise AccessRefused(code="KEY_INVALID")
    return Grant(key_id, scope=tuple(scope.split()), ends=ends)
