"""API1: no id of somebody else, wherever it stands, tells more than one that never was."""

import pytest
from attack import (
    DISTRIBUTOR,
    MINE,
    NOBODY,
    RANGE,
    READING,
    RESELLER,
    THEIRS,
    UNKNOWN_ID,
    VENDOR,
    Attack,
    told,
)
from serve_case import HEADERS, ROWS

FOREIGN = (DISTRIBUTOR, RESELLER, THEIRS, VENDOR)


@pytest.fixture(scope="module", params=["sqlite", "row_security"])
def attack(request: pytest.FixtureRequest) -> Attack:
    """Attack either catalog, that on PostgreSQL with row-level security."""
    name = {"sqlite": "attack_of_all", "row_security": "attack_on_rows"}[request.param]
    found: Attack = request.getfixturevalue(name)
    return found


def test_another_requester_looks_like_nobody_at_every_address(attack: Attack) -> None:
    tried = [one for one in attack.operations if one.has_requester]
    assert len(tried) >= 11
    for operation in tried:
        for client, parties in ((attack.mine.client, FOREIGN), (attack.token(), (THEIRS,))):
            body = {"invoices": [UNKNOWN_ID]} if operation.method == "POST" else None
            unknown = client.request(operation.method, operation.address(NOBODY), json=body)
            assert unknown.status_code in (400, 403, 404)
            for party in parties:
                answer = client.request(operation.method, operation.address(party), json=body)
                assert told(answer) == told(unknown), operation


@pytest.mark.parametrize("requester", [f"{MINE}%0A", f"%0A{MINE}", "customer%0A1", "%0D%0A"])
def test_an_id_with_a_line_end_is_nobodys(attack: Attack, requester: str) -> None:
    for path in (HEADERS, ROWS, "/api/v1/reporting/orders"):
        answers = [
            attack.mine.client.get(f"{path}/{one}") for one in ("nowhere/at/all", requester, NOBODY)
        ]
        bodies = [answer.json() | {"requestId": ""} for answer in answers]
        assert {answer.status_code for answer in answers} == {404}
        assert bodies[1] == bodies[0]
        assert bodies[1] == bodies[2] or path not in (HEADERS, ROWS)


def test_another_party_looks_like_nobody_in_the_billing_api(attack: Attack) -> None:
    for operation in attack.operations:
        if operation.prefix not in READING or operation.is_public or operation.has_requester:
            continue
        is_one = operation.path.endswith("details")
        asked = {"subscriptionId": "700202"} if is_one else RANGE
        address = operation.template
        unknown = attack.mine.client.get(address, params=asked | {"party": NOBODY})
        assert unknown.status_code in (400, 403, 404)
        for party in FOREIGN:
            answer = attack.mine.client.get(address, params=asked | {"party": party})
            assert told(answer) == told(unknown), operation


@pytest.mark.parametrize("name", ["invoiceId", "invoiceNumber", "subscriptionId"])
def test_a_foreign_id_in_a_filter_finds_what_an_unknown_one_finds(
    attack: Attack, name: str
) -> None:
    client = attack.mine.client
    for path in (HEADERS, ROWS):
        address = f"{path}/{MINE}"
        unknown = client.get(address, params={name: UNKNOWN_ID})
        assert (unknown.status_code, unknown.json()) == (200, [])
        for one in attack.foreign(name)[: 2 if path == HEADERS else 1]:
            assert told(client.get(address, params={name: one})) == told(unknown)
    own = next(row[name] for row in attack.seen[MINE] if row.get(name))
    assert client.get(f"{HEADERS}/{MINE}", params={name: own}).json() != []


def test_a_foreign_id_in_a_filter_of_the_billing_api_is_an_unknown_one(attack: Attack) -> None:
    client = attack.mine.client
    for version in ("v2", "v3", "v4"):
        details = f"/billing/{version}/subscriptiondetails"
        foreign, unknown = (
            client.get(details, params={"subscriptionId": number})
            for number in ("700202", "799999")
        )
        assert foreign.status_code == 404
        assert told(foreign) == told(unknown)
        assert client.get(details, params={"subscriptionId": "700101"}).status_code == 200
    for name, foreign_id, unknown_id in (
        ("subscriptionId", "700202", "799999"),
        ("customerId", "1000882", "1099999"),
    ):
        answers = [
            client.get("/billing/v4/invoices", params=RANGE | {name: one, "format": "json"})
            for one in (foreign_id, unknown_id)
        ]
        assert answers[0].json() == {"Invoices": []}
        assert told(answers[0]) == told(answers[1])


@pytest.mark.parametrize("name", ["sources", "explanation"])
def test_a_foreign_row_has_nothing_behind_it(attack: Attack, name: str) -> None:
    base = f"/api/v2/reporting/requesters/{MINE}/invoices/rows"
    unknown = attack.mine.client.get(f"{base}/{UNKNOWN_ID}/{name}")
    assert unknown.status_code == 404
    tried = [*attack.foreign("rowId")[:2], *attack.foreign("invoiceId")[:1]]
    for row_id in tried:
        assert told(attack.mine.client.get(f"{base}/{row_id}/{name}")) == told(unknown)


def test_a_cursor_of_somebody_else_is_no_cursor(attack: Attack) -> None:
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    page = seller.get(f"{HEADERS}/{RESELLER}", params={"limit": 1})
    cursor = page.links["next"]["url"].partition("cursor=")[2].partition("&")[0]
    answers = [
        attack.mine.client.get(f"{HEADERS}/{MINE}", params={"limit": 1, "cursor": one})
        for one in (cursor, "AAAA")
    ]
    assert answers[0].json()["code"] == "BAD_CURSOR"
    assert told(answers[0]) == told(answers[1])
    page = seller.get("/billing/v4/customerinvoices", params=RANGE | {"limit": 1})
    cursor = page.links["next"]["url"].partition("cursor=")[2].partition("&")[0]
    answers = [
        attack.mine.client.get("/billing/v4/invoices", params=RANGE | {"limit": 1, "cursor": one})
        for one in (cursor, "AAAA")
    ]
    assert answers[0].json()["type"].endswith("/invalid-cursor")
    assert told(answers[0]) == told(answers[1])


@pytest.mark.parametrize("move", ["verify", "issue", "pay"])
def test_a_foreign_invoice_cannot_be_moved(attack: Attack, move: str) -> None:
    seller = attack.visitor(DISTRIBUTOR, "distributorAdmin").client
    (sold,) = {
        row["invoiceId"] for row in attack.seen[THEIRS] if "invoiceDate" in row
    }  # by the reseller
    address = f"/operations/v1/{DISTRIBUTOR}/{move}"
    answers = [seller.post(address, json={"invoices": [one]}) for one in (sold, UNKNOWN_ID)]
    assert answers[0].status_code == 404
    assert told(answers[0]) == told(answers[1])
