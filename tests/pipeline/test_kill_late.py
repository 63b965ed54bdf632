"""kill -9 during runs that tell late lines apart, and that bill them: none is lost or doubled."""

from pathlib import Path

import pytest
from crash_case import (
    NEXT,
    PERIOD,
    DraftWatch,
    TransactionWatch,
    finish,
    seen,
    timeless,
    write_month,
    write_vendor_file,
)
from kill_case import TIMES, finish_after_kills, kill_at_random, undisturbed

CUSTOMERS, ROWS, LATE, KILLS = 300, 2_000, 40, 2
SEED = 20_211_101


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_run_of_a_closed_month_neither_loses_nor_doubles_a_late_line(
    tmp_path: Path, times: int
) -> None:
    home = tmp_path / "home"
    reference = write_month(tmp_path / "reference", customers=CUSTOMERS)
    old, new = (
        write_vendor_file(tmp_path / f"{rows}.csv", rows=rows, customers=CUSTOMERS)
        for rows in (ROWS, ROWS + LATE)
    )
    for arguments in (
        ("init",),
        ("reference", "load", str(reference)),
        ("load", str(old)),
        ("run", PERIOD),  # of the distributor to the reseller all starts verified
        ("load", str(new)),
    ):
        assert finish(home, *arguments) == 0
    journey = undisturbed(home, DraftWatch, "run", PERIOD)
    late = [row for row in journey.after["lake_file"] if row["kind"] == "late_charge"]
    assert [row["rows"] for row in late] == [LATE]
    verified = [row["output_digest"] for row in journey.before["invoice"] if row["status_id"] == 1]
    assert [one["output_digest"] for one in journey.after["invoice"] if one["status_id"] == 1] == (
        verified
    )
    victim = kill_at_random(journey, kills=times * KILLS, seed=SEED + 100 * times)
    finish_after_kills(journey, victim)
    following = undisturbed(victim, TransactionWatch, "run", NEXT)
    billed = [row for row in following.after["lake_file"] if row["kind"] == "carried_line"]
    assert [row["rows"] for row in billed] == [3 * LATE]  # at each hop
    seed = SEED + 1 + 100 * times
    hurt = kill_at_random(following, kills=times * KILLS, seed=seed)
    assert finish(hurt, "run", NEXT) == 0
    assert timeless(seen(hurt)) == timeless(following.after)
