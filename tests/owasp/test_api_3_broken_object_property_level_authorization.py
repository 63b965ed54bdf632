"""API3: a buyer sees no figure of its seller's in any form, and nobody sets what is not offered."""

import gzip
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from attack import COST, MINE, RANGE, RESELLER, THEIRS, UNKNOWN_ID, Attack
from serve_case import HEADERS, ROWS

SELLERS = (
    *("resellerUnitPrice", "resellerTotalPrice", "resellerCurrency", "exchangeRate"),
    *("marginAmount", "costAmount", "costCurrency", "inputDigest"),
)
FORMATS = ("json", "ndjson", "csv", "parquet")


def opened(content: bytes) -> bytes:
    """Give the text of every cell of a Parquet file; anything else as it is."""
    if not content.startswith(b"PAR1"):
        return content
    table = pq.read_table(io.BytesIO(content))
    return json.dumps(table.to_pylist(), default=str).encode()


def figures(attack: Attack) -> set[str]:
    """Give the totals that the reseller pays, and what its margins are."""
    names = ("resellerTotalPrice", "marginAmount")
    rows = [row for row in attack.seen[RESELLER] if row.get("direction") == "outgoing"]
    found = {str(row[name]) for row in rows for name in names if row.get(name) is not None}
    assert COST in found
    return found


@pytest.mark.parametrize("form", FORMATS)
def test_a_buyer_reads_no_figure_of_its_seller(attack: Attack, form: str) -> None:
    secret = figures(attack)
    for path, query in ((HEADERS, {}), (ROWS, {"expand": "AllDetails"})):
        answer = attack.mine.client.get(f"{path}/{MINE}", params={"format": form} | query)
        assert answer.status_code == 200
        told = opened(answer.content) + str(answer.headers).encode()
        assert not [one for one in secret if one.encode() in told]


def test_a_seller_sees_in_the_same_place_what_is_hidden(attack: Attack) -> None:
    """The figures are in the store, in each form: what hides them is who asks."""
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    for form in ("json", "parquet"):
        query = {"format": form, "expand": "AllDetails", "direction": "outgoing"}
        assert COST.encode() in opened(seller.get(f"{ROWS}/{RESELLER}", params=query).content)


def test_the_keys_of_a_buyers_rows_are_without_the_sellers(attack: Attack) -> None:
    for party in (MINE, THEIRS):
        for row in attack.seen[party]:
            assert not set(SELLERS) & row.keys()


def test_an_account_manager_sees_sales_without_their_cost(attack: Attack) -> None:
    manager = attack.visitor(RESELLER, "accountManager").client
    answer = manager.get(f"{ROWS}/{RESELLER}", params={"expand": "AllDetails"})
    assert answer.status_code == 200
    assert COST not in answer.text
    assert "marginAmount" not in answer.text


@pytest.mark.parametrize("version", ["v2", "v3", "v4"])
def test_no_version_of_the_billing_api_tells_a_cost(attack: Attack, version: str) -> None:
    client = attack.mine.client
    details = client.get(f"/billing/{version}/subscriptiondetails?subscriptionId=700101")
    for answer in (details, client.get(f"/billing/{version}/invoices", params=RANGE)):
        assert answer.status_code == 200
        assert COST not in answer.text


def test_packed_answers_hide_as_much(attack: Attack) -> None:
    packed = attack.mine.client.build_request(
        "GET", f"{ROWS}/{MINE}?expand=AllDetails", headers={"Accept-Encoding": "gzip"}
    )
    answer = attack.mine.client.send(packed, stream=True)
    raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert COST.encode() not in gzip.decompress(raw)


def test_sources_and_explanations_tell_a_buyer_its_own_prices(attack: Attack) -> None:
    row = next(one["rowId"] for one in attack.seen[MINE] if "rowId" in one)
    base = f"/api/v2/reporting/requesters/{MINE}/invoices/rows"
    parents = [one["parentRowId"] for one in attack.seen[MINE] if one.get("parentRowId")]
    for row_id in {row, *parents[:1]}:
        answer = attack.mine.client.get(f"{base}/{row_id}/sources")
        assert COST not in answer.text
        assert "cost" not in answer.text.lower()


@pytest.mark.parametrize(
    "extra", [{"statusId": 3}, {"totalAmount": "0.01"}, {"provider": MINE}, {"force": True}]
)
def test_members_that_are_not_offered_are_refused(attack: Attack, extra: dict[str, Any]) -> None:
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    body = {"invoices": [UNKNOWN_ID]} | extra
    answer = seller.post(f"/operations/v1/{RESELLER}/issue", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_BODY")


def test_columns_that_are_not_offered_are_refused(attack: Attack) -> None:
    admin = attack.visitor("", "admin").client
    row = {"organization_id": "evil", "role": "customer", "name": "Evil", "version_id": "1"}
    answer = admin.post(
        "/manage/v1/organizations",
        json={"rows": [row]},
        headers={"Idempotency-Key": "an-attack-of-properties"},
    )
    assert answer.status_code == 422
    assert "version_id" in {one["field"] for one in answer.json()["errors"]}
    assert admin.get("/manage/v1/organizations/evil").status_code == 404
