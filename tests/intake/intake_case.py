"""A good new commerce row, and ways to write vendor files with some cells replaced."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import pytest
from pyarrow import parquet

from tieout.errors import FileRefused
from tieout.intake import StagedFile

Stage: TypeAlias = Callable[..., StagedFile]
Rows: TypeAlias = list[dict[str, Any]]
Read: TypeAlias = Callable[[str | bytes], Rows]

NUMBERS = ("UnitPrice", "Quantity", "Subtotal", "TaxTotal", "Total", "EffectiveUnitPrice")
GOOD: dict[str, str] = {
    "PartnerId": "a0000000-0000-4000-8000-000000000001",
    "CustomerId": "c0000000-0000-4000-8000-000000000001",
    "CustomerName": "Contoso",
    "CustomerDomainName": "contoso.example",
    "CustomerCountry": "NL",
    "InvoiceNumber": "G000000001",
    "MpnId": "1234567",
    "ResellerMpnId": "7654321",
    "OrderId": "o1",
    "OrderDate": "2021-10-01",
    "ProductId": "CFQ7TTC0LH16",
    "SkuId": "0001",
    "AvailabilityId": "CFQ7TTC0K971",
    "SkuName": "Exchange Online (Plan 1)",
    "ProductName": "Exchange Online",
    "ChargeType": "cycleCharge",
    "UnitPrice": "4.00",
    "Quantity": "10",
    "Subtotal": "40.00",
    "TaxTotal": "8.40",
    "Total": "48.40",
    "Currency": "EUR",
    "PriceAdjustmentDescription": "",
    "PublisherName": "Microsoft",
    "PublisherId": "",
    "SubscriptionDescription": "Exchange Online (Plan 1)",
    "SubscriptionId": "s1",
    "ChargeStartDate": "2021-10-01",
    "ChargeEndDate": "2021-10-31",
    "TermAndBillingCycle": "One-Year commitment for monthly/yearly billing",
    "EffectiveUnitPrice": "4.00",
    "UnitType": "Licenses",
    "AlternateId": "",
    "BillableQuantity": "10",
    "BillingFrequency": "Monthly",
    "PricingCurrency": "EUR",
    "PCToBCExchangeRate": "1",
    "PCToBCExchangeRateDate": "",
    "MeterDescription": "",
    "ReservationOrderId": "",
    "CreditReasonCode": "",
    "SubscriptionStartDate": "2021-10-01",
    "SubscriptionEndDate": "2022-09-30",
    "ReferenceId": "r1",
    "ProductQualifiers": "",
    "PromotionId": "",
}


def camel(name: str) -> str:
    """Give a column's name as the API spells it."""
    return name[0].lower() + name[1:]


def vendor_file(
    *changes: Mapping[str, str], header: Sequence[str] = tuple(GOOD), delimiter: str = ","
) -> str:
    """Write one row per mapping of changed cells, the columns in the order of `header`."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    for number, change in enumerate(changes or ({},), start=1):
        row = {**GOOD, "ReferenceId": f"r{number}", **change}
        known = {name.casefold(): cell for name, cell in row.items()}
        writer.writerow([known.get(name.casefold(), "") for name in header])
    return out.getvalue()


def json_object(change: dict[str, str] | None = None, *, spaced: bool = True) -> str:
    """Write a good row with some members replaced by JSON text, numbers as bare tokens."""
    members = {
        name: cell if name in NUMBERS else json.dumps(cell) for name, cell in GOOD.items()
    } | (change or {})
    colon, comma = (": ", ", ") if spaced else (":", ",")
    return "{" + comma.join(f'"{name}"{colon}{cell}' for name, cell in members.items()) + "}"


def cells(staged: StagedFile, name: str) -> list[str]:
    """Give the cells of a column as read."""
    at = staged.header.index(name)
    found: list[str] = parquet.read_table(staged.cells).column(f"c{at}").to_pylist()
    return found


def refusal(stage: Stage, content: str | bytes) -> FileRefused:
    """Stage what must be refused; give the refusal."""
    with pytest.raises(FileRefused) as caught:
        stage(content)
    return caught.value
