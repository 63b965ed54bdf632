"""How often a key may call, and how many answers it may have open: one place for all APIs.

Counted by the id of a key whose secret was right, so that nobody without it can use it up. Counts
are those of one process, or of all workers of a service (shared_moments.py).
"""

import math
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from tieout.serve.access import RateLimited
from tieout.serve.call_moments import CallMoments
from tieout.serve.shared_moments import SharedMoments

STREAM_RETRY_S = 1
MINUTE_S = 60


class RateLimits:
    """Calls within any 60 seconds, and open answers, of each key."""

    def __init__(
        self,
        *,
        calls_per_minute: int,
        open_streams: int,
        now: Callable[[], datetime],
        moments: SharedMoments | None = None,
    ) -> None:
        """Count nothing yet; `moments` is where counts are kept, by default in this process."""
        self._calls = RateLimitItemPerMinute(calls_per_minute)
        self._streams_max, self._now = open_streams, now
        self._kept: Moments | SharedMoments = moments or Moments(now)
        self._limiter = MovingWindowRateLimiter(self._kept)

    def admit(self, key_id: str) -> None:
        """Count a call and open its answer, which `leave` closes.

        Raises RateLimited where that is one too many; what is refused is not counted.
        """
        with self._kept.held(key_id):
            if self._kept.opened(key_id) >= self._streams_max:
                reason = f"{self._streams_max} answers to this key are open; finish one first"
                raise RateLimited(reason=reason, retry_after_s=STREAM_RETRY_S)
            if not self._limiter.hit(self._calls, key_id):
                reason = f"the key called {self._calls.amount} times within a minute"
                raise RateLimited(reason=reason, retry_after_s=self._seconds_left(key_id))
            self._kept.add_open(key_id, 1)

    def leave(self, key_id: str) -> None:
        """Close one open answer."""
        with self._kept.held(key_id):
            self._kept.add_open(key_id, -1)

    def headers(self, key_id: str) -> Mapping[str, str]:
        """Give the RateLimit fields (draft-ietf-httpapi-ratelimit-headers-10) as they stand now."""
        with self._kept.held(key_id):
            calls = self._limiter.get_window_stats(self._calls, key_id).remaining
            streams = max(self._streams_max - self._kept.opened(key_id), 0)
            left = self._seconds_left(key_id)
        policies = (
            f'"calls";q={self._calls.amount};w={MINUTE_S}',
            f'"streams";q={self._streams_max};qu="concurrent-requests"',
        )
        return {
            "RateLimit-Policy": ", ".join(policies),
            "RateLimit": f'"calls";r={calls};t={left}, "streams";r={streams}',
        }

    def _seconds_left(self, key_id: str) -> int:
        """Give the whole seconds until the oldest call no longer counts."""
        reset = self._limiter.get_window_stats(self._calls, key_id).reset_time
        return max(math.ceil(reset - self._now().timestamp()), 1)


class Moments(CallMoments):
    """Where `limits` keeps the moments of calls: in memory, by the clock of the service."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Remember nothing yet."""
        super().__init__()
        self._now = now
        self._moments: defaultdict[str, deque[float]] = defaultdict(deque)
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def held(self, _key_id: str) -> Iterator[None]:
        """Let no other thread change what is kept."""
        with self._lock:
            yield

    def opened(self, key_id: str) -> int:
        """Give how many answers are open."""
        return self._open[key_id]

    def add_open(self, key_id: str, change: int) -> None:
        """Count answers that are opened or closed."""
        self._open[key_id] += change
        if not self._open[key_id]:
            del self._open[key_id]

    @property
    def base_exceptions(self) -> type[Exception]:
        """Give what may go wrong here: nothing in particular."""
        return Exception

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Remember `amount` calls made now, unless they would be more than the limit."""
        moments = self._within(key, expiry)
        if len(moments) + amount > limit:
            return False
        moments.extend([self._now().timestamp()] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Give the moment of the oldest call that counts (now without one), and how many do."""
        moments = self._within(key, expiry)
        return (moments[0] if moments else self._now().timestamp()), min(len(moments), limit)

    def _within(self, key: str, expiry: int) -> deque[float]:
        moments, begin = self._moments[key], self._now().timestamp() - expiry
        while moments and moments[0] <= begin:
            moments.popleft()
        return moments

    def clear(self, key: str) -> None:
        """Forget the calls of a key."""
        self._moments.pop(key, None)

    def reset(self) -> int:
        """Forget all calls; give of how many keys."""
        count = len(self._moments)
        self._moments.clear()
        return count

    def check(self) -> bool:
        """Say that memory is there."""
        return True
