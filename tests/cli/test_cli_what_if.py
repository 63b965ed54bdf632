"""`tieout what-if` on a terminal, in JSON and as a file."""

import csv
from pathlib import Path

from cli_case import Program
from october import DIRECT, PERIOD, bill_october, write_reference


def test_the_command_tells_and_writes_what_moves(tmp_path: Path) -> None:
    house = bill_october(tmp_path, rules={2: ("markup", "10")})
    folder = write_reference(tmp_path / "other", chain=DIRECT, rules={2: ("fixed", "4.00")})
    program = Program(house.home, {})
    target = tmp_path / "moved.csv"
    found = program("--json", "what-if", PERIOD, "--rules", folder, "--csv", target).json["hops"][1]
    assert (found["totalBefore"], found["totalAfter"]) == ("18.75", "22.73")
    assert "3.98" in program("what-if", PERIOD, "--rules", folder).out  # reporting-api.md 7.3
    with target.open(newline="") as stream:
        rows = {row["hop"]: row for row in csv.DictReader(stream)}
    assert (rows["2"]["totalAfter"], rows["2"]["totalDifference"]) == ("22.73", "3.98")
