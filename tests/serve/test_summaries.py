"""Summary invoices: acceptance case A30, who sees them, and what the database refuses."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from october import NOW, PERIOD
from orders_case import bill_orders
from postgres_case import serving_role
from serve_case import HEADERS, Visitor, serving
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from tieout import pipeline
from tieout.errors import Conflict, NotFound
from tieout.pipeline import Charge, Choice, CustomInvoice, SummaryWish, Word
from tieout.store.catalog import invoice, number_series, summary_invoice
from tieout.store.house import House

ANNA = Word(by="anna", now=NOW, reason="asked")
OCTOBER = dt.date(2021, 11, 1)
DATED = {"invoiceYear": "2021", "invoiceMonth": "11"}
F_OCT, F_ORDER = "17.05", "1644.7"


def by_total(house: House) -> dict[str, str]:
    """Give the ids of the invoices to the customer by their totals."""
    query = select(invoice.c.total_amount, invoice.c.invoice_id).where(
        invoice.c.buyer_id == "customer"
    )
    with house.catalog.read() as connection:
        return {row.total_amount: row.invoice_id for row in connection.execute(query)}


def charged(house: House, amount: str, *, verify: bool = True) -> str:
    """Make a custom invoice to the customer; give its id."""
    wanted = CustomInvoice([Charge("1", amount, "support")], contract_id="c-2", date=OCTOBER)
    made = str(pipeline.charge_by_hand(house, wanted, word=ANNA)["invoiceId"])
    if verify:
        pipeline.verify_invoices(house, Choice(names=(made,)), word=ANNA)
    return made


def joined(house: House, *names: str) -> dict[str, Any]:
    """Join invoices in a summary of November 2021."""
    return pipeline.summarize(house, SummaryWish(names, date=OCTOBER), word=ANNA)


def consolidations(visitor: Visitor, requester: str, **query: str) -> list[dict[str, Any]]:
    """Read the endpoint; numbers are the texts on the wire."""
    path = f"/api/v2/reporting/requesters/{requester}"
    return visitor.rows("invoice-consolidations", path=path, **query)


@pytest.fixture
def house(tmp_path: Path, catalog_url: str) -> Iterator[House]:
    """Bill F-OCT and F-ORDER, verified, on either catalog."""
    made = bill_orders(tmp_path, catalog_url=catalog_url, status="verified")
    yield made
    made.catalog.close()


@pytest.fixture
def serve_catalog(house: House, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Give the URL by which a role that row-level security holds reads, where there is one."""
    if house.catalog.is_sqlite:
        yield None
        return
    with serving_role(request.getfixturevalue("postgres_server"), house.catalog) as url:
        yield url


@pytest.fixture
def f_sum(house: House) -> tuple[House, dict[str, Any], str]:
    """Make F-SUM; give it and the invoice that was joined before."""
    other = charged(house, "99.00")
    joined(house, other)
    ids = by_total(house)
    made = joined(house, ids[F_OCT], ids[F_ORDER], other)
    return house, made, other


def test_a30_two_invoices_joined_and_one_skipped(
    f_sum: tuple[House, dict[str, Any], str], serve_catalog: str | None
) -> None:
    house, made, other = f_sum
    ids = by_total(house)
    summary_id = made["invoiceConsolidationId"]
    with serving(house, serve_catalog=serve_catalog) as place:
        seller = place.visitor("reseller")
        buyer = place.visitor("customer", role="customerBillingAdmin")
        (one,) = [
            one
            for one in consolidations(seller, "reseller", **DATED)
            if one["invoiceConsolidationId"] == summary_id
        ]
        assert one == {
            "invoiceConsolidationId": summary_id,
            "invoiceConsolidationNumber": None,
            "invoiceDate": "2021-11-01T00:00:00Z",
            "statusId": "0",
            "status": "New",
            "providerId": "reseller",
            "consumerId": "customer",
            "currency": "EUR",
            "totalAmount": "1661.75",
            "roundingResidual": "0",
            "invoiceIds": sorted([ids[F_OCT], ids[F_ORDER]]),
            "includedCount": "2",
            "skippedCount": "1",
            "skipped": [{"invoiceId": other, "reason": "ALREADY_CONSOLIDATED"}],
        }
        assert carriers(seller, "reseller", summary_id) == {ids[F_OCT], ids[F_ORDER]}
        assert consolidations(buyer, "customer", **DATED) == []
        assert carriers(buyer, "customer", summary_id) == set()
        tag = buyer.client.get(f"{HEADERS}/customer").headers["ETag"]
        pipeline.move_summaries(house, [summary_id], action="verify", word=ANNA)
        assert buyer.client.get(f"{HEADERS}/customer").headers["ETag"] != tag
        assert carriers(buyer, "customer", summary_id) == {ids[F_OCT], ids[F_ORDER]}
        (seen,) = consolidations(buyer, "customer", **DATED)
        assert (seen["totalAmount"], seen["statusId"]) == ("1661.75", "1")
        assert seen["invoiceConsolidationNumber"] == "reseller-S-2021-11-0001"
        for hidden in ("invoiceIds", "includedCount", "skippedCount", "skipped"):
            assert hidden not in seen
        check_question(seller, summary_id=summary_id)


def carriers(visitor: Visitor, who: str, summary_id: str) -> set[str]:
    """Give the invoices whose header, and every row, names the summary."""
    headers = visitor.rows(who, path=HEADERS)
    rows = visitor.rows(who) + visitor.rows(who, expand="AllDetails")
    found = {one["invoiceId"] for one in headers if one["invoiceConsolidationId"] == summary_id}
    for row in rows:
        assert (row["invoiceConsolidationId"] == summary_id) == (row["invoiceId"] in found)
    return found


def check_question(seller: Visitor, *, summary_id: str) -> None:
    """Check the parameters of the endpoint."""
    assert len(consolidations(seller, "reseller")) == 2
    assert len(consolidations(seller, "reseller", invoiceYear="2021")) == 2
    assert consolidations(seller, "reseller", invoiceYear="2021", invoiceMonth="1") == []
    assert consolidations(seller, "reseller", invoiceYear="2022") == []
    assert len(consolidations(seller, "reseller", invoiceConsolidationId=summary_id)) == 1
    assert consolidations(seller, "reseller", invoiceConsolidationId="another") == []
    path = "/api/v2/reporting/requesters/reseller/invoice-consolidations"
    for query in (
        {"invoiceMonth": "11"},
        {"invoiceYear": "21"},
        {"invoiceYear": "2021", "invoiceMonth": "13"},
        {"invoiceYear": "2021", "invoiceMonth": "0"},
    ):
        assert seller.code(path, **query) == (400, "BAD_PARAMETER")
    assert seller.code(path, invoiceDay="1") == (400, "UNKNOWN_PARAMETER")
    tag = seller.client.get(path).headers["ETag"]
    assert seller.client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert seller.client.head(path).headers["Tieout-Row-Count"] == "2"
    other = "/api/v2/reporting/requesters/customer/invoice-consolidations"
    assert seller.code(other) == (404, "NOT_FOUND")


def test_an_account_manager_is_not_told_what_was_skipped(
    f_sum: tuple[House, dict[str, Any], str],
) -> None:
    house, made, _ = f_sum
    with serving(house) as place:
        manager = place.visitor("reseller", role="accountManager")
        asked = {"invoiceConsolidationId": made["invoiceConsolidationId"]}
        (one,) = consolidations(manager, "reseller", **asked)
        stranger = place.visitor("microsoft", "customer")
        assert consolidations(stranger, "customer") == []
    assert one["includedCount"] == "2"
    assert not {"skipped", "skippedCount"} & set(one)


def test_each_reason_and_no_invoice_twice(house: House) -> None:
    ids = by_total(house)
    with house.catalog.read() as connection:
        query = select(invoice.c.invoice_id).where(invoice.c.hop == 1)
        vendors = connection.execute(query).scalar_one()
    draft = charged(house, "5", verify=False)
    made = joined(house, ids[F_OCT], vendors, draft, ids[F_OCT])
    assert (made["includedCount"], made["totalAmount"]) == (1, F_OCT)
    assert made["skipped"] == [
        {"invoiceId": vendors, "reason": "PARTY_DIFFERS"},
        {"invoiceId": draft, "reason": "NOT_VERIFIED"},
    ]
    with serving(house) as place:
        (one,) = consolidations(place.visitor("reseller"), "reseller")
    assert one["skipped"] == [{"invoiceId": draft, "reason": "NOT_VERIFIED"}]  # the seller's own
    for names, match in (
        ((ids[F_OCT],), "ALREADY_CONSOLIDATED"),
        ((vendors,), "at hop 1"),
        ((draft,), "NOT_VERIFIED"),
    ):
        with pytest.raises(Conflict, match=match):
            joined(house, *names)
    with pytest.raises(NotFound):
        joined(house, "no-such")
    again = pipeline.summarize(
        house, SummaryWish(seller="reseller", buyer="customer", period=PERIOD), word=ANNA
    )
    assert (again["includedCount"], again["totalAmount"]) == (1, "1644.70")
    assert again["invoiceDate"] == NOW.date().isoformat()
    assert again["skippedCount"] == 1


def test_a_summary_moves_one_way_with_numbers_without_gap(house: House) -> None:
    ids = by_total(house)
    first = joined(house, ids[F_OCT])["invoiceConsolidationId"]
    wrong = joined(house, ids[F_ORDER])["invoiceConsolidationId"]
    pipeline.discard_summary(house, wrong, word=ANNA)
    second = joined(house, ids[F_ORDER])["invoiceConsolidationId"]
    assert len({first, wrong, second}) == 3
    with pytest.raises(Conflict, match="is New"):
        pipeline.move_summaries(house, [first], action="issue", word=ANNA)
    done = pipeline.move_summaries(house, [second, first], action="verify", word=ANNA)["moved"]
    numbers = [one["invoiceConsolidationNumber"] for one in done]
    assert numbers == ["reseller-S-2021-11-0001", "reseller-S-2021-11-0002"]
    for action, status in (("issue", 2), ("card-error", 4), ("pay", 3)):
        (one,) = pipeline.move_summaries(house, numbers[:1], action=action, word=ANNA)["moved"]
        assert one["statusId"] == status
    with pytest.raises(Conflict, match="is Verified"):
        pipeline.discard_summary(house, first, word=ANNA)
    for one in (ids[F_OCT], ids[F_ORDER]):
        with pytest.raises(Conflict, match="name one kind"):
            pipeline.names_summaries(house, [first, one])
    with house.catalog.read() as connection:
        series = connection.execute(
            select(number_series.c.last_number).where(number_series.c.series == "S-2021-11")
        ).scalars()
        assert list(series) == [2]
    trail = [one for one in pipeline.read_audit(house)["entries"] if one["by"] == "anna"]
    assert [one["action"] for one in trail] == [
        *("summarize", "summarize", "discard", "summarize", "verify", "verify"),
        *("issue", "card-error", "pay"),
    ]
    pipeline.check_audit(house)
    listed = pipeline.recorded_summaries(house)["summaries"]
    assert [one["totalAmount"] for one in listed] == [
        {first: F_OCT, second: "1644.70"}[one["invoiceConsolidationId"]] for one in listed
    ]


def test_the_database_itself_refuses(house: House) -> None:
    ids = by_total(house)
    summary_id = joined(house, ids[F_OCT])["invoiceConsolidationId"]
    other = joined(house, ids[F_ORDER])["invoiceConsolidationId"]
    draft = charged(house, "5", verify=False)
    pipeline.move_summaries(house, [summary_id], action="verify", word=ANNA)
    of_oct, of_order, of_draft = (
        update(invoice).where(invoice.c.invoice_id == one)
        for one in (ids[F_OCT], ids[F_ORDER], draft)
    )
    verified = update(summary_invoice).where(summary_invoice.c.summary_id == summary_id)
    for statement in (
        of_oct.values(summary_id=None),
        of_oct.values(summary_id=other),
        of_order.values(summary_id=summary_id),
        of_order.values(summary_id="no-such"),
        of_draft.values(summary_id=other),
        update(invoice).where(invoice.c.hop == 1).values(summary_id=other),
        verified.values(status_id=0),
        verified.values(total_amount="1"),
        verified.values(skipped="[1]"),
        summary_invoice.delete().where(summary_invoice.c.summary_id == summary_id),
        update(summary_invoice).where(summary_invoice.c.summary_id == other).values(status_id=1),
    ):
        with pytest.raises(DBAPIError), house.catalog.write() as connection:
            connection.execute(statement)
    assert [one["statusId"] for one in pipeline.recorded_summaries(house)["summaries"]] in (
        [0, 1],
        [1, 0],
    )


def test_a_run_keeps_its_invoices_joined(house: House) -> None:
    ids = by_total(house)
    made = joined(house, ids[F_OCT], ids[F_ORDER])
    pipeline.run_period(house, PERIOD, now=NOW)
    moved = pipeline.move_summaries(
        house, [made["invoiceConsolidationId"]], action="verify", word=ANNA
    )
    assert moved["moved"][0]["invoiceIds"] == sorted(ids[one] for one in (F_OCT, F_ORDER))
