"""What OpenAPI cannot say of a Billing API question, for schemathesis (SCHEMATHESIS_HOOKS).

A question that its schemas allow may still be refused: dates in the wrong order or not in the
calendar, a cursor that no answer gave, more invoices on a page than XML and JSON have.
"""

import datetime as dt
from typing import Any

import schemathesis

FLAT = ("csv", "ndjson")
INVOICES_MAX = 1000


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    """Leave out such a question where an answer is expected."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return True
    query = case.query or {}
    if "cursor" in query:
        return False
    is_flat = query.get("format") in FLAT
    return in_order(query) and (is_flat or int(query.get("limit", 1)) <= INVOICES_MAX)


def in_order(query: dict[str, Any]) -> bool:
    """Tell whether the dates of a question are days of the calendar, the first one first.

    The last one is the server's today where only the first is named.
    """
    try:
        days = [
            dt.date.fromisoformat(query[name]) for name in ("startDate", "endDate") if name in query
        ]
    except ValueError:
        return False
    return days == sorted(days) and ("endDate" in query or "startDate" not in query)
