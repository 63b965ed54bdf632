"""A recomputed way beside what the run stored, as names and texts, and where the two differ."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tieout.money import SCALE, round_fraction, shortest
from tieout.pipeline.explained.choice import SCOPE, Chosen, class_name, rank_name, rate_value
from tieout.pipeline.explained.figures import Told, consolidated_steps, number
from tieout.pipeline.explained.line import CORRECTION
from tieout.pipeline.explained.owner import Row, Tried
from tieout.pipeline.explained.price import Priced
from tieout.pipeline.explained.terms import PRORATED, Terms
from tieout.pipeline.explained.way import Way
from tieout.rounding import policies

Found = dict[str, Any]
RULE = ("rule_id", "kind", "value", "currency", "earned_credit", "charge_free")
LIST = (
    *("vendor_id", "product_id", "sku_id", "term", "billing_plan", "market", "segment"),
    *("meter_id", "currency", "unit_price", "erp_price", "price_period", "tier_min", "tier_max"),
)
RATE = ("organization_id", "from", "to", "source", "base_rate", "surcharge", "date")
DATED = ("valid_from", "valid_to")
SUBSCRIPTION = ("subscription_id", "name", "contract_id", "entitlement_id", *DATED)
CONTRACT = ("contract_id", "seller_id", "buyer_id", "currency", "rounding_policy", *DATED)
STORED = (
    *("sellerId", "buyerId", "contractId", "subscriptionId", "chargeTypeId", "ruleId", "policy"),
    *("cycleStart", "cycleEnd", "quantity", "costTotalPrice", "costCurrency", "exchangeRate"),
    *("unitPrice", "effectiveUnitPrice", "totalPrice", "currency"),
)


def tell_match(way: Way) -> Found:
    """Tell whose a line is, by which keys, on which day, and what was tried."""
    line, owner = way.line, way.owner
    is_correction = line.charge_type_id == CORRECTION and way.cycle.start is not None
    of_pair = "" if way.rule_day == way.cycle.start else " of the credit of its seat change"
    return {
        "day": _text(line.match_day),
        "dayIs": line.match_day_is,
        "vendorSubscriptionId": line.row["subscription_id"],
        "entitlementId": line.row["entitlement_id"],
        "subscriptions": _tried(owner.subscriptions, SUBSCRIPTION),
        "subscriptionId": owner.subscription.get("subscription_id"),
        "subscriptionName": owner.subscription.get("name"),
        "contracts": _tried(owner.contracts, CONTRACT),
        "customerId": owner.chain[-1]["buyer_id"] if owner.chain else None,
        "chargeTypeId": line.charge_type_id,
        "chargeType": class_name(line.charge_type_id),
        "cycleStart": _text(way.cycle.start),
        "cycleEnd": _text(way.cycle.end),
        "ruleDay": _text(way.rule_day),
        "ruleDayIs": f"first day of the charge cycle{of_pair}, as for every correction"
        if is_correction
        else line.match_day_is,
        "failed": None
        if way.missing is None
        else dict(zip(("reason", "hop", "why"), way.missing, strict=True)),
    }


def tell_proration(way: Way) -> Found | None:
    """Tell the share of the cycle where some hop has a price of its own."""
    if not any(terms.kind in PRORATED for terms in way.terms):
        return None
    share = way.proration
    return {
        "daysBilled": share.days_billed,
        "daysCycle": share.days_cycle,
        "profile": share.profile,
        "why": share.why,
    }


def tell_terms(terms: Terms) -> Found:
    """Tell what was chosen at a hop: rule, list price and rate, and what lost."""
    found: Found = {}
    for name, others, chosen, columns in (
        ("rule", "otherRules", terms.rule, (*RULE, *DATED)),
        ("listPrice", "otherListPrices", terms.listed, (*LIST, *DATED)),
        ("rate", "otherRates", terms.rate, RATE),
    ):
        told = [] if chosen is None else _chosen(chosen, columns)
        taken = next((one for one in told if one.pop("taken")), None)
        found[name], found[others] = taken, [one for one in told if one is not taken]
    return found


def _chosen(chosen: Chosen, columns: Sequence[str]) -> list[Found]:
    found = []
    for one in chosen.tried:
        told = _row(one.row, columns) | {"taken": one.is_taken, "why": one.why}
        told["inForce"] = one.is_taken or one.why.startswith(("also", "comes"))
        if "rule_id" in columns:
            told["scope"] = {_camel(name): one.row[name] for name in SCOPE if one.row[name]}
            told["rank"] = rank_name(one.row)
        if "base_rate" in columns:
            told["finalRate"] = number(rate_value(one.row))
        found.append(told)
    return found


def tell_hop(priced: Priced | None, stored: Mapping[str, Any]) -> Found:
    """Tell one hop: what is stored, what was chosen, each policy step, the consolidated line.

    A hop that the recomputation does not reach (`priced` is None) has what is stored only.
    """
    policy = policies()["consolidated"]
    total = Fraction(stored["sumOfDetails"])
    steps = consolidated_steps(
        policy, total, count=stored["linesSummed"], currency=stored["currency"]
    )
    row = {
        "rowId": stored["rowId"],
        "invoiceId": stored["invoiceId"],
        "sourceLineCount": stored["rowLineCount"],
        "detailTotal": stored["rowDetailTotal"],
        "totalPrice": stored["rowTotalPrice"],
        "roundingResidual": stored["rowResidual"],
        "steps": _steps(steps),
    }
    kept = ("hop", "matchKey", *STORED)
    return (
        {name: stored[name] for name in kept}
        | tell_terms(priced.terms if priced else Terms(stored["hop"], {}))
        | _figures(priced)
        | {"invoiceLine": row}
    )


def _figures(priced: Priced | None) -> Found:
    """Tell the steps to the total, the unit price and the effective unit price of a hop."""
    parts = (priced.total, priced.unit, priced.effective) if priced else (None, None, None)
    names = ("steps", "unitSteps", "effectiveUnitSteps")
    told = (one.told if one else () for one in parts)
    return {name: _steps(steps) for name, steps in zip(names, told, strict=True)}


def differences(way: Way, stored: Sequence[Mapping[str, Any]]) -> list[Found]:
    """Give every figure, id and word of the stored hops that the recomputation does not give."""
    found: list[Found] = []
    if len(way.hops) != len(stored):
        found.append(
            _difference(None, "hops", stored=str(len(stored)), recomputed=str(len(way.hops)))
        )
    for priced, kept in zip(way.hops, stored, strict=False):
        hop, made = priced.terms.hop, _recomputed(way, priced)
        cost = way.hops[hop - 2].total.value if hop > 1 else None
        made["costTotalPrice"] = _amount(cost)
        names = (name for name in STORED if made[name] != kept[name])
        found += [
            _difference(hop, name, stored=kept[name], recomputed=made[name]) for name in names
        ]
        found += _row_differences(hop, kept)
    return found


def _recomputed(way: Way, priced: Priced) -> Found:
    contract, rule = priced.terms.contract, priced.terms.rule
    rate = priced.exchange_rate if rule else None
    if rate is not None:
        rate = round_fraction(rate, digits=SCALE, mode="toward_zero")
    return {
        "sellerId": contract["seller_id"],
        "buyerId": contract["buyer_id"],
        "contractId": contract["contract_id"],
        "subscriptionId": way.owner.subscription["subscription_id"],
        "chargeTypeId": way.line.charge_type_id,
        "ruleId": rule.taken["rule_id"] if rule and rule.taken else None,
        "policy": priced.policy,
        "cycleStart": _text(way.cycle.start),
        "cycleEnd": _text(way.cycle.end),
        "quantity": _amount(way.line.quantity),
        "costCurrency": priced.terms.cost_currency,
        "exchangeRate": _amount(rate),
        "unitPrice": _amount(priced.unit.value if priced.unit else None),
        "effectiveUnitPrice": _amount(priced.effective.value if priced.effective else None),
        "totalPrice": _amount(priced.total.value),
        "currency": contract["currency"],
    }


def _row_differences(hop: int, kept: Mapping[str, Any]) -> Iterable[Found]:
    """Check the consolidated line: its sum, its rounding, its residual, its number of lines."""
    total = Fraction(kept["sumOfDetails"])
    steps = consolidated_steps(
        policies()["consolidated"], total, count=kept["linesSummed"], currency=kept["currency"]
    )
    rounded = steps[-1].value
    checks = (
        ("rowDetailTotal", _amount(total)),
        ("rowTotalPrice", _amount(rounded)),
        ("rowResidual", _amount(rounded - total)),
        ("rowLineCount", kept["linesSummed"]),
    )
    for name, made in checks:
        if kept[name] != made:
            yield _difference(hop, name, stored=kept[name], recomputed=made)


def parking_differences(way: Way, parked: Mapping[str, Any]) -> list[Found]:
    """Give where a parked line's reason or hop is not what the recomputation finds."""
    made = way.missing or (None, None, "")
    pairs = (("reason", made[0]), ("parkedHop", made[1]))
    stored = {"reason": parked["reason"], "parkedHop": parked["hop"]}
    return [
        _difference(made[1], name, stored=stored[name], recomputed=value)
        for name, value in pairs
        if stored[name] != value
    ]


def _difference(hop: int | None, field: str, *, stored: object, recomputed: object) -> Found:
    return {"hop": hop, "field": field, "stored": stored, "recomputed": recomputed}


def _steps(told: Iterable[Told]) -> list[Found]:
    return [{"step": one.kind, "text": one.text, "value": number(one.value)} for one in told]


def _tried(tried: Iterable[Tried], columns: Sequence[str]) -> list[Found]:
    return [_row(one.row, columns) | {"taken": one.is_taken, "why": one.why} for one in tried]


def _row(row: Row, columns: Sequence[str]) -> Found:
    return {_camel(name): row.get(name) or None for name in columns}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _amount(value: Fraction | None) -> str | None:
    return None if value is None else shortest(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
