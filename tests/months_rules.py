"""Strategies for price rules: one for each contract after hop 1, and narrower ones over it."""

import datetime as dt
from dataclasses import dataclass

from hypothesis import strategies as st
from months_channel import LONG_AGO
from months_exact import in_month
from months_files import Row, reference_row
from months_odds import rarely

KINDS = (
    *("markup", "markup", "margin", "pass_through", "fixed", "list", "discount_on_list"),
    "gap_share",
)
FAMILIES = ("licence", "azure_plan", "perpetual_software", "reservation")
SCOPES = (
    (),
    ("customer_id",),
    ("subscription_id",),
    ("product_id",),
    ("product_id", "sku_id"),
    ("product_family",),
    ("customer_id", "product_id"),
    ("customer_id", "product_id", "sku_id"),
    ("customer_id", "product_family"),
)


@dataclass(frozen=True)
class Sold:
    """A subscription as price rules may name it."""

    contract_ids: tuple[str, ...]
    cells: Row


@st.composite
def price_rules(
    draw: st.DrawFn, contracts: list[Row], sold: list[Sold], first_day: dt.date
) -> list[Row]:
    """Draw the rules of contracts after hop 1; here and there a line is left without any.

    A rule for a charge class is one for UsageFee only: rules for fees and not for their
    corrections would keep a full refund from netting to zero.
    """
    rules: list[Row] = []
    for contract in contracts:
        here = [each.cells for each in sold if contract["contract_id"] in each.contract_ids]
        scopes: dict[tuple[tuple[str, str], ...], Row] = {}
        if not draw(rarely(15)):
            scopes[()] = {}
        for _ in range(draw(st.integers(0, 3)) if here else 0):
            names = draw(st.sampled_from(SCOPES))
            cells = draw(st.sampled_from(here))
            scope = {name: cells[name] for name in names}
            if draw(rarely(5)):
                scope["charge_class"] = "UsageFee"
            scopes.setdefault(tuple(sorted(scope.items())), scope)
        for scope in scopes.values():
            rules += draw(_rules_of_scope(contract, scope, first_day))
    return [{**rule, "rule_id": f"rule-{number}"} for number, rule in enumerate(rules, 1)]


@st.composite
def _rules_of_scope(draw: st.DrawFn, contract: Row, scope: Row, first_day: dt.date) -> list[Row]:
    """Draw one rule or two that follow each other; a narrow one may hold for a part of the time."""
    change = f"{draw(st.just(first_day) | st.dates(first_day, in_month(first_day, 31)))}"
    always, before, after = (LONG_AGO, ""), (LONG_AGO, change), (change, "")
    choices = [[always], [always], [before, after]]
    if scope:
        choices += [[always], [before], [after]]
    spans = draw(st.sampled_from(choices))
    return [
        reference_row(
            "price_rules.csv",
            contract_id=contract["contract_id"],
            valid_from=start,
            valid_to=end,
            **scope,
            **draw(_prices(contract["currency"])),
        )
        for start, end in spans
    ]


@st.composite
def _prices(draw: st.DrawFn, currency: str) -> Row:
    """Draw kind and value: percentages and prices with up to six decimals."""
    kind = draw(st.sampled_from(KINDS))
    keep = {"earned_credit": "keep"} if draw(st.booleans()) else {}
    if kind == "pass_through":
        return {"kind": kind, **keep}
    if kind == "list":
        return {"kind": kind, "charge_free": draw(st.sampled_from(("", "yes")))}
    places = draw(st.sampled_from((0, 1, 2, 3, 4, 6)))
    whole_max = {"markup": 40, "margin": 60, "fixed": 90, "discount_on_list": 30, "gap_share": 99}[
        kind
    ]
    number = draw(st.integers(1 if kind == "fixed" else 0, whole_max * 10**places))
    whole, rest = divmod(number, 10**places)
    value = f"{whole}.{rest:0{places}d}" if places else str(whole)
    if kind == "discount_on_list":
        return {"kind": kind, "value": value}
    if kind == "gap_share":
        charge_free = draw(st.sampled_from(("", "no", "yes")))
        return {"kind": kind, "value": value, "charge_free": charge_free, **keep}
    if kind != "fixed":
        return {"kind": kind, "value": value, **keep}
    charge_free = draw(st.sampled_from(("", "", "", "no", "yes")))
    return {"kind": kind, "value": value, "currency": currency, "charge_free": charge_free}
