"""One subscription: its term, its plan, and the resource rates that the rate ids of lines name."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from starlette.responses import Response

from tieout.money import parse_number, shortest
from tieout.serve.billing.answer import Call, media_type_of
from tieout.serve.billing.match_report import xml_list
from tieout.serve.billing.question import NUMBER, format_of, invalid
from tieout.serve.billing.rendering import XML_DECLARATION
from tieout.serve.billing.versions import ALIAS, DETAILS
from tieout.serve.export.stream import compressed
from tieout.serve.negotiation import is_known
from tieout.serve.problems import BillingProblem
from tieout.store.catalog import reference
from tieout.store.database import Catalog

HOPS_MAX = 8
TEXTS = ("PlanName", "ResourceName", "MeasureUnit")  # XML lists of Text
ITEMS = {"Resources": "Resource", "ResourceRatePeriods": "ResourceRatePeriod"}
TYPES = {"M": "Month", "Y": "Year", "D": "Day"}
TERM = re.compile(r"P([1-9][0-9]{0,3})([MYD])", re.ASCII | re.IGNORECASE)
FREQUENCIES = {"annual": "P1Y", "year": "P1Y", "triennial": "P3Y"}  # by how the word begins
Row = Mapping[str, Any]


class Number(str):
    """A number as it is printed."""

    __slots__ = ()


def answer_details(call: Call, one: Mapping[str, str], *, party: str, catalog: Catalog) -> Response:
    """Answer for the subscription that was asked for; what is not the caller's looks unknown."""
    wanted = one.get("subscriptionId")
    if wanted is None:
        raise invalid("subscriptionId", "is required")
    format_name = format_of(call.request, one, served=call.version.formats(DETAILS))
    with catalog.read() as connection:
        found = _find(connection, wanted, party=party) if NUMBER.fullmatch(wanted) else None
        if found is None:
            raise BillingProblem(slug="not-found", detail="no such subscription")
        tree = _details(connection, found, has_periods=call.version.has_rate_periods)
    body = (_json(tree) if format_name == "json" else _xml_root(tree)).encode()
    coding = "gzip" if call.is_gzip else "identity"
    coded = f"{call.version.id}\n{format_name}\n{coding}\n{party}\n".encode() + body
    headers = {
        "Content-Disposition": "attachment; filename="
        f'"{DETAILS}_{call.version.id}_{wanted}.{format_name}"',
        "ETag": f'"{hashlib.sha256(coded).hexdigest()}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Encoding, Authorization",
    }
    path = call.request.scope["state"]["path"]
    if path.endswith(ALIAS):
        canonical = path.removesuffix(ALIAS) + DETAILS
        headers["Link"] = f'<{canonical}?subscriptionId={wanted}>; rel="canonical"'
    if is_known(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if call.is_gzip:
        packed, is_packed = compressed(iter([body]), "gzip")
        body, coded_as = b"".join(packed), {"Content-Encoding": "gzip"} if is_packed else {}
        headers |= coded_as
    return Response(body, headers=headers, media_type=media_type_of(format_name))


def _find(connection: Connection, wanted: str, *, party: str) -> Row | None:
    """Give the newest row of the subscription if the party stands on one of its hops."""
    table = reference["subscriptions"]
    rows = connection.execute(
        select(table)
        .where(table.c.subscription_no == wanted, table.c.to_snapshot.is_(None))
        .order_by(table.c.valid_from.desc())
    ).mappings()
    for row in rows:
        if party in _parties(connection, str(row["contract_id"])):
            return dict(row)
    return None


def _parties(connection: Connection, contract_id: str) -> set[str]:
    """Give who sells and buys on the chain that ends with a contract."""
    table, parties = reference["contracts"], set()
    wanted: str | None = contract_id
    for _ in range(HOPS_MAX):
        row = (
            connection.execute(
                select(table)
                .where(table.c.contract_id == wanted, table.c.to_snapshot.is_(None))
                .order_by(table.c.valid_from.desc())
            )
            .mappings()
            .first()
        )
        if row is None:
            break
        parties |= {row["seller_id"], row["buyer_id"]}
        wanted = row["parent_contract_id"]
    return parties


def _rows(connection: Connection, resource: str, **where: str | None) -> list[Row]:
    table = reference[resource]
    chosen = [table.c[name] == value for name, value in where.items()]
    query = select(table).where(*chosen, table.c.to_snapshot.is_(None))
    key = f"{resource.removesuffix('s')}_id"
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return sorted(rows, key=lambda row: int(row[key]))


def _details(connection: Connection, row: Row, *, has_periods: bool) -> dict[str, Any]:
    rates, plan_id = _rates(connection, row)
    plan = (_rows(connection, "plans", plan_id=plan_id) or [{}])[0]
    sold = (
        _rows(connection, "plan_periods", plan_period_id=row["plan_period_id"])
        or [dict.fromkeys(("period", "period_type"))]
    )[0]
    resources = [
        _resource(connection, rate, sold=sold, row=row, has_periods=has_periods) for rate in rates
    ]
    term, billing = _term(row["term"]), _term(row["billing_frequency"])
    return {
        "Subscription": {
            "SubscriptionId": int(row["subscription_no"]),
            "StartDate": _day(row["start_date"]),
            "ExpirationDate": _day(row["end_date"]),
            "Period": _whole(sold["period"]) or term[0],
            "PeriodType": _type(sold["period_type"]) or term[1],
            "BillingPeriod": billing[0],
            "BillingPeriodType": billing[1],
        },
        "ServicePlan": {
            "PlanId": _whole(plan_id),
            "PlanName": _texts(plan.get("name")),
            "PlanCategoryId": _whole(plan.get("category_id")),
            "PlanCategoryName": plan.get("category"),
        },
        "ServicePlanPeriod": {
            "PlanPeriodId": _whole(row["plan_period_id"]),
            **{
                f"PlanPeriod{slot}SKUName": sold.get(f"{slot.lower()}_sku")
                for slot in ("Setup", "Subscription", "Renewal", "Transfer", "Cancellation")
            },
        },
        "Resources": resources,
    }


def _rates(connection: Connection, row: Row) -> tuple[list[Row], str | None]:
    """Give the rates that a subscription's lines may name, and its plan.

    Those of its plan; where it names a rate or a rate period itself, that rate as well, whose plan
    it is when it tells no plan.
    """
    own, plan_id = row["plan_rate_id"], row["plan_id"]
    for period in _rows(connection, "rate_periods", rate_period_id=row["rate_period_id"]):
        own = own or period["plan_rate_id"]
    named = _rows(connection, "plan_rates", plan_rate_id=own)
    sold = _rows(connection, "plan_periods", plan_period_id=row["plan_period_id"])
    for one in (*named, *sold):
        plan_id = plan_id or one["plan_id"]
    rates = _rows(connection, "plan_rates", plan_id=plan_id)
    rates += [one for one in named if one not in rates]
    return sorted(rates, key=lambda rate: int(rate["plan_rate_id"])), plan_id


def _resource(
    connection: Connection, rate: Row, *, sold: Row, row: Row, has_periods: bool
) -> dict[str, Any]:
    skus = ("Setup", "Recurring", "Overuse", "Cancellation")
    priced: dict[str, Any] = {
        "PlanRateId": int(rate["plan_rate_id"]),
        **{f"PlanRate{slot}SKUName": rate[f"{slot.lower()}_sku"] for slot in skus},
    }
    if has_periods:
        priced["ResourceRatePeriods"] = [
            _period(connection, period, rate=rate, sold=sold, row=row)
            for period in _rows(connection, "rate_periods", plan_rate_id=rate["plan_rate_id"])
        ]
    return {
        "ResourceId": _whole(rate["resource_id"]),
        "ResourceName": _texts(rate["resource_name"]),
        "IncludedValue": _number(rate["included_value"] or "0"),
        "Amount": _number(row["quantity"] or "0"),
        "Manufacturer": rate["manufacturer"],
        "ManufacturerName": None,
        "MPNumber": rate["mp_number"],
        "MeasureUnit": _texts(rate["measure_unit"] or "item"),
        "ResourceRate": priced,
    }


def _period(
    connection: Connection, period: Row, *, rate: Row, sold: Row, row: Row
) -> dict[str, Any]:
    same = [
        one
        for one in _rows(connection, "plan_periods", plan_id=rate["plan_id"])
        if one["period"] == period["period"]
        and str(one["period_type"]).lower() == str(period["period_type"]).lower()
    ]
    fits = bool(same) and same[0]["plan_period_id"] == sold.get("plan_period_id")
    chosen = row["rate_period_id"]
    return {
        "RatePeriodId": int(period["rate_period_id"]),
        "PlanPeriodId": _whole(same[0]["plan_period_id"]) if same else None,
        "Applies": period["rate_period_id"] == chosen if chosen else fits,
        "Period": _whole(period["period"]),
        "PeriodType": _type(period["period_type"]),
        "BillingPeriod": _whole(period["billing_period"]) or 1,
        "BillingPeriodType": _type(period["billing_period_type"]) or "Month",
        **{
            f"{slot}SKUName": period[f"{slot.lower()}_sku"]
            for slot in ("Setup", "Recurring", "Overuse", "Cancellation")
        },
    }


def _day(text: str | None) -> str | None:
    return text.replace("-", "")[:8] if text else None


def _whole(text: str | None) -> int | None:
    return int(text) if text and NUMBER.fullmatch(text) else None


def _type(text: str | None) -> str | None:
    return TYPES.get(text.upper(), text.capitalize()) if text else None


def _term(text: str | None) -> tuple[int, str]:
    """Give number and unit of a term or a billing frequency; a month where none is told.

    >>> _term("P3Y"), _term("Annual"), _term("OneTime"), _term(None)
    ((3, 'Year'), (1, 'Year'), (1, 'OneTime'), (1, 'Month'))
    """
    word = (text or "").lower()
    found = TERM.fullmatch(
        next((term for start, term in FREQUENCIES.items() if word.startswith(start)), word)
    )
    if found is not None:
        return int(found[1]), TYPES[found[2].upper()]
    return 1, "OneTime" if word == "onetime" else "Month"


def _number(text: str) -> Number:
    return Number(shortest(parse_number(text)))


def _texts(text: str | None) -> list[dict[str, str]]:
    return [{"Name": "en", "Value": text}] if text else []


def _json(node: object) -> str:
    if isinstance(node, dict):
        names = sorted(node, key=str.lower)
        return "{" + ",".join(f'"{name}":{_json(node[name])}' for name in names) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(_json, node)) + "]"
    return str(node) if isinstance(node, Number) else json.dumps(node, ensure_ascii=False)


def _xml_root(tree: dict[str, Any]) -> str:
    inside = "".join(_xml(name, node) for name, node in tree.items())
    return f"{XML_DECLARATION}<SubscriptionDetails>{inside}</SubscriptionDetails>"


def _xml(name: str, node: object) -> str:
    if isinstance(node, dict):
        return xml_list(name, "".join(_xml(key, value) for key, value in node.items()))
    if isinstance(node, list):
        item = "Text" if name in TEXTS else ITEMS[name]
        return xml_list(name, "".join(_xml(item, one) for one in node))
    if isinstance(node, bool):
        return xml_list(name, str(node).lower())
    return xml_list(name, _escaped("" if node is None else str(node)))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
