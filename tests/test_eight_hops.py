"""A channel of eight hops, the deepest there is, against plain fractions at every hop."""

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from fraction_model import expected
from months import Month, october, write_reference, write_vendor_csv
from months_files import Row, reference_row
from stored import stored_lines

from tieout import pipeline
from tieout.store.house import open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
HOPS = 8
PARTIES = ("microsoft", "distributor", *(f"reseller-{n}" for n in range(2, HOPS)), "customer")
# hop: its currency, kind and value; the currency changes at hops 2, 4, 5 and 7
TERMS = {
    1: ("EUR", "", ""),
    2: ("USD", "markup", "3.25"),
    3: ("USD", "pass_through", ""),
    4: ("JPY", "margin", "7"),
    5: ("KWD", "markup", "12.5"),
    6: ("KWD", "gap_share", "40"),
    7: ("EUR", "discount_on_list", "10"),
    8: ("EUR", "markup", "0"),
}
RATES = {("EUR", "USD"): "1.1596", ("USD", "JPY"): "114.21", ("JPY", "KWD"): "0.002643"}
PROMOTION = {
    "UnitPrice": "3",
    "EffectiveUnitPrice": "2.7",
    "Subtotal": "27",
    "Total": "27",
    "PriceAdjustmentDescription": '["10.0% promotion"]',
    "PromotionId": "39NFJQT20HW7",
}
TRIAL = {"EffectiveUnitPrice": "0", "Subtotal": "0", "Total": "0"}
REFUND = {
    "ChargeType": "cancelImmediate",
    "EffectiveUnitPrice": "-2.7",
    "Subtotal": "-27",
    "Total": "-27",
    "ReferenceId": "",
}


def _month() -> Month:
    """October with eight hops: a promotion in full and its refund, a trial, ten seat changes."""
    plain = october(("markup", "0"))
    (subscription,) = plain.reference["subscriptions.csv"]
    other = {"subscription_id": "s-2", "subscription_no": "700102"}
    other |= {"vendor_subscription_id": "sub-2", "contract_id": f"c-{HOPS}"}
    fee, *changes = plain.lines
    promoted = fee | PROMOTION | {"SubscriptionId": "sub-2", "VendorInvoiceRowId": "oct-12"}
    refund = promoted | REFUND | {"VendorInvoiceRowId": "oct-13"}
    trial = fee | TRIAL | {"SubscriptionId": "sub-2", "VendorInvoiceRowId": "oct-14"}
    return Month(
        period=plain.period,
        reference={
            "organizations.csv": _organizations(),
            "contracts.csv": _contracts(),
            "subscriptions.csv": [
                subscription | {"contract_id": f"c-{HOPS}"},
                subscription | other,
            ],
            "price_rules.csv": [_rule(hop, kind, value) for hop, (_, kind, value) in TERMS.items()][
                1:
            ],
            "price_list.csv": [_listed("KWD", "1.5"), _listed("EUR", "4.19")],
            "exchange_rates.csv": [
                reference_row(
                    "exchange_rates.csv",
                    source="ECB",
                    base_rate=rate,
                    date="2021-10-29",
                    **{"from": bought, "to": sold},
                )
                for (bought, sold), rate in RATES.items()
            ],
        },
        lines=(fee, *changes, promoted, refund, trial),
    )


def _contracts() -> list[Row]:
    """Give the chain from the vendor to the customer, each hop in its currency."""
    first, second = october().reference["contracts.csv"]
    return [
        (first if hop == 1 else second)
        | {
            "contract_id": f"c-{hop}",
            "parent_contract_id": f"c-{hop - 1}" if hop > 1 else "",
            "purpose": "invoice" if hop == HOPS else "resell",
            "seller_id": PARTIES[hop - 1],
            "buyer_id": PARTIES[hop],
            "currency": currency,
        }
        for hop, (currency, _, _) in TERMS.items()
    ]


def _organizations() -> list[Row]:
    roles = {"microsoft": "vendor", "distributor": "distributor", "customer": "customer"}
    return [
        reference_row(
            "organizations.csv",
            organization_id=name,
            account_no=str(number),
            role=roles.get(name, "reseller"),
            name=name.title(),
        )
        for number, name in enumerate(PARTIES, 1)
    ]


def _rule(hop: int, kind: str, value: str) -> Row:
    return reference_row(
        "price_rules.csv",
        rule_id=f"r-{hop}",
        contract_id=f"c-{hop}",
        kind=kind,
        value=value,
        valid_from="2021-01-01",
    )


def _listed(currency: str, price: str) -> Row:
    return reference_row(
        "price_list.csv",
        vendor_id="microsoft",
        product_id="CFQ7TTC0LDPB",
        sku_id="0001",
        currency=currency,
        unit_price=price,
        valid_from="2021-01-01",
    )


def test_eight_hops_come_to_what_fractions_say_and_a_full_refund_to_nothing(tmp_path: Path) -> None:
    month = _month()
    house = open_house(tmp_path / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, tmp_path / "reference"), now=NOW)
    path = write_vendor_csv(month.lines, tmp_path / "vendor.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, month.period, now=NOW)
    assert stored_lines(house, month.period, kind="parked_line") == []
    model = expected(month)
    assert model.parked == {}
    details = stored_lines(house, month.period, kind="detail_line")
    found = {(line["row_number"] - 1, line["hop"]): line for line in details}
    assert len(found) == len(details) == len(month.lines) * HOPS
    for key, wanted in model.details.items():
        line = found[key]
        prices = (line["unit_price"], line["effective_unit_price"], line["total_price"])
        assert tuple(map(Fraction, prices)) == (wanted.unit, wanted.effective, wanted.total), key
        parties = (line["seller_id"], line["buyer_id"], line["currency"], line["rule_id"])
        assert parties == (wanted.seller_id, wanted.buyer_id, wanted.currency, wanted.rule_id)
    refunded: dict[int, Fraction] = defaultdict(Fraction)
    trials = []
    for (index, hop), line in found.items():
        if index in (11, 12):
            assert line["total_price"] != 0
            refunded[hop] += Fraction(line["total_price"])
        if index == 13:
            trials.append((hop, line["total_price"]))
    assert dict(refunded) == dict.fromkeys(range(1, HOPS + 1), Fraction(0))
    assert sorted(trials) == [(hop, 0) for hop in range(1, HOPS + 1)]
    told = pipeline.explain_line(house, f"{details[0]['file_id'][:16]}-2")
    assert (len(told["hops"]), told["differences"]) == (HOPS, [])
