"""Headers of verified invoices that somebody changed behind the triggers are named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from verified_case import differences, headers, make_verified

from tieout.store.catalog import invoice
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
    (said,) = differences(verified)
    assert said.startswith(f"invoice {one['invoice_number']} ({one['invoice_id']}): verified by")
