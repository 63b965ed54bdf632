"""The way into both reading APIs: a key that is right, and that has not called too often."""

from functools import partial

from starlette.requests import Request

from tieout.serve.access import Key, verify_key
from tieout.serve.rate_limit import RateLimits
from tieout.serve.settings import Surroundings


def admit(request: Request, surroundings: Surroundings) -> Key:
    """Give the key of a request and count its call.

    The key is left in the request's state for whoever logs or counts the call; the first layer
    closes what is opened here. Raises AccessRefused, and RateLimited for a call too many.
    """
    state = request.scope["state"]
    limits = state["limits"]
    assert isinstance(limits, RateLimits)
    key = verify_key(surroundings.house.catalog, state["presented"], now=surroundings.now())
    state["key_id"], state["key"] = key.key_id, key
    state["limit_headers"] = partial(limits.headers, key.key_id)
    limits.admit(key.key_id)
    state["leave"] = partial(limits.leave, key.key_id)
    return key
