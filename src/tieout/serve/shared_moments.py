"""Calls and open answers of keys, kept in files that the workers of one service share.

A file per key: how many answers each worker has open, where the calls that still count begin, and
the moments of calls. Whoever reads or writes it holds its lock, which ends with a process; what a
worker that is gone had open is forgotten by who starts the next one in its place.
"""

import fcntl
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tieout.serve.call_moments import CallMoments

WORKERS_MAX = 64
_OPEN = struct.Struct(f"<{WORKERS_MAX}I")
_FIRST, _MOMENT = struct.Struct("<Q"), struct.Struct("<d")
_BEGIN = _OPEN.size + _FIRST.size  # of the moments
STALE_MAX = 4096  # moments that no longer count before a file is written anew


class SharedMoments(CallMoments):
    """Where `limits` keeps the moments of calls, one key at a time: within `held`."""

    def __init__(self, folder: Path, *, worker: int, now: Callable[[], datetime]) -> None:
        """Keep the folder, the number of this worker (from 0), and the clock."""
        super().__init__()
        self._folder, self._worker, self._now = folder, worker, now
        self._lock = threading.Lock()  # of this process; that of the file is of all
        self._file = -1

    @contextmanager
    def held(self, key_id: str) -> Iterator[None]:
        """Let nobody else change what is kept of a key."""
        with self._lock, _locked(self._folder / key_id) as self._file:
            yield

    def opened(self, _key_id: str) -> int:
        """Give how many answers all workers have open."""
        return sum(self._opened())

    def add_open(self, _key_id: str, change: int) -> None:
        """Count answers that this worker opens or closes."""
        counts = list(self._opened())
        counts[self._worker] += change
        os.pwrite(self._file, _OPEN.pack(*counts), 0)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Remember `amount` calls made now, unless they would be more than the limit."""
        del key
        first, end = self._within(expiry)
        if end - first + amount > limit:
            return False
        moments = _MOMENT.pack(self._now().timestamp()) * amount
        os.pwrite(self._file, moments, _place(end))
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Give the moment of the oldest call that counts (now without one), and how many do."""
        del key
        first, end = self._within(expiry)
        oldest = self._moment(first) if first < end else self._now().timestamp()
        return oldest, min(end - first, limit)

    def _opened(self) -> tuple[int, ...]:
        found = os.pread(self._file, _OPEN.size, 0)
        return _OPEN.unpack(found) if found else (0,) * WORKERS_MAX

    def _moment(self, number: int) -> float:
        moment: float = _MOMENT.unpack(os.pread(self._file, _MOMENT.size, _place(number)))[0]
        return moment

    def _within(self, expiry: int) -> tuple[int, int]:
        """Give the numbers of the first moment that counts, and of the next one."""
        size = os.fstat(self._file).st_size
        if size < _BEGIN:
            os.pwrite(self._file, bytes(_BEGIN), 0)
            return 0, 0
        end = (size - _BEGIN) // _MOMENT.size
        before = first = _FIRST.unpack(os.pread(self._file, _FIRST.size, _OPEN.size))[0]
        begin = self._now().timestamp() - expiry
        while first < end and self._moment(first) <= begin:
            first += 1
        if first > STALE_MAX:
            kept = os.pread(self._file, (end - first) * _MOMENT.size, _place(first))
            os.pwrite(self._file, kept, _BEGIN)
            first, end = 0, end - first
            os.ftruncate(self._file, _place(end))
        if first != before:
            os.pwrite(self._file, _FIRST.pack(first), _OPEN.size)
        return first, end

    @property
    def base_exceptions(self) -> type[Exception]:
        """Give what may go wrong here: files."""
        return OSError

    def clear(self, key: str) -> None:
        """Refuse: what is kept of a key ends with the service."""
        raise NotImplementedError

    def reset(self) -> int:
        """Refuse: as `clear`."""
        raise NotImplementedError

    def check(self) -> bool:
        """Say whether the files are there."""
        return self._folder.is_dir()


def forget_open(folder: Path, *, worker: int) -> None:
    """Forget the answers that a worker had open; it is gone."""
    for path in folder.iterdir():
        with _locked(path) as file:
            found = os.pread(file, _OPEN.size, 0)
            if len(found) == _OPEN.size:
                counts = list(_OPEN.unpack(found))
                counts[worker] = 0
                os.pwrite(file, _OPEN.pack(*counts), 0)


def _place(number: int) -> int:
    return _BEGIN + number * _MOMENT.size


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)
