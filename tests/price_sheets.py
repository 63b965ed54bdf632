"""Price sheets and exchange rates as Partner Center writes them, with some cells replaced.

Source: the response examples of the Partner Center pages get-a-price-sheet and
get-foreign-exchange-rates, and the field tables of azure-plan-price-list, pricing-and-offers and
software-pricing.
"""

import csv
import io
from collections.abc import Mapping, Sequence

LICENCE: dict[str, str] = {
    "ProductTitle": "Advanced Communications",
    "ProductId": "CFQ7TTC0HDK0",
    "SkuId": "0001",
    "SkuTitle": "Advanced Communications",
    "Publisher": "Microsoft Corporation",
    "SkuDescription": "Advanced meetings, calling, workflow integration and more.",
    "UnitOfMeasure": "",
    "TermDuration": "P1Y",
    "BillingPlan": "Annual",
    "Market": "US",
    "Currency": "USD",
    "UnitPrice": "115.2",
    "PricingTierRangeMin": "",
    "PricingTierRangeMax": "",
    "EffectiveStartDate": "2/1/2019 12:00:00 AM",
    "EffectiveEndDate": "2/4/2021 8:35:31 PM",
    "Tags": "License",
    "ERP Price": "144",
}
AZURE: dict[str, str] = {
    "ProductTitle": "Advanced Data Security - SQL Database",
    "ProductId": "DZH318Z0C16V",
    "SkuId": "001J",
    "SkuTitle": "Advanced Data Security - SQL Database - Standard - US East 2",
    "Publisher": "Microsoft",
    "SkuDescription": "Advanced Data Security - SQL Database - Standard - US East 2",
    "UnitOfMeasure": "1 Node/Month",
    "TermDuration": "payG-1",
    "Market": "US",
    "Currency": "USD",
    "UnitPrice": "15",
    "PricingTierRangeMin": "",
    "PricingTierRangeMax": "",
    "EffectiveStartDate": "3/1/2018 12:00:00 AM",
    "EffectiveEndDate": "11/30/9999 11:59:59 PM",
    "MeterIds": "cb0969aa-aaaa-4d6c-ab4b-7e182fa06aff",
    "MeterType": "1 Node/Month",
    "Tags": "Azure",
}
FX = {"CurrencyCode": "AED", "USDPerUnit": "0.27224589249009701", "Month": "201909"}


def sheet(
    form: Mapping[str, str], *rows: Mapping[str, str], header: Sequence[str] | None = None
) -> str:
    """Write a sheet: byte order mark, every cell quoted; a row names what differs from the form."""
    names = list(header or form)
    out = io.StringIO()
    writer = csv.DictWriter(out, names, quoting=csv.QUOTE_ALL, lineterminator="\r\n", restval="")
    writer.writeheader()
    for row in rows or ({},):
        writer.writerow({name: {**form, **row}.get(name, "") for name in names})
    return "\ufeff" + out.getvalue()
