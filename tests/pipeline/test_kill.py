"""kill -9 at random moments: readers see the state before or after, never between."""

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from crash_case import (
    PERIOD,
    DraftWatch,
    State,
    TransactionWatch,
    finish,
    seen,
    start,
    timeless,
    write_month,
    write_vendor_file,
)
from kill_case import (
    BESIDES,
    IN_DEPTH,
    KILLS,
    TIMES,
    finish_after_kills,
    kill_at_random,
    undisturbed,
)

CUSTOMERS = 1_000
ROWS, FEW_ROWS, INVOICES = 20_000, 2_000, 500
SEED = 20_211_001


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
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(base, home)
    assert finish(home, "load", str(source)) == 0
    return source, home


def _figures(state: State) -> State:
    """Give what a run's figures and lines typed by persons are, not what it was made from."""
    names = ("invoice_id", "status_id", "output_digest", "total_amount", "detail_count")
    typed = ("invoice_id", "amount", "reason")
    return {
        "run": [{"digest": one["output_digest"]} for one in state["run"] if one["is_current"]],
        "invoice": [{name: one[name] for name in names} for one in state["invoice"]],
        "manual_line": [{name: one[name] for name in typed} for one in state["manual_line"]],
    }


def test_at_least_thirty_kills_are_asked_for_and_three_hundred_in_depth() -> None:
    writes = {name.split()[0] for name in KILLS}
    assert writes == {"load", "run", "verify", "credit", "restore"}
    assert sum(KILLS.values()) >= 30
    assert sum(KILLS.values()) * IN_DEPTH >= 300


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_load_leaves_the_state_before_or_after(base: Path, times: int) -> None:
    source = write_vendor_file(base.parent / "october.csv", rows=ROWS, customers=CUSTOMERS)
    journey = undisturbed(base, DraftWatch, "load", str(source))
    assert [row["rows"] for row in journey.after["vendor_file"]] == [ROWS + 31]
    victim = kill_at_random(journey, kills=times * KILLS["load"], seed=SEED + 100 * times)
    finish_after_kills(journey, victim)


@pytest.mark.parametrize("times", TIMES)
def test_a_load_killed_inside_its_catalog_transaction_leaves_the_state_before_or_after(
    base: Path, times: int
) -> None:
    source = base.parent / "many-invoices.csv"
    write_vendor_file(source, rows=FEW_ROWS, customers=CUSTOMERS, invoices=INVOICES)
    home = base.with_name("load-commit")
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(base, home)
    journey = undisturbed(home, TransactionWatch, "load", str(source))
    assert len(journey.after["vendor_invoice"]) == INVOICES + 1
    victim = kill_at_random(
        journey, kills=times * KILLS["load commit"], seed=SEED + 3 + 100 * times
    )
    finish_after_kills(journey, victim)


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_run_leaves_the_state_before_or_after(base: Path, times: int) -> None:
    _, home = _loaded(base, "run", rows=ROWS)
    journey = undisturbed(home, DraftWatch, "run", PERIOD)
    victim = kill_at_random(journey, kills=times * KILLS["run"], seed=SEED + 1 + 100 * times)
    finish_after_kills(journey, victim)
    digests = [row["output_digest"] for row in seen(victim)["run"]]
    assert digests == [row["output_digest"] for row in journey.after["run"]]


@pytest.mark.parametrize("times", TIMES)
def test_a_run_killed_inside_its_catalog_transaction_leaves_the_state_before_or_after(
    base: Path, times: int
) -> None:
    _, home = _loaded(base, "commit", rows=FEW_ROWS)
    journey = undisturbed(home, TransactionWatch, "run", PERIOD)
    assert len(journey.after["invoice"]) > CUSTOMERS
    victim = kill_at_random(journey, kills=times * KILLS["run commit"], seed=SEED + 2 + 100 * times)
    finish_after_kills(journey, victim)


@pytest.mark.parametrize("times", TIMES)
def test_a_verification_killed_inside_its_transaction_skips_and_doubles_no_number(
    base: Path, times: int
) -> None:
    _, home = _loaded(base, "verify", rows=FEW_ROWS)
    assert finish(home, "run", PERIOD) == 0
    arguments = ("verify", "--period", PERIOD, "--accept-parked", "asked", "--by", "anna")
    journey = undisturbed(home, TransactionWatch, *arguments)
    assert len(journey.after["audit_entry"]) > CUSTOMERS // 2
    victim = kill_at_random(
        journey, kills=times * KILLS["verify commit"], seed=SEED + 4 + 100 * times
    )
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


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_credit_leaves_no_half_of_a_credit_note(base: Path, times: int) -> None:
    _, home = _loaded(base, "credit", rows=FEW_ROWS)
    assert finish(home, "run", PERIOD) == 0
    credited = "northlane-2021-11-0001"  # of the distributor to a reseller, verified by contract
    journey = undisturbed(
        home, DraftWatch, "credit", credited, "--reason", "billed twice", "--by", "anna"
    )
    (made,) = [one for one in journey.after["invoice"] if one["source_id"] == 5]
    (whole,) = [one for one in journey.after["invoice"] if one["invoice_number"] == credited]
    assert made["row_count"] == whole["row_count"] > CUSTOMERS
    assert Fraction(made["total_amount"]) == -Fraction(whole["total_amount"])
    victim = kill_at_random(journey, kills=times * KILLS["credit"], seed=SEED + 5 + 100 * times)
    finish_after_kills(journey, victim)
    assert finish(victim, "audit", "verify") == 0


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_charge_leaves_a_custom_invoice_or_none(base: Path, times: int) -> None:
    _, home = _loaded(base, "charge", rows=FEW_ROWS)
    assert finish(home, "run", PERIOD) == 0
    asked = ("--contract", "c-1", "--line", "3", "12.345", "Migration", "--reason", "agreed")
    journey = undisturbed(home, DraftWatch, "charge", *asked, "--by", "anna")
    (made,) = [one for one in journey.after["invoice"] if one["source_id"] == 4]
    assert made["total_amount"] == "37.04"  # 3 x 12.345 = 37.035
    seed = SEED + 6 + 100 * times
    victim = kill_at_random(journey, kills=times * BESIDES["charge"], seed=seed)
    finish_after_kills(journey, victim)
    assert finish(victim, "audit", "verify") == 0


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_manual_line_leaves_the_draft_with_it_or_without(base: Path, times: int) -> None:
    _, home = _loaded(base, "manual", rows=FEW_ROWS)
    assert finish(home, "run", PERIOD) == 0
    draft = next(one for one in seen(home)["invoice"] if (one["status_id"], one["hop"]) == (0, 3))
    asked = (draft["invoice_id"], "--reason", "agreed", "--by", "anna")
    journey = undisturbed(home, DraftWatch, "manual-line", *asked, "--", "-5.00")
    journey = replace(journey, told=_figures)  # when it was typed is an input of the run
    (line,) = journey.after["manual_line"]
    assert line["amount"] == "-5.00"
    seed = SEED + 7 + 100 * times
    victim = kill_at_random(journey, kills=times * BESIDES["manual line"], seed=seed)
    finish_after_kills(journey, victim)


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
