"""Days some months back."""

from calendar import monthrange
from datetime import date


def months_before(day: date, months: int) -> date:
    """Give the day some months earlier, clamped to the month's end and to the first of all days.

    >>> months_before(date(2027, 5, 31), 15)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
