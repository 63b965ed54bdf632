"""The keys that sign access tokens: kept as settings of the installation, beside its secret.

The newest one signs. One that was replaced keeps its public half for as long as a token may live.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy import Connection, delete, insert, select, update

from tieout.pipeline import Word
from tieout.store import audit
from tieout.store.audit import Event
from tieout.store.catalog import setting
from tieout.store.database import Catalog

ALGORITHM, CURVE = "ES256", "P-256"
PREFIX = "token_key/"
LIVES = timedelta(minutes=60)  # at most, of a token


@dataclass(frozen=True)
class SigningKey:
    """One key; `retired_at` is since when it signs no more, and has no private half."""

    kid: str
    created_at: str
    retired_at: str | None
    jwk: dict[str, Any]

    @property
    def key(self) -> ECKey:
        """The key as the library has it."""
        return ECKey.import_key(self.jwk)

    def published(self) -> dict[str, Any]:
        """Give the public half as a JWK."""
        return dict(self.key.as_dict(private=False), kid=self.kid, use="sig", alg=ALGORITHM)

    def is_good(self, now: datetime) -> bool:
        """Tell whether a token of it may still live."""
        return self.retired_at is None or datetime.fromisoformat(self.retired_at) + LIVES > now


def good_keys(catalog: Catalog, *, now: datetime) -> dict[str, SigningKey]:
    """Give the keys whose tokens are taken, the newest first."""
    with catalog.read() as connection:
        return {one.kid: one for one in _kept(connection) if one.is_good(now)}


def signing_key(catalog: Catalog, *, now: datetime) -> SigningKey:
    """Give the key that signs now; the first one is made when it is asked for."""
    with catalog.read() as connection:
        found = [one for one in _kept(connection) if one.retired_at is None]
    if found:
        return found[0]
    with catalog.write() as connection:
        made = _make(connection, now)
        event = Event("create", "signing key", made.kid)
        signed = Word(audit.PROGRAM, now).signed()
        audit.record(connection, [event], signed=signed)
    return made


def rotate_keys(catalog: Catalog, *, at_once: bool, word: Word) -> SigningKey:
    """Let a new key sign; tokens of the ones before live on until they expire, or end at once."""
    with catalog.write() as connection:
        before = _kept(connection)
        made = _make(connection, word.now)
        for old in before:
            named = setting.c.name == f"{PREFIX}{old.kid}"
            if at_once or not old.is_good(word.now):
                connection.execute(delete(setting).where(named))
            elif old.retired_at is None:
                ended = SigningKey(old.kid, old.created_at, _text(word.now), old.published())
                connection.execute(update(setting).where(named).values(value=_json(ended)))
        after = {"ended": [one.kid for one in before if at_once]}
        event = Event("rotate", "signing key", made.kid, after=after)
        audit.record(connection, [event], signed=word.signed())
    return made


def _make(connection: Connection, now: datetime) -> SigningKey:
    fresh = ECKey.generate_key(CURVE, private=True)
    jwk = dict(fresh.as_dict(private=True))
    made = SigningKey(fresh.thumbprint(), _text(now), None, jwk)
    connection.execute(insert(setting).values(name=f"{PREFIX}{made.kid}", value=_json(made)))
    return made


def _kept(connection: Connection) -> list[SigningKey]:
    """Give every key, those that sign first, of them the newest."""
    query = select(setting).where(setting.c.name.startswith(PREFIX, autoescape=True))
    found = []
    for row in connection.execute(query):
        said = json.loads(row.value)
        kid = row.name.removeprefix(PREFIX)
        found.append(SigningKey(kid, said["createdAt"], said["retiredAt"], said["jwk"]))
    found.sort(key=lambda one: (one.retired_at is None, one.created_at, one.kid), reverse=True)
    return found


def _json(one: SigningKey) -> str:
    return json.dumps({"createdAt": one.created_at, "retiredAt": one.retired_at, "jwk": one.jwk})


def _text(now: datetime) -> str:
    return now.isoformat()
