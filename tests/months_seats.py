"""Strategies for what a vendor charges a subscription in one month: seats, usage, one-time fees."""

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction

from hypothesis import strategies as st
from months_exact import cut, half_away, in_month, month_length, monthly_cycle, yearly_cycle
from months_odds import rarely

SEATS_MAX = 300


@dataclass(frozen=True)
class Charge:
    """One vendor line before it is written: the vendor's figures are exact numbers here."""

    charge_type: str
    start: dt.date
    end: dt.date | None
    unit: Fraction
    effective: Fraction | None
    quantity: Fraction
    subtotal: Fraction
    adjustment: str = ""
    event: str = ""
    is_metered: bool = False


@dataclass(frozen=True)
class Price:
    """A list price, the vendor's discount on it (percent), and how the vendor cuts a part of it."""

    unit: Fraction
    discount: int
    profile: str
    divisor: str = "month"

    def charge(
        self, charge_type: str, quantity: int, cycle: tuple[dt.date, dt.date], day: dt.date
    ) -> Charge:
        """Charge a number of seats, negative to take them back, from `day` to the cycle's end.

        A whole cycle has no division. `nce-a` cuts the unit to cents before the quantity, `nce-b`
        the line after it; the unit shown is then half-up cents or all digits (arithmetic.md 4).
        """
        start, end = cycle
        net = self.unit * (100 - self.discount) / 100
        days_cycle = (end - start).days + 1
        if self.divisor == "month":  # differs for clipped cycles only: 31 January to 27 February
            days_cycle = max(days_cycle, month_length(start))
        if day == start:
            effective, line = net, net * abs(quantity)
        else:
            exact = net * ((end - day).days + 1) / days_cycle
            effective = cut(exact, 2)
            line = effective * abs(quantity)
            if self.profile.startswith("nce-b"):
                effective = half_away(exact, 2 if self.profile == "nce-b cents" else 18)
                line = cut(exact * abs(quantity), 2)
        sign = -1 if quantity < 0 else 1
        return Charge(
            charge_type,
            day,
            end,
            self.unit,
            sign * effective,
            Fraction(abs(quantity)),
            sign * line,
            f'["{self.discount}.0% Promotion"]' if self.discount else "",
        )


@st.composite
def amounts(draw: st.DrawFn, *, whole_max: int, places_max: int) -> Fraction:
    """Draw an amount above zero with up to `places_max` decimals, few or many."""
    places = draw(st.sampled_from([p for p in (0, 1, 2, 4, 6, 12, 18) if p <= places_max]))
    return Fraction(draw(st.integers(1, whole_max * 10**places)), 10**places)


@st.composite
def prices(draw: st.DrawFn, profile: str) -> Price:
    """Draw a licence price of 1.00 to 99.80; a discounted one is still in whole cents."""
    discount = draw(st.sampled_from((0, 0, 0, 10, 20, 25)))
    cents = draw(st.integers(5, 499)) * 20 if discount else draw(st.integers(100, 9999))
    return Price(Fraction(cents, 100), discount, profile, draw(st.sampled_from(("month", "cycle"))))


@st.composite
def seat_history(
    draw: st.DrawFn, profile: str, first_day: dt.date, began: dt.date, *, yearly: bool
) -> list[Charge]:
    """Draw a month of one licence: changes in the old cycle, the fee, changes in the new one.

    `began` is the subscription's start, in this month or before it. A changed number of seats is
    two lines, minus all old seats and plus all new ones, from the day of the change.
    """
    price = draw(prices(profile))
    last_day = in_month(first_day, 31)
    seats = draw(st.integers(1, SEATS_MAX))
    fee_day = began if yearly else in_month(first_day, began.day)
    charges: list[Charge] = []
    if yearly and began < first_day:
        cycle = yearly_cycle(first_day, began)
        charges, _ = _changes(draw, price, cycle, draw(_days(first_day, last_day, 1)), seats)
        return charges + draw(_extras(price, charges[-1], last_day))
    if began < first_day < fee_day:
        cycle = monthly_cycle(first_day, began.day)
        charges, seats = _changes(draw, price, cycle, draw(_days(first_day, cycle[1])), seats)
    cycle = yearly_cycle(fee_day, began) if yearly else monthly_cycle(fee_day, began.day)
    fee = draw(st.sampled_from(("new", "renew"))) if began == fee_day else "cycleCharge"
    charges.append(price.charge(fee, seats, cycle, fee_day))
    extras = draw(_extras(price, charges[-1], last_day))
    if draw(rarely(5)):
        return [*charges, price.charge("cancelImmediate", -seats, cycle, fee_day), *extras]
    days = draw(_days(fee_day, last_day))
    changes, seats = _changes(draw, price, cycle, days, seats)
    if draw(rarely(6)):
        day = draw(st.dates(days[-1] if days else fee_day, last_day))
        changes.append(price.charge("cancelImmediate", -seats, cycle, day))
    return charges + changes + extras


def _days(first: dt.date, last: dt.date, size_min: int = 0) -> st.SearchStrategy[list[dt.date]]:
    return st.lists(st.dates(first, last), min_size=size_min, max_size=5).map(sorted)


def _changes(
    draw: st.DrawFn,
    price: Price,
    cycle: tuple[dt.date, dt.date],
    days: list[dt.date],
    seats: int,
) -> tuple[list[Charge], int]:
    """Give a pair of lines for each day of change, and the seats at the end."""
    charges = []
    for number, day in enumerate(days):
        wanted = draw(st.integers(1, SEATS_MAX))
        if wanted == seats:
            wanted += 1
        natural = "addQuantity" if wanted > seats else "removeQuantity"
        word = draw(st.sampled_from((natural, natural, natural, "convert")))
        pair = (price.charge(word, quantity, cycle, day) for quantity in (-seats, wanted))
        charges += [replace(charge, event=f"{day}-{number}") for charge in pair]
        seats = wanted
    return charges, seats


@st.composite
def _extras(draw: st.DrawFn, price: Price, beside: Charge, last_day: dt.date) -> list[Charge]:
    """Draw what may come beside the seats: a credit, an overage, or a row of zero."""
    kind = draw(st.sampled_from(("", "", "", "", "credit", "overage", "trial", "free")))
    if kind == "credit":
        amount = -draw(amounts(whole_max=50, places_max=2))
        credit = replace(beside, charge_type="customerCredit", adjustment="", subtotal=amount)
        return [replace(credit, effective=amount, quantity=Fraction(1))]
    if kind == "overage":
        rate = draw(amounts(whole_max=2, places_max=4))
        quantity = draw(amounts(whole_max=90, places_max=4))
        total = cut(rate * quantity, 2)
        usage = Charge("Usage", beside.start, last_day, rate, rate, quantity, total)
        return [replace(usage, is_metered=True)]
    if kind in {"trial", "free"} and beside.charge_type in {"new", "renew", "cycleCharge"}:
        unit = price.unit if kind == "trial" else Fraction(0)
        nothing = Fraction(0)
        free = replace(beside, charge_type="new", unit=unit, effective=nothing, subtotal=nothing)
        return [replace(free, adjustment="", quantity=Fraction(draw(st.integers(1, 25))))]
    return []


@st.composite
def azure_charges(draw: st.DrawFn, first_day: dt.date) -> list[Charge]:
    """Draw metered lines of one calendar month with up to 18 decimals, and credits on them."""
    last_day = in_month(first_day, 31)
    charges = [draw(_usage(first_day, last_day)) for _ in range(draw(st.integers(1, 4)))]
    for _ in range(draw(st.integers(0, 2))):
        amount = draw(st.sampled_from((-1, -1, 1))) * draw(amounts(whole_max=40, places_max=12))
        credit = Charge(
            "customerCredit", first_day, last_day, abs(amount), amount, Fraction(1), amount
        )
        charges.append(replace(credit, is_metered=True))
    return charges


@st.composite
def _usage(draw: st.DrawFn, first_day: dt.date, last_day: dt.date) -> Charge:
    """Draw a metered line: often negative or finer than cents, now and then free of charge."""
    start = draw(st.just(first_day) | st.dates(first_day, last_day))
    end = draw(st.just(last_day) | st.dates(start, last_day))
    unit = draw(amounts(whole_max=5, places_max=18))
    effective = draw(st.just(unit) | amounts(whole_max=5, places_max=12))
    if draw(rarely(10)):
        effective = Fraction(0)
    quantity = draw(amounts(whole_max=1000, places_max=6))
    exact = half_away(effective * quantity, 18)
    subtotal = draw(st.sampled_from((cut(exact, 2), exact)))
    if effective and draw(st.booleans()):
        subtotal = draw(amounts(whole_max=20_000, places_max=18))
    sign = draw(st.sampled_from((1, 1, 1, -1)))
    is_shown = effective == 0 or not draw(rarely(10))
    credit = draw(st.sampled_from(("", '["15.0% Partner earned credit for services managed"]')))
    return Charge(
        draw(st.sampled_from(("Usage", "usage", "new"))),
        start,
        end,
        unit,
        sign * effective if is_shown else None,
        quantity,
        sign * subtotal,
        adjustment=credit,
        is_metered=True,
    )


@st.composite
def one_time_charges(draw: st.DrawFn, first_day: dt.date, *, is_reservation: bool) -> list[Charge]:
    """Draw purchases that have no cycle, some refunded whole; a reservation's end is a year off."""
    price = Fraction(draw(st.integers(100, 99_999)), 100)
    charges = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        day = draw(st.just(first_day) | st.dates(first_day, in_month(first_day, 31)))
        end = yearly_cycle(day, day)[1] if is_reservation else None
        quantity = Fraction(draw(st.integers(1, 40)))
        word = draw(st.sampled_from(("new", "new", "Purchase")))
        bought = Charge(word, day, end, price, price, quantity, price * quantity)
        charges.append(bought)
        if draw(rarely(5)):
            back = replace(bought, effective=-price, subtotal=-bought.subtotal)
            charges.append(replace(back, charge_type="cancelImmediate"))
    return charges
