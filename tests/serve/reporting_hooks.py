"""What OpenAPI cannot say of a Reporting API question, for schemathesis (SCHEMATHESIS_HOOKS).

A question that its schemas allow may still be refused: dates in the wrong order, a cursor that no
answer gave, statuses of drafts where none are asked for, a month without its year.
"""

import datetime as dt
from typing import Any

import schemathesis

DRAFTS = {0, 6}


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    """Leave out such a question where an answer is expected."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return True
    query = case.query or {}
    if "cursor" in query or ("invoiceMonth" in query and "invoiceYear" not in query):
        return False
    return _is_dated(query) and _has_statuses(query, case.path)


def _is_dated(query: dict[str, Any]) -> bool:
    """Tell whether the dates are days of the calendar, the first one first."""
    try:
        days = {name: query[name] for name in query if name.endswith(("DateFrom", "DateTill"))}
        for day in days.values():
            dt.date.fromisoformat(day)
        if "changedSince" in query:
            dt.datetime.fromisoformat(query["changedSince"])
    except ValueError:
        return False
    spans = ((day, days.get(name.replace("From", "Till"), day)) for name, day in days.items())
    return all(first <= last for first, last in spans)


def _has_statuses(query: dict[str, Any], path: str) -> bool:
    asked = query.get("statusId", []) if "/invoices/" in path else []
    statuses = {int(one) for one in (asked if isinstance(asked, list) else [asked])}
    drafts = path.endswith("/preview") or query.get("isPreview") in (True, "true")
    return statuses <= DRAFTS if drafts else not statuses & DRAFTS
