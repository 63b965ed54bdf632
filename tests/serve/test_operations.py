"""The operations interface: who may move which invoice, and what each is told (8.1, 8.3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from october import (
    DIRECT,
    FOUR_PARTIES,
    NOW,
    PERIOD,
    bill_october,
    write_reference,
    write_vendor_file,
)
from serve_case import HEADERS, Place, Visitor, serving
from sqlalchemy import select

from tieout import pipeline
from tieout.pipeline import Word
from tieout.store.catalog import invoice
from tieout.store.channel import channel_contracts, is_only_owner
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

OPERATIONS = tuple(f"operations.{move}" for move in ("verify", "issue", "pay", "card-error"))
READS = ("v1.invoice-headers", "v1.invoice-headers.preview")
F_OCT = "cbccb97a51607fec0da936d60f81c8f6ea72a641e422422a5f1b4d1d1d936dc1"
F_OCT10 = "dbec3698bdbbefb1a3b2eb56f079500ad3d63627f43d251cba7c9caa4a71bc26"
CHAIN_RULES = {2: ("markup", "5"), 3: ("markup", "10")}
UNKNOWN = str(UUID(int=7))


def _ids(house: House) -> dict[int, str]:
    """Give the ids of a month's invoices by hop."""
    with house.catalog.read() as connection:
        rows = connection.execute(select(invoice.c.hop, invoice.c.invoice_id))
        return {row.hop: row.invoice_id for row in rows}


def _status(house: House, invoice_id: str) -> int:
    with house.catalog.read() as connection:
        query = select(invoice.c.status_id).where(invoice.c.invoice_id == invoice_id)
        return int(connection.execute(query).scalar_one())


def _ask(visitor: Visitor, requester: str, move: str, **body: Any) -> httpx.Response:
    return visitor.client.post(f"/operations/v1/{requester}/{move}", json=body)


def _refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@contextmanager
def _served(house: House) -> Iterator[Place]:
    with serving(house) as place:
        yield place


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve F-OCT as drafts that stay drafts: every request is refused."""
    folder = tmp_path_factory.mktemp("drafts")
    house = bill_october(folder, chain=DIRECT, rules={2: ("markup", "0")}, status="new")
    with _served(house) as place:
        yield place


@pytest.fixture
def direct(tmp_path: Path) -> Iterator[Place]:
    """Serve F-OCT as drafts of a direct chain: the reseller owns its channel."""
    house = bill_october(tmp_path, chain=DIRECT, rules={2: ("markup", "0")}, status="new")
    with _served(house) as place:
        yield place


@pytest.fixture
def indirect(tmp_path: Path) -> Iterator[Place]:
    """Serve F-CHAIN as drafts: the distributor owns the channel, the reseller sells hop 3."""
    house = bill_october(tmp_path, chain=FOUR_PARTIES, rules=CHAIN_RULES, status="new")
    with _served(house) as place:
        yield place


def test_a36_what_was_previewed_is_what_is_verified(direct: Place) -> None:
    owner = direct.visitor("reseller", endpoints=(*OPERATIONS, *READS))
    (preview,) = owner.rows("reseller", path=HEADERS, after="/preview", direction="outgoing")
    assert preview["outputDigest"] == F_OCT
    done = _ask(
        owner, "reseller", "verify", period=PERIOD, inputDigest=preview["inputDigest"]
    ).json()
    (one,) = done["verified"]
    assert (one["status"], one["totalAmount"], one["outputDigest"]) == ("Verified", "17.05", F_OCT)
    assert (done["held"], one["invoiceNumber"]) == ([], "reseller-2021-11-0001")
    (header,) = owner.rows("reseller", path=HEADERS, direction="outgoing")
    assert (header["statusId"], header["outputDigest"]) == ("1", F_OCT)
    said = pipeline.read_audit(direct.house, subject=one["invoiceId"])["entries"]
    assert [entry["by"].split()[0] for entry in said] == ["key"]
    assert owner.key.split("_")[1] in said[0]["by"]


def test_a37_changed_inputs_are_refused_by_name_and_nothing_moves(
    direct: Place, tmp_path: Path
) -> None:
    owner = direct.visitor("reseller", endpoints=(*OPERATIONS, *READS))
    (preview,) = owner.rows("reseller", path=HEADERS, after="/preview", direction="outgoing")
    changed = write_reference(
        tmp_path / "ten", chain=DIRECT, rules={2: ("markup", "10")}, policy="", status="new"
    )
    pipeline.load_reference(direct.house, changed, now=NOW)
    answer = _ask(owner, "reseller", "verify", period=PERIOD, inputDigest=preview["inputDigest"])
    assert _refusal(answer) == (412, "INPUTS_CHANGED")
    assert any("price_rules r-2" in error["reason"] for error in answer.json()["errors"])
    assert _status(direct.house, preview["invoiceId"]) == 0
    pipeline.run_period(direct.house, PERIOD, now=NOW)
    (again,) = owner.rows("reseller", path=HEADERS, after="/preview", direction="outgoing")
    assert again["outputDigest"] == F_OCT10
    stale = _ask(owner, "reseller", "verify", period=PERIOD, inputDigest=preview["inputDigest"])
    assert _refusal(stale) == (412, "INPUTS_CHANGED")
    fresh = _ask(owner, "reseller", "verify", period=PERIOD, inputDigest=again["inputDigest"])
    assert fresh.json()["verified"][0]["outputDigest"] == F_OCT10


def test_a40_a_verified_invoice_is_issued_refused_by_the_card_and_paid_never_a_draft(
    direct: Place,
) -> None:
    owner = direct.visitor("reseller", endpoints=OPERATIONS)
    gateway = direct.visitor("reseller", role="paymentGateway")
    ids = [_ids(direct.house)[2]]
    assert _refusal(_ask(owner, "reseller", "issue", invoices=ids)) == (409, "CONFLICT")
    assert _ask(owner, "reseller", "verify", invoices=ids).status_code == 200
    assert _refusal(_ask(owner, "reseller", "verify", invoices=ids)) == (409, "CONFLICT")
    (moved,) = _ask(owner, "reseller", "issue", invoices=ids, reason="sent").json()["moved"]
    assert (moved["status"], moved["totalAmount"]) == ("Issued", "17.05")
    refused = _ask(owner, "reseller", "card-error", invoices=ids)
    assert _refusal(refused) == (403, "ROLE_NOT_ALLOWED")
    assert _ask(gateway, "reseller", "card-error", invoices=ids).status_code == 200
    assert _status(direct.house, ids[0]) == 4
    assert _ask(gateway, "reseller", "pay", invoices=ids).status_code == 200
    assert _status(direct.house, ids[0]) == 3
    assert _refusal(_ask(gateway, "reseller", "card-error", invoices=ids)) == (409, "CONFLICT")
    assert gateway.client.get(f"{HEADERS}/reseller").status_code == 403


def test_the_owner_verifies_its_whole_channel_and_sees_money_of_its_own_hops_only(
    indirect: Place,
) -> None:
    ids = _ids(indirect.house)
    seller = indirect.visitor("reseller", endpoints=OPERATIONS)
    for body in ({"invoices": [ids[3]]}, {"invoices": [ids[2]]}, {"invoices": [UNKNOWN]}):
        assert _refusal(_ask(seller, "reseller", "verify", **body)) == (404, "NOT_FOUND")
    assert _ask(seller, "reseller", "verify", period=PERIOD).json()["verified"] == []
    owner = indirect.visitor("distributor", role="distributorAdmin", endpoints=OPERATIONS)
    named = _ask(owner, "distributor", "verify", invoices=[ids[3]])
    assert _refusal(named) == (409, "CONFLICT")  # hop 2 is a draft still
    answer = _ask(owner, "distributor", "verify", period=PERIOD)
    second, third = sorted(answer.json()["verified"], key=lambda one: one["hop"])
    assert (second["totalAmount"], second["consumerId"]) == ("17.90", "reseller")
    assert third.keys() == {"invoiceId", "invoiceNumber", "status", "statusId", "hop"}
    assert b"19.69" not in answer.content
    assert _refusal(_ask(owner, "distributor", "issue", invoices=[ids[3]])) == (404, "NOT_FOUND")
    assert _ask(seller, "reseller", "issue", invoices=[ids[3]]).status_code == 200
    assert _refusal(_ask(seller, "reseller", "pay", invoices=[ids[2]])) == (404, "NOT_FOUND")


def test_who_owns_no_channel_is_not_told_that_inputs_changed(
    indirect: Place, tmp_path: Path
) -> None:
    changed = write_reference(
        tmp_path / "ten", chain=FOUR_PARTIES, rules=CHAIN_RULES | {2: ("markup", "9")}, status="new"
    )
    pipeline.load_reference(indirect.house, changed, now=NOW)
    seller = indirect.visitor("reseller", endpoints=OPERATIONS)
    answer = _ask(seller, "reseller", "verify", period=PERIOD)
    assert (answer.status_code, answer.json()["verified"]) == (200, [])
    owner = indirect.visitor("distributor", role="distributorAdmin", endpoints=OPERATIONS)
    assert _ask(owner, "distributor", "verify", period=PERIOD).status_code == 412


def test_what_is_out_of_reach_looks_like_what_is_not_there(indirect: Place) -> None:
    seller = indirect.visitor("reseller", endpoints=OPERATIONS)
    ids = _ids(indirect.house)
    bodies = []
    for requester, invoice_id in (
        ("reseller", UNKNOWN),
        ("reseller", ids[2]),
        ("distributor", ids[2]),
        ("nobody", ids[2]),
    ):
        answer = _ask(seller, requester, "pay", invoices=[invoice_id])
        body = answer.json()
        body.pop("requestId")
        bodies.append((answer.status_code, body))
    assert bodies[0][0] == 404
    assert all(one == bodies[0] for one in bodies)


def test_a_key_moves_only_what_its_endpoints_and_role_say(drafts: Place) -> None:
    ids = [_ids(drafts.house)[2]]
    plain = drafts.visitor("reseller")  # a new key has no move unless it is asked for
    billing = drafts.visitor("reseller", role="sellerBillingAdmin", endpoints=OPERATIONS)
    buyer = drafts.visitor("customer", role="customerBillingAdmin", endpoints=OPERATIONS)
    lacks = _ask(plain, "reseller", "verify", invoices=ids)
    assert _refusal(lacks) == (403, "ENDPOINT_NOT_IN_SCOPE")
    may_not = _ask(billing, "reseller", "verify", invoices=ids)
    assert _refusal(may_not) == (403, "ROLE_NOT_ALLOWED")
    for move in ("verify", "issue", "pay"):
        assert _refusal(_ask(buyer, "customer", move, invoices=ids)) == (403, "ROLE_NOT_ALLOWED")
    without = httpx.post(
        f"{drafts.address}/operations/v1/reseller/verify", json={"invoices": ids}, timeout=60
    )
    assert _refusal(without) == (401, "KEY_MISSING")
    assert _status(drafts.house, ids[0]) == 0


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "invoices"),
        ({"invoices": []}, "invoices"),
        ({"invoices": [UNKNOWN], "period": PERIOD}, "invoices"),
        ({"invoices": "all"}, "invoices"),
        ({"invoices": ["reseller-2021-11-0001"]}, "invoices[0]"),
        ({"invoices": [7]}, "invoices[0]"),
        ({"period": "2021-13"}, "period"),
        ({"period": 202110}, "period"),
        ({"period": PERIOD, "acceptParked": ""}, "acceptParked"),
        ({"period": PERIOD, "force": "yes"}, "force"),
        ({"invoices": [UNKNOWN], "buyer": "customer"}, "buyer"),
    ],
)
def test_a_body_of_another_form_is_refused_by_the_member_at_fault(
    drafts: Place, body: dict[str, Any], named: str
) -> None:
    owner = drafts.visitor("reseller", endpoints=OPERATIONS)
    answer = _ask(owner, "reseller", "verify", **body)
    assert _refusal(answer) == (400, "BAD_BODY")
    assert answer.json()["errors"][0]["parameter"] == named
    assert _ask(owner, "reseller", "issue", period=PERIOD).status_code == 400


def test_other_methods_types_and_queries_are_refused(drafts: Place) -> None:
    owner = drafts.visitor("reseller", endpoints=OPERATIONS)
    path = "/operations/v1/reseller/verify"
    got = owner.client.get(path)
    assert (_refusal(got), got.headers["allow"]) == ((405, "METHOD_NOT_ALLOWED"), "POST")
    assert _refusal(owner.client.post(path, content=b"period=2021-10"))[0] == 415
    asked = owner.client.post(f"{path}?force=1", json={"period": PERIOD})
    assert _refusal(asked) == (400, "UNKNOWN_PARAMETER")
    described = owner.client.get("/operations/v1/openapi.json").json()
    assert set(described["paths"]) == {
        f"/{{requesterId}}/{move}" for move in ("verify", "issue", "pay", "card-error")
    }


def test_channels_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    house = open_house(tmp_path / "home", catalog_url=postgres_url)
    upgrade(house.catalog)
    folder = write_reference(
        tmp_path / "reference", chain=FOUR_PARTIES, rules=CHAIN_RULES, policy="", status="new"
    )
    pipeline.load_reference(house, folder, now=NOW)
    path = write_vendor_file(tmp_path / "october.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, PERIOD, now=NOW)
    with house.catalog.read() as connection:
        assert channel_contracts(connection, "distributor") == {"c-1", "c-2", "c-3"}
        assert channel_contracts(connection, "reseller") == set()
        assert is_only_owner(connection, "distributor")
        assert not is_only_owner(connection, "reseller")
    choice = pipeline.Choice(period=PERIOD, owner="reseller")
    word = Word(by="anna", now=NOW)
    assert pipeline.verify_invoices(house, choice, word=word)["verified"] == []
    choice = pipeline.Choice(period=PERIOD, owner="distributor")
    assert len(pipeline.verify_invoices(house, choice, word=word)["verified"]) == 2
    house.catalog.close()
