"""The way in: a key or token that is right, and that has not called too often."""

from dataclasses import replace
from functools import partial

from starlette.requests import Request

from tieout.serve.access import AccessRefused, Key, find_key, verify_key
from tieout.serve.presented import Presented
from tieout.serve.rate_limit import RateLimits
from tieout.serve.settings import Surroundings
from tieout.serve.signing_keys import good_keys
from tieout.serve.tokens import is_token, read_token
from tieout.store.row_security import asker


def admit(request: Request, surroundings: Surroundings) -> Key:
    """Give the key of a request and count its call.

    The key is left in the request's state for whoever logs or counts the call; the first layer
    closes what is opened here. Raises AccessRefused, and RateLimited for a call too many.
    """
    key = identify(request, surroundings)
    request.scope["state"]["key"] = key
    count_call(request, key)
    return key


def identify(request: Request, surroundings: Surroundings) -> Key:
    """Give the key of a request, or that of the token it brought. Raises AccessRefused."""
    presented = request.scope["state"]["presented"]
    assert isinstance(presented, Presented)
    if presented.bearer is not None and is_token(presented.bearer):
        key = _key_of_token(presented, surroundings)
    else:
        key = verify_key(surroundings.house.catalog, presented, now=surroundings.now())
    request.scope["state"]["key_id"] = key.key_id
    asker().organizations = key.organizations
    return key


def act_for(organization: str) -> None:
    """Read for one organization of the key from now on: nothing of the others, nor of any other."""
    listed = asker().organizations
    asker().organizations = (organization,) if organization in listed else ()


def count_call(request: Request, key: Key) -> None:
    """Count a call of a key and open its answer. Raises RateLimited."""
    state = request.scope["state"]
    limits = state["limits"]
    assert isinstance(limits, RateLimits)
    state["limit_headers"] = partial(limits.headers, key.key_id)
    limits.admit(key.key_id)
    state["leave"] = partial(limits.leave, key.key_id)


def _key_of_token(presented: Presented, surroundings: Surroundings) -> Key:
    """Give the key of a token as it stands now, open for no more than the token says."""
    token, now = presented.bearer, surroundings.now()
    assert token is not None
    if set(presented.values) != {token}:
        raise AccessRefused(code="AMBIGUOUS_KEY")
    catalog = surroundings.house.catalog
    keys = good_keys(catalog, now=now)
    grant = read_token(token, keys, issuer=surroundings.settings.base_url, now=now)
    key = find_key(catalog, grant.key_id, now=now)
    return replace(key, endpoints=tuple(name for name in key.endpoints if name in grant.scope))
