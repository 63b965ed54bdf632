"""What the management API refuses before any row is looked at, and whom."""

from typing import Any

import httpx
import pytest
from manage_case import BASE, CHANGES, Admin, code
from october import NOW
from serve_case import Place

from tieout.pipeline import Word
from tieout.serve.access import KeyRefused, create_key


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ('{"name": "N", "role": "customer", "account_no": 7}', "account_no"),
        ('{"name": "N", "role": "customer", "account_no": 1e400}', "account_no"),
        ('{"name": "N", "role": "customer", "account_no": NaN}', "account_no"),
        ('{"name": true, "role": "customer"}', "name"),
        ('{"name": ["N"], "role": "customer"}', "name"),
        ('{"\\ud800": 1}', "\ud800"),
        ("[]", "body"),
        ('{"name": "N", "name": "M"}', None),
        ('{"name": "N"', None),
        ("[" * 100_000, None),
        (b"\xff", None),
    ],
)
def test_a_body_that_is_not_text_cells_is_refused(
    admin: Admin, body: str | bytes, parameter: str | None
) -> None:
    headers = {"If-None-Match": "*", "Content-Type": "application/json"}
    answer = admin.client.put(f"{BASE}/organizations/never", content=body, headers=headers)
    assert code(answer) == (400, "BAD_BODY")
    assert [one["parameter"] for one in answer.json()["errors"]] == (
        [parameter] if parameter else []
    )
    assert code(admin.client.get(f"{BASE}/organizations/never")) == (404, "NOT_FOUND")


def test_numbers_in_posted_rows_are_named_by_their_place(admin: Admin) -> None:
    rows = {"price_rules": [{"rule_id": "n"}, {"rule_id": "n", "value": 5.10}]}
    answer = admin.post(rows, key="numbers")
    assert code(answer) == (400, "BAD_BODY")
    (error,) = answer.json()["errors"]
    assert error["parameter"] == "rows.price_rules[1].value"
    assert error["reason"] == 'is the JSON number 5.1; cells are text: "5.1"'


def test_sizes_types_and_methods_are_refused_for_what_they_are(admin: Admin) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    large = admin.client.post(CHANGES, content=b" " * (10 * 2**20 + 1), headers=headers)
    assert code(large) == (413, "TOO_LARGE")
    row = {"organization_id": "x", "role": "customer", "name": "X"}
    assert code(admin.post({"organizations": [row] * 10_001}, key="many")) == (413, "TOO_LARGE")
    for other in ({"Content-Type": "text/csv"}, {"Content-Encoding": "gzip"}):
        answer = admin.client.post(CHANGES, content=b"{}", headers={**headers, **other})
        assert code(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")
    for path, allowed in (
        ("/organizations/dist", "DELETE, GET, HEAD, PUT"),
        ("/organizations", "GET, HEAD, POST"),
        ("/changes", "POST"),
    ):
        answer = admin.client.patch(BASE + path)
        assert code(answer) == (405, "METHOD_NOT_ALLOWED")
        assert answer.headers["Allow"] == allowed
    assert code(admin.client.post(CHANGES, json={"rows": {}})) == (400, "IDEMPOTENCY_KEY_NEEDED")
    assert admin.post({"organizations": []}, key="none").json()["unchanged"] is True
    misshapen: list[Any] = [
        *({}, [], {"colours": []}, {"organizations": {}}, {"organizations": [[]]}),
    ]
    for rows in misshapen:
        assert code(admin.post(rows, key="shape")) == (400, "BAD_BODY")
    answer = admin.client.get(f"{BASE}/organizations", params={"name": "X"})
    assert code(answer) == (400, "UNKNOWN_PARAMETER")
    for limit in ("0", "10001", "many"):
        answer = admin.client.get(f"{BASE}/organizations", params={"limit": limit})
        assert code(answer) == (400, "BAD_PARAMETER")
    for wrong in ("organization_id=%00", "organization_id=a&organization_id=b"):
        answer = admin.client.get(f"{BASE}/organizations?{wrong}")
        assert code(answer) == (400, "BAD_PARAMETER")


def test_only_admin_keys_open_it_and_they_open_nothing_else(managed: Place, admin: Admin) -> None:
    for method, path in (
        ("GET", "/organizations"),
        ("GET", "/snapshots"),
        ("PUT", "/organizations/x"),
        ("DELETE", "/contracts/c1/2021-01-01"),
        ("POST", "/changes"),
    ):
        answer = httpx.request(method, managed.address + BASE + path)
        assert code(answer) == (401, "KEY_MISSING")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        other = managed.visitor("dist", role="distributorAdmin")
        assert code(other.client.request(method, BASE + path)) == (403, "ENDPOINT_NOT_IN_SCOPE")
    rows = "/api/v1/reporting/invoices/invoice-rows/dist"
    assert code(admin.client.get(rows)) == (403, "ENDPOINT_NOT_IN_SCOPE")
    assert admin.client.get("/billing/v4/consolidatedinvoices").status_code == 403
    for options in (
        {"organizations": ["dist"], "role": "admin"},
        {"organizations": [], "role": "admin", "endpoints": ["v1.invoice-rows"]},
        {"organizations": ["dist"], "role": "sellerAdmin", "endpoints": ["manage"]},
    ):
        with pytest.raises(KeyRefused):
            create_key(managed.house.catalog, word=Word("test", NOW), **options)  # type: ignore[arg-type]


def test_a_cursor_that_nobody_signed_is_refused(admin: Admin) -> None:
    """It has the form of those before they were signed."""
    made_up = "1-0-" + "0" * 16
    answer = admin.client.get(f"{BASE}/organizations", params={"limit": 1, "cursor": made_up})
    assert code(answer) == (400, "BAD_CURSOR")
