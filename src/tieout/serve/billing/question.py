"""The query string of the Billing API: the party, the range of document dates, filters, format."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, or_, select
from starlette.requests import Request

from tieout.serve.access import Key
from tieout.serve.billing.versions import Version
from tieout.serve.months import months_before
from tieout.serve.negotiation import said, weight_of
from tieout.serve.problems import BillingProblem
from tieout.store.catalog import reference, snapshot
from tieout.store.database import Catalog

DAY = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
IDENTIFIER = re.compile(r"[\w.:-]{1,64}", re.ASCII)  # rulings 22; anything else is nobody's
DEFAULT_MONTHS = 3
VALUES_MAX = 100
LIMITS = {"xml": 1_000, "json": 1_000, "csv": 1_000_000, "ndjson": 1_000_000}
MEDIA_TYPES = {
    "xml": ("application/xml", "text/xml"),
    "json": ("application/json",),
    "csv": ("text/csv",),
    "ndjson": ("application/x-ndjson",),
}
DETAILS = "subscriptiondetails"
FILTERS = ("customerId", "subscriptionId", "vendorId")


@dataclass(frozen=True)
class Question:
    """One call: who asks what, of which documents, both dates included, in which form.

    `subscriptions` and `customers` are our ids, None where nothing is filtered.
    """

    endpoint: str
    party: str
    format: str
    start: date
    end: date
    vendors: tuple[str, ...] = ()
    customers: tuple[str, ...] | None = None
    subscriptions: tuple[str, ...] | None = None
    lines: str = "detail"
    strict: bool = False
    limit: int | None = None
    cursor: str | None = None
    given: Mapping[str, str] = field(default_factory=dict, compare=False)
    snapshot_id: int = 0  # of the reference data that tell whom the filters mean

    @property
    def is_filtered(self) -> bool:
        """Whether lines of a document may be hidden."""
        return self.customers is not None or self.subscriptions is not None

    def identity(self) -> tuple[object, ...]:
        """Give what the answer hangs on besides its documents: one for all ways to ask the same.

        Ids are those that were sent, not those they were found to mean: a tag made of this does not
        tell whether an id that is not the caller's exists.
        """
        filters = [
            (name, sorted(set(self.given[name].split(","))))
            for name in FILTERS
            if name in self.given
        ]
        days = (self.start.isoformat(), self.end.isoformat())
        asked = (self.endpoint, self.party, self.format, *days, self.lines, self.strict, self.limit)
        return (*asked, filters, self.snapshot_id)


def read_question(
    request: Request, key: Key, *, version: Version, endpoint: str, today: date, catalog: Catalog
) -> Question:
    """Read the query of an invoice endpoint. Raises BillingProblem naming the parameter."""
    one = single_values(request, version.parameters(endpoint))
    party = party_of(one, key)
    end = _day("endDate", one["endDate"]) if "endDate" in one else today
    start = (
        _day("startDate", one["startDate"])
        if "startDate" in one
        else months_before(end, DEFAULT_MONTHS)
    )
    if start > end:
        raise BillingProblem(slug="invalid-date-range", detail="startDate lies after endDate")
    lines = _one_of("lines", one.get("lines", "detail"), allowed=("detail", "grouped"))
    strict = _one_of("strict", one.get("strict", "false"), allowed=("true", "false")) == "true"
    vendors = _vendors(catalog, one.get("vendorId"))
    customers = _customers(catalog, one.get("customerId"))
    subscriptions = _subscriptions(catalog, one.get("subscriptionId"))
    _limit(one.get("limit"), most=max(LIMITS.values()))
    format_name = format_of(request, one, served=version.formats(endpoint))
    return Question(
        endpoint=endpoint,
        party=party,
        format=format_name,
        start=start,
        end=end,
        vendors=vendors,
        customers=customers,
        subscriptions=subscriptions,
        lines=lines,
        strict=strict,
        limit=_limit(one.get("limit"), most=LIMITS[format_name]),
        cursor=one.get("cursor"),
        given={name: value for name, value in one.items() if name != "cursor"},
        snapshot_id=_newest_snapshot(catalog) if any(name in one for name in FILTERS) else 0,
    )


def single_values(request: Request, known: Sequence[str]) -> dict[str, str]:
    """Give each parameter's value. Raises for one that is unknown here or given twice."""
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        given[name].append(value)
    for name, values in given.items():
        if name not in known:
            raise BillingProblem(
                slug="unknown-parameter", detail="the query names a parameter unknown here"
            )
        if len(values) > 1:
            raise invalid(name, "is given more than once")
    return {name: values[0] for name, values in given.items()}


def party_of(one: Mapping[str, str], key: Key) -> str:
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


def invalid(name: str, reason: str) -> BillingProblem:
    """Give the 400 of a parameter with an unusable value."""
    return BillingProblem(
        slug="invalid-parameter", detail=f"parameter '{name}' {reason}", members={"parameter": name}
    )


def format_of(request: Request, one: Mapping[str, str], *, served: Sequence[str]) -> str:
    """Give the format asked for: the parameter, else the Accept header, else XML."""
    wanted = one.get("format")
    if wanted is not None:
        if wanted not in MEDIA_TYPES:
            raise invalid("format", f"is one of {', '.join(MEDIA_TYPES)}")
        weights = {wanted: 1000} if wanted in served else {}
    else:
        accept = said(request, "accept") or "*/*"
        weights = {
            name: max(weight_of(accept, media_type) for media_type in MEDIA_TYPES[name])
            for name in served
        }
    best = max(weights, key=lambda name: weights[name], default=None)
    if best is None or not weights[best]:
        raise BillingProblem(
            slug="format-not-available",
            detail="no format that was asked for is served here",
            members={"available": [MEDIA_TYPES[name][0] for name in served]},
        )
    return best


def _day(name: str, value: str) -> date:
    try:
        return date.fromisoformat(value if DAY.fullmatch(value) else "")
    except ValueError:
        raise invalid(name, "is not a date as YYYYMMDD or YYYY-MM-DD") from None


def _one_of(name: str, value: str, *, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise invalid(name, f"is {' or '.join(allowed)}")
    return value


def _limit(value: str | None, *, most: int) -> int | None:
    if value is None:
        return None
    if not NUMBER.fullmatch(value) or not 1 <= int(value) <= most:
        raise invalid("limit", f"is a whole number from 1 to {most}")
    return int(value)


def _listed(name: str, value: str) -> list[str]:
    values = value.split(",")
    if len(values) > VALUES_MAX or not all(values):
        raise invalid(name, f"is a list of 1 to {VALUES_MAX} values with commas between them")
    return values


def _vendors(catalog: Catalog, value: str | None) -> tuple[str, ...]:
    """Give organization ids; an unknown one stays as it is and finds nothing."""
    return () if value is None else (*_organizations(catalog, _listed("vendorId", value)), "")


def _customers(catalog: Catalog, value: str | None) -> tuple[str, ...] | None:
    return None if value is None else _organizations(catalog, _listed("customerId", value))


def _organizations(catalog: Catalog, values: list[str]) -> tuple[str, ...]:
    """Give the ids of organizations by AccountID or by id."""
    values = [value for value in values if IDENTIFIER.fullmatch(value)]
    table = reference["organizations"]
    query = select(table.c.organization_id).where(
        or_(table.c.account_no.in_(values), table.c.organization_id.in_(values)),
        table.c.to_snapshot.is_(None),
    )
    with catalog.read() as connection:
        return tuple(sorted(set(connection.scalars(query))))


def _subscriptions(catalog: Catalog, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    numbers = [one for one in _listed("subscriptionId", value) if NUMBER.fullmatch(one)]
    table = reference["subscriptions"]
    query = select(table.c.subscription_id).where(
        table.c.subscription_no.in_(numbers),
        table.c.to_snapshot.is_(None),
    )
    with catalog.read() as connection:
        return tuple(sorted(set(connection.scalars(query))))


def _newest_snapshot(catalog: Catalog) -> int:
    with catalog.read() as connection:
        return connection.scalar(select(func.max(snapshot.c.snapshot_id))) or 0
