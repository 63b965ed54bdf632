"""`set-aside`, `take-back` and `decisions`, and what other commands then say."""

import csv
import getpass
import hashlib
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from cli_case import PERIOD, Program, demo_rows

RECOMPUTE = Path(__file__).parents[2] / "bench" / "recompute.py"
TWIN = 4  # the row of the demo, from 0, that the vendor repeats: EUR 33.60
LAST = 31


@pytest.fixture
def twins(referenced: Program, tmp_path: Path) -> tuple[Program, str]:
    """Load the demo's month with one row twice; give the program and the second one's id."""
    rows = [row for row in demo_rows() if row.pop("VendorInvoiceRowId") != "bad-01"]
    path = tmp_path / "twins.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows([*rows, rows[TWIN]])
    line = f"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}-{LAST}"
    said = referenced("load", path)
    assert (
        f"5, 31 (EUR 33.6 each); if one is the vendor's error: tieout set-aside {line}" in said.err
    )
    return referenced, line


def test_a_line_is_set_aside_listed_certified_and_taken_back(
    twins: tuple[Program, str], tmp_path: Path
) -> None:
    program, line = twins
    said = program("set-aside", line, "--reason", "sent [twice]")
    assert (said.code, said.err) == (0, "")
    assert (
        f"line {line} of invoice G012345678 (33.6 EUR) is set aside from the next run" in said.out
    )
    (listed,) = program("decisions", "--json").json["decisions"]
    assert (listed["decision"], listed["isInForce"]) == ("set_aside", True)
    assert (listed["by"], listed["reason"]) == (getpass.getuser(), "sent [twice]")
    assert "sent [twice]" in program("decisions").out
    assert "29 matched, 1 parked, 1 set aside;" in program("run", PERIOD).out
    shown = program("certificate", PERIOD).out
    assert "set aside: 1 (33.6 EUR)" in shown
    assert "+ parked 47.11 + set aside 33.6" in shown
    assert "sent [twice]" in shown
    assert "set aside: 33.6 EUR of these sums" in program("totals", "G012345678").out
    assert "decided: decision set_aside, reason sent [twice]" in program("explain", line).out
    certificate = tmp_path / "certificate.json"
    certificate.write_text(program("certificate", PERIOD, "--json").out)
    assert recomputed(program, certificate) == (0, "agrees")
    certificate.write_text(
        certificate.read_text().replace(f'"rowNumber": {LAST}', '"rowNumber": 30')
    )
    assert recomputed(program, certificate)[0] == 1


def recomputed(program: Program, certificate: Path) -> tuple[int, str]:
    """Give what the auditor's script says last."""
    command = [sys.executable, str(RECOMPUTE), str(certificate), str(program.home / "lake")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()[-1]


def test_a_decision_is_taken_back_by_who_says_so(twins: tuple[Program, str]) -> None:
    program, line = twins
    made = program("set-aside", line, "--reason", "twice", "--by", "ann", "--json").json
    assert (made["vendorLineId"], made["by"], Decimal(made["amount"])) == (
        *(line, "ann"),
        Decimal("33.6"),
    )
    back = program("take-back", line, "--by", "bob", "--json").json
    assert (back["decision"], back["by"], back["reason"]) == ("take_back", "bob", None)
    acting = [one["isInForce"] for one in program("decisions", "--json").json["decisions"]]
    assert acting == [False, False]
    assert program("run", PERIOD, "--json").json["setAside"] == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("set-aside", "LINE"), 2),
        (("set-aside", "LINE", "--reason", " "), 2),
        (("set-aside", "LINE", "--reason", "x", "--by", ""), 2),
        (("set-aside", "x", "--reason", "x"), 1),
        (("take-back", "LINE"), 1),
    ],
)
def test_a_decision_without_reason_person_or_line_is_refused(
    twins: tuple[Program, str], wrong: tuple[str, ...], code: int
) -> None:
    program, line = twins
    said = program(*(line if word == "LINE" else word for word in wrong))
    assert (said.code, said.out) == (code, "")
    assert said.err
    assert program("decisions", "--json").json == {"decisions": []}
