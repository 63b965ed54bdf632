"""Reference data over the management API: the same checks and the same bytes as the CSV files."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from manage_case import (
    BASE,
    REFERENCE,
    Admin,
    admin_key,
    admin_of,
    code,
    exported,
    load_by_csv,
    new_house,
    rows_of,
)
from october import NOW
from serve_case import Place, serving

from tieout import pipeline
from tieout.errors import ReferenceRefused
from tieout.serve.manage.question import Cursors, Listing
from tieout.serve.problems import ManageProblem
from tieout.serve.sealed import SECRET
from tieout.store.resources import RESOURCES


def fresh(admin: Admin, name: str, **cells: str) -> str:
    """Create an organization of a test's own; give its path."""
    path = f"/organizations/{name}"
    row = {"role": "customer", "name": name.title(), **cells}
    answer = admin.put(path, row, if_none_match="*")
    assert answer.status_code == 201, answer.text
    return path


def test_posted_rows_export_the_bytes_of_the_same_csv_files(tmp_path: Path) -> None:
    by_csv, by_api = new_house(tmp_path / "one"), new_house(tmp_path / "two")
    load_by_csv(by_csv, tmp_path / "csv")
    with serving(by_api) as place:
        admin = admin_of(place)
        rows = {name: rows_of(text) for name, text in REFERENCE.items()}
        answer = admin.post(rows, key="first")
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "snapshot": 1,
            "unchanged": False,
            "rows": {name: len(rows.get(name, ())) for name in RESOURCES},
            "changed": {name: len(listed) for name, listed in rows.items()},
        }
        listed = admin.get("/organizations")["rows"]
        by_id = {one["row"]["organization_id"]: one["row"] for one in listed}
        assert by_id["cust"]["name"] == 'Customer, "first"\nand only'
        assert by_id["cust"]["erp_id"] == ""
        again = admin.post({"contracts": rows["contracts"]}, key="second").json()
        assert (again["unchanged"], again["snapshot"]) == (True, 1)
        admin.client.close()
    files = exported(by_csv, tmp_path / "out-1")
    assert files.keys() == {f"{name}.csv" for name in REFERENCE}
    assert exported(by_api, tmp_path / "out-2") == files
    for house in (by_csv, by_api):
        house.catalog.close()


def test_all_faults_come_with_the_reasons_of_the_folder(
    managed: Place, admin: Admin, tmp_path: Path
) -> None:
    files = {
        "contracts": "contract_id,purpose,vendor_id,seller_id,buyer_id,currency,valid_from\n"
        "c8,resell,microsoft,microsoft,nobody,EUR,2021-01-01\n"
        "c9,sell,microsoft,microsoft,dist,EURO,2021-02-30\n",
        "price_rules": "rule_id,contract_id,kind,value,valid_from\n"
        'r7,c2,markup,"12,5",2021-01-01\nr8,c2,margin,100,2021-06-01\n',
    }
    before = admin.get("/snapshots")
    with pytest.raises(ReferenceRefused) as refused:
        load_by_csv(managed.house, tmp_path / "faulty", files)
    expected = [(f.file, f.row, f.column, f.reason) for f in refused.value.faults]
    assert len(expected) >= 6
    answer = admin.post({name: rows_of(text) for name, text in files.items()}, key="faulty")
    assert code(answer) == (422, "REFERENCE_REFUSED")
    found = [
        (f"{e['resource']}.csv", e["row"], e["field"], e["reason"]) for e in answer.json()["errors"]
    ]
    assert found == expected
    assert admin.get("/snapshots") == before
    extra = [{"organization_id": "x", "role": "customer", "name": "X", "colour": "red"}, {}]
    answer = admin.post({"organizations": extra}, key="extra")
    told = {(e["row"], e["field"], e["reason"]) for e in answer.json()["errors"]}
    assert (1, "colour", "is not a column of this file") in told
    assert (2, None, "has no value") in told
    assert str(managed.house.home) not in answer.text


def test_a_row_is_created_read_replaced_and_ended_under_its_tag(admin: Admin) -> None:
    path = "/price_rules/r-own/2021-03-01"
    row = {"contract_id": "c2", "product_id": "P9", "kind": "markup", "value": "7.50"}
    assert code(admin.put(path, row)) == (428, "PRECONDITION_NEEDED")
    made = admin.put(path, row, if_none_match="*")
    assert made.status_code == 201
    assert made.headers["Location"] == BASE + path
    assert made.json()["value"] == "7.50"
    assert code(admin.put(path, row, if_none_match="*")) == (412, "PRECONDITION_FAILED")
    first = made.headers["ETag"]
    assert admin.tag(path) == first
    replaced = admin.put(path, {**made.json(), "value": "8"}, if_match=f'"other", {first}')
    assert (replaced.status_code, replaced.json()["value"]) == (200, "8")
    second = replaced.headers["ETag"]
    assert second != first
    assert int(replaced.headers["Tieout-Snapshot"]) == int(made.headers["Tieout-Snapshot"]) + 1
    for wrong in (first, f"W/{second}", '"*"'):
        assert code(admin.put(path, row, if_match=wrong)) == (412, "PRECONDITION_FAILED")
    assert code(admin.client.delete(BASE + path)) == (428, "PRECONDITION_NEEDED")

    def end(day: str, tag: str) -> httpx.Response:
        return admin.client.delete(BASE + path, params={"valid_to": day}, headers={"If-Match": tag})

    assert code(end("2021-06-01", first)) == (412, "PRECONDITION_FAILED")
    assert code(end("2021-02-01", second)) == (422, "REFERENCE_REFUSED")
    assert code(end("June", second)) == (400, "BAD_PARAMETER")
    ended = end("2021-06-01", second)
    assert (ended.status_code, ended.json()["valid_to"]) == (200, "2021-06-01")
    assert code(end("2021-07-01", ended.headers["ETag"])) == (409, "CONFLICT")
    assert admin.get(path) == ended.json()
    assert code(admin.put("/price_rules/none/2021-03-01", row, if_match="*")) == (
        412,
        "PRECONDITION_FAILED",
    )


def test_a_row_without_dates_cannot_end(admin: Admin) -> None:
    path = fresh(admin, "dateless")
    answer = admin.client.delete(BASE + path, headers={"If-Match": "*"})
    assert code(answer) == (409, "CONFLICT")
    gone = admin.client.delete(f"{BASE}/price_rules/none/2021-01-01", headers={"If-Match": "*"})
    assert code(gone) == (404, "NOT_FOUND")


def test_addresses_hold_any_cell_and_lists_give_them(admin: Admin) -> None:
    listed = admin.get("/price_list")["rows"]
    assert {one["row"]["product_id"] for one in listed} == {"P/1", "~P2"}
    for one in listed:
        answer = admin.client.get(one["href"])
        assert (answer.json(), answer.headers["ETag"]) == (one["row"], one["etag"])
    assert f"{BASE}/price_list/microsoft/P%2F1/0001/~/~/~/~/~/EUR/~/2021-01-01" in {
        one["href"] for one in listed
    }
    (rate,) = admin.get("/exchange_rates", organization_id="", date="2021-11-01")["rows"]
    assert rate["href"] == f"{BASE}/exchange_rates/~/USD/EUR/ECB/2021-11-01"
    assert rate["row"]["base_rate"] == "0.8600"
    row = {**rate["row"], "from": "usd", "date": "2021-11-02"}
    other = "/exchange_rates/~/usd/EUR/ECB/2021-11-02"
    answer = admin.put(other, row, if_none_match="*")
    assert code(answer) == (422, "REFERENCE_REFUSED")
    assert admin.get("/exchange_rates", date="2021-11-02")["rows"] == []
    answer = admin.put(rate["href"].removeprefix(BASE), row, if_match=rate["etag"])
    assert code(answer) == (400, "BAD_BODY")
    for wrong in (
        "/exchange_rates/USD",
        "/organizations/dist/",
        "/contracts/c1",
        "/nothing",
        "/orders/%00",
    ):
        assert code(admin.client.get(BASE + wrong)) == (404, "NOT_FOUND")


def test_pages_stay_in_one_snapshot_while_rows_change(admin: Admin) -> None:
    for name in ("page-a", "page-b", "page-c"):
        fresh(admin, name)
    everything = admin.get("/organizations")
    first = admin.client.get(f"{BASE}/organizations", params={"limit": 2})
    pages = [first.json()]
    assert first.links["next"]["url"].startswith(f"{BASE}/organizations?limit=2&cursor=")
    changed = "/organizations/page-b"
    answer = admin.put(
        changed, {"role": "customer", "name": "Renamed"}, if_match=admin.tag(changed)
    )
    assert answer.status_code == 200
    fresh(admin, "page-d")
    while pages[-1]["next"]:
        pages.append(admin.get("/organizations", limit=2, cursor=pages[-1]["next"]))
    assert [one for page in pages for one in page["rows"]] == everything["rows"]
    assert {page["snapshot"] for page in pages} == {everything["snapshot"]}
    (newer,) = admin.get("/organizations", organization_id="page-b")["rows"]
    assert newer["row"]["name"] == "Renamed"
    cursor = pages[0]["next"]
    wrong: list[dict[str, Any]] = [
        {"cursor": cursor, "organization_id": "page-b"},
        {"cursor": cursor[:-1] + ("0" if cursor[-1] != "0" else "1")},
        {"cursor": "x"},
    ]
    for query in wrong:
        answer = admin.client.get(f"{BASE}/organizations", params=query)
        assert code(answer) == (400, "BAD_CURSOR")


def test_a_cursor_is_good_for_its_key_and_its_list_for_a_day(managed: Place) -> None:
    secret = str(managed.house.catalog.setting(SECRET)).encode()
    mine, other = (Cursors(secret=secret, key_id=name, now=NOW) for name in ("k1", "k2"))
    listing = Listing("contracts", (("asOf", "2026-01-01"),), (), 10)
    cursor = mine.write(listing, snapshot=3, after=7)
    page = mine.read(listing, cursor)
    assert (page.moment.snapshot, page.after) == (3, 7)
    later = Cursors(secret=secret, key_id="k1", now=NOW + timedelta(days=1))
    forged = Cursors(secret=b"guess", key_id="k1", now=NOW).write(listing, snapshot=3, after=7)
    for reader, given, text, expected in (
        (other, listing, cursor, "BAD_CURSOR"),
        (mine, replace(listing, given=()), cursor, "BAD_CURSOR"),
        (mine, replace(listing, name="plans"), cursor, "BAD_CURSOR"),
        (mine, listing, forged, "BAD_CURSOR"),
        (later, listing, cursor, "CURSOR_EXPIRED"),
    ):
        with pytest.raises(ManageProblem) as refused:
            reader.read(given, text)
        assert refused.value.code == expected


def test_what_is_known_is_not_sent_again(admin: Admin) -> None:
    path = fresh(admin, "known")
    for address in (path, "/organizations", "/snapshots"):
        answer = admin.client.get(BASE + address)
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert admin.client.get(BASE + address, headers=tag).status_code == 304
        assert admin.client.head(BASE + address).headers["ETag"] == answer.headers["ETag"]
        fresh(admin, f"known-{len(address)}")
        later = admin.client.get(BASE + address, headers=tag)
        assert later.status_code == (304 if address == path else 200)


def test_snapshots_are_listed_newest_first(admin: Admin) -> None:
    fresh(admin, "one-more")
    page = admin.get("/snapshots", limit=1)
    (newest,) = page["snapshots"]
    assert newest["rows"]["contracts"] == 2
    assert newest["createdAt"] == "2026-11-23T00:00:00Z"
    numbers = [newest["snapshot"]]
    while page["next"]:
        page = admin.get("/snapshots", limit=1, cursor=page["next"])
        numbers += [one["snapshot"] for one in page["snapshots"]]
    assert numbers == list(range(numbers[0], 0, -1))


def test_every_change_is_in_the_audit_with_its_key(managed: Place, admin: Admin) -> None:
    fresh(admin, "audited")
    answer = admin.post(
        {"organizations": [{"organization_id": "a2", "role": "customer", "name": "A2"}] * 1},
        key="audited",
    ).json()
    found = pipeline.read_audit(managed.house, subject=f"snapshot {answer['snapshot']}")
    (entry,) = found["entries"]
    assert (entry["action"], entry["subjectKind"]) == ("change", "reference")
    assert len(entry["after"].pop("files")) == 64
    assert (entry["by"], entry["after"]) == (f"key {admin.key_id}", {"organizations": 1})
    (loaded,) = pipeline.read_audit(managed.house, subject="snapshot 1")["entries"]
    assert len(loaded["after"].pop("files")) == 64
    assert loaded["after"] == {name: len(rows_of(text)) for name, text in REFERENCE.items()}
    assert pipeline.check_audit(managed.house)["entries"] >= answer["snapshot"]


def test_openapi_lists_every_resource_with_its_columns(managed: Place) -> None:
    described = httpx.get(f"{managed.address}{BASE}/openapi.json").json()
    for name, resource in RESOURCES.items():
        put = described["paths"][f"/{name}/{{key}}"]["put"]
        schema = put["requestBody"]["content"]["application/json"]["schema"]
        assert tuple(schema["properties"]) == resource.columns
        assert {"200", "201", "412", "422", "428"} <= put["responses"].keys()
    assert described["paths"].keys() >= {"/changes", "/snapshots"}


def test_the_same_over_postgresql(postgres_url: str, tmp_path: Path) -> None:
    house = new_house(tmp_path / "home", catalog_url=postgres_url)
    with serving(house) as place:
        admin = Admin(place.address, admin_key(house))
        rows = {name: rows_of(text) for name, text in REFERENCE.items()}
        answer = admin.post(rows, key="first")
        assert answer.status_code == 200, answer.text
        assert admin.post(rows, key="first").json() == answer.json()
        page = admin.get("/contracts", limit=1)
        assert admin.get("/contracts", limit=1, cursor=page["next"])["next"] is None
        path = "/contracts/c2/2021-01-01"
        row = {**admin.get(path), "tax_rate": "9"}
        assert admin.put(path, row, if_match=admin.tag(path)).json()["tax_rate"] == "9"
        admin.client.close()
    house.catalog.close()
