"""Every line of generated months explained: what it finds by fractions is what the run stored."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from months import Month, months, write_reference, write_vendor_csv

from tieout import pipeline
from tieout.engine.duckdb import session
from tieout.pipeline.explain import Explainer
from tieout.pipeline.explained.find import Named
from tieout.store.house import open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2027, 4, 2, tzinfo=dt.UTC)
LINES_MAX = 12  # of a month, so that the test stays quick


def _settings(months_max: int) -> settings:
    return settings(
        max_examples=months_max,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )


@_settings(2)
@given(month=months())
def test_a_line_is_recomputed_to_what_the_run_stored(
    tmp_path_factory: pytest.TempPathFactory, month: Month
) -> None:
    _explain_all(tmp_path_factory.mktemp("month"), month)


@pytest.mark.deep
@_settings(60)
@given(month=months())
def test_many_lines_are_recomputed_to_what_the_run_stored(
    tmp_path_factory: pytest.TempPathFactory, month: Month
) -> None:
    _explain_all(tmp_path_factory.mktemp("month"), month)


def _explain_all(folder: Path, month: Month) -> None:
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    path = write_vendor_csv(month.lines, folder / "vendor.csv")
    (report,) = pipeline.load_files(house, [(path.name, path)], now=NOW)
    done = pipeline.run_period(house, month.period, now=NOW)
    with session(folder / "scratch") as engine:
        explainer = Explainer(engine, house)
        for row_number in range(1, min(len(month.lines), LINES_MAX) + 1):
            found = explainer.explain(Named(report["fileId"], row_number))
            assert found["differences"] == []
            assert found["runId"] == done["runId"]
            assert bool(found["hops"]) != bool(found["parked"])
