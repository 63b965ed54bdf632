"""What both places that keep the moments of calls for `limits` have in common: no fixed windows."""

from limits.storage import MovingWindowSupport, Storage


class CallMoments(Storage, MovingWindowSupport):
    """A storage of moments, asked about moving windows alone."""

    STORAGE_SCHEME = None

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Refuse: fixed windows are not kept."""
        raise NotImplementedError

    def get(self, key: str) -> int:
        """Refuse: fixed windows are not kept."""
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        """Refuse: fixed windows are not kept."""
        raise NotImplementedError
