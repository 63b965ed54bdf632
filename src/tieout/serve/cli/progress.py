"""The progress of `tieout load` on a terminal: bytes, rows, and how long all of it still takes.

phases as they are heard -> seconds per byte of each phase, learned -> bar, rate, time left
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from tieout.engine.watch import UNWATCHED, Watch
from tieout.serve.cli.printable import printable

# how long the phases of a load take beside one another, before this load has shown it
SHARES = {"store": 8, "read": 35, "type": 45, "keep": 5, "sum": 5, "publish": 2}
OF_ALL = ("sum", "publish")  # the phases of all files together
SAID = {
    "store": "copying",
    "read": "reading",
    "type": "checking",
    "keep": "keeping",
    "sum": "summing",
    "publish": "publishing",
}
LATE = 10  # a phase that takes longer than expected still takes a tenth of what it took
REFRESHES_PER_S, BAR_WIDTH = 5, 16  # signs; a line fits most terminals
PACKED, PACKED_TO = frozenset((".gz", ".parquet", ".xlsx")), 10  # to how many times its size


@dataclass
class Forecast:
    """How long a load of files of these sizes still takes, by what it has shown so far.

    Sizes are those of the text in a file, as far as one can guess. Moments are seconds of any
    clock. A phase is as long as it has shown itself per byte, else as long as its share of the
    phases that have. Time left counts every phase of every file, so it comes to nothing only at
    the end.
    """

    sizes: Sequence[int]
    seconds: dict[str, float] = field(default_factory=dict)  # of a phase, where it is over
    bytes_done: dict[str, int] = field(default_factory=dict)
    number: int = -1  # of the file at work, from 0
    phase: str = ""
    began: float = 0.0
    size_read: float = 0.0

    def file(self, at: float) -> None:
        """Begin the next file; what the one before left out is not counted any more."""
        self._end(at)
        self.number, self.phase, self.size_read = self.number + 1, "", 0.0

    def begin(self, phase: str, at: float) -> None:
        """Begin a phase."""
        self._end(at)
        self.phase, self.began, self.size_read = phase, at, 0.0

    def _end(self, at: float) -> None:
        if self.phase:
            self.seconds[self.phase] = self.seconds.get(self.phase, 0.0) + at - self.began
            done = self.bytes_done.get(self.phase, 0)
            self.bytes_done[self.phase] = done + self._size(self.phase)

    def _size(self, phase: str) -> int:
        return max(1, sum(self.sizes) if phase in OF_ALL else self._file_size())

    def _file_size(self) -> int:
        return self.sizes[self.number] if 0 <= self.number < len(self.sizes) else 0

    def left(self, at: float) -> float | None:
        """Give the seconds that all phases still take; None while nothing has shown it."""
        spent = max(0.0, at - self.began)
        reads = self.phase == "read" and 0 < self.size_read < self._file_size()
        shown = sum(self.seconds.values()) + (spent if reads else 0.0)
        shares = sum((SHARES[p] * size for p, size in self.bytes_done.items()), 0.0)
        shares += SHARES["read"] * self.size_read if reads else 0.0
        if not shares or not shown:
            return None
        per_share = shown / shares
        left = 0.0
        for phase, share in SHARES.items():
            done = self.bytes_done.get(phase, 0)
            per_byte = self.seconds[phase] / done if done else share * per_share
            left += per_byte * self._waiting(phase)
            if phase == self.phase:
                expected = per_byte * self._size(phase)
                if reads:
                    expected = spent * self._file_size() / self.size_read
                left += max(expected - spent, spent / LATE)
        return left

    def _waiting(self, phase: str) -> int:
        """Give the bytes that are to go through a phase and do not yet."""
        order = list(SHARES)
        begun = bool(self.phase) and order.index(phase) <= order.index(self.phase)
        if phase in OF_ALL:
            return 0 if begun else self._size(phase)
        if self.phase in OF_ALL:
            return 0
        return sum(self.sizes[self.number + 1 :]) + (0 if begun else self._file_size())


class LoadProgress(Watch):
    """A bar on a terminal that shows how far a load has come."""

    def __init__(
        self, files: Sequence[Path], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take all files to come."""
        self.sizes = [path.stat().st_size if path.is_file() else 0 for path in files]
        packed = [PACKED_TO if path.suffix in PACKED else 1 for path in files]
        unpacked = [size * times for size, times in zip(self.sizes, packed, strict=True)]
        self.forecast, self.clock, self.began = Forecast(unpacked), clock, clock()
        self.rows, self.size_read, self.read_began = 0, 0, clock()
        self.shown = 0.0
        self.bar = Progress(
            TextColumn("{task.fields[what]}", markup=False),
            BarColumn(bar_width=BAR_WIDTH),
            TextColumn("{task.percentage:>3.0f} %"),
            _Pace(self),
            console=Console(stderr=True),
            transient=True,
            refresh_per_second=REFRESHES_PER_S,
        )
        self.task = self.bar.add_task("", total=1.0, what="")

    def file(self, name: str) -> None:
        """Show the next file."""
        self.forecast.file(self.clock())
        several = len(self.forecast.sizes) > 1
        place = f" ({self.forecast.number + 1} of {len(self.forecast.sizes)})" if several else ""
        self.rows, self.name = 0, f"{printable(name)}{place}"

    def phase(self, name: str) -> None:
        """Show what is done with it."""
        self.forecast.begin(name, self.clock())
        if name == "read":
            self.rows, self.size_read, self.read_began = 0, 0, self.clock()
        what = SAID[name] if name in OF_ALL else f"{SAID[name]} {self.name}"
        self.bar.update(self.task, what=what)

    def reached(self, *, size: int, rows: int) -> None:
        """Count on; the bar is drawn by its own thread."""
        self.rows, self.size_read = rows, size
        whole = self.sizes[self.forecast.number]
        if whole:
            self.forecast.size_read = size / whole * self.forecast.sizes[self.forecast.number]

    def pace(self) -> str:
        """Give the time left, bytes, rows and rows per second; move the bar."""
        now = self.clock()
        left = self.forecast.left(now)
        spent = now - self.began
        if left is not None:
            self.shown = max(self.shown, spent / (spent + left) if spent else 0.0)
            self.bar.update(self.task, completed=self.shown)
        parts = []
        if left is not None:
            minutes, seconds = divmod(int(left) + 1, 60)
            parts.append(f"{minutes}:{seconds:02} left")
        if self.forecast.phase == "read":
            size = self.sizes[self.forecast.number]
            parts.append(f"{decimal(self.size_read)} of {decimal(size)}")
            if self.rows and now > self.read_began:
                per_second = int(self.rows / (now - self.read_began))
                parts.append(f"{self.rows:,} rows, {per_second:,} a second")
        return ", ".join(parts)


class _Pace(ProgressColumn):
    """What `LoadProgress` says behind the bar."""

    max_refresh = 1 / REFRESHES_PER_S

    def __init__(self, progress: LoadProgress) -> None:
        super().__init__()
        self.progress = progress

    def render(self, task: Task) -> Text:
        """Draw it."""
        del task
        return Text(self.progress.pace(), no_wrap=True)


@contextmanager
def shown_progress(files: Sequence[Path], *, wanted: bool) -> Iterator[Watch]:
    """Show a load's progress while it lasts, on a terminal only; give who hears of it."""
    if not wanted or not sys.stderr.isatty():
        yield UNWATCHED
        return
    progress = LoadProgress(files)
    with progress.bar:
        yield progress
