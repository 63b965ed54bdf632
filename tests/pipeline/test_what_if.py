"""A month asked what if: zero where nothing changes, else what fractions say; nothing is stored."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from crash_case import start
from fraction_model import expected
from hypothesis import HealthCheck, Phase, given, settings
from months import Month, months, write_reference, write_vendor_csv
from months_exact import cut, half_away
from october import DIRECT, LINES, PERIOD, bill_october, write_vendor_file
from october import write_reference as write_october

from tieout import pipeline
from tieout.errors import NotFound, ReferenceRefused
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2027, 4, 2, tzinfo=dt.UTC)
MARKUP_10 = {2: ("markup", "10")}
FEE = [Fraction(total) for *_, total in LINES[:1]]
CORRECTIONS = [Fraction(total) for *_, total in LINES[1:]]
QUIET = settings(
    max_examples=2,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Bill the published month once: a question changes nothing of it."""
    return bill_october(tmp_path_factory.mktemp("october"), rules=MARKUP_10)


def stored_bytes(house: House) -> dict[str, str]:
    """Give the hash of every file of the catalog and the lake."""
    kept = [house.home / "catalog.sqlite", *(house.home / "lake").rglob("*")]
    return {
        str(path.relative_to(house.home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept
        if path.is_file()
    }


def october_sum(factor: Fraction, lines: Iterable[Fraction]) -> Fraction:
    return half_away(sum((line * factor for line in lines), Fraction(0)), 2)


def sale(found: dict[str, Any]) -> dict[str, Any]:
    """Give the row of the customer of the published month, at the last hop."""
    (row,) = [row for row in found["customers"] if row["hop"] == 2]
    return dict(row)


def test_other_rules_move_the_published_month_as_fractions_say(
    october: House, tmp_path: Path
) -> None:
    before = stored_bytes(october)
    rules = {2: ("markup", "12.5")}
    folder = write_october(tmp_path / "other", chain=DIRECT, rules=rules)
    for path in folder.iterdir():
        if path.name != "price_rules.csv":
            path.unlink()
    found = pipeline.what_if(october, PERIOD, folder=folder)
    old, new = (
        october_sum(factor, FEE) + october_sum(factor, CORRECTIONS)
        for factor in (Fraction("1.1"), Fraction("1.125"))
    )
    assert (old, new) == (Fraction("18.75"), Fraction("19.18"))
    row = sale(found)
    assert (Fraction(row["totalBefore"]), Fraction(row["totalAfter"])) == (old, new)
    assert Fraction(row["totalDifference"]) == new - old
    cost = sum(FEE + CORRECTIONS)
    assert Fraction(row["marginAfter"]) == new - cost
    assert Fraction(row["marginDifference"]) == new - old
    assert found["comparedWith"].startswith("run 2021-10-")
    assert (found["files"], found["verifiedChanged"]) == (["price_rules.csv"], 1)
    assert found["lines"] == []
    assert stored_bytes(october) == before
    assert [*(october.home / "what-if").iterdir()] == []


def test_another_policy_rounds_as_it_says(tmp_path: Path) -> None:
    house = bill_october(tmp_path, rules=MARKUP_10, policy="reseller")
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "policies.toml").write_text(
        '[policy.reseller]\nversion = 2\nsteps = ["prorate", "discount", "convert", "multiply",'
        ' { round = "minor", mode = "toward_zero" }]\n'
    )
    row = sale(pipeline.what_if(house, PERIOD, folder=folder))
    lines = [line * Fraction("1.1") for line in FEE + CORRECTIONS]
    assert Fraction(row["totalBefore"]) == sum(half_away(line, 2) for line in lines)
    assert Fraction(row["totalAfter"]) == sum(cut(line, 2) for line in lines)
    assert row["totalBefore"] != row["totalAfter"]


def test_a_month_that_changed_since_its_run_is_rated_anew(tmp_path: Path) -> None:
    house = bill_october(tmp_path, rules=MARKUP_10, status="new")
    folder = write_october(tmp_path / "same", chain=DIRECT, rules=MARKUP_10, status="new")
    later = write_vendor_file(tmp_path / "later.csv", negated=True)
    pipeline.load_files(house, [(later.name, later)], now=NOW)
    found = pipeline.what_if(house, PERIOD, folder=folder)
    assert found["comparedWith"] == "the month rated anew: changed since its run"
    row = sale(found)
    assert row["totalBefore"] == row["totalAfter"] == "-18.75"
    with pytest.raises(NotFound, match="2021-11"):
        pipeline.what_if(house, "2021-11", folder=folder)


def test_a_folder_is_refused_with_every_fault(october: House, tmp_path: Path) -> None:
    before = stored_bytes(october)
    folder = tmp_path / "faulty"
    folder.mkdir()
    (folder / "price_rules.csv").write_text(
        "rule_id,contract_id,kind,value,valid_from\nr-1,c-2,markup,x,2021-01-01\n"
        "r-2,nowhere,markup,1,2021-01-01\n"
    )
    (folder / "policies.toml").write_text(
        '[policy.consolidated]\nversion = 2\nsteps = ["sum"]\n'
        '[policy.reseller]\nversion = 2\nsteps = ["halve"]\n'
    )
    with pytest.raises(ReferenceRefused) as refused:
        pipeline.what_if(october, PERIOD, folder=folder)
    places = [(one.file, one.row, one.column) for one in refused.value.faults]
    assert places == [
        ("policies.toml", None, "consolidated"),
        ("policies.toml", None, "reseller"),
        ("price_rules.csv", 1, "value"),
        ("price_rules.csv", 2, "contract_id"),
    ]
    assert stored_bytes(october) == before
    with pytest.raises(ReferenceRefused, match="no reference file"):
        pipeline.what_if(october, PERIOD, folder=october.home / "lake" / "tmp")


def test_rows_laid_over_those_in_force_leave_the_others(october: House, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "price_rules.csv").write_text(
        "rule_id,contract_id,product_id,kind,value,valid_from\n"
        "r-new,c-2,CFQ7TTC0LDPB,markup,0,2021-10-01\n"
    )
    row = sale(pipeline.what_if(october, PERIOD, folder=folder, is_upsert=True))
    assert (row["totalBefore"], row["totalAfter"], row["marginAfter"]) == ("18.75", "17.05", "0")
    (folder / "price_rules.csv").write_text(
        "rule_id,contract_id,kind,value,valid_from\nr-new,c-2,markup,0,2022-10-01\n"
    )
    found = pipeline.what_if(october, PERIOD, folder=folder)
    assert {row["totalAfter"] for row in found["customers"]} == {"0"}
    assert found["lineTotals"] == [
        {
            "reasonBefore": None,
            "reasonAfter": "NO_PRICE_RULE",
            "currency": "EUR",
            "count": 11,
            "amount": "17.05",
        }
    ]


def test_a_killed_question_leaves_the_store_as_it_was(october: House, tmp_path: Path) -> None:
    before = stored_bytes(october)
    folder = write_october(tmp_path / "same", chain=DIRECT, rules=MARKUP_10)
    asked = start(october.home, "what-if", PERIOD, "--rules", str(folder))
    while not [
        *(october.home / "what-if").glob("*/before*"),
        *(october.home).glob("what-if/*/lock"),
    ]:
        assert asked.is_alive()
    asked.kill()
    asked.join()
    assert asked.exitcode == -9
    assert stored_bytes(october) == before
    assert [*(october.home / "what-if").iterdir()]
    pipeline.what_if(october, PERIOD, folder=folder)
    assert [*(october.home / "what-if").iterdir()] == []


def _billed(month: Month, folder: Path) -> House:
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    path = write_vendor_csv(month.lines, folder / "vendor.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, month.period, now=NOW)
    return house


def _other(month: Month) -> Month:
    """Give the month with other percentages and prices, and without its last rule."""
    values = {"markup": "7.5", "margin": "12.25", "fixed": "4.3"}
    rules = [
        {**rule, "value": values.get(rule["kind"], rule["value"])}
        for rule in month.reference["price_rules.csv"][:-1]
    ]
    return replace(month, reference={**month.reference, "price_rules.csv": rules})


def _by_customer(month: Month) -> dict[tuple[Any, ...], Fraction]:
    """Sum the model's consolidated lines by hop, parties, end customer and currency."""
    contracts = {row["contract_id"]: row for row in month.reference["contracts.csv"]}
    customer = {
        row["subscription_id"]: contracts[row["contract_id"]]["buyer_id"]
        for row in month.reference["subscriptions.csv"]
    }
    sums: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for (hop, seller, buyer, currency), lines in expected(month).groups.items():
        for (subscription, _), group in lines.items():
            sums[hop, seller, buyer, customer[subscription], currency] += group.total
    return sums


@QUIET
@given(month=months())
def test_a_month_moves_as_the_fraction_model_says(
    tmp_path_factory: pytest.TempPathFactory, month: Month
) -> None:
    folder = tmp_path_factory.mktemp("month")
    house = _billed(month, folder)
    same = pipeline.what_if(house, month.period, folder=folder / "reference")
    assert {row["totalDifference"] for row in same["customers"]} <= {"0"}
    assert {row["marginDifference"] for row in same["customers"]} <= {"0", None}
    assert (same["lines"], same["verifiedChanged"]) == ([], 0)

    other = _other(month)
    write_reference(other, folder / "all")
    changed = folder / "changed"
    changed.mkdir()
    (folder / "all" / "price_rules.csv").rename(changed / "price_rules.csv")
    found = pipeline.what_if(house, month.period, folder=changed)
    for name, model in (("totalBefore", month), ("totalAfter", other)):
        sums = _by_customer(model)
        rows = {
            (r["hop"], r["sellerId"], r["buyerId"], r["customerId"], r["currency"]): r[name]
            for r in found["customers"]
        }
        assert {key: Fraction(text) for key, text in rows.items() if text != "0"} == {
            key: value for key, value in sums.items() if value
        }
    was, now = expected(month).parked, expected(other).parked
    moved = {
        int(line["vendorLineId"].split("-")[1]) - 1: (line["reasonBefore"], line["reasonAfter"])
        for line in found["lines"]
    }
    changed_reasons = {
        index: (was.get(index), now.get(index))
        for index in was | now
        if was.get(index) != now.get(index)
    }
    assert {index: moved.get(index) for index in changed_reasons} == changed_reasons
