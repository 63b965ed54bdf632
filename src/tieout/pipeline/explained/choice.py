"""Which price holds at a hop, and what else was in force and lost: rule, list price, rate.

Source: reference-data.md 1, rulings 7, 8, 15, 31; docs/decisions/0012.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tieout.pipeline.explained.line import CLASSES, TERM_MONTHS, Line
from tieout.pipeline.explained.owner import Row, Tried, in_force, span

# Scopes from the narrowest to the widest, as a person says them.
RANKS = (
    (("subscription_id",), "subscription"),
    (("customer_id", "sku_id"), "customer and SKU"),
    (("customer_id", "product_id"), "customer and product"),
    (("customer_id", "product_family"), "customer and product family"),
    (("customer_id",), "customer"),
    (("sku_id",), "SKU"),
    (("product_id",), "product"),
    (("product_family",), "product family"),
    ((), "contract"),
)
SCOPE = ("subscription_id", "customer_id", "product_id", "sku_id", "product_family", "charge_class")
PLAN_MONTHS = {"monthly": 1, "p1m": 1, "annual": 12, "yearly": 12, "p1y": 12}
PLAN_MONTHS |= {"triennial": 36, "p3y": 36}
SOURCES = {"custom": 0, "ecb": 1}
RATE_DAYS = 7
RATE_DIGITS_MAX = 17
SHEET = "Microsoft"  # its rates are USD per unit (arithmetic.md 9)


@dataclass(frozen=True)
class Chosen:
    """What was looked at, best first, and the one that was taken, if one was."""

    tried: tuple[Tried, ...]
    taken: Row | None
    why: str


@dataclass(frozen=True)
class Asked:
    """What a line asks of rules and lists: the day that counts and the facts they may name."""

    day: dt.date
    facts: Mapping[str, str | None]
    market: str | None
    line: Line
    owner: Row


def rank_of(rule: Row) -> tuple[int, bool]:
    """Give a rule's place in the order of choice: 0 is the narrowest; a charge class goes first."""
    scopes = enumerate(names for names, _ in RANKS)
    place = next(at for at, names in scopes if all(rule[name] for name in names))
    return place, not rule["charge_class"]


def rank_name(rule: Row) -> str:
    """Say what a rule's scope names."""
    name = RANKS[rank_of(rule)[0]][1]
    return f"{name}, {rule['charge_class']} only" if rule["charge_class"] else name


def choose_rule(rules: Sequence[Row], asked: Asked) -> Chosen:
    """Choose among the rules of a hop's contract; those in force that lost say their scope."""
    day = f"{asked.day}"
    judged = [(_misfit(rule, asked.facts, day=day), rule) for rule in rules]
    fitting = sorted((rule for misfit, rule in judged if not misfit), key=_order)
    lost = [
        Tried(rule, is_taken=False, why=f"also in force: {rank_name(rule)}, a wider scope")
        for rule in fitting[1:]
    ]
    unfit = [Tried(rule, is_taken=False, why=misfit) for misfit, rule in judged if misfit]
    if not fitting:
        return Chosen(tuple(unfit), None, f"no price rule of the contract fits on {day}")
    best = fitting[0]
    others = f", the narrowest of {len(fitting)} in force" if lost else ", the only one in force"
    why = f"scope {rank_name(best)}{others} on {day}"
    return Chosen((Tried(best, is_taken=True, why=why), *lost, *unfit), best, why)


def _order(rule: Row) -> tuple[int, bool, str]:
    return (*rank_of(rule), rule["rule_id"])


def _misfit(rule: Row, facts: Mapping[str, str | None], *, day: str) -> str:
    for name in SCOPE:
        if not rule[name]:
            continue
        wanted, has = rule[name], facts[name]
        if name == "charge_class":
            wanted, has = wanted.lower(), (has or "").lower()
        if wanted != has:
            return f"is for {name} {rule[name]}, the line has {facts[name] or 'none'}"
    return "" if in_force(rule, day) else f"holds {span(rule)}, not on {day}"


def choose_list_price(rows: Sequence[Row], asked: Asked, *, currency: str) -> Chosen:
    """Choose among the rows of the line's product and SKU; the row that names most wins."""
    judged = [(_list_misfit(row, asked, currency=currency), row) for row in rows]
    segment = asked.owner.get("segment")

    def fine(row: Row) -> tuple[int, str]:
        names = ("meter_id", "term", "billing_plan", "market", *(("segment",) if segment else ()))
        return sum(bool(row[name]) for name in names), row["valid_from"]

    fitting = sorted((row for misfit, row in judged if not misfit), key=fine, reverse=True)
    unfit = [Tried(row, is_taken=False, why=misfit) for misfit, row in judged if misfit]
    if not fitting:
        why = f"no list price of the product and SKU in {currency} fits on {asked.day}"
        return Chosen(tuple(unfit), None, why)
    best = [row for row in fitting if fine(row) == fine(fitting[0])]
    lost = [
        Tried(row, is_taken=False, why="also fits, but names less or is older")
        for row in fitting
        if row not in best
    ]
    prices = {price_and_parts(row, plan=plan_of(asked.line, asked.owner)) for row in best}
    if len(prices) > 1:
        why = f"{len(best)} list prices fit equally well and differ"
        clash = [Tried(row, is_taken=False, why=why) for row in best]
        return Chosen((*clash, *lost, *unfit), None, why)
    why = (
        "names the most of term, plan, market, segment and meter"
        if lost
        else "the only one that fits"
    )
    return Chosen((Tried(best[0], is_taken=True, why=why), *lost, *unfit), best[0], why)


def price_and_parts(row: Row, *, plan: str) -> tuple[Fraction, int]:
    """Give the price of a row of the list and the number of charges that it is divided by."""
    price = Fraction(row["erp_price"] or row["unit_price"])
    if (row["price_period"] or "cycle") == "cycle":
        return price, 1
    months = TERM_MONTHS[row["term"].upper()]
    between = _plan_months(row["billing_plan"]) or _plan_months(plan) or months
    return price, months // between


def plan_of(line: Line, owner: Row) -> str:
    """Give the billing plan that a line asks the list for."""
    return line.row["billing_frequency"] or owner["billing_frequency"] or ""


def _plan_months(plan: str | None) -> int | None:
    return PLAN_MONTHS.get((plan or "").lower())


def _list_misfit(row: Row, asked: Asked, *, currency: str) -> str:
    line = asked.line
    term = "payG-1" if line.is_usage else asked.owner["term"] or line.term or ""
    day = f"{asked.day}"
    unit, segment = line.row["unit_price"], asked.owner.get("segment")
    is_tiered = Fraction(row["tier_min"] or 0) > 0 or row["tier_max"]
    plan = plan_of(line, asked.owner)
    is_other_plan = row["billing_plan"] and _plan_months(row["billing_plan"]) != _plan_months(plan)
    is_term = (row["price_period"] or "cycle") != "cycle"
    reasons = (
        (row["currency"] != currency, f"is in {row['currency']}, the hop in {currency}"),
        (not in_force(row, day), f"holds {span(row)}, not on {day}"),
        (
            row["term"] and row["term"].upper() != term.upper(),
            f"is for term {row['term']}, the line has {term or 'none'}",
        ),
        (
            is_other_plan,
            f"is for plan {row['billing_plan']}, the line has {plan or 'none'}",
        ),
        (
            row["meter_id"] and row["meter_id"] != line.row["meter_id"],
            f"is for meter {row['meter_id']}",
        ),
        (
            row["market"] and row["market"].upper() != (asked.market or "").upper(),
            f"is for market {row['market']}, the customer's is {asked.market or 'unknown'}",
        ),
        (
            row["segment"] and segment and row["segment"] != segment,
            f"is for segment {row['segment']}, the subscription is of {segment}",
        ),
        (
            is_tiered and (unit is None or Fraction(row["unit_price"]) != Fraction(unit)),
            f"is the tier of unit price {row['unit_price']}, not the vendor's",
        ),
        (
            is_term and (row["term"] or "").upper() not in TERM_MONTHS,
            f"is for a term of unknown length: {row['term']}",
        ),
    )
    return next((why for is_so, why in reasons if is_so), "")


def choose_rate(rates: Sequence[Row], *, seller_id: str, invoice_date: dt.date) -> Chosen:
    """Choose among the rates of a currency pair: the seller's own, the nearest day, the source."""
    own = [rate for rate in rates if rate["organization_id"] in (None, "", seller_id)]
    judged = [(_rate_misfit(rate, invoice_date), rate) for rate in own]
    fitting = sorted((rate for misfit, rate in judged if not misfit), key=_rate_order)
    unfit = [Tried(rate, is_taken=False, why=misfit) for misfit, rate in judged if misfit]
    if not fitting:
        why = f"no exchange rate of {invoice_date} or the {RATE_DAYS} days before it"
        return Chosen(tuple(unfit), None, why)
    lost = [
        Tried(
            rate, is_taken=False, why="comes after it: seller's own, then nearest day, then source"
        )
        for rate in fitting[1:]
    ]
    best = fitting[0]
    whose = "the seller's own rate" if best["organization_id"] else "a generic rate"
    why = f"{whose} of {best['date']} for the invoice date {invoice_date}"
    return Chosen((Tried(best, is_taken=True, why=why), *lost, *unfit), best, why)


def rate_value(rate: Row) -> Fraction:
    """Give base rate x (1 + surcharge / 100)."""
    base, *per = _parts(rate)
    return (
        Fraction(base)
        / Fraction(per[0] if per else 1)
        * (1 + Fraction(rate["surcharge"] or 0) / 100)
    )


def _parts(rate: Row) -> list[str]:
    """Give the numbers of a base rate: one, or two of a quotient made by `rates_by_usd`."""
    return str(rate["base_rate"]).split("/")


def rates_by_usd(
    bought: Sequence[Row], sold: Sequence[Row], *, pair: Mapping[str, str]
) -> list[Row]:
    """Give the rates of a pair that follow from USD per unit of each, of one day's sheet.

    `bought` and `sold` are the rates to USD of the pair's currencies; none for USD itself.
    """
    ends = []
    for currency, rows in ((pair["from"], bought), (pair["to"], sold)):
        known = [r for r in rows if r["source"] == SHEET and not Fraction(r["surcharge"] or 0)]
        ends.append([(row, row["base_rate"]) for row in known] if currency != "USD" else None)
    ups, downs = ends
    ups = [(row, "1") for row, _ in downs or ()] if ups is None else ups
    downs = [(row, "1") for row, _ in ups] if downs is None else downs
    return [
        {**row, **pair, "base_rate": f"{up}/{down}"}
        for row, up in ups
        for other, down in downs
        if all(row[name] == other[name] for name in ("date", "organization_id"))
    ]


def _rate_order(rate: Row) -> tuple[bool, int, int, str]:
    source = SOURCES.get(rate["source"].lower(), len(SOURCES))
    age = -dt.date.fromisoformat(rate["date"]).toordinal()
    return not rate["organization_id"], age, source, rate["source"]


def _rate_misfit(rate: Row, day: dt.date) -> str:
    age = (day - dt.date.fromisoformat(rate["date"])).days
    if not 0 <= age <= RATE_DAYS:
        return f"is of {rate['date']}, not within {RATE_DAYS} days before {day}"
    if any(len(one.replace(".", "").strip("0")) > RATE_DIGITS_MAX for one in _parts(rate)):
        return f"has more than {RATE_DIGITS_MAX} digits"
    return ""


def class_name(charge_type_id: int) -> str:
    """Give the name of a charge class as a rule's `charge_class` spells it."""
    return CLASSES[charge_type_id]
