"""CD-319: PlanRateID on invoices and customerinvoices, in version 4 alone."""

from pathlib import Path

from billing_case import reading
from fixture_rows import F3
from hand_charges import Store


def test_cd_319_plan_rate_id_on_invoices_and_customerinvoices(tmp_path: Path) -> None:
    with reading(tmp_path, Store(F3)) as reader:
        for endpoint in ("invoices", "customerinvoices"):
            assert {line["PlanRateID"] for line in reader.lines(endpoint)} == {"9110"}
            for version in ("v3", "v2"):
                for line in reader.lines(endpoint, version):
                    assert not {"PlanRateID", "RatePeriodID"} & set(line)
