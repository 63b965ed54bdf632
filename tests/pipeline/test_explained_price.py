"""The words of a price told: rule and what lost, list price, rate, each step with its figures."""

from pathlib import Path
from typing import Any

import pytest
from october import DIRECT, NOW, PERIOD, write_reference, write_vendor_file

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

RULES = (
    "rule_id,contract_id,product_id,sku_id,kind,value,valid_from,valid_to\n"
    "r-wide,c-2,,,markup,10,2021-01-01,\n"
    "r-past,c-2,CFQ7TTC0LDPB,0001,markup,99,2021-01-01,2021-09-01\n"
)
LISTED = "r-sku,c-2,CFQ7TTC0LDPB,0001,discount_on_list,5,2021-10-01,\n"
PRICES = (
    "vendor_id,product_id,sku_id,term,currency,unit_price,erp_price,price_period,valid_from\n"
    "microsoft,CFQ7TTC0LDPB,0001,,USD,9,,,2021-01-01\n"
    "microsoft,CFQ7TTC0LDPB,0001,P1Y,USD,40,50.4,term,2021-01-01\n"
    "microsoft,CFQ7TTC0LDPB,0001,,EUR,3,,,2021-01-01\n"
)
RATES = (
    "organization_id,from,to,source,base_rate,surcharge,date\n"
    ",EUR,USD,ECB,1.2,,2021-11-01\n"
    "reseller,EUR,USD,ECB,1.1600,1.5,2021-10-29\n"
    "customer,EUR,USD,ECB,7919,,2021-11-01\n"
    ",EUR,USD,ECB,1.3,,2021-10-01\n"
)


def _billed(folder: Path, rules: str) -> House:
    house = open_house(folder / "home")
    upgrade(house.catalog)
    reference = write_reference(folder / "reference", chain=DIRECT, rules={})
    contracts = (reference / "contracts.csv").read_text()
    changed = contracts.replace("customer,EUR", "customer,USD")
    assert changed != contracts
    (reference / "contracts.csv").write_text(changed)
    (reference / "price_rules.csv").write_text(rules)
    (reference / "price_list.csv").write_text(PRICES)
    (reference / "exchange_rates.csv").write_text(RATES)
    subscriptions = (reference / "subscriptions.csv").read_text()
    header, row = subscriptions.splitlines()
    (reference / "subscriptions.csv").write_text(
        f"{header},term,billing_frequency\n{row},P1Y,monthly\n"
    )
    pipeline.load_reference(house, reference, now=NOW)
    path = write_vendor_file(folder / "october.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, PERIOD, now=NOW)
    return house


def _hop(house: House) -> dict[str, Any]:
    """Explain the first ten seats given back: -29 for 30 of 31 days at hop 1."""
    found = pipeline.explain_named(house, "oct-02")
    assert found["count"] == 1
    (line,) = found["lines"]
    assert line["differences"] == []
    return dict(line["hops"][1])


def test_a_list_price_is_told_with_what_it_beat(tmp_path: Path) -> None:
    hop = _hop(_billed(tmp_path, RULES + LISTED))
    assert (hop["rule"]["ruleId"], hop["rule"]["rank"]) == ("r-sku", "SKU")
    assert "the narrowest of 2 in force on 2021-10-01" in hop["rule"]["why"]
    assert [(one["ruleId"], one["inForce"]) for one in hop["otherRules"]] == [
        ("r-wide", True),
        ("r-past", False),
    ]
    listed = hop["listPrice"]
    assert (listed["erpPrice"], listed["term"], listed["currency"]) == ("50.4", "P1Y", "USD")
    assert [one["unitPrice"] for one in hop["otherListPrices"]] == ["9", "3"]
    # 50.4 / 12 = 4.2 a month, 30 of 31 days, less 5 %, ten seats back: -38.6129032258...
    assert [step["text"] for step in hop["steps"]] == [
        "-50.4 x 30 / 31 x (1 - 5/100) / 12 charges a term x 10 = -38.612903...",
        "-38.612903... rounded half away from zero to 18 decimals = -38.612903225806451613",
    ]
    assert [step["step"] for step in hop["steps"]] == ["prorate, discount, multiply", "round"]
    assert [step["text"] for step in hop["unitSteps"]] == [
        "50.4 x (1 - 5/100) / 12 charges a term = 3.99"
    ]
    assert hop["effectiveUnitSteps"][0]["text"].endswith("/ 12 charges a term = -3.861290...")


def test_a_rate_is_told_with_its_source_and_no_one_elses(tmp_path: Path) -> None:
    hop = _hop(_billed(tmp_path, RULES))
    rate = hop["rate"]
    assert (rate["baseRate"], rate["surcharge"], rate["finalRate"]) == ("1.1600", "1.5", "1.1774")
    assert (rate["date"], rate["source"], rate["organizationId"]) == (
        "2021-10-29",
        "ECB",
        "reseller",
    )
    assert [one["baseRate"] for one in hop["otherRates"]] == ["1.2", "1.3"]
    assert [step["text"] for step in hop["steps"]] == [
        "-29 x (1 + 10/100) x 1.1774 EUR to USD = -37.55906"
    ]


@pytest.mark.parametrize(
    ("rules", "reason"),
    [("rule_id,contract_id,kind,valid_from\n", "NO_PRICE_RULE"), (None, "NO_EXCHANGE_RATE")],
)
def test_a_line_that_waits_says_what_was_tried(
    tmp_path: Path, rules: str | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if rules is None:
        monkeypatch.setitem(
            globals(), "RATES", RATES.replace("-11-01", "-12-01").replace("10-29", "10-01")
        )
    house = _billed(tmp_path, rules or RULES)
    (line,) = pipeline.explain_named(house, "october.csv:2")["lines"]
    assert (line["parked"]["reason"], line["parked"]["hop"]) == (reason, 2)
    assert (line["match"]["failed"]["reason"], line["match"]["failed"]["hop"]) == (reason, 2)
    assert line["differences"] == []
    (tried,) = line["tried"]
    assert tried["contractId"] == "c-2"
    if rules is None:
        assert len(tried["otherRates"]) == 3
        assert "not within 7 days" in tried["otherRates"][0]["why"]
