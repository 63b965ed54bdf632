"""Who sees what in a chain of four: acceptance cases A19 to A22 and A34 to A36."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from october import NOW
from serve_case import CONSOLIDATED, HEADERS, ROWS, Place

OUTGOING = {"direction": "outgoing"}
SELLER_KEYS = {
    *("resellerUnitPrice", "resellerTotalPrice", "resellerCurrency", "exchangeRate"),
    *("marginAmount", "inputDigest", "costAmount", "vendorInvoiceNumber"),
}
PREVIEWS = ("v1.invoice-rows", "v1.invoice-rows.preview", "v1.invoice-headers.preview")


def totals(rows: list[dict[str, Any]], name: str = "totalPrice") -> list[str]:
    return [row[name] for row in rows]


def test_a19_each_party_sees_its_own_hops(chain: Place) -> None:
    distributor = chain.visitor("distributor", role="distributorAdmin")
    assert totals(distributor.rows("distributor", **OUTGOING)) == ["31.50", "-13.60"]
    reseller = chain.visitor("reseller")
    assert totals(reseller.rows("reseller", direction="incoming")) == ["31.50", "-13.60"]
    assert totals(reseller.rows("reseller", **OUTGOING)) == ["34.65", "-14.96"]
    customer = chain.visitor("customer", role="customerBillingAdmin")
    assert totals(customer.rows("customer")) == ["34.65", "-14.96"]
    headers = reseller.rows("reseller", path=HEADERS)
    assert sorted(totals(headers, "totalAmount")) == ["17.90", "19.69"]


def test_a20_a_customer_never_sees_its_sellers_cost(chain: Place) -> None:
    customer = chain.visitor("customer", role="customerBillingAdmin")
    bodies = [
        customer.client.get(f"{path}/customer", params=query).content
        for path in (ROWS, HEADERS)
        for query in (
            {},
            {"expand": "AllDetails"},
            {"expand": "AllDetails", "residual": "row"},
            {"expand": "CorrectionDetails"},
        )
    ]
    for body in bodies:
        assert body.startswith(b"[{")
    for path in (ROWS, HEADERS):
        for form in ("ndjson", "csv", "parquet"):
            asked = {"format": form, "expand": "AllDetails"}
            answer = customer.client.get(f"{path}/customer", params=asked)
            told = answer.content
            if form == "parquet":
                told = repr(pq.read_table(pa.BufferReader(told)).to_pylist()).encode()
            bodies += [told, repr(answer.headers).encode()]
    for body in bodies:
        for figure in (b"13.60", b"31.50", b"31.5", b"30.45", b"3.15", b"distributor", b"1.36"):
            assert figure not in body
    for view in ({}, {"expand": "AllDetails"}):
        assert not any(SELLER_KEYS & set(row) for row in customer.rows("customer", **view))


def test_a20_a_billing_key_of_a_customer_opens_no_sales(chain: Place) -> None:
    endpoints = ["billing.consolidatedinvoices"]
    customer = chain.visitor("customer", role="customerBillingAdmin", endpoints=endpoints)
    answer = customer.client.get(CONSOLIDATED, params={"format": "json"})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (
        403,
        "role-not-allowed",
    )


def test_a21_a_reseller_never_sees_the_hop_above_its_purchase(chain: Place) -> None:
    reseller = chain.visitor("reseller")
    assert totals(reseller.rows("reseller", **OUTGOING), "marginAmount") == ["3.15", "-1.36"]
    bodies = [
        reseller.client.get(f"{ROWS}/reseller", params={"expand": expand} if expand else {}).content
        for expand in ("", "AllDetails", "CorrectionDetails")
    ]
    bodies.append(
        reseller.client.get(
            CONSOLIDATED, params={"format": "json", "startDate": "20211101", "endDate": "20211101"}
        ).content
    )
    for body in bodies:
        for figure in (b":30.00", b":-12.95", b":-29,", b":-29.00", b"G012345678", b":2.9,"):
            assert figure not in body


def test_a22_one_match_key_at_every_hop(chain: Place) -> None:
    seen = {}
    for party, role in (
        ("distributor", "distributorAdmin"),
        ("reseller", "sellerAdmin"),
        ("customer", "customerBillingAdmin"),
    ):
        rows = chain.visitor(party, role=role).rows(party, expand="AllDetails")
        seen[party] = [
            (r["matchKey"], r["totalPrice"]) for r in rows if r["vendorInvoiceRowId"] == "oct-02"
        ]
    keys = {key for found in seen.values() for key, _ in found}
    assert len(keys) == 1
    assert sorted(total for _, total in seen["distributor"]) == ["-29", "-30.45"]
    assert sorted(total for _, total in seen["reseller"]) == ["-30.45", "-33.495"]
    assert [total for _, total in seen["customer"]] == ["-33.495"]


def test_a34_the_owner_previews_its_sellers_drafts(chain_new: Place) -> None:
    owner = chain_new.visitor("distributor", "reseller", role="distributorAdmin")
    rows = owner.rows("reseller", after="/preview", **OUTGOING)
    assert totals(rows) == ["30.00", "-12.95"]
    assert owner.rows("reseller", **OUTGOING) == []


def test_a35_drafts_are_for_the_owner_of_the_channel(chain_new: Place, oct_new: Place) -> None:
    indirect = chain_new.visitor("reseller", endpoints=PREVIEWS)
    assert indirect.code(f"{ROWS}/reseller/preview") == (403, "ROLE_NOT_ALLOWED")
    direct = oct_new.visitor("reseller", endpoints=PREVIEWS)
    assert totals(direct.rows("reseller", after="/preview")) == ["30.00", "-12.95"]
    assert direct.rows("reseller", **OUTGOING) == []
    buyer = oct_new.visitor("customer", role="customerBillingAdmin", endpoints=PREVIEWS)
    assert buyer.code(f"{ROWS}/customer/preview") == (403, "ROLE_NOT_ALLOWED")
    assert buyer.rows("customer") == []


def test_a36_preview_and_final_have_one_digest(oct_new: Place, oct_0: Place) -> None:
    digest = "cbccb97a51607fec0da936d60f81c8f6ea72a641e422422a5f1b4d1d1d936dc1"
    draft = oct_new.visitor("reseller", endpoints=PREVIEWS).rows(
        "reseller", path=HEADERS, after="/preview"
    )
    final = oct_0.visitor("reseller").rows("reseller", path=HEADERS, **OUTGOING)
    assert totals(draft, "outputDigest") == totals(final, "outputDigest") == [digest]
    assert NOW.year == 2026
