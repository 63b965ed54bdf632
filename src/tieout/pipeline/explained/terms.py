"""What holds at each hop of a chain: contract, price rule, list price, exchange rate."""

import datetime as dt
from dataclasses import dataclass

from tieout.pipeline.explained.choice import (
    Asked,
    Chosen,
    choose_list_price,
    choose_rate,
    choose_rule,
    class_name,
    rates_by_usd,
)
from tieout.pipeline.explained.frozen import Frozen
from tieout.pipeline.explained.line import Line
from tieout.pipeline.explained.owner import Owner, Row

OWN_PRICE = ("fixed", "list", "discount_on_list")
PRORATED = (*OWN_PRICE, "gap_share")  # kinds that follow how the vendor prorated the line
ON_LIST = ("list", "discount_on_list", "gap_share")
ON_COST = ("markup", "margin", "pass_through", "gap_share")


@dataclass(frozen=True)
class Terms:
    """What holds at one hop: its contract, and what was chosen; None where nothing was asked."""

    hop: int
    contract: Row
    cost_currency: str | None = None
    rule: Chosen | None = None
    listed: Chosen | None = None
    rate: Chosen | None = None

    @property
    def kind(self) -> str | None:
        """The kind of the rule that holds; None at hop 1 and without one."""
        return self.rule.taken["kind"] if self.rule and self.rule.taken else None

    @property
    def missing(self) -> tuple[str, str] | None:
        """The reason code and the sentence of what is missing at this hop, if anything is."""
        if self.rule is None:
            return None
        rule, kind = self.rule.taken, self.kind
        if rule is None or kind is None:
            return "NO_PRICE_RULE", self.rule.why
        if kind == "fixed" and rule["currency"] != self.contract["currency"]:
            return "NO_PRICE_RULE", f"rule {rule['rule_id']} is in {rule['currency']}"
        if kind in ON_LIST and (self.listed is None or self.listed.taken is None):
            return "NO_LIST_PRICE", self.listed.why if self.listed else "no list price"
        if kind in ON_COST and self.rate is not None and self.rate.taken is None:
            return "NO_EXCHANGE_RATE", self.rate.why
        return None


def choose_terms(
    line: Line, owner: Owner, *, frozen: Frozen, rule_day: dt.date, first_day: dt.date
) -> tuple[Terms, ...]:
    """Choose rule, list price and rate hop by hop, up to the first hop that lacks one."""
    customer = owner.chain[-1]["buyer_id"]
    facts = {
        "subscription_id": owner.subscription["subscription_id"],
        "customer_id": customer,
        "charge_class": class_name(line.charge_type_id),
        **{name: line.row[name] for name in ("product_id", "sku_id", "product_family")},
    }
    asked = Asked(rule_day, facts, frozen.market_of(customer), line, owner.subscription)
    terms = [Terms(1, owner.chain[0])]
    for hop, contract in enumerate(owner.chain[1:], 2):
        cost_currency = owner.chain[hop - 2]["currency"]
        rules = frozen.rows("price_rules", contract_id=contract["contract_id"])
        made = Terms(hop, contract, cost_currency, choose_rule(rules, asked))
        listed = _listed(frozen, asked, currency=contract["currency"])
        terms.append(
            Terms(
                hop,
                contract,
                cost_currency,
                made.rule,
                listed if made.kind in ON_LIST else None,
                _rate(frozen, contract, cost_currency=cost_currency, first_day=first_day),
            )
        )
        if terms[-1].missing:
            break
    return tuple(terms)


def _listed(frozen: Frozen, asked: Asked, *, currency: str) -> Chosen:
    row = asked.line.row
    rows = frozen.rows(
        "price_list",
        vendor_id=row["vendor"],
        product_id=row["product_id"] or "",
        sku_id=row["sku_id"] or "",
    )
    return choose_list_price(rows, asked, currency=currency)


def _rate(
    frozen: Frozen, contract: Row, *, cost_currency: str, first_day: dt.date
) -> Chosen | None:
    """Choose the rate of the invoice date; None within one currency."""
    if contract["currency"] == cost_currency:
        return None
    next_month = (first_day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    invoice_date = next_month + dt.timedelta(days=int(contract["billing_day"] or 1) - 1)
    pair = {"from": cost_currency, "to": contract["currency"]}
    rates = frozen.rows("exchange_rates", **pair)
    chosen = choose_rate(rates, seller_id=contract["seller_id"], invoice_date=invoice_date)
    if chosen.taken is not None or pair["to"] == "USD":
        return chosen
    to_usd = [frozen.rows("exchange_rates", **{"from": pair[end], "to": "USD"}) for end in pair]
    if not (by_usd := rates_by_usd(to_usd[0], to_usd[1], pair=pair)):
        return chosen
    return choose_rate(
        [*rates, *by_usd], seller_id=contract["seller_id"], invoice_date=invoice_date
    )
