"""What is wrong with a cell is said with file, row, column and reason."""

import pyarrow.parquet as pq
import pytest
from reference_case import (
    CONTRACTS,
    GOOD,
    LAST,
    MIDDLE,
    ORGANIZATIONS,
    OTHERS,
    RULES,
    TOP,
    Faults,
    Stage,
)

from tieout.reference.cell import WORDS


def test_organization_cells_are_checked(faults: Faults) -> None:
    long = "x" * 65
    rows = f"microsoft,vendor,M,-1,EURO,open\n,boss,,,XAU,\n{long},vendor,M,,,\n"
    no_currency = "is not an ISO 4217 currency with a minor unit"
    assert faults(organizations=ORGANIZATIONS + rows + OTHERS) == [
        ("organizations.csv", 1, "account_no", "'-1' is not a whole number of up to 18 digits"),
        ("organizations.csv", 1, "currency", f"'EURO' {no_currency}"),
        ("organizations.csv", 1, "status", "'open' is not one of new, active, blocked"),
        ("organizations.csv", 2, "currency", f"'XAU' {no_currency}"),
        ("organizations.csv", 2, "name", "a value is required"),
        ("organizations.csv", 2, "organization_id", "a value is required"),
        (
            "organizations.csv",
            2,
            "role",
            "'boss' is not one of vendor, distributor, reseller, customer",
        ),
        (
            "organizations.csv",
            3,
            "organization_id",
            f"'{long}' is not an id (1 to 64 letters, digits, - _ . :)",
        ),
    ]


def test_contract_cells_are_checked(faults: Faults) -> None:
    rows = "c9,,sell,microsoft,microsoft,dist,EUR,29,consolidated,paid,4000,01-02-2021,2021-02-30\n"
    found = faults(contracts=CONTRACTS + TOP + MIDDLE + LAST + rows)
    assert [fault[:3] for fault in found] == [
        ("contracts.csv", 4, column)
        for column in (
            *("billing_day", "payment_terms_days", "purpose", "rounding_policy", "start_status"),
            *("valid_from", "valid_to"),
        )
    ]
    reasons = [fault[3] for fault in found]
    assert reasons[0] == "'29' is not a day from 1 to 28"
    assert reasons[1] == "'4000' is more than 3660 days"
    assert reasons[2] == "'sell' is not one of resell, consume, invoice"
    assert reasons[3].startswith("'consolidated' is not one of exact, hop-exact, ")
    assert reasons[4] == "'paid' is not one of new, verified, issued"
    assert reasons[5:] == [
        "'01-02-2021' is not a date (yyyy-mm-dd)",
        "'2021-02-30' is not a date (yyyy-mm-dd)",
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("12 5", "is not a number"),
        ("1_000", "is not a number"),
        ("NaN", "is not a number"),
        ("1e3", "is not a number"),
        ("٣", "is not a number"),
        (".", "is not a number"),
        ("0.1234567890123456789", "has more than 18 decimals"),
        ("123456789012345678901", "has more than 20 digits before the point"),
    ],
)
def test_amounts_are_plain_and_fit(faults: Faults, value: str, reason: str) -> None:
    text = f"plan_rate_id,plan_id,included_value\n30,10,{value}\n"
    assert faults(plan_rates=text) == [
        ("plan_rates.csv", 1, "included_value", f"'{value}' {reason}")
    ]


@pytest.mark.parametrize("value", ["+1", "1.", ".5", "-0.5", "00000000000000000000000.1"])
def test_amounts_may_be_written_in_any_plain_way(stage: Stage, value: str) -> None:
    text = f"plan_rate_id,plan_id,included_value\n30,10,{value}\n"
    staged = stage({**GOOD, "plan_rates.csv": text})
    rows = pq.read_table(staged.changed["plan_rates"])
    assert rows.column("included_value").to_pylist() == [value]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0", "'0' is not above 0"),
        ("-1", "'-1' is not above 0"),
        ("1.1234567890123", "'1.1234567890123' has more than 12 decimals"),
        (f"1.{'1' * 25}", f"'1.{'1' * 25}' has more than 24 decimals"),
        ("", "a value is required"),
    ],
)
def test_exchange_rates_are_positive(faults: Faults, value: str, reason: str) -> None:
    text = f"from,to,source,base_rate,date\nUSD,EUR,ECB,{value},2021-11-01\n"
    assert faults(exchange_rates=text) == [("exchange_rates.csv", 1, "base_rate", reason)]


def test_words_of_price_rules_and_orders_are_checked(faults: Faults) -> None:
    rules = "rule_id,contract_id,charge_class,kind,earned_credit,charge_free,valid_from\n"
    orders = "order_id,order_number,contract_id,date,invoice_per_order\no1,1,c3,2021-10-01,maybe\n"
    assert faults(price_rules=rules + "r1,c2,Fee,free,lose,ja,2021-01-01\n", orders=orders) == [
        ("orders.csv", 1, "invoice_per_order", "'maybe' is not one of yes, no"),
        (
            "price_rules.csv",
            1,
            "charge_class",
            "'Fee' is not one of PurchaseFee, CycleFee, Correction, UsageFee, OneTimeFee, ItemFee",
        ),
        ("price_rules.csv", 1, "charge_free", "'ja' is not one of yes, no"),
        ("price_rules.csv", 1, "earned_credit", "'lose' is not one of keep, pass"),
        (
            "price_rules.csv",
            1,
            "kind",
            "'free' is not one of " + ", ".join(WORDS["rule_kind"]),
        ),
    ]


@pytest.mark.parametrize(
    ("rule", "column", "reason"),
    [
        ("fixed,,EUR", "value", "a fixed rule needs a value"),
        ("fixed,1,", "currency", "a fixed rule needs a currency"),
        ("markup,,", "value", "a markup rule needs a value"),
        ("gap_share,,", "value", "a gap_share rule needs a value"),
        ("list,5,", "value", "a list rule takes no value"),
        ("pass_through,0,", "value", "a pass_through rule takes no value"),
        ("markup,1000000,", "value", "'1000000' is not between -1000000 and 1000000 percent"),
        ("markup,0.1234567890123,", "value", "'0.1234567890123' has more than 12 decimals"),
        ("margin,100,", "value", "'100' is not a margin below 100 percent"),
        ("discount_on_list,-1,", "value", "'-1' is not between 0 and 100 percent"),
        ("gap_share,100.1,", "value", "'100.1' is not between 0 and 100 percent"),
        ("markup,x,", "value", "'x' is not a number"),
    ],
)
def test_a_rule_has_the_value_of_its_kind(
    faults: Faults, *, rule: str, column: str, reason: str
) -> None:
    rows = RULES + f"r1,c2,,,{rule},2021-01-01,\n"
    assert faults(price_rules=rows) == [("price_rules.csv", 1, column, reason)]


def test_all_rule_kinds_and_keep_are_good_data(stage: Stage) -> None:
    header = "rule_id,contract_id,product_id,kind,value,currency,earned_credit,valid_from\n"
    rows = "".join(
        f"r{n},c2,P{n},{rule},keep,2021-01-01\n"
        for n, rule in enumerate(
            (
                *("markup,-5,", "margin,99.9,", "discount_on_list,100,", "gap_share,0,"),
                *("list,,", "pass_through,,", "fixed,0.123456789012345678,EUR"),
            )
        )
    )
    assert stage({**GOOD, "price_rules.csv": header + rows}).counts["price_rules"] == 7
