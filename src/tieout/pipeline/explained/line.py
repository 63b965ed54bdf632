"""One vendor line read anew: its class, its charge cycle, the day that counts, its proration.

Source: arithmetic.md 2 and 4, rulings 7, 9, 19, 32 to 34.
"""

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tieout.money import SCALE, round_fraction

DAY = dt.timedelta(days=1)
PURCHASE_FEE, CYCLE_FEE, CORRECTION, USAGE_FEE, ONE_TIME_FEE = 1, 2, 3, 4, 5
CLASSES = {PURCHASE_FEE: "PurchaseFee", CYCLE_FEE: "CycleFee", CORRECTION: "Correction"}
CLASSES |= {USAGE_FEE: "UsageFee", ONE_TIME_FEE: "OneTimeFee", 6: "ItemFee"}
NO_FEES = ("extendterm", "activationfee")  # of a kind of fees, and corrections
PURCHASE_FEES = (  # of legacy files
    *("purchasefee", "proratefeewhenpurchase", "proratefeewhenpurchased", "proratefeewhenbuy"),
)
YEARLY = ("annual", "yearly", "p1y")
PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%")
EARNED_CREDIT = re.compile(
    r"([0-9]{1,2}(?:\.[0-9]{1,6})?) ?% *partner earned credit", re.IGNORECASE
)
TERM_MONTHS = {"P1M": 1, "P1Y": 12, "P3Y": 36, "P5Y": 60}
CENT = Fraction(1, 100)
DAYS_MAX, QUANTITY_MAX, UNIT_MAX = 999, 10**6, 10**8  # what the search for a divisor looks at


@dataclass(frozen=True)
class Line:
    """The typed vendor line of one row, and what follows from it alone."""

    row: Mapping[str, Any]

    @property
    def is_usage(self) -> bool:
        """Whether it tells metered usage, its credits included."""
        families = ("azure_plan", "legacy_usage")
        return self.row["charge_kind"] == "usage" or self.row["product_family"] in families

    @property
    def is_credit(self) -> bool:
        """Whether it is a customer credit."""
        return bool(self.row["charge_kind"] == "credit")

    @property
    def _is_one_time(self) -> bool:
        return self.row["product_family"] in ("reservation", "savings_plan", "perpetual_software")

    @property
    def charge_type_id(self) -> int:
        """Its charge class (reporting-api.md 5.2)."""
        word = self.row["charge_type"].replace(" ", "").lower()
        is_fee = self.row["charge_kind"] in ("new", "renew", "cycle_fee") and word not in NO_FEES
        if self.is_usage and not self.is_credit:
            return USAGE_FEE
        if self._is_one_time and (is_fee or word == "purchase"):
            return ONE_TIME_FEE
        if word.replace("fees", "fee") in PURCHASE_FEES:
            return PURCHASE_FEE
        return CYCLE_FEE if is_fee else CORRECTION

    @property
    def match_day(self) -> dt.date | None:
        """The day on which a subscription must be whose it is."""
        day: dt.date | None = self.row["usage_date"] or self.row["charge_start_date"]
        return day

    @property
    def match_day_is(self) -> str:
        """What the day is, in words."""
        return "usage date" if self.row["usage_date"] else "charge start"

    @property
    def is_undivided(self) -> bool:
        """Whether it has no cycle that it could be a part of."""
        return self._is_one_time or self.row["charge_end_date"] is None

    def is_yearly(self, owner: Mapping[str, Any]) -> bool:
        """Whether its cycles are years, by its own words or those of its subscription."""
        said = (self.row["billing_frequency"], owner.get("billing_frequency"))
        return any((text or "").lower() in YEARLY for text in said)

    @property
    def sign(self) -> int:
        """The sign of an own price: 0 where the vendor gives away what has a price."""
        effective, unit, subtotal = (
            self.row[name] for name in ("effective_unit_price", "unit_price", "subtotal")
        )
        if effective:
            return -1 if effective < 0 else 1
        if effective == 0 and unit is not None and unit != 0:
            return 0
        return -1 if subtotal < 0 else 1

    @property
    def quantity(self) -> Fraction:
        """Its billable quantity, else its quantity, else one."""
        quantity = self.row["billable_quantity"]
        quantity = self.row["quantity"] if quantity is None else quantity
        return Fraction(1 if quantity is None else quantity)

    @property
    def adjustment(self) -> Fraction:
        """The vendor's stated price adjustment as a factor: 10 % off is 9/10."""
        text = self.row["price_adjustment_description"] or ""
        found = PERCENT.search(text)
        if not found:
            return Fraction(1)
        percent = Fraction(found[1]) / 100
        return 1 + percent if "fee" in text.lower() else 1 - percent

    @property
    def credit_rate(self) -> Fraction | None:
        """The partner earned credit of a usage line, as a part of its price."""
        if not self.is_usage:
            return None
        if self.row["partner_earned_credit_rate"] is not None:
            return Fraction(self.row["partner_earned_credit_rate"])
        found = EARNED_CREDIT.search(self.row["price_adjustment_description"] or "")
        return Fraction(found[1]) / 100 if found else None

    def price(self, name: str) -> Fraction | None:
        """Give one of the vendor's prices with 18 decimals, as hop 1 has it."""
        value = self.row[name]
        if value is None:
            return None
        return round_fraction(Fraction(value), digits=SCALE, mode="half_away_from_zero")

    @property
    def term(self) -> str | None:
        """The term that its subscription's dates say, in the vendor's word."""
        if self.row["product_family"] == "perpetual_software":
            return "OneTime"
        start, end = self.row["subscription_start_date"], self.row["subscription_end_date"]
        if start is None or end is None:
            return None
        after = end + DAY
        months = (after.year - start.year) * 12 + after.month - start.month
        return {count: word for word, count in TERM_MONTHS.items()}.get(months)


@dataclass(frozen=True)
class Cycle:
    """The charge cycle of a line, both ends included: of its start, of its end, first cycle."""

    start: dt.date | None
    end: dt.date | None
    first_end: dt.date | None


def cycle_of(line: Line, owner: Mapping[str, Any]) -> Cycle:
    """Give the charge cycle that a line falls in; its anchor is the subscription's first day."""
    start, end = line.row["charge_start_date"], line.row["charge_end_date"]
    if line.is_undivided:
        return Cycle(start, end, end)
    began = owner.get("start_date")
    anchor = line.row["subscription_start_date"] or (began and dt.date.fromisoformat(began))
    if anchor is None or start is None or end is None:
        return Cycle(start, end, start)
    around = _year_around if line.is_yearly(owner) else _month_around
    return Cycle(around(start, anchor)[0], around(end, anchor)[1], around(start, anchor)[1])


def _month_around(day: dt.date, anchor: dt.date) -> tuple[dt.date, dt.date]:
    start = _in_month(day.year * 12 + day.month - 1, anchor.day)
    count = start.year * 12 + start.month - 1
    if start > day:
        count -= 1
        start = _in_month(count, anchor.day)
    return start, _in_month(count + 1, anchor.day) - DAY


def _year_around(day: dt.date, anchor: dt.date) -> tuple[dt.date, dt.date]:
    year = day.year
    if _in_month(year * 12 + anchor.month - 1, anchor.day) > day:
        year -= 1
    start, after = (_in_month(y * 12 + anchor.month - 1, anchor.day) for y in (year, year + 1))
    return start, after - DAY


def _in_month(count: int, day_number: int) -> dt.date:
    """Give a day number, clipped to its month; months are counted from the year 0."""
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, min(day_number, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Proration:
    """The part of the cycle that an own price is charged for, and the profile that it follows.

    `is_found` is false where the vendor prorated and no divisor gives the vendor's own figures.
    """

    days_billed: int
    days_cycle: int
    profile: str
    why: str
    is_found: bool = True


def proration_of(line: Line, owner: Mapping[str, Any], *, cycle: Cycle) -> Proration:
    """Give how the vendor prorated a line (ruling 9: month length first, then cycle length)."""
    start, end = line.row["charge_start_date"], line.row["charge_end_date"]
    is_whole = (start, end) == (cycle.start, cycle.first_end)
    if line.is_usage or line.is_undivided or is_whole:
        why = "the whole cycle is charged" if is_whole else "never prorated"
        return Proration(1, 1, "exact", why)
    if start is None or cycle.start is None or cycle.first_end is None:
        return Proration(1, 1, "exact", "the line has no charge days")
    days = (end - start).days + 1
    cycle_days = (cycle.first_end - cycle.start).days + 1
    if not line.row["effective_unit_price"]:
        why = "no effective price of the vendor to reproduce: days of the cycle"
        return Proration(days, cycle_days, "exact", why)
    month_days = calendar.monthrange(cycle.start.year, cycle.start.month)[1]
    tried = [(cycle_days, "days of the cycle")]
    if not line.is_yearly(owner):
        tried.insert(0, (month_days, "days of the month"))
    for divisor, name in tried:
        if profile := _profile(line, Fraction(days, divisor), days=days):
            why = f"{divisor} {name} give the vendor's own figures by {profile}"
            return Proration(days, divisor, profile, why)
    divisors = " nor ".join(f"{divisor} {name}" for divisor, name in tried)
    why = f"neither {divisors} give the vendor's own figures"
    return Proration(days, cycle_days, "exact", why, is_found=False)


def _profile(line: Line, share: Fraction, *, days: int) -> str | None:
    """Name the profile by which the vendor made a line from its unit price, if one did."""
    unit, effective = line.price("unit_price"), line.price("effective_unit_price")
    quantity = line.quantity
    if unit is None or effective is None or unit >= UNIT_MAX or not 1 <= days <= DAYS_MAX:
        return None
    if quantity >= QUANTITY_MAX or (quantity * 10**6).denominator != 1:
        return None
    exact = round_fraction(unit, digits=12, mode="toward_zero") * line.adjustment * share
    subtotal = abs(Fraction(line.row["subtotal"]))
    cut = round_fraction(exact, digits=2, mode="toward_zero")
    if abs(effective) == cut and subtotal == cut * quantity:
        return "nce-a"
    whole = round_fraction(exact * quantity, digits=2, mode="toward_zero")
    if subtotal == whole and abs(abs(effective) - exact) <= CENT / 2:
        return "nce-b"
    return None
