"""The Billing API's XML as a partner reads it: by the standard library, amounts as fractions.

Nothing here knows tieout: names are those of billing-api.md 3.
"""

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree as ET

MONEY = (
    *("ExtendedPrice", "Discount", "VAT", "PurchaseDiscount", "PurchasePrice"),
    *("SalesDiscount", "SalesPrice"),
)
Sums = dict[tuple[str, str, str], Fraction]  # by currency, customer and element


@dataclass(frozen=True)
class Line:
    """A price line with what stands around it; an element without text is no key."""

    invoice: str
    currency: str
    customer: str
    subscription: str
    values: dict[str, str]


@dataclass(frozen=True)
class Invoice:
    """A document: its lines and its totals."""

    number: str
    currency: str
    lines: tuple[Line, ...]
    totals: dict[str, str]
    warnings: tuple[tuple[str, tuple[str, ...]], ...]


def read_invoices(content: bytes) -> Iterator[Invoice]:
    """Read documents one at a time; each is forgotten once it was read."""
    for _, element in ET.iterparse(io.BytesIO(content)):  # noqa: S314 - a partner's program
        if element.tag == "Invoice":
            yield _invoice(element)
            element.clear()


def read_match_report(content: bytes) -> dict[str, str]:
    """Read the figures of a MatchReport, its lists as `name value: lines`."""
    report = _found(ET.fromstring(content), "MatchReport")  # noqa: S314 - a partner's program
    told = {one.tag: one.text for one in report if one.text}
    told |= {f"tier {_text(t, 'MatchTier')}": _text(t, "Lines") for t in report.iter("Tier")}
    return told | {_text(s, "MatchStatus"): _text(s, "Lines") for s in report.iter("Status")}


def read_unmatched_sales(content: bytes) -> list[dict[str, str]]:
    """Read the sales lines that no purchase line has."""
    root = ET.fromstring(content)  # noqa: S314 - a partner's program
    return [_values(sale) for sale in root.iterfind("UnmatchedSales/UnmatchedSale")]


def read_rates(content: bytes) -> dict[str, tuple[str, dict[str, str]]]:
    """Read what PlanRateID and RatePeriodID of a line stand for: a resource, and the term of each.

    The period that applies is marked by `*`.
    """
    root = ET.fromstring(content)  # noqa: S314 - a partner's program
    found = {}
    for resource in root.iterfind("Resources/Resource"):
        rate = _found(resource, "ResourceRate")
        periods = {
            _text(one, "RatePeriodId"): f"{_text(one, 'Period')} {_text(one, 'PeriodType')}"
            + ("*" if _text(one, "Applies") == "true" else "")
            for one in rate.iterfind("ResourceRatePeriods/ResourceRatePeriod")
        }
        name = _text(resource, "ResourceName/Text/Value")
        found[_text(rate, "PlanRateId")] = (f"{name}: {_text(resource, 'Amount')}", periods)
    return found


def sums(invoices: Iterator[Invoice] | list[Invoice]) -> Sums:
    """Add up the amounts of all lines, exactly."""
    found: Sums = defaultdict(Fraction)
    for invoice in invoices:
        for line in invoice.lines:
            for name in MONEY:
                if name in line.values:
                    key = (line.currency, line.customer, name)
                    found[key] += Fraction(line.values[name])
    return dict(found)


def _invoice(element: ET.Element) -> Invoice:
    number, currency = _text(element, "Header/InvoiceID"), _text(element, "Header/Currency")
    lines = tuple(
        Line(
            number,
            currency,
            _text(customer, "AccountID"),
            _text(subscription, "SubscriptionID"),
            _values(line),
        )
        for customer in element.iterfind("Customers/Customer")
        for subscription in customer.iterfind("Subscriptions/Subscription")
        for line in subscription.iterfind("PriceLines/PriceLine")
    )
    warnings = tuple(
        (_text(one, "Code"), tuple(each.text or "" for each in one.iterfind("LineIds/LineId")))
        for one in element.iterfind("Warnings/Warning")
    )
    return Invoice(number, currency, lines, _values(_found(element, "Totals")), warnings)


def _values(element: ET.Element) -> dict[str, str]:
    return {one.tag: one.text for one in element if one.text}


def _text(element: ET.Element, path: str) -> str:
    return element.findtext(path) or ""


def _found(element: ET.Element, name: str) -> ET.Element:
    found = element.find(name)
    if found is None:
        raise ValueError(f"no {name}")
    return found
