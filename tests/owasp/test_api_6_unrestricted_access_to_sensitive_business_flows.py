"""API6: an invoice is moved once, by those who may; keys are made by no request."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from attack import MINE, RESELLER, THEIRS, Attack
from sqlalchemy import select

from tieout import pipeline
from tieout.store.catalog import invoice

AT_ONCE = 6


def invoice_of(attack: Attack, party: str) -> str:
    (found,) = {row["invoiceId"] for row in attack.seen[party] if "invoiceDate" in row}
    return str(found)


def status_of(attack: Attack, invoice_id: str) -> int:
    with attack.place.house.catalog.read() as connection:
        query = select(invoice.c.status_id).where(invoice.c.invoice_id == invoice_id)
        return int(connection.execute(query).scalar_one())


def test_asked_at_once_by_many_a_move_is_made_once(attack: Attack) -> None:
    invoice_id, seller = invoice_of(attack, THEIRS), attack.visitor(RESELLER, "sellerAdmin")
    address = f"/operations/v1/{RESELLER}/issue"

    def issue(_number: int) -> int:
        return seller.client.post(address, json={"invoices": [invoice_id]}).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(issue, range(AT_ONCE)))
    assert sorted(statuses) == [200, *[409] * (AT_ONCE - 1)]
    entries = pipeline.read_audit(attack.place.house, subject=invoice_id)["entries"]
    assert [one["action"] for one in entries].count("issue") == 1


def test_the_buyer_does_not_say_that_it_has_paid(attack: Attack) -> None:
    invoice_id = invoice_of(attack, MINE)
    before = status_of(attack, invoice_id)
    for move in ("verify", "issue", "pay", "card-error"):
        answer = attack.mine.client.post(
            f"/operations/v1/{MINE}/{move}", json={"invoices": [invoice_id]}
        )
        assert answer.json()["code"] == "ROLE_NOT_ALLOWED"
    assert status_of(attack, invoice_id) == before


def test_no_move_is_skipped_or_taken_back(attack: Attack) -> None:
    invoice_id = invoice_of(attack, MINE)
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    assert status_of(attack, invoice_id) == 1
    for move in ("verify",):  # it is verified already, and the owner is the distributor
        answer = seller.post(f"/operations/v1/{RESELLER}/{move}", json={"invoices": [invoice_id]})
        assert answer.status_code in (404, 409)
    for method in ("DELETE", "PUT", "PATCH"):
        for move in ("issue", "verify"):
            address = f"/operations/v1/{RESELLER}/{move}"
            assert seller.request(method, address).status_code == 405
    assert status_of(attack, invoice_id) == 1


def test_one_bad_invoice_moves_none(attack: Attack) -> None:
    good, bad = invoice_of(attack, MINE), "00000000-0000-4000-8000-000000000000"
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    body = {"invoices": [good, bad]}
    assert seller.post(f"/operations/v1/{RESELLER}/issue", json=body).status_code == 404
    assert status_of(attack, good) == 1


@pytest.mark.parametrize("word", ["key", "secret", "role", "user", "password", "backup", "token"])
def test_nothing_that_gives_rights_is_done_by_request(attack: Attack, word: str) -> None:
    """Keys and backups are made where the service runs; a token opens what its key does."""
    changing = {one for one in attack.operations if one.method != "GET"}
    named = {one.template for one in changing if word in one.template.replace("{key}", "").lower()}
    assert named == ({"/oauth/token"} if word == "token" else set())
