"""The published October 2021 (F-OCT, reporting-api.md 7.1 to 7.4) as a billing month."""

from months_files import VENDOR_COLUMNS, Month, Row, reference_row

DIRECT = ("microsoft", "reseller", "customer")
FOUR_PARTIES = ("microsoft", "distributor", "reseller", "customer")
NAME = "Microsoft 365 Business Standard"
TERM = "One-Month commitment for monthly billing"
# number, charge type, first day, quantity, vendor effective unit price, vendor total
LINES = (
    (1, "new", 1, "10", "3", "30"),
    (2, "removeQuantity", 2, "10", "-2.9", "-29"),
    (3, "removeQuantity", 2, "7", "2.9", "20.3"),
    (4, "addQuantity", 3, "7", "-2.8", "-19.6"),
    (5, "addQuantity", 3, "12", "2.8", "33.6"),
    (6, "removeQuantity", 4, "12", "-2.7", "-32.4"),
    (7, "removeQuantity", 4, "10", "2.7", "27"),
    (8, "removeQuantity", 5, "10", "-2.61", "-26.1"),
    (9, "removeQuantity", 5, "7", "2.61", "18.27"),
    (10, "removeQuantity", 6, "7", "-2.51", "-17.57"),
    (11, "removeQuantity", 6, "5", "2.51", "12.55"),
)


def october(
    rule: tuple[str, str] = ("markup", "0"),
    *,
    four_parties: bool = False,
    policy: str = "",
    start_status: str = "verified",
) -> Month:
    """Give October 2021 for the direct chain, whose customer pays by `rule` (kind, value).

    With `four_parties` the distributor adds 5% and the reseller 10%, and `rule` is not used.
    `policy` and `start_status` are those of every contract after the vendor's.
    """
    chain = FOUR_PARTIES if four_parties else DIRECT
    rules = {2: ("markup", "5"), 3: ("markup", "10")} if four_parties else {2: rule}
    last = len(chain) - 1
    return Month(
        period="2021-10",
        reference={
            "organizations.csv": _organizations(chain),
            "contracts.csv": [
                _contract(chain, hop, policy=policy, status=start_status)
                for hop in range(1, last + 1)
            ],
            "subscriptions.csv": [_subscription(f"c-{last}")],
            "price_rules.csv": [_price_rule(hop, *rules[hop]) for hop in sorted(rules)],
            "exchange_rates.csv": [],
        },
        lines=tuple(_line(*line) for line in LINES),
    )


def _organizations(chain: tuple[str, ...]) -> list[Row]:
    return [
        reference_row(
            "organizations.csv",
            organization_id=name,
            account_no=str(number),
            role="vendor" if name == "microsoft" else name,
            name=name.title(),
        )
        for number, name in enumerate(chain, 1)
    ]


def _contract(chain: tuple[str, ...], hop: int, *, policy: str, status: str) -> Row:
    return reference_row(
        "contracts.csv",
        contract_id=f"c-{hop}",
        parent_contract_id=f"c-{hop - 1}" if hop > 1 else "",
        purpose="invoice" if hop == len(chain) - 1 else "resell",
        vendor_id="microsoft",
        seller_id=chain[hop - 1],
        buyer_id=chain[hop],
        currency="EUR",
        rounding_policy=policy if hop > 1 else "",
        start_status=status if hop > 1 else "verified",
        valid_from="2021-01-01",
    )


def _subscription(contract_id: str) -> Row:
    return reference_row(
        "subscriptions.csv",
        subscription_id="s-1",
        subscription_no="700101",
        vendor_id="microsoft",
        vendor_subscription_id="sub-1",
        contract_id=contract_id,
        name=NAME,
        product_id="CFQ7TTC0LDPB",
        sku_id="0001",
        start_date="2021-10-01",
        valid_from="2021-01-01",
    )


def _price_rule(hop: int, kind: str, value: str) -> Row:
    return reference_row(
        "price_rules.csv",
        rule_id=f"r-{hop}",
        contract_id=f"c-{hop}",
        kind=kind,
        value=value,
        currency="EUR" if kind == "fixed" else "",
        valid_from="2021-01-01",
    )


def _line(
    number: int, charge_type: str, day: int, quantity: str, effective: str, total: str
) -> Row:
    known = {
        "PartnerId": "partner",
        "CustomerId": "contoso",
        "CustomerName": "Contoso",
        "CustomerDomainName": "contoso.example",
        "CustomerCountry": "NL",
        "InvoiceNumber": "G012345678",
        "OrderId": "order-1",
        "OrderDate": f"2021-10-{day:02d}T00:00:00Z",
        "ProductId": "CFQ7TTC0LDPB",
        "SkuId": "0001",
        "SkuName": NAME,
        "ProductName": NAME,
        "ChargeType": charge_type,
        "UnitPrice": "3",
        "Quantity": quantity,
        "Subtotal": total,
        "TaxTotal": "0",
        "Total": total,
        "Currency": "EUR",
        "PublisherName": "Microsoft",
        "SubscriptionDescription": NAME,
        "SubscriptionId": "sub-1",
        "ChargeStartDate": f"2021-10-{day:02d}",
        "ChargeEndDate": "2021-10-31",
        "TermAndBillingCycle": TERM,
        "EffectiveUnitPrice": effective,
        "UnitType": "Licenses",
        "BillableQuantity": quantity,
        "BillingFrequency": "Monthly",
        "PricingCurrency": "EUR",
        "PCToBCExchangeRate": "1",
        "PCToBCExchangeRateDate": "2021-10-01",
        "SubscriptionStartDate": "2021-10-01",
        "SubscriptionEndDate": "2021-10-31",
        "ReferenceId": f"event-{number // 2}",
        "VendorInvoiceRowId": f"oct-{number:02d}",
    }
    return {**dict.fromkeys(VENDOR_COLUMNS, ""), **known}
