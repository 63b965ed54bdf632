"""What one vendor line says, read in plain Python: its class, its cycle, how it was prorated."""

import datetime as dt
import json
import re
from dataclasses import dataclass
from fractions import Fraction

from months_exact import cut, half_away, month_length, monthly_cycle, yearly_cycle
from months_files import Row

CYCLE_FEE, CORRECTION, USAGE_FEE, ONE_TIME_FEE = 2, 3, 4, 5
ONE_TIME_FAMILIES = {"perpetual_software", "reservation", "savings_plan"}
FIRST_PARTY = {"", "microsoft", "microsoft corporation"}
VENDOR_PLACES = 2
EARNED_CREDIT = re.compile(r"([0-9.]+) ?% partner earned credit", re.IGNORECASE)
NUMBER_BEFORE_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?) *%")


@dataclass(frozen=True)
class VendorLine:
    """A vendor line with exact numbers; every last day is included.

    `cycle` is the charge cycle that the line falls in; for what has no cycle, its own days.
    """

    currency: str
    product_id: str
    sku_id: str
    family: str
    charge_type_id: int
    is_usage: bool
    is_credit: bool
    start: dt.date
    end: dt.date | None
    cycle: tuple[dt.date, dt.date | None]
    unit: Fraction | None
    effective: Fraction | None
    quantity: Fraction
    subtotal: Fraction
    discount: Fraction
    term: str
    plan: str
    credit_rate: Fraction

    @property
    def rule_date(self) -> dt.date:
        """The day whose price rule holds: for corrections the first of their cycle (ruling 7)."""
        return self.cycle[0] if self.charge_type_id == CORRECTION else self.start

    @property
    def sign(self) -> int:
        """The sign of the vendor's effective unit price, else of its subtotal."""
        return -1 if (self.effective or self.subtotal) < 0 else 1

    @property
    def is_free(self) -> bool:
        """Whether the vendor gives away what has a list price (ruling 34)."""
        return self.effective == 0 and bool(self.unit)

    @property
    def is_whole(self) -> bool:
        """Whether the line is charged undivided: usage, one-time fees, whole cycles."""
        return self.is_usage or (self.start, self.end) == self.cycle

    def proration(self) -> tuple[Fraction, str] | None:
        """Give the share of the cycle and the profile that reproduce the line, if any do.

        Divisors in the order of ruling 9, profiles in that of arithmetic.md 4; the profile
        `exact` has no division there, so it is that of whole lines only.
        """
        start, end = self.cycle
        if self.is_whole or self.end is None or end is None:
            return Fraction(1), "exact"
        days_billed = (self.end - self.start).days + 1
        divisors = [(end - start).days + 1]
        if self.effective is not None:
            divisors.insert(0, month_length(start))
        for divisor in divisors:
            share = Fraction(days_billed, divisor)
            for profile in ("nce-a", "nce-b"):
                if self._is_reproduced(share, profile):
                    return share, profile
        return None

    def _is_reproduced(self, share: Fraction, profile: str) -> bool:
        if self.unit is None:
            return False
        exact = self.unit * self.discount * share
        if profile == "nce-a":
            shown = {cut(exact, VENDOR_PLACES)}
            line = cut(exact, VENDOR_PLACES) * self.quantity
        else:
            shown = {half_away(exact, VENDOR_PLACES), half_away(exact, 18)}
            line = cut(exact * self.quantity, VENDOR_PLACES)
        is_shown = self.effective is None or abs(self.effective) in shown
        return is_shown and abs(self.subtotal) == line


def read_line(record: Row, subscription: Row) -> VendorLine:
    """Read a vendor line; the subscription gives the anchor day where the line has none."""
    family = product_family(record)
    word = record["ChargeType"].lower().replace(" ", "")
    is_usage = word == "usage" or family == "azure_plan"
    start = dt.date.fromisoformat(record["ChargeStartDate"])
    end = dt.date.fromisoformat(record["ChargeEndDate"]) if record["ChargeEndDate"] else None
    began = dt.date.fromisoformat(record["SubscriptionStartDate"] or subscription["start_date"])
    cycle: tuple[dt.date, dt.date | None] = (start, end)
    if family not in ONE_TIME_FAMILIES and end is not None:
        is_yearly = record["BillingFrequency"].lower() == "annual"
        cycle = yearly_cycle(start, began) if is_yearly else monthly_cycle(start, began.day)
    return VendorLine(
        currency=record["Currency"],
        product_id=record["ProductId"],
        sku_id=record["SkuId"].zfill(4),
        family=family,
        charge_type_id=charge_type_id(word, family, is_usage=is_usage),
        is_usage=is_usage,
        is_credit=word == "customercredit",
        start=start,
        end=end,
        cycle=cycle,
        unit=_number(record["UnitPrice"]),
        effective=_number(record["EffectiveUnitPrice"]),
        quantity=Fraction(record["BillableQuantity"]),
        subtotal=Fraction(record["Subtotal"]),
        discount=_discount(record["PriceAdjustmentDescription"]),
        term="payG-1" if is_usage else subscription["term"] or _term(record, family),
        plan=record["BillingFrequency"] or subscription["billing_frequency"],
        credit_rate=_credit_rate(record["PriceAdjustmentDescription"]) if is_usage else Fraction(0),
    )


def _term(record: Row, family: str) -> str:
    """Read the term from the subscription's dates; its last day is included."""
    if family == "perpetual_software":
        return "OneTime"
    if not record["SubscriptionStartDate"] or not record["SubscriptionEndDate"]:
        return ""
    start = dt.date.fromisoformat(record["SubscriptionStartDate"])
    end = dt.date.fromisoformat(record["SubscriptionEndDate"]) + dt.timedelta(days=1)
    months = (end.year - start.year) * 12 + end.month - start.month
    return {1: "P1M", 12: "P1Y", 36: "P3Y"}.get(months, "")


def _credit_rate(description: str) -> Fraction:
    """Give the partner earned credit that the vendor's text states, as a part of the price."""
    found = EARNED_CREDIT.search(description)
    return Fraction(found[1]) / 100 if found else Fraction(0)


def product_family(record: Row) -> str:
    """Give the product family: the first rule of vendor-formats.md 8 that fits."""
    term = record["TermAndBillingCycle"].lower()
    if record["PublisherName"].lower() not in FIRST_PARTY:
        return "marketplace"
    for word, family in (
        ("reservation", "reservation"),
        ("savings plan", "savings_plan"),
        ("subscription", "software_subscription"),
        ("one-month", "licence"),
        ("one-year", "licence"),
        ("three-year", "licence"),
    ):
        if word in term:
            return family
    if not term and not record["ChargeEndDate"]:
        return "perpetual_software"
    return "azure_plan"


def charge_type_id(word: str, family: str, *, is_usage: bool) -> int:
    """Give the charge class of a charge word (reporting-api.md 5.2, ruling 19)."""
    if is_usage and word != "customercredit":
        return USAGE_FEE
    if family in ONE_TIME_FAMILIES:
        return ONE_TIME_FEE if word in {"new", "purchase"} else CORRECTION
    return CYCLE_FEE if word in {"new", "cyclecharge", "renew"} else CORRECTION


def _number(text: str) -> Fraction | None:
    return Fraction(text) if text else None


def _discount(description: str) -> Fraction:
    """Give the factor that the vendor's stated percentages off the price make (ruling 32)."""
    factor = Fraction(1)
    for reason in json.loads(description) if description else []:
        for percent in NUMBER_BEFORE_PERCENT.findall(reason):
            factor *= 1 - Fraction(percent) / 100
    return factor
