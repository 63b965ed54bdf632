"""Every line of generated months explained: what it finds by fractions is what the run stored."""

import datetime as dt

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


@settings(
    max_examples=2,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(month=months())
def test_a_line_is_recomputed_to_what_the_run_stored(
    tmp_path_factory: pytest.TempPathFactory, month: Month
) -> None:
    folder = tmp_path_factory.mktemp("month")
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
