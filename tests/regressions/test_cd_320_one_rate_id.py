"""CD-320: exactly one of PlanRateID and RatePeriodID on lines of a resource, none at plan level."""

from pathlib import Path
from typing import Any

from billing_case import reading, told
from billing_reference import subscription
from hand_charges import Hand, Store

STORE = Store(
    lines=(
        Hand(61, "8.00", "10.00"),
        Hand(62, "8.00", "10.00", subscription="700102"),
        Hand(31, "8.00", "10.00", kind="usage", subscription="700202"),
        Hand(63, "8.00", "10.00", slot="plan_renewal"),
    ),
    reference={
        "subscriptions": [
            subscription(
                "700101", "1000881", plan_id="310", plan_rate_id="9101", plan_period_id="42"
            ),
            subscription("700102", "1000881", plan_id="311", plan_rate_id="9102"),
            subscription("700202", "1000882", plan_id="320", plan_rate_id="9110"),
        ]
    },
)
EXPECTED = {
    "31": ("9110", None),
    "61": (None, "9202"),
    "62": ("9102", None),
    "63": (None, None),
}


def resolved(details: dict[str, Any], plan_rate: str | None, period: str | None) -> int:
    """Count the places in subscriptiondetails that a line's rate id names."""
    rates = [resource["ResourceRate"] for resource in details["Resources"]]
    if plan_rate is not None:
        return [rate["PlanRateId"] for rate in rates].count(int(plan_rate))
    return [one["RatePeriodId"] for rate in rates for one in rate["ResourceRatePeriods"]].count(
        int(period or 0)
    )


def test_cd_320_one_rate_id_and_it_resolves(tmp_path: Path) -> None:
    with reading(tmp_path, STORE) as reader:
        for endpoint in ("invoices", "consolidatedinvoices"):
            lines = reader.lines(endpoint)
            found = told(lines, "LineId", "PlanRateID", "RatePeriodID")
            assert {line: (plan, period) for line, plan, period in found} == EXPECTED
        for number, line in (("700101", "61"), ("700102", "62"), ("700202", "31")):
            plan, period = EXPECTED[line]
            assert resolved(reader.details(number), plan, period) == 1
