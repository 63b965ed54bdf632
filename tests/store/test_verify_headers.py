"""Headers of verified invoices that somebody changed behind the triggers are named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from verified_case import differences, headers, make_verified

from tieout.store.catalog import invoice, manual_line, number_series, run
from tieout.store.catalog_rows import tables_to_fill
from tieout.store.house import House


@pytest.fixture
def verified(store_at: Callable[[Callable[[House, Path], object]], House]) -> House:
    """Open a store with verified documents of every origin."""
    return store_at(make_verified)


def header_of_havenlab(house: House) -> dict[str, Any]:
    (one,) = [
        one for one in headers(house) if one["buyer_id"] == "havenlab" and one["source_id"] == 1
    ]
    return one


def changed(house: House, **values: object) -> dict[str, Any]:
    """Change a verified header as one who may drop triggers; give it as it was."""
    one = header_of_havenlab(house)
    with house.catalog.write() as connection, tables_to_fill(connection):
        which = update(invoice).where(invoice.c.invoice_id == one["invoice_id"])
        connection.execute(which.values(**values))
    return one


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("total_amount", "7919.03", "total 7919.03, recomputed"),
        ("rounding_residual", "0.125", "residual 0.125, recomputed"),
        ("row_count", 77, "number of consolidated lines 77, recomputed"),
        ("output_digest", "0" * 64, f"output digest {'0' * 64}, recomputed"),
    ],
)
def test_a_header_that_was_changed_behind_the_triggers_is_named(
    verified: House, column: str, value: object, said: str
) -> None:
    one = changed(verified, **{column: value})
    name = f"invoice {one['invoice_number']} ({one['invoice_id']})"
    found = differences(verified)
    assert any(sentence.startswith(f"{name}: {said}") for sentence in found)
    if column in ("total_amount", "output_digest"):  # the audit kept it too
        assert any(f"{column} is {value}, audit entry" in sentence for sentence in found)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("due_date", "2099-01-01", "parties, dates, terms or counts are not those of audit entry"),
        ("buyer_name", "Eve B.V.", "parties, dates, terms or counts are not those of audit entry"),
        ("tax_rate", "0", "parties, dates, terms or counts are not those of audit entry"),
        ("status_id", 3, "status is Paid, audit entry"),
    ],
)
def test_what_a_verified_invoice_says_was_changed_behind_the_triggers(
    verified: House, column: str, value: object, said: str
) -> None:
    one = changed(verified, **{column: value})
    (found,) = differences(verified)
    assert found.startswith(f"invoice {one['invoice_number']} ({one['invoice_id']}): {said}")


def test_a_verified_invoice_that_is_gone_is_named(verified: House) -> None:
    one = header_of_havenlab(verified)
    with verified.catalog.write() as connection, tables_to_fill(connection):
        connection.execute(invoice.delete().where(invoice.c.invoice_id == one["invoice_id"]))
    said, missing = differences(verified)
    assert said.startswith(f"invoice {one['invoice_number']} ({one['invoice_id']}): verified by")
    assert missing.endswith(f"1 numbers are on no document: {one['invoice_number']}")


@pytest.mark.parametrize("catalog_kind", ["sqlite"])  # what the catalog is has no say
def test_whatever_else_was_changed_behind_the_triggers_is_named(verified: House) -> None:
    changes = {"cost_amount": "1", "margin_amount": "2", "accepted_parked": "told by phone"}
    changes |= {"verified_at": "2021-11-02T09:30:00Z", "input_digest": "0" * 64}
    one = changed(verified, **changes)
    assert (one["accepted_parked"], one["verified_at"]) == ("asked", "2021-11-04T09:30:00Z")
    with verified.catalog.write() as connection, tables_to_fill(connection):
        of_kadewerk = update(number_series).where(number_series.c.seller_id == "kadewerk")
        connection.execute(of_kadewerk.values(last_number=3))  # it sold two invoices
        connection.execute(update(manual_line).values(amount="-100.5"))
        of_month = update(run).where(run.c.kind == "month")
        connection.execute(of_month.values(certificate='{"status":"tied"}', output_digest="0"))
        replayed = {**connection.execute(select(run).limit(1)).mappings().one()}
        replayed |= {"run_id": "2021-10-forged", "period": "2021-10", "is_current": 1}
        connection.execute(of_month.values(is_current=0))
        connection.execute(run.insert().values(replayed | {"kind": "month"}))
    found = "\n".join(differences(verified))
    name = f"invoice {one['invoice_number']} ({one['invoice_id']})"
    month = f"run {one['run_id']}"
    for said in (
        f"{name}: purchase 1, recomputed {one['cost_amount']}",
        f"{name}: margin 2, recomputed {one['margin_amount']}",
        f"{name}: accepted_parked is told by phone, audit entry",
        f"{name}: verified_at is 2021-11-02T09:30:00Z, audit entry",
        f"{name}: its input digest is not that of {month}",
        "series 2021-11 of kadewerk: 1 numbers are on no document: kadewerk-2021-11-0003",
        "line 1: amount not as audit entry",
        f"{month}: output_digest is 0, audit entry",
        f"{month}: certificate is ",
        "the published run of 2021-10 is 2021-10-forged, audit entry",
    ):
        assert said in found
