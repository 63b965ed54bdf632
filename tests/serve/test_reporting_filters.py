"""What narrows headers and rows: parameter set F of reporting-api.md 3, and what is refused."""

import httpx
import pytest
from serve_case import HEADERS, ROWS, Place

PATH = f"{ROWS}/reseller"


def test_filters_narrow_the_rows(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    (number,) = {row["invoiceNumber"] for row in visitor.rows("reseller", direction="outgoing")}
    for query, count in (
        ({"direction": "incoming"}, 2),
        ({"direction": "all"}, 4),
        ({"currency": "USD"}, 0),
        ({"currency": "EUR"}, 4),
        ({"subscriptionId": "another"}, 0),
        ({"invoiceNumber": number}, 2),
        ({"invoiceNumber": "another"}, 0),
        ({"invoiceDateFrom": "2021-11-01", "invoiceDateTill": "2021-11-01"}, 4),
        ({"invoiceDateFrom": "2021-11-02"}, 0),
        ({"invoiceDateTill": "2021-10-31"}, 0),
        ({"statusId": "1"}, 4),
        ({"statusId": ["1", "2"]}, 4),
        ({"statusId": "2"}, 0),
        ({"changedSince": "2026-11-23T00:00:00Z"}, 4),
        ({"changedSince": "2026-11-23T01:00:00+01:00"}, 4),
        ({"changedSince": "2026-11-23T00:00:01Z"}, 0),
        ({"clip": "true"}, 4),
        ({"strict": "true"}, 4),
    ):
        assert len(visitor.rows("reseller", **query)) == count, query
    assert visitor.rows("reseller", path=HEADERS, subscriptionId="another") == []
    assert len(visitor.rows("reseller", path=HEADERS, subscriptionId="s-1")) == 2
    assert visitor.rows("reseller", path=HEADERS, changedSince="2026-11-24T00:00:00Z") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("invoiceDateFrom", "2021-13-01"),
        ("invoiceDateTill", "yesterday"),
        ("clip", "yes"),
        ("invoiceId", "a b"),
        ("invoiceNumber", ""),
        ("subscriptionId", ""),
        ("statusId", "0"),
        ("statusId", "x"),
        ("currency", "eur"),
        ("changedSince", "2026-11-23"),
        ("changedSince", "2026-11-23T00:00:00"),
        ("changedSince", "0001-01-01T00:00:00+23:00"),
        ("direction", "sideways"),
        ("residual", "column"),
        ("limit", "0"),
        ("limit", "10001"),
        ("limit", "-1"),
        ("limit", "1.5"),
        ("numbers", "words"),
        ("csvGuard", "yes"),
        ("strict", "1"),
    ],
)
def test_a_bad_value_is_refused_by_name(oct_10: Place, name: str, value: str) -> None:
    visitor = oct_10.visitor("reseller")
    answer = visitor.client.get(PATH, params={name: value, "strict": "true"} | {name: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_PARAMETER"), answer.text
    assert [one["parameter"] for one in answer.json()["errors"]] == [name]


def test_a_value_given_twice_is_refused(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    for name, value in (("currency", "EUR"), ("direction", "all"), ("limit", "5")):
        assert visitor.code(PATH, **{name: [value, value]}) == (400, "BAD_PARAMETER")


def test_unknown_parameters_are_named_or_refused(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    answer = visitor.client.get(PATH, params={"size": "9", "colour": "red", "a b": "1"})
    assert answer.headers["Tieout-Ignored-Parameters"] == "?, colour, size"
    assert "Tieout-Ignored-Parameters" not in visitor.client.get(PATH).headers
    refused = visitor.client.get(PATH, params={"colour": "red", "strict": "true"})
    assert (refused.status_code, refused.json()["code"]) == (400, "UNKNOWN_PARAMETER")
    assert refused.json()["errors"] == [{"parameter": "colour", "reason": "unknown parameter"}]
    rows_only = visitor.client.get(f"{HEADERS}/reseller", params={"expand": "AllDetails"})
    assert rows_only.headers["Tieout-Ignored-Parameters"] == "expand"


def test_openapi_names_every_parameter_that_is_read(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    described = httpx.get(f"{oct_10.address}/api/v1/reporting/openapi.json").json()
    invoices = {path: said for path, said in described["paths"].items() if "/invoice-" in path}
    assert len(invoices) == 4
    for path, operations in invoices.items():
        parameters = operations["get"]["parameters"]
        names = [one["name"] for one in parameters]
        assert len(names) == len(set(names)) == (20 if "rows" in path else 18)
        assert {"application/json", "text/csv"} < set(
            operations["get"]["responses"]["200"]["content"]
        )
        for one in parameters:
            for value in one["schema"].get("enum", ()):
                address = f"/api/v1/reporting{path}".format(requester_id="reseller")
                answer = visitor.client.get(address, params={one["name"]: value, "strict": "true"})
                assert answer.status_code == 200 or "preview" in path, answer.text
