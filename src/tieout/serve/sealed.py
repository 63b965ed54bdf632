"""Cursors as text: a few values, signed with the installation's secret, good until a moment."""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

SECRET = "match_key_secret"  # noqa: S105 - the name of the setting, not the secret
LIVES_SECONDS = 24 * 3600
SEAL_BYTES = 32


def digest(*parts: object) -> str:
    """Give a short digest of some values."""
    return hashlib.sha256("\n".join(repr(part) for part in parts).encode()).hexdigest()[:32]


def seal(values: list[Any], *, secret: bytes, purpose: str) -> str:
    """Write JSON values as text that nobody without the secret can make."""
    said = json.dumps(values, separators=(",", ":")).encode()
    return _text(_mac(said, secret=secret, purpose=purpose) + said)


def unseal(text: str, *, secret: bytes, purpose: str) -> list[Any] | None:
    """Give the values of a text sealed for a purpose; None for any other text."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if _text(content) != text:  # the last sign may hold bits that say nothing
        return None
    mac, said = content[:SEAL_BYTES], content[SEAL_BYTES:]
    if not hmac.compare_digest(mac, _mac(said, secret=secret, purpose=purpose)):
        return None
    values: list[Any] = json.loads(said)
    return values


def ends(now: datetime) -> int:
    """Give the second at which a cursor made now is too old."""
    return int(now.timestamp()) + LIVES_SECONDS


def has_ended(until: int, *, now: datetime) -> bool:
    """Tell whether a cursor is too old."""
    return now.timestamp() >= until


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _mac(said: bytes, *, secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, purpose.encode() + b"\n" + said, "sha256")
