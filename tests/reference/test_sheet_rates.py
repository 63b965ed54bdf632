"""Exchange rates of sheets join the rates in force, one per currency and month."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sheet_case import RATE, Current, Join, Row, join, written

from tieout.engine.duckdb import Engine
from tieout.errors import Fault, ReferenceRefused
from tieout.reference import Faults, Sheet, StagedReference, stage_sheets


@pytest.fixture
def rates(engine: Engine, tmp_path: Path) -> Join:
    """Stage sheets of exchange rates over the files in force."""

    def run(*files: Sequence[Row], current: Current | None = None) -> StagedReference:
        current = current or {}
        return join(engine, tmp_path, current=current, resource="exchange_rates", files=files)

    return run


def test_a_changed_rate_of_the_month_replaces_the_earlier_one(rates: Join) -> None:
    row = {**RATE, "date": "2019-09-01"}
    first = rates([row, {**row, "date": "2019-10-01"}], [row])
    assert first.counts["exchange_rates"] == 2
    second = rates([{**row, "base_rate": "0.28"}], current=first.files)
    assert second.changes == {"exchange_rates": 1}
    assert second.counts["exchange_rates"] == 2
    assert rates([row], current=first.files).is_unchanged


def test_a_rate_to_itself_and_two_rates_of_a_month_are_faults(rates: Join) -> None:
    row = {**RATE, "date": "2019-09-01"}
    with pytest.raises(ReferenceRefused) as refused:
        rates([row, {**row, "base_rate": "0.28"}, {**row, "from": "USD", "base_rate": "1.1"}])
    assert [(f.row, f.reason) for f in refused.value.faults] == [
        (2, "is another rate of AED than that of sheet1.csv row 1"),
        (3, "'1.1' is a rate of USD to itself"),
    ]


def test_faults_of_reading_refuse_the_rows_too(engine: Engine, tmp_path: Path) -> None:
    one = Sheet("a.csv", "exchange_rates", written(tmp_path, "exchange_rates", [RATE]), {})
    faults = Faults([Fault("b.csv", None, None, "is damaged")])
    with pytest.raises(ReferenceRefused) as refused:
        stage_sheets(engine, [one], faults=faults, current={}, drafts=tmp_path / "d")
    assert [fault.file for fault in refused.value.faults] == ["a.csv", "b.csv"]
