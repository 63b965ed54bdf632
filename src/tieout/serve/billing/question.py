"""The query string of the Billing API: the party, the range of document dates, the format."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from tieout.serve.access import Key
from tieout.serve.problems import BillingProblem
from tieout.serve.reporting.question import accepts

DAY = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
SERVED = ("startDate", "endDate", "party", "format", "lines", "strict")
NOT_SERVED = ("customerId", "vendorId", "subscriptionId", "limit", "cursor")
FORMATS = ("xml", "json", "csv", "ndjson")
DEFAULT_MONTHS = 3


@dataclass(frozen=True)
class Question:
    """One call: who asks, and which document dates, both ends included."""

    party: str
    start: date
    end: date


def read_question(request: Request, key: Key, *, today: date) -> Question:
    """Read the query of an invoice endpoint. Raises BillingProblem naming the parameter."""
    one = _single(request)
    party = _party(one, key)
    end = _day("endDate", one["endDate"]) if "endDate" in one else today
    start = _day("startDate", one["startDate"]) if "startDate" in one else _months_before(end)
    if start > end:
        raise BillingProblem(slug="invalid-date-range", detail="startDate lies after endDate")
    for name, served in (("lines", "detail"), ("strict", "false")):
        if one.get(name, served) != served:
            raise _invalid(name, f"other than {served} is not served yet")
    _format(request, one.get("format"))
    return Question(party=party, start=start, end=end)


def _single(request: Request) -> Mapping[str, str]:
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        given[name].append(value)
    for name, values in given.items():
        if name in NOT_SERVED:
            raise _invalid(name, "is not served yet")
        if name not in SERVED:
            raise BillingProblem(
                slug="unknown-parameter", detail="the query names a parameter unknown here"
            )
        if len(values) > 1:
            raise _invalid(name, "is given more than once")
    return {name: values[0] for name, values in given.items()}


def _party(one: Mapping[str, str], key: Key) -> str:
    """Give the party that the call acts for (rulings 25 and 29)."""
    if "party" not in one:
        if len(key.organizations) == 1:
            return key.organizations[0]
        raise BillingProblem(
            slug="party-required",
            detail="the key lists several organizations; name one with the parameter party",
        )
    if one["party"] not in key.organizations:
        raise BillingProblem(slug="scope-not-allowed", detail="the key does not act for this party")
    return one["party"]


def _day(name: str, value: str) -> date:
    try:
        return date.fromisoformat(value if DAY.fullmatch(value) else "")
    except ValueError:
        raise _invalid(name, "is not a date as YYYYMMDD or YYYY-MM-DD") from None


def _months_before(end: date) -> date:
    """Give the day three months earlier, clamped to the month's end.

    >>> _months_before(date(2026, 5, 31))
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(end.year * 12 + end.month - 1 - DEFAULT_MONTHS, 12)
    for day in (end.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day, end.day))
        except ValueError:
            continue
    raise AssertionError(end)


def _format(request: Request, wanted: str | None) -> None:
    if wanted == "json":
        return
    if wanted is not None and wanted not in FORMATS:
        raise _invalid("format", f"is one of {', '.join(FORMATS)}")
    asked = request.headers.get("accept", "*/*")
    # XML is the documented default of */*; until it is served, JSON must be asked for by name
    named = any(word in asked for word in ("application/json", "application/*"))
    if wanted is None and named and accepts(asked, "application/json"):
        return
    raise BillingProblem(
        slug="format-not-available",
        detail="json is the only format served yet; ask for it with format=json",
        members={"available": ["json"]},
    )


def _invalid(name: str, reason: str) -> BillingProblem:
    return BillingProblem(
        slug="invalid-parameter", detail=f"parameter '{name}' {reason}", members={"parameter": name}
    )
