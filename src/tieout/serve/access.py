"""Access keys: making, checking and revoking them.

A key reads `tk_<keyId>_<secret>`. Only a salted SHA-256 of the secret is kept.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from tieout.errors import NotFound, Refused, TieoutError
from tieout.pipeline import Word
from tieout.serve.presented import Presented
from tieout.serve.roles import (
    ADMIN,
    ENDPOINTS,
    GATEWAY,
    LISTS,
    OPERATIONS,
    ROLES,
    VENDOR_RAW,
    VERSION_USAGE,
    Role,
)
from tieout.store import audit
from tieout.store.audit import Event
from tieout.store.catalog import access_key
from tieout.store.database import Catalog
from tieout.store.row_security import asker

MONTHS_DEFAULT, MONTHS_MAX = 12, 24
PRODUCTION = "production"
ENVIRONMENTS = (PRODUCTION, "development")
KEY_ID = re.compile(r"[0-9a-f]{12}", re.ASCII)
DUMMY_SALT = "00" * 16


class AccessRefused(TieoutError):
    """A request without a key that opens what it asks for; `code` as in reporting-api.md 2.2."""

    def __init__(self, *, code: str) -> None:
        """Keep the code; nothing that was presented is kept."""
        self.code = code
        super().__init__(code)


class RateLimited(AccessRefused):
    """A call too many of a key that is right; `reason` is a plain sentence."""

    def __init__(self, *, reason: str, retry_after_s: int) -> None:
        """Keep the sentence, and the whole seconds until a call may be admitted."""
        self.reason, self.retry_after_s = reason, retry_after_s
        super().__init__(code="RATE_LIMITED")


class KeyRefused(Refused):
    """A key that cannot be made as asked."""

    def __init__(self, *, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Key:
    """One access key without its secret. `expires` is the first day it no longer works."""

    key_id: str
    role: str
    organizations: tuple[str, ...]
    endpoints: tuple[str, ...]
    created_at: str
    expires: str
    revoked_at: str | None
    environment: str = PRODUCTION

    def open(self, endpoint: str) -> Role:
        """Give what the role may do. Raises AccessRefused when the key lacks the endpoint."""
        if endpoint not in self.endpoints:
            raise AccessRefused(code="ENDPOINT_NOT_IN_SCOPE")
        return ROLES[self.role]


def create_key(
    catalog: Catalog,
    *,
    organizations: Sequence[str],
    role: str,
    endpoints: Sequence[str] = (),
    expires: date | None = None,
    word: Word,
) -> tuple[Key, str]:
    """Make a key and give it with its text, which is shown once and stored nowhere.

    The audit says by whom. An admin key stands for no organization. Raises KeyRefused for an
    unknown role or endpoint, no organization, or more than 24 months.
    """
    last = expires or _months_after(word.now.date(), MONTHS_DEFAULT)
    _check(organizations=organizations, role=role, endpoints=endpoints)
    if not word.now.date() < last <= _months_after(word.now.date(), MONTHS_MAX):
        raise KeyRefused(reason=f"a key must expire after today and within {MONTHS_MAX} months")
    secret, salt = secrets.token_urlsafe(32), secrets.token_hex(16)
    key = Key(
        key_id=secrets.token_hex(6),
        role=role,
        organizations=tuple(organizations),
        endpoints=tuple(endpoints) or ROLES[role].endpoints,
        created_at=word.now.isoformat(timespec="seconds"),
        expires=last.isoformat(),
        revoked_at=None,
    )
    with catalog.write() as connection:
        connection.execute(
            insert(access_key).values(
                key_id=key.key_id,
                salt=salt,
                secret_hash=_hash(salt, secret),
                role=role,
                organizations=json.dumps(key.organizations),
                endpoints=json.dumps(key.endpoints),
                created_at=key.created_at,
                expires=key.expires,
            )
        )
        made = {
            "role": role,
            "organizations": list(key.organizations),
            "endpoints": list(key.endpoints),
            "expires": key.expires,
        }
        _record(connection, Event("create", "key", key.key_id, after=made), word=word)
    return key, f"tk_{key.key_id}_{secret}"


def mark_environment(catalog: Catalog, key: Key, *, environment: str, word: Word) -> Key:
    """Say what a key is used for; a new one is for production."""
    if environment not in ENVIRONMENTS:
        raise KeyRefused(reason=f"a key is for {' or '.join(ENVIRONMENTS)}")
    with catalog.write() as connection:
        connection.execute(
            update(access_key)
            .where(access_key.c.key_id == key.key_id)
            .values(environment=environment)
        )
        if environment != key.environment:
            after = {"environment": environment}
            _record(connection, Event("change", "key", key.key_id, after=after), word=word)
    return replace(key, environment=environment)


def verify_key(catalog: Catalog, presented: Presented, *, now: datetime) -> Key:
    """Give the key that was presented.

    Raises AccessRefused: no key, two unequal ones, or one that opens nothing. Unknown, malformed
    and revoked keys look alike; an expired one is named only to who knows its secret.
    """
    values = set(presented.values)
    if not values:
        raise AccessRefused(code="KEY_MISSING")
    if len(values) > 1:
        raise AccessRefused(code="AMBIGUOUS_KEY")
    prefix, _, rest = values.pop().partition("_")
    key_id, _, secret = rest.partition("_")
    key_id = key_id if KEY_ID.fullmatch(key_id) else ""
    asker().key_id = key_id
    with catalog.read() as connection:
        found = (
            connection.execute(select(access_key).where(access_key.c.key_id == key_id))
            .mappings()
            .one_or_none()
        )
    stored = found["secret_hash"] if found else ""
    made = _hash(found["salt"] if found else DUMMY_SALT, secret)
    same = hmac.compare_digest(made, stored)
    if found is None or not same or prefix != "tk" or found["revoked_at"] is not None:
        raise AccessRefused(code="KEY_INVALID")
    return _unexpired(found, now=now)


def find_key(catalog: Catalog, key_id: str, *, now: datetime) -> Key:
    """Give a key by its id, for who has shown that it is theirs. Raises AccessRefused."""
    asker().key_id = key_id
    with catalog.read() as connection:
        query = select(access_key).where(access_key.c.key_id == key_id)
        found = connection.execute(query).mappings().one_or_none()
    if found is None or found["revoked_at"] is not None:
        raise AccessRefused(code="KEY_INVALID")
    return _unexpired(found, now=now)


def list_keys(catalog: Catalog) -> list[Key]:
    """Give every key ever made, oldest first."""
    with catalog.read() as connection:
        query = select(access_key).order_by(access_key.c.created_at, access_key.c.key_id)
        return [_key(row) for row in connection.execute(query).mappings()]


def revoke_key(catalog: Catalog, key_id: str, *, word: Word) -> None:
    """Make a key open nothing from now on. Raises NotFound for an id that was never given."""
    with catalog.write() as connection:
        changed = connection.execute(
            update(access_key)
            .where(access_key.c.key_id == key_id)
            .values(revoked_at=word.now.isoformat(timespec="seconds"))
        )
        if not changed.rowcount:
            raise NotFound(kind="key", name=key_id)
        after = {"revoked_at": word.now.isoformat(timespec="seconds")}
        _record(connection, Event("revoke", "key", key_id, after=after), word=word)


def _unexpired(found: Any, *, now: datetime) -> Key:
    if found["expires"] <= now.isoformat():
        raise AccessRefused(code="KEY_EXPIRED")
    return _key(found)


def _check(*, organizations: Sequence[str], role: str, endpoints: Iterable[str]) -> None:
    if role not in ROLES:
        raise KeyRefused(reason=f"unknown role '{role}'; roles are {', '.join(ROLES)}")
    if role == ADMIN and organizations:
        raise KeyRefused(reason="an admin key stands for no organization")
    if role != ADMIN and not organizations:
        raise KeyRefused(reason="a key needs at least one organization")
    staff = (*ENDPOINTS, *LISTS, *VENDOR_RAW, VERSION_USAGE, *OPERATIONS)
    known = ROLES[role].endpoints if role in (ADMIN, GATEWAY) else staff
    if unknown := [name for name in endpoints if name not in known]:
        raise KeyRefused(
            reason=f"unknown endpoints {', '.join(unknown)}; endpoints of this role are"
            f" {', '.join(known)}"
        )


def _record(connection: Connection, event: Event, *, word: Word) -> None:
    audit.record(connection, [event], signed=word.signed())


def _hash(salt: str, secret: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + secret.encode()).hexdigest()


def _key(row: Any) -> Key:
    return Key(
        key_id=row["key_id"],
        role=row["role"],
        organizations=tuple(json.loads(row["organizations"])),
        endpoints=tuple(json.loads(row["endpoints"])),
        created_at=row["created_at"],
        expires=row["expires"],
        revoked_at=row["revoked_at"],
        environment=row["environment"],
    )


def _months_after(day: date, months: int) -> date:
    """Give the same day some months later, clamped to the month's end."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)
