"""API5: what each role may do stands in reporting-api.md 8.1 and 9, and nothing else is done."""

import httpx
import pytest
from attack import DISTRIBUTOR, EMPTY, MINE, READING, RESELLER, UNKNOWN_ID, Attack
from serve_case import HEADERS, ROWS

from tieout.serve.access import KeyRefused
from tieout.serve.roles import SCOPES

PARTIES = {
    "distributorAdmin": DISTRIBUTOR,
    "sellerAdmin": RESELLER,
    "sellerBillingAdmin": RESELLER,
    "accountManager": RESELLER,
    "customerBillingAdmin": MINE,
    "paymentGateway": RESELLER,
    "admin": "",
}
# role -> which of these functions it may use; typed from the two tables, not read from the code
MAY = {
    "distributorAdmin": {"rows", "preview", "invoices", "sales", "verify", "issue", "pay"},
    "sellerAdmin": {"rows", "invoices", "sales", "verify", "issue", "pay"},
    "sellerBillingAdmin": {"rows", "invoices", "sales", "issue", "pay"},
    "accountManager": {"rows", "sales"},
    "customerBillingAdmin": {"rows", "invoices"},
    "paymentGateway": {"pay", "card-error"},
    "admin": {"manage", "usage"},
}
FUNCTIONS = ("rows", "preview", "invoices", "sales", "manage", "usage")
MOVES = ("verify", "issue", "pay", "card-error")


def ask(attack: Attack, role: str, function: str) -> httpx.Response:
    party = PARTIES[role] or RESELLER
    client = attack.visitor(PARTIES[role], role).client
    if function in MOVES:
        body = {"invoices": [UNKNOWN_ID]}
        return client.post(f"/operations/v1/{party}/{function}", json=body)
    address = {
        "rows": f"{HEADERS}/{party}",
        "preview": f"{ROWS}/{party}/preview",
        "invoices": "/billing/v4/invoices",
        "sales": "/billing/v4/customerinvoices",
        "manage": "/manage/v1/snapshots",
        "usage": "/billing/versions/v4/usage",
    }[function]
    query = EMPTY | {"format": "json"} if address.startswith("/billing/v4") else None
    return client.get(address, params=query)


@pytest.mark.parametrize("role", MAY)
def test_each_role_does_what_it_may_and_nothing_else(attack: Attack, role: str) -> None:
    done = set()
    for function in (*FUNCTIONS, *MOVES):
        answer = ask(attack, role, function)
        # a move that is allowed looks for its invoice
        assert answer.status_code in (200, 403, 404), (function, answer.text)
        if answer.status_code != 403:
            done.add(function)
    assert done == MAY[role]


@pytest.mark.parametrize("role", ["customerBillingAdmin", "accountManager", "admin"])
def test_an_endpoint_on_the_key_does_not_stretch_the_role(attack: Attack, role: str) -> None:
    """Keys that name every endpoint: where one is made at all, the role still decides."""
    every = tuple(name for name in SCOPES if name != "manage")
    parties = (PARTIES[role],) if PARTIES[role] else ()
    if role == "admin":
        with pytest.raises(KeyRefused):
            attack.place.visitor(*parties, role=role, endpoints=every)
        return
    client = attack.place.visitor(*parties, role=role, endpoints=every).client
    party = PARTIES[role]
    codes = {client.get(f"{path}/{party}/preview").json()["code"] for path in (HEADERS, ROWS)}
    assert codes == {"ROLE_NOT_ALLOWED"}
    for move in MOVES:
        body = {"invoices": [UNKNOWN_ID]}
        answer = client.post(f"/operations/v1/{party}/{move}", json=body)
        assert answer.json()["code"] == "ROLE_NOT_ALLOWED"
    assert client.get("/manage/v1/snapshots").status_code == 403
    with pytest.raises(KeyRefused):
        attack.place.visitor(party, role=role, endpoints=("manage",))


def test_no_key_of_a_party_manages_reference_data(attack: Attack) -> None:
    seller = attack.visitor(DISTRIBUTOR, "distributorAdmin").client
    for operation in attack.operations:
        if operation.prefix == "/manage/v1":
            answer = seller.request(operation.method, operation.address(DISTRIBUTOR))
            assert answer.status_code == 403, operation
            assert answer.json()["code"] == "ENDPOINT_NOT_IN_SCOPE"


def test_an_admin_key_reads_no_invoice(attack: Attack) -> None:
    admin = attack.visitor("", "admin").client
    for operation in attack.operations:
        if operation.prefix in READING and not operation.is_public:
            assert admin.get(operation.address(RESELLER)).status_code == 403, operation


def test_a_scope_opens_its_endpoint_alone(attack: Attack) -> None:
    narrow = attack.place.visitor(RESELLER, endpoints=("v1.invoice-headers",)).client
    opened = {
        operation.template
        for operation in attack.operations
        if not operation.is_public
        and narrow.request(operation.method, operation.address(RESELLER)).status_code != 403
    }
    assert opened == {"/api/v1/reporting/invoices/invoice-headers/{requester_id}"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_reading_apis_answer_reading_methods_only(attack: Attack, method: str) -> None:
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    for operation in attack.operations:
        if operation.prefix in READING:
            answer = seller.request(method, operation.address(RESELLER))
            assert answer.status_code == 405, operation


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL"])
def test_no_header_changes_method_or_address(attack: Attack, header: str) -> None:
    client = attack.mine.client
    plain = client.get("/health")
    answer = client.get("/health", headers={header: "/manage/v1/snapshots"})
    assert (answer.status_code, answer.content) == (plain.status_code, plain.content)
    moved = client.get(f"/operations/v1/{MINE}/pay", headers={header: "POST"})
    assert moved.status_code == 405
