"""Versions over HTTP: LC-5 to LC-9 and LC-15 (LC-10: test_billing_registry.py)."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from billing_case import RANGE
from lifecycle_case import KEEPER, PUBLISHED, element_of, plain, visiting
from serve_case import Place, Visitor

from tieout.serve.billing.lifecycle import (
    read_registry,
)
from tieout.serve.billing.lifecycle_documents import releases_document
from tieout.serve.billing.version_moves import (
    reprieve,
)
from tieout.serve.billing.versions import SERVED

REGISTRY = read_registry()
V2_HEADERS = {
    "API-Version": "v2",
    "Deprecation": "@1782864000",
    "Sunset": "Thu, 01 Jul 2027 00:00:00 GMT",
    "Link": '</billing/versions/v2>; rel="deprecation", </billing/versions>; rel="sunset", '
    '</billing/v4/invoices>; rel="successor-version"',
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with visiting(tmp_path_factory.mktemp("lifecycle")) as running:
        yield running


@pytest.fixture(scope="module")
def reseller(place: Place) -> Visitor:
    return place.visitor("reseller")


def test_lc_05_headers_stand_on_every_answer_of_a_known_version(reseller: Visitor) -> None:
    tag = reseller.client.get("/billing/v2/invoices", params=RANGE).headers["ETag"]
    no_key = {"Authorization": ""}
    asked: list[tuple[int, str, dict[str, Any]]] = [
        (200, "GET", {"params": RANGE}),
        (200, "HEAD", {"params": RANGE}),
        (204, "OPTIONS", {}),
        (304, "GET", {"params": RANGE, "headers": {"If-None-Match": tag}}),
        (400, "GET", {"params": {"nonsense": "1"}}),
        (401, "GET", {"headers": no_key}),
        (405, "POST", {}),
        (406, "GET", {"headers": {"Accept": "image/png"}}),
        (414, "GET", {"params": {"customerId": "9" * 8200}}),
    ]
    for status, method, options in asked:
        answer = reseller.client.request(method, "/billing/v2/invoices", **options)
        assert answer.status_code == status, (status, answer.text)
        assert {name: answer.headers.get(name) for name in V2_HEADERS} == V2_HEADERS
    for version, path, status, link in (
        ("v4", "invoices", 200, None),
        ("v4", "nothing", 404, None),
        ("v4", "", 404, None),
        ("v3", "invoices", 200, '</billing/v4/invoices>; rel="successor-version"'),
        ("v3", "nothing", 404, '</billing/versions>; rel="successor-version"'),
    ):
        answer = reseller.client.get(f"/billing/{version}/{path}", params=RANGE)
        assert (answer.status_code, answer.headers["API-Version"]) == (status, version)
        assert answer.headers.get("Link") == link
        assert not {"Deprecation", "Sunset"} & set(answer.headers)
    for path in ("/billing/versions", "/billing/v9/invoices", "/health"):
        assert not {"API-Version", "Link"} & set(reseller.client.get(path).headers)
    alias = reseller.client.get("/billing/v2/subscriptionsdetails?subscriptionId=700101")
    assert alias.status_code == 200
    assert [part.split("; ")[1] for part in alias.headers["Link"].split(", ")] == [
        *('rel="canonical"', 'rel="deprecation"', 'rel="sunset"', 'rel="successor-version"')
    ]
    assert "</billing/v4/subscriptiondetails>" in alias.headers["Link"]


def test_lc_06_deprecation_changes_no_byte_of_v2(reseller: Visitor, tmp_path: Path) -> None:
    kept = reprieve(REGISTRY, "v2", on=dt.date(2026, 11, 1), why="a bank asked")
    with visiting(tmp_path, kept) as other:
        visitor = other.visitor("reseller")
        for accept in ("application/xml", "application/json"):
            asked: dict[str, Any] = {"params": RANGE, "headers": {"Accept": accept}}
            now = reseller.client.get("/billing/v2/invoices", **asked)
            then = visitor.client.get("/billing/v2/invoices", **asked)
            assert (now.status_code, then.status_code) == (200, 200)
            assert "Deprecation" in now.headers
            assert not {"Deprecation", "Sunset"} & set(then.headers)
            assert now.content == then.content
        with other.house.catalog.write() as connection:
            connection.exec_driver_sql("ALTER TABLE invoice RENAME TO away")
        broken = visitor.client.get("/billing/v2/invoices", params=RANGE)
        assert (broken.status_code, broken.headers["API-Version"]) == (500, "v2")  # LC-5 too


def test_lc_07_v1_answers_410_with_its_successor(reseller: Visitor) -> None:
    for name, successor in (
        ("invoices", "/billing/v4/invoices"),
        ("subscriptionsdetails", "/billing/v4/subscriptiondetails"),
        ("nothing", "/billing/versions"),
    ):
        answer = reseller.client.get(f"/billing/v1/{name}", headers={"Authorization": ""})
        problem = answer.json()
        assert answer.status_code == 410
        assert problem["type"].endswith("/problems/version-end-of-life")
        assert problem["successor"] == successor
        assert problem["detail"] == "v1 ended on 2026-01-01"
        assert problem["versions"] == ["v2", "v3", "v4"]
        assert answer.headers["API-Version"] == "v1"
        assert answer.headers["Deprecation"] == "@1735689600"
        assert answer.headers["Sunset"] == "Thu, 01 Jan 2026 00:00:00 GMT"
        assert f'<{successor}>; rel="successor-version"' in answer.headers["Link"]
    assert reseller.client.get("/billing/v1").status_code == 410
    assert reseller.client.post("/billing/v1/invoices").status_code == 405


def test_lc_08_a_version_that_never_was_answers_404_with_the_ids(reseller: Visitor) -> None:
    listed = {one["id"] for one in reseller.client.get("/billing/versions").json()["versions"]}
    for path in ("v9/invoices", "4/invoices", "latest/invoices", "invoices", "V4/invoices"):
        answer = reseller.client.get(f"/billing/{path}")
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/problems/unknown-version")
        assert set(answer.json()["versions"]) == listed == {"v1", "v2", "v3", "v4"}
        assert reseller.client.post(f"/billing/{path}").status_code == 405


def test_the_order_of_checks_is_that_of_the_page(reseller: Visitor, place: Place) -> None:
    no_key = {"Authorization": ""}
    late = "/billing/v2/consolidatedinvoices"
    assert reseller.client.get("/billing/v4/nothing", headers=no_key).status_code == 404
    assert reseller.client.get(late, headers=no_key).status_code == 401
    answer = reseller.client.get(late)
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/problems/endpoint-not-in-version")
    assert (answer.json()["endpoint"], answer.json()["since"]) == ("consolidatedinvoices", "v3")
    narrow = place.visitor("reseller", endpoints=["billing.invoices"])
    refused = narrow.client.get("/billing/v4/customerinvoices?nonsense=1")
    assert (refused.status_code, refused.headers["API-Version"]) == (403, "v4")


def test_lc_09_path_header_and_file_name_agree(reseller: Visitor) -> None:
    told = {one["id"]: one for one in reseller.client.get("/billing/versions").json()["versions"]}
    for version in SERVED:
        assert tuple(told[version.id]["endpoints"]) == version.endpoints
        assert tuple(told[version.id]["formats"]) == version.all_formats
        for endpoint in version.endpoints:
            query = RANGE if endpoint != "subscriptiondetails" else {"subscriptionId": "700101"}
            answer = reseller.client.head(f"/billing/{version.id}/{endpoint}", params=query)
            assert answer.status_code == 200
            assert answer.headers["API-Version"] == version.id
            file_name = answer.headers["Content-Disposition"].split('"')[1]
            assert file_name.startswith(f"{endpoint}_{version.id}_")


def test_lc_15_the_page_gives_the_json_back(reseller: Visitor) -> None:
    page = reseller.client.get("/billing/versions", headers={"Accept": "text/html"})
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.content == reseller.client.get("/billing/versions.html").content
    csp = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in csp
    assert not re.search(r"unsafe|script-src", csp)
    assert not re.search(r"<script|style=|\son[a-z]+=", page.text)
    root = element_of(page.text)
    rules = plain(root.find(".//*[@id='rules']"))
    told = {
        **plain(root.find(".//*[@id='document']")),
        "rules": rules,
        "statuses": [plain(row) for row in root.findall(".//*[@id='statuses']/tbody/tr")],
        "versions": [plain(row) for row in root.findall(".//*[@id='api-versions']/tbody/tr")],
        "history": [plain(one) for one in root.findall(".//*[@id='history']/li")],
    }
    assert told == reseller.client.get("/billing/versions").json()
    releases = [
        plain(one) | {"issues": [plain(settled) for settled in one.findall("ul/li")]}
        for one in root.findall(".//*[@id='releases']/li")
    ]
    assert releases == reseller.client.get("/billing/releases").json()["releases"]
    issues = [plain(one) for one in root.findall(".//*[@id='known-issues']/li")]
    assert issues == reseller.client.get("/billing/known-issues?state=all").json()["issues"]
    for row, version in zip(
        root.findall(".//*[@id='api-versions']/tbody/tr"), told["versions"], strict=True
    ):
        assert (row.get("data-version"), row.get("data-status")) == (
            version["id"],
            version["status"],
        )


def test_documents_are_those_of_the_page_and_public(reseller: Visitor) -> None:
    client, no_key = reseller.client, {"Authorization": ""}
    for path, key, published in (
        ("/billing/versions", "versions", PUBLISHED[0]),
        ("/billing/releases", "releases", PUBLISHED[1]),
        ("/billing/known-issues?state=all", "issues", PUBLISHED[2]),
    ):
        answer = client.get(path, headers=no_key)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert answer.json()["schema"] == published["schema"]
        assert answer.json()[key] == published[key]
        tag = {"If-None-Match": answer.headers["ETag"]}
        again = client.get(path, headers=no_key | tag)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert client.head(path).headers["ETag"] == answer.headers["ETag"]
        assert client.options(path.split("?")[0]).status_code == 204
        assert client.post(path).status_code == 405
    document = client.get("/billing/versions").json()
    for name in ("default", "rules", "history"):
        assert document[name] == PUBLISHED[0][name]
    assert document["statuses"][1:] == PUBLISHED[0]["statuses"]  # the example leaves preview out
    for one in document["versions"]:
        assert client.get(f"/billing/versions/{one['id']}").json() == one
    assert client.get("/billing/versions/v9").status_code == 404
    assert client.get("/billing/versions", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/billing/known-issues").json()["issues"] == []
    (one,) = client.get("/billing/releases?issue=CD-204&version=v4").json()["releases"]
    assert one["id"] == "r1"
    for path in ("releases?version=v9", "known-issues?state=new", "versions?version=v4"):
        assert client.get(f"/billing/{path}").status_code == 400
    assert releases_document(REGISTRY, issue="CD-999")["releases"] == []


def test_the_bare_address_leads_to_the_versions(reseller: Visitor) -> None:
    answer = reseller.client.get("/billing", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/billing/versions")


def test_the_versions_document_follows_its_schema(reseller: Visitor) -> None:
    KEEPER.check_schema(KEEPER.META_SCHEMA)
    document = reseller.client.get("/billing/versions").json()
    assert list(KEEPER.iter_errors(document)) == []
    wrong = document | {"versions": [document["versions"][0] | {"status": "retired"}]}
    assert len(list(KEEPER.iter_errors(wrong))) == 1
