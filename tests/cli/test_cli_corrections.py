"""`manual-line`, `credit` and `charge`, and what the other commands say of them."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from october import PERIOD, bill_october

from tieout.serve.cli import main

RECOMPUTE = Path(__file__).parents[2] / "bench" / "recompute.py"
SIGNED = ("--reason", "asked [twice]", "--by", "anna")


@dataclass(frozen=True)
class Desk:
    """The program in this process, over one store."""

    home: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Give the exit code and what was printed on both streams."""
        self.patch.setattr(sys, "argv", ["tieout", *arguments])
        code: Any = 0
        try:
            main()
        except SystemExit as leave:
            code = leave.code
        said = self.capture.readouterr()
        return code, said.out, said.err

    def json(self, *arguments: str) -> Any:
        """Give the one document that a command printed."""
        code, out, err = self.run(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """Bill the published October to drafts."""
    house = bill_october(tmp_path, rules={2: ("pass_through", "")}, status="new")
    house.catalog.close()
    monkeypatch.setenv("TIEOUT_HOME", str(house.home))
    return Desk(house.home, capsys, monkeypatch)


def test_a_month_is_corrected_from_the_command_line(desk: Desk, tmp_path: Path) -> None:
    (draft,) = [
        one["invoiceId"]
        for one in desk.json("invoices", "--period", PERIOD)["invoices"]
        if one["hop"] == 2
    ]
    code, _, err = desk.run("credit", draft, *SIGNED)
    assert (code, "is New: a draft changes by itself" in err) == (1, True)
    code, _, err = desk.run("manual-line", draft, "-5.00")
    assert (code, "--reason" in err) == (2, True)
    code, out, _ = desk.run("manual-line", draft, "-5.00", "--type", "Credits", *SIGNED)
    assert (code, "is New Corrected, 12.05 EUR (before 17.05)" in out) == (0, True)
    before = desk.json("certificate", PERIOD)
    assert desk.json("run", PERIOD)["outputDigest"] == before["outputDigest"]
    (one,) = desk.json("verify", "--period", PERIOD)["verified"]
    number = one["invoiceNumber"]
    made = desk.json("credit", number, *SIGNED)
    assert (made["totalAmount"], made["creditsInvoiceId"]) == ("-12.05", draft)
    assert desk.run("credit", number, *SIGNED)[0] == 1
    line = ("--line", "3", "12.345", "Migration work", "--line", "1", "-25.00", "Goodwill")
    code, out, _ = desk.run("charge", "--contract", "c-2", *line, "--period", PERIOD, *SIGNED)
    assert (code, "reseller to customer, 12.04 EUR, New Corrected" in out) == (0, True)
    assert desk.run("charge", *line, *SIGNED)[0] == 2
    memo = desk.json("charge", "--invoice", number, "--line", "2", "1.5", "setup", *SIGNED)
    assert (memo["documentType"], memo["totalAmount"]) == ("DebitMemo", "3.00")
    done = desk.json("verify", "--period", PERIOD)["verified"]
    assert {one["totalAmount"] for one in done} == {"-12.05", "12.04", "3.00"}
    month = done[0]["invoiceNumber"].rpartition("-")[0]
    assert {one["invoiceNumber"] for one in done} == {f"{month}-{n:04d}" for n in (1, 2, 3)}
    shown = desk.run("certificate", PERIOD)[1]
    assert "typed by anna onto invoice" in shown
    assert "CreditNote" in shown
    assert "asked [twice]" in shown
    whole = desk.json("audit", "show")["entries"]
    trail = [one for one in whole if one["action"] not in ("load", "run")]
    assert [one["action"] for one in trail[1:]] == [
        "verify",  # the vendor's own document
        *("manual-line", "verify", "credit", "charge", "charge"),
        *["verify"] * 3,
    ]
    assert {one["by"] for one in trail[2:5]} <= {"anna", trail[-1]["by"]}
    certificate = tmp_path / "certificate.json"
    certificate.write_text(json.dumps(desk.json("certificate", PERIOD)))
    told = subprocess.run(
        [sys.executable, RECOMPUTE, certificate, desk.home / "lake"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "agrees")
