"""A billed October whose keys get tokens, by a clock that a test sets."""

import base64
import json
from typing import Any

import httpx
from serve_case import ROWS, Place, Visitor

TOKEN = "/oauth/token"
ASKED = {"grant_type": "client_credentials"}
PATH = f"{ROWS}/reseller"
ISSUER = "http://127.0.0.1:8000"  # the default of TIEOUT_BASE_URL
LIVES_S = 600


def halves(visitor: Visitor) -> tuple[str, str]:
    """Give the id and secret of a visitor's key."""
    _, key_id, secret = visitor.key.split("_", 2)
    return key_id, secret


def give(place: Place, visitor: Visitor, **form: str) -> str:
    """Get a token."""
    answer = httpx.post(place.address + TOKEN, data=ASKED | form, auth=halves(visitor))
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token


def code(place: Place, token: str, path: str = PATH) -> tuple[int, str]:
    """Give the status and code of an answer to a token."""
    answer = httpx.get(place.address + path, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, "" if answer.status_code == 200 else answer.json().get("code", "")


def part(token: str, number: int) -> dict[str, Any]:
    """Give the header (0) or the claims (1) of a token."""
    text = token.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def text_of(content: bytes) -> str:
    """Give base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
