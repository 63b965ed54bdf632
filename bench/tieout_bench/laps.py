"""Stopwatch and peak memory of a process, in laps; hooks tell where a lap begins."""

import contextlib
import functools
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

SLOWEST = 12
LABEL = 80
KIB_PER_MIB = 1024


def peak_memory() -> int:
    """Give this process's peak resident memory in KiB since it began, or since `reset_peak`.

    The kernel's VmHWM counts this program only; `getrusage`, the fallback, would also count
    what the parent held when it forked.
    """
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def reset_peak() -> None:
    """Let the peak begin anew where the kernel allows it; elsewhere it only grows."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


@dataclass
class Laps:
    """Seconds and peaks of the parts of one stage, and its slowest statements."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    statements: list[tuple[float, str, str]] = field(default_factory=list)
    _began: float = field(default_factory=time.perf_counter)
    _part_began: float = field(default_factory=time.perf_counter)
    _part: str = ""
    _peak: int = 0
    _seconds: float | None = None

    def begin(self, part: str) -> None:
        """End the part before, if any, and begin another."""
        now, peak = time.perf_counter(), peak_memory()
        if self._part:
            seconds = now - self._part_began
            self.parts.append({"part": self._part, "seconds": seconds, "peak": peak})
        self._part, self._part_began, self._peak = part, now, max(self._peak, peak)
        reset_peak()

    def end(self) -> None:
        """Stop the watch; only the first call counts."""
        if self._seconds is None:
            self.begin("")
            self._seconds = time.perf_counter() - self._began

    def begin_at(self, module: ModuleType, name: str, *, part: str) -> None:
        """Begin a part whenever a function of a module is called."""
        inner = getattr(module, name)

        @functools.wraps(inner)
        def begin_and_call(*args: Any, **kwargs: Any) -> Any:
            self.begin(part)
            return inner(*args, **kwargs)

        setattr(module, name, begin_and_call)

    def watch_engine(self) -> None:
        """Time every statement of the engine, and begin the watch: imports are over."""
        from tieout.engine.duckdb import Engine  # noqa: PLC0415 - the floor stands without tieout

        for name in ("run", "arrow", "copy"):
            setattr(Engine, name, self._timed(getattr(Engine, name), name))
        Engine.batches = self._timed_stream(Engine.batches)  # type: ignore[method-assign]
        self._began = time.perf_counter()

    def report(self) -> dict[str, Any]:
        """Give seconds, peaks in KiB, parts and the slowest statements as JSON values."""
        slowest = sorted(self.statements, reverse=True)[:SLOWEST]
        return {
            "seconds": self._seconds,
            "cpuSeconds": time.process_time(),
            "peak": self._peak,
            "parts": self.parts,
            "statements": [
                {"part": part, "statement": label, "seconds": f"{seconds:.3f}"}
                for seconds, part, label in slowest
            ],
        }

    def _timed(self, inner: Callable[..., Any], kind: str) -> Callable[..., Any]:
        @functools.wraps(inner)
        def timed(engine: object, sql: str, *args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return inner(engine, sql, *args, **kwargs)
            finally:
                self._note(began, kind, sql=sql)

        return timed

    def _timed_stream(self, inner: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        @functools.wraps(inner)
        def timed(engine: object, sql: str, **kwargs: Any) -> Iterator[Any]:
            began = time.perf_counter()
            yield from inner(engine, sql, **kwargs)
            self._note(began, "batches", sql=sql)

        return timed

    def _note(self, began: float, kind: str, *, sql: str) -> None:
        text = " ".join(sql.removeprefix("CREATE OR REPLACE TEMP ").split())
        self.statements.append((time.perf_counter() - began, self._part, f"{kind}: {text[:LABEL]}"))
