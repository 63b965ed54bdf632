"""CD-260: the SKU is filled from the plan's nine names where the line has none."""

from pathlib import Path

from billing_case import reading, told
from billing_reference import subscription
from hand_charges import Hand, Store

SLOTS = (
    *("plan_setup", "plan_subscription", "plan_renewal", "plan_transfer", "plan_cancellation"),
    *("rate_setup", "rate_recurring", "rate_overuse", "rate_cancellation"),
)
LINES = (
    Hand(1, "8.00", "10.00", sku="X-1", slot="rate_recurring"),
    *(Hand(number, "8.00", "10.00", sku="", slot=slot) for number, slot in enumerate(SLOTS, 2)),
    Hand(11, "8.00", "10.00", sku="", slot="none", description="A name is no SKU"),
)


def test_cd_260_sku_from_line_then_slot_never_guessed(tmp_path: Path) -> None:
    row = subscription("700101", "1000881", plan_rate_id="9102", plan_period_id="42")
    with reading(tmp_path, Store(LINES, reference={"subscriptions": [row]})) as reader:
        document = reader.read("invoices")
        bought = reader.lines("invoices")
        both = reader.lines("consolidatedinvoices", "v3")
        refused = reader.get("invoices", strict="true")
    assert [line["SKU"] for line in bought] == ["X-1", *(f"S{n}" for n in range(1, 10)), ""]
    assert told(both, "LineId", "SKU") == told(bought, "LineId", "SKU")
    (warning,) = document["Invoices"][0]["Warnings"]
    assert (warning["Code"], warning["LineIds"]) == ("sku_missing", ["11"])
    assert refused.status_code == 409
    assert refused.json()["faults"][0]["LineIds"] == [11]


def test_cd_260_a_rate_priced_by_period_uses_its_period_first(tmp_path: Path) -> None:
    lines = (
        Hand(1, "8.00", "10.00", sku="", slot="rate_recurring"),
        Hand(2, "8.00", "10.00", sku="", slot="rate_overuse"),
    )
    with reading(tmp_path, Store(lines)) as reader:
        assert [line["SKU"] for line in reader.lines("invoices")] == ["NL-SUITE-1Y", "S8"]
