"""`tieout key`: a key is made, told once, listed without its secret, and revoked."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tieout.serve.access import KeyRefused, verify_key
from tieout.serve.app import utc_now
from tieout.serve.cli import Shell, cli
from tieout.serve.presented import Presented
from tieout.serve.settings import Settings
from tieout.store.house import open_house
from tieout.store.migrations import upgrade


def run(home: Path, *words: str) -> str:
    answer = CliRunner().invoke(cli, ["--json", *words], env={"TIEOUT_HOME": str(home)})
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_a_key_is_made_listed_and_revoked(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    upgrade(house.catalog)
    made: dict[str, Any] = json.loads(
        run(tmp_path, "key", "create", "--organization", "r", "--role", "sellerAdmin")
    )
    assert set(made) == {
        *("keyId", "key", "role", "organizations", "endpoints", "expires", "environment")
    }
    assert made["key"].startswith(f"tk_{made['keyId']}_")
    presented = Presented((made["key"],))
    assert verify_key(house.catalog, presented, now=utc_now()).organizations == ("r",)
    listed = run(tmp_path, "key", "list")
    assert made["keyId"] in listed
    assert made["key"].split("_", 2)[2] not in listed
    run(tmp_path, "key", "revoke", made["keyId"])
    (one,) = json.loads(run(tmp_path, "key", "list"))["keys"]
    assert one["revokedAt"] is not None
    house.catalog.close()


def test_settings_come_from_the_environment(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("TIEOUT_HOME", str(tmp_path))
    monkeypatch.setenv("TIEOUT_CORRECTION_DETAILS_SCOPE", "mixed")
    assert Settings().home == tmp_path
    assert Shell(as_json=True).settings.correction_details_scope == "mixed"


def test_an_admin_key_needs_no_organization_and_the_others_do(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    upgrade(house.catalog)
    made = json.loads(run(tmp_path, "key", "create", "--role", "admin"))
    assert (made["organizations"], made["endpoints"]) == ([], ["manage", "billing.admin"])
    assert (
        "admin  -  works until"
        in CliRunner().invoke(cli, ["key", "list"], env={"TIEOUT_HOME": str(tmp_path)}).output
    )
    answer = CliRunner().invoke(
        cli, ["key", "create", "--role", "sellerAdmin"], env={"TIEOUT_HOME": str(tmp_path)}
    )
    assert isinstance(answer.exception, KeyRefused)
    house.catalog.close()


def test_the_audit_says_who_made_and_who_revoked_a_key_and_holds_no_secret(
    tmp_path: Path,
) -> None:
    house = open_house(tmp_path)
    upgrade(house.catalog)
    wanted = ("--organization", "r", "--role", "sellerAdmin", "--environment", "development")
    made = json.loads(run(tmp_path, "key", "create", *wanted, "--by", "anna"))
    run(tmp_path, "key", "revoke", made["keyId"], "--by", "bert")
    told = json.loads(run(tmp_path, "audit", "show", "--subject", made["keyId"]))["entries"]
    assert [(one["action"], one["by"]) for one in told] == [
        ("create", "anna"),
        ("change", "anna"),
        ("revoke", "bert"),
    ]
    assert told[0]["after"]["role"] == "sellerAdmin"
    assert told[1]["after"] == {"environment": "development"}
    assert made["key"].split("_", 2)[2] not in str(told)
