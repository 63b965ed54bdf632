"""`versions`: the lives of the Billing API's versions, moved in a file of one's own."""

import datetime as dt
import json
from dataclasses import replace

from cli_case import Program

NOTICE = 90  # days, billing-api.md VR-4


def days_ahead(days: int) -> str:
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()


def test_a_version_is_followed_to_its_end(loaded: Program) -> None:
    registry = loaded.home.parent / "registry.json"
    refused = loaded("versions", "sunset", "v2", days_ahead(400), "--why", "told in May")
    assert (refused.code, "TIEOUT_BILLING_REGISTRY" in refused.err) == (1, True)
    assert loaded("versions", "copy", registry).code == 0
    again = loaded("versions", "copy", registry)
    assert (again.code, f"{registry} exists already" in again.err) == (1, True)
    own = replace(loaded, extra={"TIEOUT_BILLING_REGISTRY": str(registry)})
    before = registry.read_bytes()
    early = own("versions", "sunset", "v2", days_ahead(NOTICE - 1), "--why", "soon")
    assert early.err == "tieout: Billing API versions: the sunset of v2 needs 90 days of notice\n"
    for wrong, said in (
        (("end", "v2"), "v2 cannot end: sunset_in_future"),
        (("end", "v3", "--override", "x"), "v3 is not at the end of its maintenance"),
        (("end", "v9"), "v9 is no version"),
        (("release", "v9"), "this tieout knows no v9"),
        (("release", "v4"), "v4 does not follow v4"),
    ):
        answer = own("versions", *wrong)
        assert (answer.code, answer.err) == (1, f"tieout: Billing API versions: {said}\n")
    assert registry.read_bytes() == before
    day = days_ahead(600)
    assert own("versions", "sunset", "v2", day, "--why", "one customer more").code == 0
    moved = own("--json", "versions", "end", "v2", "--override", "it closed", "--by", "anna").json
    v2 = next(one for one in moved["versions"] if one["version"] == "v2")
    assert (v2["status"], v2["sunset"]) == ("end_of_life", day)
    last = json.loads(registry.read_text())["history"][-1]
    assert last["override"] == {"by": "anna", "reason": "it closed"}
    listed = own("--json", "versions", "list").json["versions"]
    assert [one["status"] for one in listed] == [
        *("current", "maintenance", "end_of_life", "end_of_life"),
    ]
    assert not list(registry.parent.glob(".registry*"))


def test_a_reprieve_is_given_once(loaded: Program) -> None:
    registry = loaded.home.parent / "registry.json"
    own = replace(loaded, extra={"TIEOUT_BILLING_REGISTRY": str(registry)})
    assert loaded("versions", "copy", registry).code == 0
    given = own("--json", "versions", "reprieve", "v2", "--why", "a bank needs a quarter").json
    assert {one["version"]: one["status"] for one in given["versions"]}["v2"] == "maintenance"
    assert own("versions", "reprieve", "v2", "--why", "again").code == 1
    nowhere = replace(loaded, extra={"TIEOUT_BILLING_REGISTRY": "/nowhere/at/all.json"})
    lost = nowhere("versions", "list")
    assert (lost.code, "Traceback" in lost.err) == (1, False)
