"""kill -9 at random moments: readers see the state before or after, never between."""

import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from crash_case import (
    NEXT,
    PERIOD,
    DraftWatch,
    State,
    TransactionWatch,
    Watch,
    finish,
    orphans,
    seen,
    start,
    time_the_write,
    timeless,
    wait_until_begun,
    write_month,
    write_vendor_file,
)

CUSTOMERS = 1_000
ROWS, FEW_ROWS, INVOICES = 20_000, 2_000, 500
KILLS = {"load": 8, "load commit": 6, "run": 9, "run commit": 9, "verify commit": 8, "credit": 6}
KILLS |= {"late": 6, "late commit": 4}
LATE = 40
TRIES_MAX = 4  # per kill that must land
SEED = 20_211_001


@dataclass(frozen=True)
class Journey:
    """A command, the store it starts from, and what an undisturbed run of it leaves."""

    arguments: tuple[str, ...]
    home: Path
    before: State
    after: State
    write_s: float
    watch: Callable[[Path], Watch]


def _undisturbed(home: Path, watch: Callable[[Path], Watch], *arguments: str) -> Journey:
    """Run a command to its end on a copy of a store and note what it leaves."""
    calm = home.with_name(f"{home.name}-calm")
    shutil.copytree(home, calm)
    write_s = time_the_write(calm, watch(calm), *arguments)
    before, after = seen(home), seen(calm)
    assert timeless(before) != timeless(after)
    return Journey(arguments, home, before, after, write_s, watch)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with reference data and no vendor file."""
    folder = tmp_path_factory.mktemp("kill")
    reference = write_month(folder / "reference", customers=CUSTOMERS)
    home = folder / "base"
    assert finish(home, "init") == 0
    assert finish(home, "reference", "load", str(reference)) == 0
    return home


def _loaded(base: Path, name: str, *, rows: int) -> tuple[Path, Path]:
    """Give a vendor file of `rows` generated rows, and a store that has loaded it."""
    source = write_vendor_file(base.parent / f"{name}.csv", rows=rows, customers=CUSTOMERS)
    home = base.with_name(name)
    shutil.copytree(base, home)
    assert finish(home, "load", str(source)) == 0
    return source, home


def _kill_at_random(journey: Journey, *, kills: int, seed: int) -> Path:
    """Kill the command until `kills` landed inside its write, judging the store after each.

    Gives the store that all the kills were inflicted on, in the state before.
    """
    dice = random.Random(seed)
    landed: Counter[str] = Counter()
    victim = journey.home.with_name(f"{journey.home.name}-victim")
    shutil.copytree(journey.home, victim)
    for _ in range(kills * TRIES_MAX):
        if landed.total() == kills:
            break
        watch = journey.watch(victim)
        process = start(victim, *journey.arguments)
        begun = wait_until_begun(process, watch)
        watch.close()
        time.sleep(dice.uniform(0, journey.write_s))
        process.kill()
        process.join()
        state = seen(victim)
        is_before = state == journey.before
        assert is_before or timeless(state) == timeless(journey.after), "a state between"
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


def _finish_after_kills(journey: Journey, victim: Path) -> None:
    """Check that the next command does as an undisturbed one does, and that gc tidies up."""
    assert orphans(victim), "the kills left nothing to collect, so they hit no write"
    assert finish(victim, *journey.arguments) == 0
    assert timeless(seen(victim)) == timeless(journey.after)
    assert finish(victim, "gc") == 0
    assert orphans(victim) == set()
    assert not (victim / "scratch").exists()
    assert finish(victim, "verify-store") == 0
    assert timeless(seen(victim)) == timeless(journey.after)


def test_at_least_thirty_kills_are_asked_for() -> None:
    assert sum(KILLS.values()) >= 30
    assert all(KILLS.values())


def test_a_killed_load_leaves_the_state_before_or_after(base: Path) -> None:
    source = write_vendor_file(base.parent / "october.csv", rows=ROWS, customers=CUSTOMERS)
    journey = _undisturbed(base, DraftWatch, "load", str(source))
    assert [row["rows"] for row in journey.after["vendor_file"]] == [ROWS + 31]
    victim = _kill_at_random(journey, kills=KILLS["load"], seed=SEED)
    _finish_after_kills(journey, victim)


def test_a_load_killed_inside_its_catalog_transaction_leaves_the_state_before_or_after(
    base: Path,
) -> None:
    source = base.parent / "many-invoices.csv"
    write_vendor_file(source, rows=FEW_ROWS, customers=CUSTOMERS, invoices=INVOICES)
    home = base.with_name("load-commit")
    shutil.copytree(base, home)
    journey = _undisturbed(home, TransactionWatch, "load", str(source))
    assert len(journey.after["vendor_invoice"]) == INVOICES + 1
    victim = _kill_at_random(journey, kills=KILLS["load commit"], seed=SEED + 3)
    _finish_after_kills(journey, victim)


def test_a_killed_run_leaves_the_state_before_or_after(base: Path) -> None:
    _, home = _loaded(base, "run", rows=ROWS)
    journey = _undisturbed(home, DraftWatch, "run", PERIOD)
    victim = _kill_at_random(journey, kills=KILLS["run"], seed=SEED + 1)
    _finish_after_kills(journey, victim)
    digests = [row["output_digest"] for row in seen(victim)["run"]]
    assert digests == [row["output_digest"] for row in journey.after["run"]]


def test_a_run_killed_inside_its_catalog_transaction_leaves_the_state_before_or_after(
    base: Path,
) -> None:
    _, home = _loaded(base, "commit", rows=FEW_ROWS)
    journey = _undisturbed(home, TransactionWatch, "run", PERIOD)
    assert len(journey.after["invoice"]) > CUSTOMERS
    victim = _kill_at_random(journey, kills=KILLS["run commit"], seed=SEED + 2)
    _finish_after_kills(journey, victim)


def test_a_verification_killed_inside_its_transaction_skips_and_doubles_no_number(
    base: Path,
) -> None:
    _, home = _loaded(base, "verify", rows=FEW_ROWS)
    assert finish(home, "run", PERIOD) == 0
    arguments = ("verify", "--period", PERIOD, "--accept-parked", "asked", "--by", "anna")
    journey = _undisturbed(home, TransactionWatch, *arguments)
    assert len(journey.after["audit_entry"]) > CUSTOMERS // 2
    victim = _kill_at_random(journey, kills=KILLS["verify commit"], seed=SEED + 4)
    assert finish(victim, *arguments) == 0
    state = seen(victim)
    assert timeless(state) == timeless(journey.after)
    given: dict[str, list[int]] = {}
    for one in state["invoice"]:
        if one["hop"] > 1:
            seller, _, number = one["invoice_number"].rpartition("-")
            given.setdefault(seller, []).append(int(number))
    for numbers in given.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert finish(victim, "audit", "verify") == 0


def test_a_killed_credit_leaves_no_half_of_a_credit_note(base: Path) -> None:
    _, home = _loaded(base, "credit", rows=FEW_ROWS)
    assert finish(home, "run", PERIOD) == 0
    credited = "northlane-2021-11-0001"  # of the distributor to a reseller, verified by contract
    journey = _undisturbed(
        home, DraftWatch, "credit", credited, "--reason", "billed twice", "--by", "anna"
    )
    (made,) = [one for one in journey.after["invoice"] if one["source_id"] == 5]
    (whole,) = [one for one in journey.after["invoice"] if one["invoice_number"] == credited]
    assert made["row_count"] == whole["row_count"] > CUSTOMERS
    assert Fraction(made["total_amount"]) == -Fraction(whole["total_amount"])
    victim = _kill_at_random(journey, kills=KILLS["credit"], seed=SEED + 5)
    _finish_after_kills(journey, victim)
    assert finish(victim, "audit", "verify") == 0


def test_a_killed_run_of_a_closed_month_neither_loses_nor_doubles_a_late_line(base: Path) -> None:
    _, home = _loaded(base, "late", rows=FEW_ROWS)
    assert finish(home, "run", PERIOD) == 0  # of the distributor to the reseller, all is verified
    version = base.parent / "late-version.csv"
    write_vendor_file(version, rows=FEW_ROWS + LATE, customers=CUSTOMERS)
    assert finish(home, "load", str(version)) == 0
    journey = _undisturbed(home, DraftWatch, "run", PERIOD)
    late = [row for row in journey.after["lake_file"] if row["kind"] == "late_charge"]
    assert [row["rows"] for row in late] == [LATE]
    verified = [row["output_digest"] for row in journey.before["invoice"] if row["status_id"] == 1]
    assert [one["output_digest"] for one in journey.after["invoice"] if one["status_id"] == 1] == (
        verified
    )
    victim = _kill_at_random(journey, kills=KILLS["late"], seed=SEED + 6)
    _finish_after_kills(journey, victim)
    following = _undisturbed(victim, TransactionWatch, "run", NEXT)
    billed = [row for row in following.after["lake_file"] if row["kind"] == "carried_line"]
    assert [row["rows"] for row in billed] == [3 * LATE]  # at each hop
    hurt = _kill_at_random(following, kills=KILLS["late commit"], seed=SEED + 7)
    assert finish(hurt, "run", NEXT) == 0
    assert timeless(seen(hurt)) == timeless(following.after)


def test_a_reader_who_looks_while_runs_commit_never_sees_half_a_run(base: Path) -> None:
    _, home = _loaded(base, "poll", rows=FEW_ROWS)
    assert finish(home, "run", PERIOD) == 0
    first = seen(home)
    reference = shutil.copytree(base.parent / "reference", base.parent / "reference-dearer")
    rules = reference / "price_rules.csv"
    rules.write_text(rules.read_text().replace("r-1,c-1,,markup,6,", "r-1,c-1,,markup,50,"))
    assert finish(home, "reference", "load", str(reference)) == 0
    process = start(home, "run", PERIOD)
    looks, last = [], ""
    while last != "over":
        last = "" if process.is_alive() else "over"  # one more look after the end
        state = seen(home)
        (now,) = [row["run_id"] for row in state["run"] if row["is_current"]]
        assert {row["run_id"] for row in state["invoice"]} == {now}
        assert len(state["invoice"]) == len(first["invoice"])
        dearer = now != first["run"][0]["run_id"]
        assert (timeless(state)["invoice"] == timeless(first)["invoice"]) != dearer
        looks.append(dearer)
    process.join()
    assert process.exitcode == 0
    assert looks == sorted(looks), "a reader went back in time"
    assert looks.count(False) >= 5
    assert looks.count(True) >= 1
