"""`tieout job`, `work`, `backup` and `restore` as a person or a program uses them."""

from pathlib import Path

import pytest
from cli_case import MONTH_FILE, PERIOD, Program, subtotal

KEYS = ("key", "list")


def test_jobs_are_queued_shown_and_done(referenced: Program) -> None:
    queued = referenced("job", "submit", "load", MONTH_FILE, "--period", PERIOD, "--json").json
    assert (queued["jobId"], queued["state"], queued["attemptsMax"]) == (1, "queued", 3)
    assert queued["arguments"]["files"] == [str(MONTH_FILE)]
    said = referenced("job", "submit", "run", PERIOD, "--by", "Ann")
    assert (said.code, said.out) == (0, "job 2 is queued; `tieout work` does it\n")
    listed = referenced("job", "list", "--json").json["jobs"]
    assert [(one["jobId"], one["kind"], one["state"]) for one in listed] == [
        (2, "run", "queued"),
        (1, "load", "queued"),
    ]
    done = referenced("work", "--once", "--json")
    assert (done.code, done.err) == (0, "")
    (file,) = done.json["result"]["files"]
    (total,) = file["totals"]
    assert (file["status"], file["period"]) == ("loaded", PERIOD)
    assert total["subtotal"] == f"{subtotal(without=('bad-01',)).normalize():f}"
    assert referenced("work", "--once").out == "job 2 (run) is done\n"
    said = referenced("work", "--once")
    assert (said.code, said.out, said.err) == (0, "", "")
    shown = referenced("job", "show", "2").out
    assert "done" in shown
    assert PERIOD in shown
    run_id = referenced("certificate", PERIOD, "--json").json["runId"]
    (ran,) = referenced("audit", "show", "--subject", run_id, "--json").json["entries"]
    assert (ran["action"], ran["by"]) == ("run", "Ann")
    assert referenced("job", "show", "2", "--json").json["result"]["runId"] == run_id
    assert referenced("job", "list", "--state", "queued", "--json").json == {"jobs": []}


def test_postings_are_a_job(billed: Program, tmp_path: Path) -> None:
    file = tmp_path / "october.journal"
    asked = ("--syntax", "hledger", "--drafts", "--out", file)
    assert billed("job", "submit", "postings", PERIOD, *asked).code == 0
    assert billed("work", "--once").out == "job 1 (postings) is done\n"
    direct = billed("export", "postings", PERIOD, "--syntax", "hledger", "--drafts")
    assert file.read_text() == direct.out
    assert PERIOD in billed("job", "list").out


def test_a_job_that_is_refused_ends_with_1_and_its_reason(referenced: Program) -> None:
    assert referenced("job", "submit", "run", PERIOD).code == 0
    said = referenced("work", "--once")
    assert said.code == 1
    assert said.out == f"job 1 (run) is failed: no vendor invoice of period '{PERIOD}'\n"
    said = referenced("job", "submit", "load", MONTH_FILE, "--expect-total", "EUR=1")
    assert said.code == 0
    said = referenced("work", "--once", "--json")
    assert (said.code, said.json["state"]) == (1, "failed")
    assert "nothing was loaded" in said.json["error"]


def test_a_job_is_cancelled_once(loaded: Program) -> None:
    assert loaded("job", "submit", "run", PERIOD).code == 0
    assert loaded("job", "cancel", "1").out == "job 1 is cancelled\n"
    said = loaded("job", "cancel", "1")
    assert (said.code, said.out, said.err) == (1, "", "tieout: job 1 is cancelled already\n")
    said = loaded("job", "show", "7")
    assert (said.code, said.err) == (1, "tieout: no job '7'\n")


@pytest.mark.parametrize(
    "wrong",
    [
        "job submit run october",
        "job submit load",
        "job submit load -",
        "job submit postings 2021-10",
        "job submit load /nowhere/x.csv",
        "job submit run 2021-10 --attempts 0",
        "job list --state lost",
        "job show none",
        "work --lease 0",
        "backup",
        "restore",
    ],
)
def test_wrong_usage_of_jobs_ends_with_2(referenced: Program, wrong: str) -> None:
    said = referenced(*wrong.split())
    assert (said.code, said.out) == (2, "")
    assert "Usage: tieout" in said.err


def test_a_backup_and_a_restore_say_what_they_did_and_no_secret(
    billed: Program, tmp_path: Path
) -> None:
    whose = ("--organization", "northlane", "--role", "distributorAdmin")
    key = billed("key", "create", *whose, "--endpoints", "v1.invoice-headers", "--json").json
    made = billed("backup", tmp_path / "kept.tar", "--json")
    assert (made.code, made.err) == (0, "")
    setting = tmp_path / "kept"
    assert billed("backup", setting).code == 0
    secret = (setting / "catalog" / "setting.jsonl").read_text().splitlines()[1]
    new = Program(tmp_path / "new", {})
    done = new("restore", tmp_path / "kept.tar", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json == {
        **{k: v for k, v in made.json.items() if k != "backup"},
        "home": str(tmp_path / "new"),
    }
    token = secret.split('"')[3]
    assert len(token) == 64
    assert token not in made.out + done.out
    kept = b"".join(file.read_bytes() for file in setting.rglob("*.jsonl"))
    assert key["keyId"].encode() in kept
    assert key["key"].encode() not in kept
    for command in (("verify-store",), ("audit", "verify"), ("certificate", PERIOD), KEYS):
        assert new(*command, "--json").json == billed(*command, "--json").json
    said = new("restore", setting)
    assert (said.code, said.out) == (1, "")
    assert said.err == "tieout: the catalog has tables already: restore into an empty one\n"
    assert Program(tmp_path / "none", {})("backup", tmp_path / "other").code == 1
