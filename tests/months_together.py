"""Many generated months of one period put side by side, so that one run bills them all."""

import datetime as dt
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, settings
from months import Month, months
from months_channel import VENDOR
from months_files import Row

NUMBERS = {"account_no", "subscription_no"}
APART = {
    *("organization_id", "contract_id", "parent_contract_id", "seller_id", "buyer_id"),
    *("customer_id", "subscription_id", "vendor_subscription_id", "product_id", "order_id"),
    *("order_number", "rule_id", "CustomerId", "SubscriptionId", "ProductId", "OrderId"),
}


def months_together(first_day: dt.date, *, count: int) -> Month:
    """Draw months that begin on a day and give them as one."""
    drawn: list[Month] = []

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(month=months(first_day))
    def draw(month: Month) -> None:
        drawn.append(month)

    draw()
    assert len(drawn) == count
    return together(drawn)


def together(several: Sequence[Month]) -> Month:
    """Give months of one period as one: each keeps its own parties, contracts and products.

    Only the vendor and the exchange rates that are not of one seller are common to them.
    """
    (period,) = {month.period for month in several}
    apart = [_apart(month, number) for number, month in enumerate(several, 1)]
    lines = [line for month in apart for line in month.lines]
    return Month(
        period=period,
        reference={
            name: _distinct(name, [row for month in apart for row in month.reference.get(name, [])])
            for name in {name: None for month in apart for name in month.reference}
        },
        lines=tuple(
            {**line, "VendorInvoiceRowId": f"row-{number:04d}"}
            for number, line in enumerate(lines, 1)
        ),
    )


def _apart(month: Month, number: int) -> Month:
    def own(row: Row) -> Row:
        changed = {
            name: f"{number}{cell}" if name in NUMBERS else f"{cell}-of-{number}"
            for name, cell in row.items()
            if name in APART | NUMBERS and cell not in ("", VENDOR)
        }
        return {**row, **changed}

    return Month(
        month.period,
        {name: [own(row) for row in rows] for name, rows in month.reference.items()},
        tuple(own(line) for line in month.lines),
    )


def _distinct(name: str, rows: Sequence[Row]) -> list[Row]:
    """Keep one row of the vendor, and of each common exchange rate."""
    keys = {
        "organizations.csv": ("organization_id",),
        "exchange_rates.csv": ("organization_id", "from", "to", "source", "date"),
    }.get(name)
    if keys is None:
        return list(rows)
    kept: dict[tuple[str, ...], Row] = {}
    for row in rows:
        kept.setdefault(tuple(row[key] for key in keys), row)
    return list(kept.values())
