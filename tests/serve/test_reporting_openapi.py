"""What OpenAPI says of the Reporting API, held to what a server answers."""

from typing import Any

import httpx
import pytest
from serve_case import Place

IDS = {"requester_id": "reseller", "partner_id": "customer", "row_id": "x"}
ANSWERED = {"v1": 14, "v2": 5}  # lists that have rows for a direct seller, or none, without drafts


KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def told_names(operations: dict[str, Any]) -> set[str]:
    """Give the parameters of a list."""
    return {one["name"] for one in operations["get"]["parameters"]}


def assert_fits(rows: list[dict[str, Any]], schema: dict[str, Any]) -> None:
    """Hold rows to the schema of a list of objects: no key that it does not tell, of its type."""
    told = schema["items"]
    for row in rows:
        assert set(told["required"]) <= set(row) <= set(told["properties"])
        for name, value in row.items():
            kinds = told["properties"][name]["type"]
            assert isinstance(value, tuple(kind for one in kinds for kind in KINDS[one])), name


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_openapi_says_what_every_list_answers(oct_0: Place, version: str) -> None:
    told = httpx.get(f"{oct_0.address}/api/{version}/reporting/openapi.json").json()
    seen = set()
    for path, operations in told["paths"].items():
        responses = operations["get"]["responses"]
        assert "422" not in responses
        limited = responses["429"]
        assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= set(limited["headers"])
        (problem,) = [
            one["schema"] for kind, one in limited["content"].items() if "problem" in kind
        ]
        assert problem["properties"]["code"]["enum"] == ["RATE_LIMITED"]
        visitor = oct_0.visitor("reseller")
        address = f"/api/{version}/reporting{path}".format(**IDS)
        answer = visitor.client.get(address)
        if answer.status_code == 200:
            seen.add(path)
            for asked in (
                {},
                {"expand": "AllDetails"} if "expand" in told_names(operations) else {},
            ):
                rows = visitor.client.get(address, params=asked).json()
                assert_fits(rows, responses["200"]["content"]["application/json"]["schema"])
            dated = "Tieout-Window" in responses["200"]["headers"]
            assert dated == ("Tieout-Window" in answer.headers)
        names = [one["name"] for one in operations["get"]["parameters"] if one["in"] == "query"]
        assert len(names) == len(set(names))
        odd = dict.fromkeys({*names} - {"sasKey", "strict"}, "x") | {"strict": "true"}
        assert visitor.code(address, **odd)[1] not in ("UNKNOWN_PARAMETER", "INTERNAL")
    assert len(seen) == ANSWERED[version]
