"""The detail lines behind a row, and their prices told, as each party of a chain may see them."""

import uuid
from fractions import Fraction
from typing import Any

import pytest
from serve_case import Place, Visitor

V2 = "/api/v2/reporting/requesters"
ROLES = {
    "distributor": "distributorAdmin",
    "reseller": "sellerAdmin",
    "customer": "customerBillingAdmin",
}
# lines of the published October: -29 bought at hop 1; distributor +5 %, reseller +10 %
LINE = "oct-02"
COST_WORDS = (b"ruleId", b"costTotalPrice", b"markup", b"exchangeRate", b"surcharge", b"100)")


def ask(visitor: Visitor, party: str, row: str, name: str) -> Any:
    answer = visitor.client.get(f"{V2}/{party}/invoices/rows/{row}/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json(parse_float=str)


def row_of(visitor: Visitor, party: str, **query: str) -> str:
    rows = visitor.rows(party, expand="AllDetails", **query)
    return next(str(row["rowId"]) for row in rows if row["vendorInvoiceRowId"] == LINE)


def test_the_reseller_reads_each_step_of_its_own_sale(chain: Place) -> None:
    reseller = chain.visitor("reseller")
    row = row_of(reseller, "reseller", direction="outgoing")
    told = ask(reseller, "reseller", row, "explanation")
    assert told["sourceLineCount"] == 1
    (line,) = told["lines"]
    assert [hop["direction"] for hop in line["hops"]] == ["incoming", "outgoing"]
    bought, sold = line["hops"]
    assert Fraction(bought["totalPrice"]) == -29 * Fraction("1.05")
    assert Fraction(sold["totalPrice"]) == -29 * Fraction("1.155")
    assert [step["text"] for step in sold["steps"]] == ["-30.45 x (1 + 10/100) = -33.495"]
    assert (sold["rule"]["ruleId"], sold["rule"]["kind"], sold["rule"]["value"]) == (
        "r-3",
        "markup",
        "10",
    )
    assert "steps" not in bought
    assert line["differences"] == []


def test_the_owner_of_the_channel_reads_the_vendors_cells(chain: Place) -> None:
    distributor = chain.visitor("distributor", role="distributorAdmin")
    row = row_of(distributor, "distributor", direction="outgoing")
    (line,) = ask(distributor, "distributor", row, "explanation")["lines"]
    cells = {cell["name"]: cell["cell"] for cell in line["cells"]}
    assert (cells["Subtotal"], cells["VendorInvoiceRowId"]) == ("-29", LINE)
    assert [step["text"] for step in line["hops"][1]["steps"]] == ["-29 x (1 + 5/100) = -30.45"]
    billing = chain.visitor("distributor", role="accountManager")
    (line,) = ask(billing, "distributor", row, "explanation")["lines"]
    assert "cells" not in line
    assert all("steps" not in hop for hop in line["hops"])


def test_a_buyer_reads_nothing_of_its_sellers_price(chain: Place) -> None:
    customer = chain.visitor("customer", role="customerBillingAdmin")
    rows = customer.rows("customer") + customer.rows("customer", expand="AllDetails")
    assert len(rows) == 13
    for row in rows:
        for name in ("explanation", "sources"):
            path = f"{V2}/customer/invoices/rows/{row['rowId']}/{name}"
            body = customer.client.get(path).content
            assert row["currency"].encode() in body
            for figure in (
                b"30.45",
                b'"-29"',
                b":-29,",
                b"13.6",
                b"31.5",
                b"distributor",
                b"microsoft",
            ):
                assert figure not in body
            assert not [word for word in COST_WORDS if word in body]
            assert b"cells" not in body


def test_a_reseller_reads_nothing_above_its_purchase(chain: Place) -> None:
    reseller = chain.visitor("reseller")
    row = row_of(reseller, "reseller", direction="outgoing")
    path = f"{V2}/reseller/invoices/rows/{row}/explanation"
    body = reseller.client.get(path).content
    for figure in (b'"-29"', b"-2.9", b"G012345678", b"r-2", b"microsoft", b"October", b"cells"):
        assert figure not in body


def test_the_sources_of_a_row_add_up_to_it(chain: Place) -> None:
    for party, role in ROLES.items():
        visitor = chain.visitor(party, role=role)
        for row in visitor.rows(party):
            found = ask(visitor, party, str(row["rowId"]), "sources")
            assert str(len(found)) == row["sourceLineCount"]
            total = sum(Fraction(str(line["totalPrice"])) for line in found)
            assert total + Fraction(row["roundingResidual"]) == Fraction(row["totalPrice"])


@pytest.mark.parametrize("name", ["sources", "explanation"])
def test_a_foreign_row_is_as_unknown_as_any_other(chain: Place, name: str) -> None:
    distributor = chain.visitor("distributor", role="distributorAdmin")
    foreign = row_of(distributor, "distributor", direction="incoming")
    customer = chain.visitor("customer", role="customerBillingAdmin")
    answers = [
        customer.client.get(f"{V2}/customer/invoices/rows/{row}/{name}")
        for row in (foreign, str(uuid.uuid4()), "nothing")
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    bodies = [{**answer.json(), "requestId": ""} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert customer.code(f"{V2}/reseller/invoices/rows/{foreign}/{name}") == (404, "NOT_FOUND")
    assert customer.code(f"{V2}/customer/invoices/rows/{foreign}/{name}", odd="1") == (
        400,
        "UNKNOWN_PARAMETER",
    )
    narrow = chain.visitor("customer", role="customerBillingAdmin", endpoints=["v1.invoice-rows"])
    path = f"{V2}/customer/invoices/rows/{foreign}/{name}"
    assert narrow.code(path) == (403, "ENDPOINT_NOT_IN_SCOPE")


def test_drafts_are_explained_to_the_owner_alone(chain_new: Place) -> None:
    distributor = chain_new.visitor("distributor", role="distributorAdmin")
    rows = distributor.rows("distributor", after="/preview", direction="outgoing")
    path = f"{V2}/distributor/invoices/rows/{rows[0]['rowId']}/sources"
    assert distributor.code(path) == (404, "NOT_FOUND")
    answer = distributor.client.get(path, params={"isPreview": "true"})
    assert (answer.status_code, len(answer.json())) == (200, 1)
    buyer = chain_new.visitor("reseller")
    path = path.replace("distributor", "reseller")
    assert buyer.code(path, isPreview="true") == (403, "ROLE_NOT_ALLOWED")


def test_an_unchanged_explanation_is_not_sent_again(oct_4: Place) -> None:
    reseller = oct_4.visitor("reseller")
    row = row_of(reseller, "reseller", direction="outgoing")
    path = f"{V2}/reseller/invoices/rows/{row}/explanation"
    first = reseller.client.get(path)
    again = reseller.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    texts = [step["text"] for step in first.json()["lines"][0]["hops"][1]["steps"]]
    # 4.00 x 30/31 = 3.8709..., cut: 3.87; ten seats back: -38.7
    assert texts == [
        "-4 x 30 / 31 = -3.870967...",
        "-3.870967... cut to 2 decimals = -3.87",
        "-3.87 x 10 = -38.7",
    ]
