"""The numbers of documents held against their series: none twice, and none missing without a word.

Source: issue 4, gapless numbers per seller and series. Decision 0047.
"""

import json
from collections import defaultdict

from sqlalchemy import Connection, func, select

from tieout.store.catalog import audit_entry, invoice, number_series, summary_invoice
from tieout.store.workflow import WITHDRAW, written_number

NAMED_MAX = 3  # missing numbers that a sentence names


def broken_series(connection: Connection) -> list[str]:
    """Say which series miss numbers, and which numbers of ours no series gave.

    A vendor's own document that went with the vendor's lines leaves its number unused, and the
    audit says so: it is not missing.
    """
    given, withdrawn = _given(connection), _withdrawn(connection)
    differences = []
    order = (number_series.c.seller_id, number_series.c.series)
    for row in connection.execute(select(number_series).order_by(*order)):
        taken = {
            written_number(row.seller_id, row.series, number=number)
            for number in range(1, row.last_number + 1)
        }
        begin = f"{row.seller_id}-{row.series}-"
        here = {one for one in given[row.seller_id] | withdrawn if one.startswith(begin)}
        name = f"series {row.series} of {row.seller_id}"
        if missing := sorted(taken - here):
            listed = ", ".join(missing[:NAMED_MAX])
            differences.append(f"{name}: {len(missing)} numbers are on no document: {listed}")
        if strange := sorted(here - taken):
            listed = ", ".join(strange[:NAMED_MAX])
            differences.append(f"{name}: ends at {row.last_number}, and there is {listed}")
    return differences + _without_series(connection)


def _without_series(connection: Connection) -> list[str]:
    """Say which sellers have numbered documents of months for which they have no series."""
    month = func.substr(invoice.c.invoice_date, 1, 7).label("month")
    ours = (invoice.c.hop > 1, invoice.c.invoice_number.is_not(None))
    used = connection.execute(select(invoice.c.seller_id, month).where(*ours).distinct())
    kept = connection.execute(select(number_series.c.seller_id, number_series.c.series))
    lost = {tuple(row) for row in used} - {tuple(row) for row in kept}
    return [f"series {series} of {seller_id} is not there" for seller_id, series in sorted(lost)]


def _given(connection: Connection) -> dict[str, set[str]]:
    """Give the numbers of documents and summaries by seller; a seller has each once at most."""
    given: dict[str, set[str]] = defaultdict(set)
    for table, number in (
        (invoice, invoice.c.invoice_number),
        (summary_invoice, summary_invoice.c.summary_number),
    ):
        query = select(table.c.seller_id, number).where(number.is_not(None))
        for seller_id, said in connection.execute(query):
            given[seller_id].add(said)
    return given


def _withdrawn(connection: Connection) -> set[str]:
    """Give the numbers of the vendor's documents that were withdrawn."""
    query = select(audit_entry.c.before).where(audit_entry.c.action == WITHDRAW)
    said = [json.loads(before) for before in connection.execute(query).scalars()]
    return {one["invoice_number"] for one in said if one.get("invoice_number")}
