"""CD-204: rate periods do not repeat lines (F6)."""

from pathlib import Path

from billing_case import reading, told
from billing_reference import subscription
from hand_charges import Hand, Store

NAMES = ("RatePeriodID", "PlanRateID", "UnitPrice", "ExtendedPrice")
ENDPOINTS = ("invoices", "customerinvoices", "consolidatedinvoices")
F6 = (Hand(61, "8.00", "10.00", quantity="10"),)


def test_cd_204_rate_periods_do_not_duplicate_lines(tmp_path: Path) -> None:
    with reading(tmp_path, Store(F6)) as reader:
        (line,) = reader.lines("invoices")
        for endpoint in ENDPOINTS:
            now, before = reader.lines(endpoint), reader.lines(endpoint, "v3")
            assert len(now) == len(before) == 1
        (older,) = reader.lines("invoices", "v3")
    assert told([line], *NAMES) == [("9202", None, "8.00", "80.00")]
    assert (older["UnitPrice"], older["ExtendedPrice"]) == ("8.00", "80.00")


def test_cd_204_no_applicable_period_is_one_line_with_a_warning(tmp_path: Path) -> None:
    row = subscription("700101", "1000881", plan_rate_id="9101", plan_period_id="99")
    store = Store(F6, reference={"subscriptions": [row]})
    with reading(tmp_path, store) as reader:
        document = reader.read("invoices")
        lines = reader.lines("invoices")
        refused = reader.get("invoices", strict="true")
    assert told(lines, "RatePeriodID", "PlanRateID") == [(None, "9101")]
    (warning,) = document["Invoices"][0]["Warnings"]
    assert (warning["Code"], warning["LineIds"]) == ("rate_period_missing", ["61"])
    assert refused.status_code == 409
