"""What is wrong between rows is said of a row that the folder brought."""

import pytest
from reference_case import CONTRACTS, GOOD, LAST, MIDDLE, RULES, SUBSCRIPTIONS, TOP, Faults, Stage

from tieout.errors import ReferenceRefused


def test_a_key_given_twice_names_the_first_row(faults: Faults) -> None:
    assert faults(plans="plan_id,name\n10,a\n11,b\n010,c\n") == [
        ("plans.csv", 3, "plan_id", "repeats the plan_id of row 1")
    ]
    found = faults(price_rules=RULES + "r1,c2,,,markup,5,,2021-01-01,\n" * 2)
    assert found == [("price_rules.csv", 2, "rule_id", "repeats the rule_id, valid_from of row 1")]


def test_a_row_that_ends_before_it_begins_is_a_fault(faults: Faults) -> None:
    rows = RULES + "r1,c2,,,markup,5,,2021-01-02,2021-01-02\nr2,c2,,,list,,,2021-01-02,2021-01-01\n"
    assert faults(price_rules=rows) == [
        ("price_rules.csv", 1, "valid_to", "'2021-01-02' is not after valid_from '2021-01-02'"),
        ("price_rules.csv", 2, "valid_to", "'2021-01-01' is not after valid_from '2021-01-02'"),
    ]


def test_one_key_in_force_twice_on_a_day_is_a_fault(faults: Faults, stage: Stage) -> None:
    spans = ("2021-06-01,2021-12-01", "2021-01-01,2021-06-02", "2021-12-01,")
    rows = [f"r1,c2,,,markup,5,,{span}\n" for span in spans]
    reason = "is in force together with the row of the same key from 2021-06-01"
    assert faults(price_rules=RULES + "".join(rows)) == [
        ("price_rules.csv", 2, "valid_from", reason)
    ]
    rows[1] = "r1,c2,,,markup,5,,2021-01-01,2021-06-01\n"
    assert stage({**GOOD, "price_rules.csv": RULES + "".join(rows)}).counts["price_rules"] == 3


def test_references_to_unknown_rows_are_faults(faults: Faults) -> None:
    found = faults(
        contracts=CONTRACTS + TOP + MIDDLE + LAST + "c4,c0,resell,v,s,b,EUR,,,,,2021-01-01,\n",
        plan_periods="plan_period_id,plan_id\n20,9\n",
        plan_rates="plan_rate_id,plan_id\n30,9\n",
        rate_periods="rate_period_id,plan_rate_id\n40,9\n",
        subscriptions=(
            "subscription_id,vendor_id,vendor_subscription_id,contract_id,name,plan_id,"
            "plan_period_id,plan_rate_id,rate_period_id,start_date,valid_from\n"
            "s1,v,v1,c9,Seats,1,2,3,4,2021-10-01,2021-10-01\n"
        ),
        orders="order_id,order_number,contract_id,date\no1,SO-1,c9,2021-10-01\n",
        price_rules=(
            "rule_id,contract_id,customer_id,subscription_id,kind,valid_from\n"
            "r1,c9,o,s,list,2021-01-01\n"
        ),
        price_list=(
            "vendor_id,product_id,sku_id,currency,unit_price,valid_from\nv,p,s,EUR,1,2021-01-01\n"
        ),
        exchange_rates="organization_id,from,to,source,base_rate,date\no,USD,EUR,X,1,2021-11-01\n",
    )
    assert [(fault[0], fault[2], fault[3]) for fault in found] == [
        ("contracts.csv", "buyer_id", "'b' is not in organizations.csv"),
        ("contracts.csv", "parent_contract_id", "'c0' is not in contracts.csv"),
        ("contracts.csv", "seller_id", "'s' is not in organizations.csv"),
        ("contracts.csv", "vendor_id", "'v' is not in organizations.csv"),
        ("exchange_rates.csv", "organization_id", "'o' is not in organizations.csv"),
        ("orders.csv", "contract_id", "'c9' is not in contracts.csv"),
        ("plan_periods.csv", "plan_id", "'9' is not in plans.csv"),
        ("plan_rates.csv", "plan_id", "'9' is not in plans.csv"),
        ("price_list.csv", "vendor_id", "'v' is not in organizations.csv"),
        ("price_rules.csv", "contract_id", "'c9' is not in contracts.csv"),
        ("price_rules.csv", "customer_id", "'o' is not in organizations.csv"),
        ("price_rules.csv", "subscription_id", "'s' is not in subscriptions.csv"),
        ("rate_periods.csv", "plan_rate_id", "'9' is not in plan_rates.csv"),
        ("subscriptions.csv", "contract_id", "'c9' is not in contracts.csv"),
        ("subscriptions.csv", "plan_id", "'1' is not in plans.csv"),
        ("subscriptions.csv", "plan_period_id", "'2' is not in plan_periods.csv"),
        ("subscriptions.csv", "plan_rate_id", "'3' is not in plan_rates.csv"),
        ("subscriptions.csv", "rate_period_id", "'4' is not in rate_periods.csv"),
        ("subscriptions.csv", "vendor_id", "'v' is not in organizations.csv"),
    ]
    assert {fault[1] for fault in found} == {1, 4}


def test_a_vendor_must_have_the_role_of_one(faults: Faults) -> None:
    row = "c4,,resell,dist,dist,cust,EUR,,,,,2021-01-01,\n"
    assert faults(contracts=CONTRACTS + TOP + MIDDLE + LAST + row) == [
        ("contracts.csv", 4, "vendor_id", "'dist' has role distributor, not vendor")
    ]


def test_parent_contracts_may_not_lead_back(faults: Faults) -> None:
    rows = (
        "d1,d2,resell,microsoft,dist,resell,EUR,,,,,2021-01-01,\n"
        "d2,d1,resell,microsoft,resell,dist,EUR,,,,,2021-01-01,\n"
        "d3,d3,resell,microsoft,dist,dist,EUR,,,,,2021-01-01,\n"
        "d4,d1,resell,microsoft,resell,cust,EUR,,,,,2021-01-01,\n"
    )
    column = "parent_contract_id"
    assert faults(contracts=CONTRACTS + TOP + MIDDLE + LAST + rows) == [
        ("contracts.csv", 4, column, "'d2' leads back to this contract"),
        ("contracts.csv", 5, column, "'d1' leads back to this contract"),
        ("contracts.csv", 6, column, "'d3' leads back to this contract"),
        ("contracts.csv", 7, column, "'d1' has 8 or more contracts above this one"),
    ]


def test_a_chain_has_at_most_eight_hops(faults: Faults, stage: Stage) -> None:
    rows = [
        f"d{n},d{n - 1},resell,microsoft,dist,dist,EUR,,,,,2021-01-01,\n".replace("d1,d0", "d1,c1")
        for n in range(1, 9)
    ]
    chain = CONTRACTS + TOP + MIDDLE + LAST
    assert stage({**GOOD, "contracts.csv": chain + "".join(rows[:7])}).counts["contracts"] == 10
    assert faults(contracts=chain + "".join(rows)) == [
        (
            "contracts.csv",
            11,
            "parent_contract_id",
            "'d7' has 8 or more contracts above this one",
        )
    ]


def test_a_broken_chain_names_the_seller(faults: Faults) -> None:
    row = LAST.replace("resell,cust", "dist,cust")
    assert faults(contracts=CONTRACTS + TOP + MIDDLE + row) == [
        (
            "contracts.csv",
            3,
            "seller_id",
            "'dist' is not the buyer 'resell' of parent contract 'c2'",
        )
    ]


def test_a_changed_parent_is_blamed_for_breaking_a_stored_chain(stage: Stage) -> None:
    first = stage(GOOD)
    text = CONTRACTS + MIDDLE.replace("dist,resell", "dist,cust")
    with pytest.raises(ReferenceRefused) as refused:
        stage({"contracts.csv": text}, first.files)
    assert str(refused.value) == (
        "contracts.csv row 1, column 'buyer_id': "
        "'cust' is not the seller 'resell' of contract 'c3', whose parent this is"
    )


def test_parent_and_child_have_one_vendor(faults: Faults) -> None:
    row = LAST.replace("c3", "c4").replace("microsoft", "other")
    found = faults(
        organizations=GOOD["organizations.csv"] + "other,5,vendor,Other,NL,EUR\n",
        contracts=CONTRACTS + TOP + MIDDLE + LAST + row,
    )
    assert found == [
        (
            "contracts.csv",
            4,
            "vendor_id",
            "'other' is not the vendor 'microsoft' of parent contract 'c2'",
        )
    ]


def test_a_subscription_hangs_on_a_chain_from_its_vendor(faults: Faults) -> None:
    row = "c4,,invoice,microsoft,dist,cust,EUR,,,,,2021-01-01,\n"
    subscription = "s1,microsoft,v1,,c4,Seats,10,10,2021-10-01,2021-10-01,\n"
    assert faults(
        contracts=CONTRACTS + TOP + MIDDLE + LAST + row, subscriptions=SUBSCRIPTIONS + subscription
    ) == [
        (
            "subscriptions.csv",
            1,
            "contract_id",
            "'c4' does not lead to a contract sold by vendor 'microsoft' within 8 hops",
        )
    ]


def test_a_consume_contract_carries_no_subscription(faults: Faults) -> None:
    row = "c4,,consume,microsoft,microsoft,cust,EUR,,,,,2021-01-01,\n"
    subscription = "s1,microsoft,v1,,c4,Seats,10,10,2021-10-01,2021-10-01,\n"
    assert faults(
        contracts=CONTRACTS + TOP + MIDDLE + LAST + row, subscriptions=SUBSCRIPTIONS + subscription
    ) == [
        (
            "subscriptions.csv",
            1,
            "contract_id",
            "'c4' has purpose consume and carries no subscription",
        )
    ]


TIES = "rule_id,contract_id,subscription_id,customer_id,product_id,sku_id,product_family,"
TIES += "charge_class,kind,value,valid_from,valid_to\n"


@pytest.mark.parametrize(
    ("one", "other", "is_tie"),
    [
        (",,,0001,,", ",,P,0001,,", True),  # ruling 15: a product's SKU ranks as a SKU
        (",,P,0001,,", ",,,0001,licence,", True),
        (",,P,,,", ",,P,,licence,", True),
        (",cust,P,0001,,", ",cust,,0001,,", True),
        (",,P,0001,,Correction", ",,,0001,,Correction", True),
        (",,P,0001,,", ",,Q,0001,,", False),
        (",,P,0001,licence,", ",,Q,0001,,", False),
        (",,P,0001,,", ",,,0001,,Correction", False),  # the class breaks the tie
        (",,P,0001,,UsageFee", ",,,0001,,Correction", False),
        (",,,0001,,", ",,P,,,", False),  # a SKU ranks before a product
        (",cust,,0001,,", ",,,0001,,", False),
    ],
)
def test_two_rules_of_equal_rank_that_one_line_fits_are_a_fault(
    faults: Faults, stage: Stage, one: str, *, other: str, is_tie: bool
) -> None:
    """They are one where their days meet; a rule that ends as the other begins is none."""
    meet = f"{TIES}r1,c2,{one},markup,5,2021-01-01,2021-07-01\nr2,c2,{other},markup,6,2021-06-30,\n"
    if not is_tie:
        assert stage({**GOOD, "price_rules.csv": meet}).counts["price_rules"] == 2
        return
    reason = "ranks equal to rule 'r1' on 2021-06-30"
    assert faults(price_rules=meet) == [("price_rules.csv", 2, "rule_id", reason)]
    apart = meet.replace("2021-06-30", "2021-07-01")
    assert stage({**GOOD, "price_rules.csv": apart}).counts["price_rules"] == 2


def test_two_rules_of_one_scope_on_one_day_are_a_fault(faults: Faults, stage: Stage) -> None:
    rows = RULES + "r1,c2,P,,markup,5,,2021-01-01,2021-07-01\nr2,c2,P,,list,,,2021-06-30,\n"
    reason = "ranks equal to rule 'r1' on 2021-06-30"
    assert faults(price_rules=rows) == [("price_rules.csv", 2, "rule_id", reason)]
    apart = rows.replace("2021-06-30", "2021-07-01")
    assert stage({**GOOD, "price_rules.csv": apart}).counts["price_rules"] == 2
    finer = rows.replace("r2,c2,P,", "r2,c2,P,Correction")
    assert stage({**GOOD, "price_rules.csv": finer}).counts["price_rules"] == 2


SCOPED = "rule_id,contract_id,customer_id,subscription_id,product_id,sku_id,charge_class,"
SCOPED += "kind,value,valid_from,valid_to\n"


@pytest.mark.parametrize(
    ("one", "other", "is_fault"),
    [
        # both rank as the rule of a subscription and fit its lines of P
        ("c2,,s1,,,", "c2,,s1,P,,", True),
        ("c2,,s1,P,,", "c2,,s1,Q,,", False),
        # both rank as sku: the second fits fewer lines, the first fits those too
        ("c2,,,,0001,", "c2,,,P,0001,", True),
        ("c2,,,P,0001,", "c2,,,Q,0001,", False),
        ("c2,cust,,,0001,", "c2,cust,,P,0001,", True),
        # another rank, another contract, another class
        ("c2,,,P,,", "c2,,,P,0001,", False),
        ("c2,,,,0001,", "c3,,,P,0001,", False),
        ("c2,,,P,,Correction", "c2,,,P,,", False),
        ("c2,,,P,,correction", "c2,,,P,,Correction", True),
    ],
)
def test_rules_of_one_rank_that_can_fit_one_line_are_a_fault(
    stage: Stage, one: str, other: str, *, is_fault: bool
) -> None:
    rows = f"{SCOPED}r1,{one},markup,5,2021-01-01,\nr2,{other},markup,6,2021-02-01,\n"
    subscription = SUBSCRIPTIONS + "s1,microsoft,v1,,c3,Seats,10,10,2021-10-01,2021-10-01,\n"
    files = {**GOOD, "subscriptions.csv": subscription, "price_rules.csv": rows}
    if not is_fault:
        assert stage(files).counts["price_rules"] == 2
        return
    with pytest.raises(ReferenceRefused) as refused:
        stage(files)
    (fault,) = refused.value.faults
    assert (fault.file, fault.row, fault.column) == ("price_rules.csv", 2, "rule_id")
    assert fault.reason == "ranks equal to rule 'r1' on 2021-02-01"


def test_a_vendor_subscription_and_entitlement_twice_on_a_day_is_a_fault(
    faults: Faults, stage: Stage
) -> None:
    rows = (
        "s1,microsoft,v1,e1,c3,Seats,10,,2021-10-01,2021-10-01,2021-11-01\n"
        "s2,microsoft,V1,E1,c3,Seats,10,,2021-10-01,2021-10-31,\n"
    )
    assert faults(subscriptions=SUBSCRIPTIONS + rows) == [
        (
            "subscriptions.csv",
            2,
            "vendor_subscription_id",
            "is with its entitlement also that of subscription 's1' on 2021-10-31",
        )
    ]
    apart = SUBSCRIPTIONS + rows.replace("E1", "")
    assert stage({**GOOD, "subscriptions.csv": apart}).counts["subscriptions"] == 2
