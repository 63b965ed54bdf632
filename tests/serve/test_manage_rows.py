"""Rows of one resource posted together, and rows as they were: by snapshot and by day."""

import json
from datetime import timedelta
from typing import Any

from manage_case import BASE, Admin, code
from october import NOW
from serve_case import Place

from tieout import pipeline


def _rule(first: str, last: str, value: str) -> dict[str, str]:
    named = {"rule_id": "posted", "contract_id": "c2", "product_id": "P7", "kind": "markup"}
    return {**named, "value": value, "valid_from": first, "valid_to": last}


def test_rows_of_one_resource_are_changed_all_or_none(admin: Admin) -> None:
    rows = [_rule("2021-01-01", "2021-06-01", "5"), _rule("2021-06-01", "", "6")]
    overlapping = [rows[0], {**rows[1], "valid_from": "2021-05-01"}]
    refused = admin.post_rows("/price_rules", overlapping, key="rows")
    assert code(refused) == (422, "REFERENCE_REFUSED")
    assert admin.get("/price_rules", rule_id="posted")["rows"] == []
    done = admin.post_rows("/price_rules", rows, key="rows")
    assert done.status_code == 200, done.text
    assert done.json()["changed"] == {"price_rules": 2}
    again = admin.post_rows("/price_rules", rows, key="rows")
    assert (again.content, again.headers["Idempotent-Replayed"]) == (done.content, "true")
    elsewhere = admin.post_rows("/price_list", rows, key="rows")
    assert code(elsewhere) == (422, "IDEMPOTENCY_KEY_REUSED")
    bodies: tuple[Any, ...] = (
        {},
        {"rows": []},
        {"rows": {"price_rules": rows}},
        {"rows": [1]},
        [rows],
    )
    for body in bodies:
        answer = admin.client.post(
            f"{BASE}/price_rules", content=json.dumps(body), headers=_headers("form")
        )
        assert code(answer) == (400, "BAD_BODY")
    bare = admin.client.post(f"{BASE}/price_rules", json={"rows": rows})
    assert code(bare) == (400, "IDEMPOTENCY_KEY_NEEDED")


def _headers(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key, "Content-Type": "application/json"}


def test_a_list_that_changed_since_it_was_read_takes_no_rows(admin: Admin) -> None:
    row = {"organization_id": "listed", "role": "customer", "name": "Listed"}
    tag = admin.tag("/organizations")
    done = admin.post_rows("/organizations", [row], key="listed-1", if_match=tag)
    assert done.status_code == 200, done.text
    other = [{**row, "name": "Other"}]
    late = admin.post_rows("/organizations", other, key="listed-2", if_match=tag)
    assert code(late) == (412, "PRECONDITION_FAILED")
    replayed = admin.post_rows("/organizations", [row], key="listed-1", if_match=tag)
    assert replayed.headers["Idempotent-Replayed"] == "true"
    now = admin.tag("/organizations")
    done = admin.post_rows("/organizations", other, key="listed-2", if_match=now)
    assert done.status_code == 200, done.text
    assert admin.get("/organizations/listed")["name"] == "Other"


def test_rows_are_read_as_a_snapshot_had_them_and_as_they_hold_on_a_day(admin: Admin) -> None:
    rows = [
        {**_rule("2021-01-01", "2021-06-01", "5"), "rule_id": "dated", "product_id": "P8"},
        {**_rule("2021-06-01", "", "6"), "rule_id": "dated", "product_id": "P8"},
    ]
    before = admin.post_rows("/price_rules", rows, key="dated-1").json()["snapshot"]
    changed = [{**rows[1], "value": "7"}]
    admin.post_rows("/price_rules", changed, key="dated-2")

    def values(**query: object) -> list[str]:
        page = admin.get("/price_rules", rule_id="dated", **query)
        return [one["row"]["value"] for one in page["rows"]]

    assert sorted(values()) == ["5", "7"]
    assert sorted(values(snapshot=before)) == ["5", "6"]
    assert values(snapshot=before - 1) == []
    assert values(asOf="2020-12-31") == []
    assert values(asOf="2021-01-01") == ["5"]
    assert values(asOf="2021-05-31") == ["5"]
    assert values(asOf="2021-06-01") == ["7"]
    assert values(asOf="2021-06-01", snapshot=before) == ["6"]
    path = "/price_rules/dated/2021-06-01"
    assert admin.get(path, snapshot=before)["value"] == "6"
    early = admin.client.get(BASE + path, params={"asOf": "2021-05-31"})
    assert code(early) == (404, "NOT_FOUND")
    page = admin.get("/price_rules", rule_id="dated", snapshot=before, limit=1)
    after = admin.get(
        "/price_rules", rule_id="dated", snapshot=before, limit=1, cursor=page["next"]
    )
    assert [one["row"]["value"] for one in (*page["rows"], *after["rows"])] == ["5", "6"]
    wrong: tuple[tuple[str, dict[str, str]], ...] = (
        ("/price_rules", {"asOf": "June"}),
        ("/price_rules", {"snapshot": "0"}),
        ("/price_rules", {"snapshot": "99999"}),
        ("/organizations", {"asOf": "2021-06-01"}),
    )
    for address, query in wrong:
        answer = admin.client.get(BASE + address, params=query)
        assert code(answer) == (400, "BAD_PARAMETER")


def test_answers_are_forgotten_after_their_days(managed: Place, admin: Admin) -> None:
    """The served clock stands at NOW, when these were answered."""
    row = {"organization_id": "forgotten", "role": "customer", "name": "F"}
    assert admin.post_rows("/organizations", [row], key="forgotten").status_code == 200
    kept = NOW + timedelta(days=90)
    assert pipeline.forget_answers(managed.house, now=kept) == 0
    again = admin.post_rows("/organizations", [row], key="forgotten")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert pipeline.forget_answers(managed.house, now=kept + timedelta(seconds=1)) > 0
    anew = admin.post_rows("/organizations", [row], key="forgotten")
    assert (anew.headers["Idempotent-Replayed"], anew.json()["unchanged"]) == ("false", True)
