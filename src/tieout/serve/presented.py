"""What a request brings to say who it is: taken out of it before anything else is done."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from starlette.types import Scope

BEARER, BASIC = b"bearer ", b"basic "
# what a request may call itself: short and plain, so that no key, secret or token fits
REQUEST_ID = re.compile(rb"[0-9A-Za-z][0-9A-Za-z-]{7,35}")
# a key or a token as a part of an address
IN_PATH = re.compile(r"(tk_[0-9a-f]{12}_)[^/]+|eyJ[\w-]+\.[^/]*", re.ASCII)


@dataclass(frozen=True)
class Presented:
    """What a request brought: `sasKey` values and bearers as keys, a bearer, and Basic."""

    values: tuple[str, ...] = ()
    bearer: str | None = None
    basic: str | None = None

    def __repr__(self) -> str:
        """Say how many, never which."""
        return f"Presented({len(self.values)} values)"


def take_presented(scope: Scope) -> Presented:
    """Take every key out of the query and the headers, and give them."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    values = [value for name, value in pairs if name.lower() == "saskey"]
    kept = [(name, value) for name, value in pairs if name.lower() != "saskey"]
    scope["query_string"] = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in kept
    ).encode()
    headers: list[tuple[bytes, bytes]] = []
    bearer = basic = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            if value.lower().startswith(BEARER):
                bearer = value[len(BEARER) :].decode("latin-1").strip()
                values.append(bearer)
            elif value.lower().startswith(BASIC):
                basic = value[len(BASIC) :].decode("latin-1").strip()
        elif name != b"referer":
            headers.append((name, value))
    scope["headers"] = headers
    return Presented(tuple(values), bearer=bearer, basic=basic)


def take_request_id(scope: Scope) -> str | None:
    """Give what a request calls itself, where that is one plain text."""
    named = [value for name, value in scope["headers"] if name == b"x-request-id"]
    return named[0].decode() if len(named) == 1 and REQUEST_ID.fullmatch(named[0]) else None


def told_path(path: str) -> str:
    """Give a path as it may be logged and answered: a key or token in it is `***`.

    >>> told_path("/api/tk_0123456789ab_secret/rows")
    '/api/tk_0123456789ab_***/rows'
    """
    return IN_PATH.sub(lambda found: f"{found[1] or ''}***", path)
