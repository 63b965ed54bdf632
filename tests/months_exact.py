"""Exact numbers as text, roundings by magnitude, and charge cycles; no float anywhere."""

import calendar
import datetime as dt
from fractions import Fraction

UNITS = 10**18
DAY = dt.timedelta(days=1)


def cut(value: Fraction, places: int) -> Fraction:
    """Round toward zero at `places` decimals.

    >>> cut(Fraction("-2.516"), 2)
    Fraction(-251, 100)
    """
    grains = abs(value) * 10**places // 1
    return Fraction(grains if value >= 0 else -grains, 10**places)


def half_away(value: Fraction, places: int) -> Fraction:
    """Round half away from zero at `places` decimals.

    >>> half_away(Fraction("-14.245"), 2)
    Fraction(-57, 4)
    """
    grains = (abs(value) * 10**places + Fraction(1, 2)) // 1
    return Fraction(grains if value >= 0 else -grains, 10**places)


def plain(value: Fraction, *, places_min: int = 0) -> str:
    """Give the plain text of a number of up to 18 decimals, with at least `places_min` of them.

    >>> plain(Fraction("-29"), places_min=2), plain(Fraction("20.30"))
    ('-29.00', '20.3')
    """
    units = value * UNITS
    if units.denominator != 1:
        raise ValueError(value)
    whole, rest = divmod(abs(units.numerator), UNITS)
    decimals = f"{rest:018d}".rstrip("0").ljust(places_min, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def month_length(day: dt.date) -> int:
    """Give the number of days of the calendar month that a day lies in."""
    return calendar.monthrange(day.year, day.month)[1]


def in_month(first_day: dt.date, anchor: int, *, months_later: int = 0) -> dt.date:
    """Give the day number `anchor`, clipped to the month, some months after that of `first_day`.

    >>> in_month(dt.date(2021, 1, 31), 31, months_later=1)
    datetime.date(2021, 2, 28)
    """
    year, month = divmod(first_day.year * 12 + first_day.month - 1 + months_later, 12)
    first = dt.date(year, month + 1, 1)
    return first.replace(day=min(anchor, month_length(first)))


def monthly_cycle(day: dt.date, anchor: int) -> tuple[dt.date, dt.date]:
    """Give first and last day, both included, of the monthly cycle that `day` falls in.

    >>> monthly_cycle(dt.date(2021, 11, 3), 12)
    (datetime.date(2021, 10, 12), datetime.date(2021, 11, 11))
    """
    start = in_month(day, anchor)
    if start > day:
        start = in_month(day, anchor, months_later=-1)
    return start, in_month(start, anchor, months_later=1) - DAY


def yearly_cycle(day: dt.date, begin: dt.date) -> tuple[dt.date, dt.date]:
    """Give first and last day, both included, of the year from `begin` that `day` falls in.

    >>> yearly_cycle(dt.date(2024, 3, 1), dt.date(2023, 10, 12))
    (datetime.date(2023, 10, 12), datetime.date(2024, 10, 11))
    """
    january = dt.date(day.year, 1, 1)
    start = in_month(january, begin.day, months_later=begin.month - 1)
    if start > day:
        start = in_month(january, begin.day, months_later=begin.month - 13)
    january = dt.date(start.year + 1, 1, 1)
    return start, in_month(january, begin.day, months_later=begin.month - 1) - DAY
