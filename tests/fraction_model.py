"""What a billing month must come to, by plain Python and fractions alone.

`expected(month)` is an oracle: it imports nothing of tieout and follows the specification.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from fraction_line import CORRECTION, VendorLine, read_line
from fraction_list import LISTED_KINDS, OWN_PRICE_KINDS, list_price
from fraction_price import (
    CLASS_NAMES,
    MINOR_UNITS,
    Priced,
    choose_rate,
    choose_rule,
    gap_share,
    is_in_force,
    own_price,
    price_on_cost,
)
from months_exact import half_away, in_month
from months_files import Month, Row

InvoiceKey = tuple[int, str, str, str]
GroupKey = tuple[str, int]


@dataclass(frozen=True)
class Detail:
    """One vendor line at one hop. `exchange_rate` is None where a fixed price needed none."""

    seller_id: str
    buyer_id: str
    currency: str
    unit: Fraction | None
    effective: Fraction | None
    total: Fraction
    charge_type_id: int
    quantity: Fraction
    rule_id: str | None
    exchange_rate: Fraction | None


@dataclass(frozen=True)
class Group:
    """One consolidated line. `cost_total` is None at hop 1, where the seller is the vendor."""

    total: Fraction
    detail_total: Fraction
    residual: Fraction
    quantity: Fraction
    unit: Fraction | None
    period_start: dt.date
    period_end: dt.date | None
    line_count: int
    cost_total: Fraction | None


@dataclass(frozen=True)
class Expected:
    """All that a run of the month must yield; lines are known by their index in the month."""

    parked: dict[int, str]
    details: dict[tuple[int, int], Detail]
    groups: dict[InvoiceKey, dict[GroupKey, Group]]
    invoice_totals: dict[InvoiceKey, Fraction]


@dataclass(frozen=True)
class Placed:
    """A line with its subscription and its hops, the first being the vendor's own document."""

    line: VendorLine
    subscription_id: str
    hops: tuple[Detail, ...]


def expected(month: Month) -> Expected:
    """Give what a month must come to: parked lines, details, consolidated lines, invoice totals."""
    parked: dict[int, str] = {}
    placed: dict[int, Placed] = {}
    for index, record in enumerate(month.lines):
        found = _place(month, record)
        if isinstance(found, str):
            parked[index] = found
        else:
            placed[index] = found
    members: dict[InvoiceKey, dict[GroupKey, list[Placed]]] = defaultdict(lambda: defaultdict(list))
    for each in placed.values():
        for hop, detail in enumerate(each.hops, 1):
            invoice = (hop, detail.seller_id, detail.buyer_id, detail.currency)
            members[invoice][each.subscription_id, detail.charge_type_id].append(each)
    groups = {
        invoice: {key: _group(lines, invoice[0]) for key, lines in by_key.items()}
        for invoice, by_key in members.items()
    }
    return Expected(
        parked=parked,
        details={
            (index, hop): detail
            for index, each in placed.items()
            for hop, detail in enumerate(each.hops, 1)
        },
        groups=groups,
        invoice_totals={
            invoice: sum((group.total for group in by_key.values()), Fraction(0))
            for invoice, by_key in groups.items()
        },
    )


def _place(month: Month, record: Row) -> Placed | str:
    """Find a line's subscription and price it at every hop; or say why it is parked."""
    start = dt.date.fromisoformat(record["ChargeStartDate"])
    owners = [
        row
        for row in month.reference["subscriptions.csv"]
        if row["vendor_subscription_id"] == record["SubscriptionId"] and is_in_force(row, start)
    ]
    if len(owners) != 1:
        return "AMBIGUOUS_SUBSCRIPTION" if owners else "NO_SUBSCRIPTION"
    line = read_line(record, owners[0])
    chain = _chain(month.reference["contracts.csv"], owners[0]["contract_id"])
    if not all(is_in_force(contract, start) for contract in chain):
        return "NO_CONTRACT"
    if chain[0]["currency"] != line.currency:
        return "CURRENCY_MISMATCH"
    hops = _price_hops(month, line, chain, owners[0]["subscription_id"])
    return hops if isinstance(hops, str) else Placed(line, owners[0]["subscription_id"], hops)


def _chain(contracts: list[Row], contract_id: str) -> list[Row]:
    """Give the contracts from hop 1 down to the one named."""
    by_id = {contract["contract_id"]: contract for contract in contracts}
    chain = [by_id[contract_id]]
    while chain[0]["parent_contract_id"]:
        chain.insert(0, by_id[chain[0]["parent_contract_id"]])
    return chain


def _price_hops(
    month: Month, line: VendorLine, chain: Sequence[Row], subscription_id: str
) -> tuple[Detail, ...] | str:
    """Price a line hop by hop. What is missing at any hop comes before what cannot be prorated."""
    facts = {
        "subscription_id": subscription_id,
        "customer_id": chain[-1]["buyer_id"],
        "product_id": line.product_id,
        "sku_id": line.sku_id,
        "product_family": line.family,
        "charge_class": CLASS_NAMES[line.charge_type_id],
    }
    market = _country(month, chain[-1]["buyer_id"])
    terms: list[tuple[Row, Fraction | None, Fraction]] = []
    for upper, lower in pairwise(chain):
        rules = month.reference["price_rules.csv"]
        rule = choose_rule(rules, lower["contract_id"], facts, line.rule_date)
        if rule is None:
            return "NO_PRICE_RULE"
        rate = _rate(month, upper, lower)
        value = _own_value(month, rule, line, lower["currency"], market)
        if value is None:
            return "NO_LIST_PRICE"
        if rate is None and rule["kind"] not in OWN_PRICE_KINDS:
            return "NO_EXCHANGE_RATE"
        terms.append((rule, rate, value))
    priced = Priced(line.unit, line.effective, line.subtotal)
    credit = line.credit_rate
    hops = [_detail(chain[0], line, priced, None, Fraction(1))]
    for contract, (rule, rate, value) in zip(chain[1:], terms, strict=True):
        is_own = rule["kind"] in OWN_PRICE_KINDS or rate is None
        kept = credit if rule["earned_credit"] == "keep" else Fraction(0)
        is_shared = rule["kind"] == "gap_share"
        credit = Fraction(0) if is_own or is_shared else credit - kept
        if rate is None or is_own:
            now = own_price(rule, value, line, contract)
        elif is_shared:
            before = priced if not kept else priced.before_credit(kept)
            now = gap_share(rule, before, value, line, contract=contract, rate=rate)
        else:
            now = price_on_cost(rule, priced, rate, contract, kept)
        if now is None:
            return "PRORATION_NOT_REPRODUCED"
        priced = now
        hops.append(_detail(contract, line, priced, rule["rule_id"], rate))
    return tuple(hops)


def _own_value(
    month: Month, rule: Row, line: VendorLine, currency: str, market: str
) -> Fraction | None:
    """Give the rule's own price per unit and cycle; 0 where it goes by cost; None without one."""
    if rule["kind"] == "fixed":
        return Fraction(rule["value"])
    if rule["kind"] not in LISTED_KINDS:
        return Fraction(0)
    listed = list_price(month.reference["price_list.csv"], line, currency, market)
    if listed is None or rule["kind"] in ("list", "gap_share"):
        return listed
    return listed * (1 - Fraction(rule["value"]) / 100)


def _country(month: Month, organization_id: str) -> str:
    organizations = month.reference["organizations.csv"]
    return next(o["country"] for o in organizations if o["organization_id"] == organization_id)


def _rate(month: Month, upper: Row, lower: Row) -> Fraction | None:
    """Give the rate from the upper hop's currency to the lower's on the lower's invoice date."""
    first_day = dt.date.fromisoformat(f"{month.period}-01")
    invoice_date = in_month(first_day, int(lower["billing_day"] or 1), months_later=1)
    pair = (upper["currency"], lower["currency"])
    return choose_rate(
        month.reference["exchange_rates.csv"], lower["seller_id"], pair, invoice_date
    )


def _detail(
    contract: Row, line: VendorLine, priced: Priced, rule_id: str | None, rate: Fraction | None
) -> Detail:
    return Detail(
        seller_id=contract["seller_id"],
        buyer_id=contract["buyer_id"],
        currency=contract["currency"],
        unit=priced.unit,
        effective=priced.effective,
        total=priced.total,
        charge_type_id=line.charge_type_id,
        quantity=line.quantity,
        rule_id=rule_id,
        exchange_rate=rate,
    )


def _group(members: Sequence[Placed], hop: int) -> Group:
    """Consolidate the lines of one subscription and class at one hop (reporting-api.md 6.1)."""
    details = [each.hops[hop - 1] for each in members]
    detail_total = sum((detail.total for detail in details), Fraction(0))
    total = half_away(detail_total, MINOR_UNITS[details[0].currency])
    quantity, unit = _quantity_and_unit(members, details, total)
    period_start, period_end = _period([each.line for each in members])
    cost_total = None
    if hop > 1:
        costs = [each.hops[hop - 2] for each in members]
        cost = sum((detail.total for detail in costs), Fraction(0))
        cost_total = half_away(cost, MINOR_UNITS[costs[0].currency])
    return Group(
        total=total,
        detail_total=detail_total,
        residual=total - detail_total,
        quantity=quantity,
        unit=unit,
        period_start=period_start,
        period_end=period_end,
        line_count=len(members),
        cost_total=cost_total,
    )


def _quantity_and_unit(
    members: Sequence[Placed], details: Sequence[Detail], total: Fraction
) -> tuple[Fraction, Fraction | None]:
    """Keep the quantity of a lone line and of equal ones; all else is 1 at the total."""
    is_usage = any(each.line.is_usage for each in members)
    alike = {
        (detail.effective, each.line.start, each.line.end)
        for each, detail in zip(members, details, strict=True)
    }
    is_correction = details[0].charge_type_id == CORRECTION
    if is_usage or len(alike) > 1 or (is_correction and len(members) > 1):
        return Fraction(1), total
    return sum((detail.quantity for detail in details), Fraction(0)), details[0].effective


def _period(lines: Sequence[VendorLine]) -> tuple[dt.date, dt.date | None]:
    """Give the lines' own days for usage and lone lines, else the cycles that they fall in."""
    is_own = len(lines) == 1 or any(line.is_usage for line in lines)
    spans = [(line.start, line.end) if is_own else line.cycle for line in lines]
    ends = [end for _, end in spans if end is not None]
    return min(start for start, _ in spans), max(ends, default=None)
