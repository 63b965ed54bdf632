"""Commands that are killed at random moments, and the store judged after each kill."""

import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crash_case import (
    State,
    Watch,
    finish,
    orphans,
    seen,
    start,
    time_the_write,
    timeless,
    wait_until_begun,
)

IN_DEPTH = 6
TIMES = (1, pytest.param(IN_DEPTH, marks=pytest.mark.deep))  # as often in `make deep`
# how many kills must land inside the writes of each
KILLS = {"load": 8, "load commit": 6, "run": 9, "run commit": 9, "verify commit": 8, "credit": 6}
KILLS |= {"restore": 5}
BESIDES = {"charge": 2, "manual line": 2}
TRIES_MAX = 4  # per kill that must land


@dataclass(frozen=True)
class Journey:
    """A command, the store it starts from, and what an undisturbed run of it leaves."""

    arguments: tuple[str, ...]
    home: Path
    before: State
    after: State
    write_s: float
    watch: Callable[[Path], Watch]
    told: Callable[[State], Any] = timeless  # what is alike after every run of the command


def undisturbed(home: Path, watch: Callable[[Path], Watch], *arguments: str) -> Journey:
    """Run a command to its end on a copy of a store and note what it leaves."""
    calm = home.with_name(f"{home.name}-calm")
    shutil.rmtree(calm, ignore_errors=True)
    shutil.copytree(home, calm)
    write_s = time_the_write(calm, watch(calm), *arguments)
    before, after = seen(home), seen(calm)
    assert timeless(before) != timeless(after)
    return Journey(arguments, home, before, after, write_s, watch)


def kill_at_random(journey: Journey, *, kills: int, seed: int) -> Path:
    """Kill the command until `kills` landed inside its write, judging the store after each.

    Gives the store that all the kills were inflicted on, in the state before.
    """
    dice = random.Random(seed)
    landed: Counter[str] = Counter()
    victim = journey.home.with_name(f"{journey.home.name}-victim")
    shutil.rmtree(victim, ignore_errors=True)
    shutil.copytree(journey.home, victim)
    for turn in range(kills * TRIES_MAX):
        if landed.total() == kills:
            break
        watch = journey.watch(victim)
        process = start(victim, *journey.arguments)
        begun = wait_until_begun(process, watch)
        watch.close()
        _let_it_write(
            victim, journey, seconds=dice.uniform(0, journey.write_s), looks=turn % 3 == 2
        )
        process.kill()
        process.join()
        state = seen(victim)
        is_before = _is_before(state, journey)
        if begun and process.exitcode == -signal.SIGKILL:
            landed["before" if is_before else "after"] += 1
        if not is_before:
            # Start from the state before again, with the litter of the kills so far.
            shutil.copy(journey.home / "catalog.sqlite", victim)
            for log in ("catalog.sqlite-wal", "catalog.sqlite-shm"):
                (victim / log).unlink(missing_ok=True)
            assert seen(victim) == journey.before
    assert landed.total() >= kills, f"only {dict(landed)} kills landed inside the write"
    assert landed["before"] >= kills // 3, f"{dict(landed)}: hardly any kill stopped the command"
    return victim


def _is_before(state: State, journey: Journey) -> bool:
    """Say whether a state is the one before; any but that and the one after is a fault."""
    is_before = state == journey.before
    assert is_before or journey.told(state) == journey.told(journey.after), "a state between"
    return is_before


def _let_it_write(victim: Path, journey: Journey, *, seconds: float, looks: bool) -> None:
    """Wait, perhaps reading all that there is to see over and over."""
    until = time.monotonic() + seconds
    while looks and time.monotonic() < until:
        _is_before(seen(victim), journey)
    time.sleep(max(0.0, until - time.monotonic()))


def finish_after_kills(journey: Journey, victim: Path) -> None:
    """Check that the next command does as an undisturbed one does, and that gc tidies up."""
    assert orphans(victim), "the kills left nothing to collect, so they hit no write"
    assert finish(victim, *journey.arguments) == 0
    assert journey.told(seen(victim)) == journey.told(journey.after)
    assert finish(victim, "gc") == 0
    assert orphans(victim) == set()
    assert not (victim / "scratch").exists()
    assert finish(victim, "verify-store") == 0
    assert journey.told(seen(victim)) == journey.told(journey.after)
