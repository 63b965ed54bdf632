"""Small billing months for tests: what a person knows beforehand and what the vendor then sends.

`months()` is the strategy; `october()` the published month; the writers make the files.
"""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st
from months_channel import LONG_AGO, VENDOR, Chain, channels, exchange_rates
from months_exact import DAY, half_away, in_month, plain, yearly_cycle
from months_files import (
    VENDOR_COLUMNS,
    Month,
    Row,
    reference_row,
    write_reference,
    write_vendor_csv,
)
from months_october import october
from months_odds import rarely
from months_prices import price_list
from months_rules import FAMILIES, Sold, price_rules
from months_seats import Charge, azure_charges, one_time_charges, seat_history

__all__ = ["Month", "holdings", "months", "october", "write_reference", "write_vendor_csv"]

PRODUCTS = {
    "licence": (
        ("CFQ7TTC0LDPB", "0001", "Microsoft 365 Business Standard"),
        ("CFQ7TTC0LH18", "0001", "Microsoft 365 Business Basic"),
        ("CFQ7TTC0LH18", "0002", 'Microsoft 365 Business Basic, "no Teams"'),
    ),
    "azure_plan": (("DZH318Z0BPS6", "0001", "Azure plan"),),
    "perpetual_software": (("DG7GMGF0D5RK", "0005", "Windows Server 2022 Standard"),),
    "reservation": (("DZH318Z08TNW", "0039", "Reserved VM Instance, D2s v3"),),
}
PROFILES = ("nce-a", "nce-b", "nce-b cents")


@dataclass(frozen=True)
class Holding:
    """One subscription of a customer, and how its chain and its term look to the vendor."""

    number: int
    chain: Chain
    family: str
    product: tuple[str, str, str]
    began: dt.date
    is_yearly: bool = False

    @property
    def vendor_subscription_id(self) -> str:
        """The vendor's id of the subscription."""
        return f"5b0c0000-0000-4000-8000-{self.number:012d}"


@dataclass(frozen=True)
class Style:
    """How the vendor writes a month: its decimals at least, and the tax it adds (percent)."""

    first_day: dt.date
    places_min: int
    tax_percent: int


@st.composite
def months(draw: st.DrawFn, first_day: dt.date | None = None) -> Month:
    """Draw a month with 1 to 4 customers, their contracts, prices and rates, and vendor lines."""
    first_day = first_day or dt.date(draw(st.integers(2019, 2026)), draw(st.integers(1, 12)), 1)
    channel = draw(channels())
    held = draw(holdings(channel.chains, first_day))
    style = Style(first_day, draw(st.sampled_from((0, 2))), draw(st.sampled_from((0, 0, 19))))
    profile = draw(st.sampled_from(PROFILES))
    lines = [
        _line(holding, charge, style)
        for holding in held
        for charge in draw(_charges(holding, profile, first_day))
    ]
    lines += [
        {**draw(st.sampled_from(lines)), "SubscriptionId": draw(st.sampled_from(("nobody", "")))}
        for _ in range(draw(st.sampled_from((0, 0, 1, 2))))
    ]
    if draw(st.booleans()):
        lines = draw(st.permutations(lines))
    resold = [row for row in channel.contracts if row["parent_contract_id"]]
    orders = [_order(holding) for holding in held if draw(rarely(4))]
    reference = {
        "organizations.csv": list(channel.organizations),
        "contracts.csv": list(channel.contracts),
        "subscriptions.csv": [
            _subscription(holding, orders) | {"term": draw(st.sampled_from(("", "", "P1M", "P1Y")))}
            for holding in held
        ],
        "price_rules.csv": draw(price_rules(resold, [_sold(h) for h in held], first_day)),
        "exchange_rates.csv": draw(exchange_rates(channel.chains, first_day)),
        "price_list.csv": draw(_price_list(held, resold, first_day)),
    }
    return Month(
        period=f"{first_day:%Y-%m}",
        reference=reference | ({"orders.csv": orders} if orders else {}),
        lines=tuple(
            {**line, "VendorInvoiceRowId": f"row-{number:04d}"}
            for number, line in enumerate(lines, 1)
        ),
    )


def _price_list(
    held: list[Holding], contracts: list[Row], first_day: dt.date
) -> st.SearchStrategy[list[Row]]:
    products = sorted({holding.product[:2] for holding in held})
    currencies = sorted({contract["currency"] for contract in contracts})
    return price_list(products, currencies, first_day)


@st.composite
def holdings(draw: st.DrawFn, chains: tuple[Chain, ...], first_day: dt.date) -> list[Holding]:
    """Draw one or two subscriptions per chain, begun in this month or the 330 days before."""
    held: list[Holding] = []
    last_day = in_month(first_day, 31)
    for chain in chains:
        for _ in range(draw(st.sampled_from((1, 1, 2)))):
            family = draw(st.sampled_from(("licence", "licence", *FAMILIES)))
            began = draw(st.dates(first_day, last_day) | st.dates(first_day - 330 * DAY, last_day))
            if draw(rarely(4)):
                began = in_month(began, 31)
            if family == "azure_plan":
                began = began.replace(day=1)
            is_yearly = family == "licence" and draw(rarely(5))
            product = draw(st.sampled_from(PRODUCTS[family]))
            held.append(Holding(len(held) + 1, chain, family, product, began, is_yearly))
    return held


def _charges(holding: Holding, profile: str, first_day: dt.date) -> st.SearchStrategy[list[Charge]]:
    if holding.family == "licence":
        return seat_history(profile, first_day, holding.began, yearly=holding.is_yearly)
    if holding.family == "azure_plan":
        return azure_charges(first_day)
    return one_time_charges(first_day, is_reservation=holding.family == "reservation")


def _line(holding: Holding, charge: Charge, style: Style) -> Row:
    """Write a charge as the vendor does; the row id is given once all lines are known."""

    def text(value: Fraction | None, places_min: int = style.places_min) -> str:
        return "" if value is None else plain(value, places_min=places_min)

    tax = half_away(charge.subtotal * style.tax_percent / 100, 2)
    quantity = text(charge.quantity, 0)
    known = {
        **_parties_and_product(holding),
        **_term(holding),
        "InvoiceNumber": f"G{style.first_day:%Y%m}{holding.chain.currency}",
        "OrderDate": f"{charge.start}T00:00:00Z",
        "ChargeType": charge.charge_type,
        "UnitPrice": text(charge.unit),
        "Quantity": quantity,
        "Subtotal": text(charge.subtotal),
        "TaxTotal": text(tax),
        "Total": text(charge.subtotal + tax),
        "Currency": holding.chain.currency,
        "PriceAdjustmentDescription": charge.adjustment,
        "ChargeStartDate": f"{charge.start}",
        "ChargeEndDate": "" if charge.end is None else f"{charge.end}",
        "EffectiveUnitPrice": text(charge.effective),
        "UnitType": "1 Hour" if charge.is_metered else "Licenses",
        "BillableQuantity": quantity,
        "PricingCurrency": holding.chain.currency,
        "PCToBCExchangeRate": "1",
        "PCToBCExchangeRateDate": f"{style.first_day}",
        "MeterDescription": "D2s v3" if charge.is_metered else "",
        "ReferenceId": f"event-{holding.number}-{charge.event}" if charge.event else "",
    }
    return {**dict.fromkeys(VENDOR_COLUMNS, ""), **known}


def _parties_and_product(holding: Holding) -> Row:
    product_id, sku_id, name = holding.product
    customer_id = holding.chain.customer_id
    return {
        "PartnerId": "0e195b37-4574-4539-bc42-0e539b9684c0",
        "CustomerId": f"tenant-of-{customer_id}",
        "CustomerName": f"{customer_id.title()}, Inc.",
        "CustomerDomainName": f"{customer_id}.example",
        "CustomerCountry": "NL",
        "MpnId": "6034453",
        "OrderId": f"order-{holding.number}",
        "ProductId": product_id,
        "SkuId": sku_id,
        "AvailabilityId": "CFQ7TTC0K5J7",
        "SkuName": name,
        "ProductName": name,
        "PublisherName": "Microsoft",
        "SubscriptionDescription": name,
        "SubscriptionId": holding.vendor_subscription_id,
    }


def _term(holding: Holding) -> Row:
    """Give the columns from which the product family and the cycle are read."""
    if holding.family == "perpetual_software":
        return {}
    if holding.family == "reservation":
        return {"TermAndBillingCycle": "1 Year Reservation", "ReservationOrderId": "RIOderId-1"}
    words = {
        "azure_plan": ("", "Monthly"),
        "licence": ("One-Month commitment for monthly billing", "Monthly"),
    }
    term, frequency = words[holding.family]
    if holding.is_yearly:
        term, frequency = "One-Year commitment for yearly billing", "Annual"
    return {
        "TermAndBillingCycle": term,
        "BillingFrequency": frequency,
        "SubscriptionStartDate": f"{holding.began}",
        "SubscriptionEndDate": f"{yearly_cycle(holding.began, holding.began)[1]}",
    }


def _sold(holding: Holding) -> Sold:
    product_id, sku_id, _ = holding.product
    return Sold(
        tuple(contract["contract_id"] for contract in holding.chain.contracts),
        {
            "customer_id": holding.chain.customer_id,
            "subscription_id": f"sub-{holding.number}",
            "product_id": product_id,
            "sku_id": sku_id,
            "product_family": holding.family,
        },
    )


def _subscription(holding: Holding, orders: list[Row]) -> Row:
    product_id, sku_id, name = holding.product
    order_id = f"so-{holding.number}"
    return reference_row(
        "subscriptions.csv",
        subscription_id=f"sub-{holding.number}",
        subscription_no=str(700_100 + holding.number),
        vendor_id=VENDOR,
        vendor_subscription_id=holding.vendor_subscription_id,
        contract_id=holding.chain.contracts[-1]["contract_id"],
        name=name,
        product_id=product_id,
        sku_id=sku_id,
        status="active",
        start_date=f"{holding.began}",
        billing_frequency="annual" if holding.is_yearly else "",
        order_id=order_id if any(order["order_id"] == order_id for order in orders) else "",
        valid_from=LONG_AGO,
    )


def _order(holding: Holding) -> Row:
    return reference_row(
        "orders.csv",
        order_id=f"so-{holding.number}",
        order_number=f"SO-{1000 + holding.number}",
        contract_id=holding.chain.contracts[-1]["contract_id"],
        date=f"{holding.began}",
        invoice_per_order="no",
    )
