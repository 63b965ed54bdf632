"""Strategies for who sells to whom: organizations, contracts by hop, and exchange rates."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st
from months_exact import DAY, in_month
from months_files import Row, reference_row
from months_odds import rarely

VENDOR = "microsoft"
VENDOR_CURRENCIES = ("EUR", "USD", "GBP", "JPY")
CURRENCIES = ("EUR", "USD", "JPY", "KWD", "GBP")
# The parties that may stand between vendor and customer, by place in the chain, with their role.
BETWEEN = (
    (("distributor-1", "distributor"), ("direct-1", "reseller")),
    (("reseller-1", "reseller"), ("reseller-2", "reseller")),
    (("dealer-1", "reseller"), ("dealer-2", "reseller")),
)
LONG_AGO = "2015-01-01"


@dataclass(frozen=True)
class Chain:
    """The contracts from the vendor, hop 1 first, down to one customer, in one vendor currency."""

    customer_id: str
    currency: str
    contracts: tuple[Row, ...]


@dataclass(frozen=True)
class Channel:
    """All parties of a month, and the chains between them."""

    organizations: tuple[Row, ...]
    contracts: tuple[Row, ...]
    chains: tuple[Chain, ...]


@st.composite
def channels(draw: st.DrawFn) -> Channel:
    """Draw 1 to 4 customers behind 1 to 4 hops each; they may share sellers and contracts."""
    currencies = draw(
        st.lists(st.sampled_from(VENDOR_CURRENCIES), min_size=1, max_size=2, unique=True)
    )
    paths = [_path(draw, f"customer-{number}") for number in range(1, draw(st.integers(1, 4)) + 1)]
    contracts: dict[tuple[str, ...], Row] = {}
    terms: dict[tuple[str, str], Row] = {}
    chains = []
    for path in paths:
        for currency in currencies:
            if currency != currencies[0] and not draw(st.booleans()):
                continue
            chain = [
                _contract(draw, path[: hop + 1], currency, contracts, terms)
                for hop in range(1, len(path))
            ]
            chains.append(Chain(path[-1], currency, tuple(chain)))
    others = [_consume(path[-1], currencies[0]) for path in paths if draw(st.booleans())]
    return Channel(_organizations(paths), (*contracts.values(), *others), tuple(chains))


def _path(draw: st.DrawFn, customer_id: str) -> tuple[str, ...]:
    """Draw the parties from the vendor to a customer."""
    between = BETWEEN[: draw(st.integers(0, len(BETWEEN)))]
    sellers = [draw(st.sampled_from(choices))[0] for choices in between]
    return (VENDOR, *sellers, customer_id)


def _contract(
    draw: st.DrawFn,
    path: tuple[str, ...],
    vendor_currency: str,
    contracts: dict[tuple[str, ...], Row],
    terms: dict[tuple[str, str], Row],
) -> Row:
    """Give the contract of the last hop of a path, drawn when it is first met.

    Contracts of the same two parties have the same terms, because they may share an invoice.
    """
    key = (vendor_currency, *path)
    if key in contracts:
        return contracts[key]
    seller_id, buyer_id = path[-2:]
    parent = contracts.get(key[:-1])
    if (seller_id, buyer_id) not in terms:
        terms[seller_id, buyer_id] = draw(_terms(is_first=parent is None))
    is_last = buyer_id.startswith("customer")
    currency = vendor_currency
    if parent is not None:
        same = parent["currency"]
        currency = draw(st.sampled_from((same, same, same, *CURRENCIES)))
    contracts[key] = reference_row(
        "contracts.csv",
        contract_id=f"contract-{len(contracts) + 1}",
        parent_contract_id="" if parent is None else parent["contract_id"],
        purpose="invoice" if is_last and parent is not None else "resell",
        type_name="Cloud Service Provider",
        vendor_id=VENDOR,
        seller_id=seller_id,
        buyer_id=buyer_id,
        currency=currency,
        valid_from=LONG_AGO,
        **terms[seller_id, buyer_id],
    )
    return contracts[key]


@st.composite
def _terms(draw: st.DrawFn, *, is_first: bool) -> Row:
    """Draw what two parties agreed: the billing day, and after hop 1 the policy and status."""
    billing_day = draw(st.sampled_from(("", "1", "1", "5", "28")))
    if is_first:
        return {"billing_day": billing_day, "start_status": "verified"}
    return {
        "billing_day": billing_day,
        "rounding_policy": draw(st.sampled_from(("", "", "hop-exact", "reseller"))),
        "start_status": draw(st.sampled_from(("", "new", "verified", "issued"))),
    }


def _consume(customer_id: str, currency: str) -> Row:
    """Give a contract that links the vendor and a customer and prices nothing."""
    return reference_row(
        "contracts.csv",
        contract_id=f"consume-{customer_id}",
        purpose="consume",
        vendor_id=VENDOR,
        seller_id=VENDOR,
        buyer_id=customer_id,
        currency=currency,
        valid_from=LONG_AGO,
    )


def _organizations(paths: Iterable[tuple[str, ...]]) -> tuple[Row, ...]:
    roles = {VENDOR: "vendor", **dict(choice for choices in BETWEEN for choice in choices)}
    names = dict.fromkeys(name for path in paths for name in path)
    return tuple(
        reference_row(
            "organizations.csv",
            organization_id=name,
            account_no=str(number),
            role=roles.get(name, "customer"),
            country="DE" if name.endswith("2") else "NL",
            name=name.title(),
            status="active",
        )
        for number, name in enumerate(names, 1)
    )


@st.composite
def exchange_rates(draw: st.DrawFn, chains: tuple[Chain, ...], first_day: dt.date) -> list[Row]:
    """Draw rates for every hop that changes currency, beside rates that must not be chosen.

    Now and then a hop has none within its seven days.
    """
    rates: dict[tuple[str, ...], Row] = {}
    steps = dict.fromkeys(
        (lower["seller_id"], upper["currency"], lower["currency"], lower["billing_day"] or "1")
        for chain in chains
        for upper, lower in pairwise(chain.contracts)
        if upper["currency"] != lower["currency"]
    )
    for seller_id, source_currency, target_currency, billing_day in steps:
        invoice_date = in_month(first_day, int(billing_day), months_later=1)
        ages = [] if draw(rarely(20)) else [draw(st.integers(0, 7))]
        ages += draw(st.lists(st.integers(-2, 9), max_size=3))
        for age in ages:
            row = reference_row(
                "exchange_rates.csv",
                organization_id=draw(st.sampled_from(("", "", seller_id, VENDOR))),
                to=target_currency,
                source=draw(st.sampled_from(("ECB", "Custom", "CurrencyLayer", "Bank"))),
                base_rate=draw(_base_rates()),
                surcharge=draw(st.sampled_from(("", "0", "1.5", "2", "0.75", "-0.5"))),
                date=(invoice_date - age * DAY).isoformat(),
                **{"from": source_currency},
            )
            key = ("organization_id", "from", "to", "source", "date")
            rates.setdefault(tuple(row[name] for name in key), row)
    return list(rates.values())


def _base_rates() -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(("1", "0.86", "1.1600", "132.25", "0.3074", "3.2531")),
        st.integers(1, 9_999_999).map(lambda n: f"{n // 10**6}.{n % 10**6:06d}"),
    )
