"""Numbers and dates of cells read by plain Python with fractions, and why a row may be rejected."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from tieout.intake.columns import Column
from tieout.intake.form import FileStyle

PLAIN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
POINT = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)(?:\.[0-9]*)?"
COMMA = (
    r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)(?:,[0-9]*)?"
    r"(?:[eE][+-]?[0-9]{1,3})?"
)
STYLES = ("plain", "point", "comma")
WIDTHS = {"amount": (20, 18), "quantity": (20, 18), "price": (14, 24)}
ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?"
    r"(?:([+-])(\d\d):?(\d\d))?)?(Z?)",
    re.ASCII,
)
SLASHED = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: \d{1,2}:[0-5]\d(?::[0-5]\d)?(?: ?[AaPp][Mm])?)?", re.ASCII
)
SPACES = "".join(sign for sign in map(chr, range(1 << 16)) if unicodedata.category(sign) == "Zs")
PLACEHOLDERS = (1, 1753, 9999)


def trimmed(cell: str) -> str:
    """Give a cell without surrounding spaces of any width; line ends and tabs are none."""
    return cell.strip(SPACES)


def bare(cell: str) -> str:
    """Give a cell without surrounding spaces and without one apostrophe in front."""
    return trimmed(cell).removeprefix("'")


def number(cell: str, style: str) -> Fraction | None:
    """Give the number that a cell prints in a style; None where it prints none."""
    text = bare(cell)
    if style == "comma":
        if not re.fullmatch(COMMA, text):
            return None
        return Fraction(text.replace(".", "").replace(" ", "").replace(",", ".").rstrip("."))
    if style == "point" and re.fullmatch(POINT, text):
        text = text.replace(",", "").replace(" ", "")
    return Fraction(text) if re.fullmatch(PLAIN, text) else None


@dataclass(frozen=True)
class Held:
    """What a number cell must become: its value where it fits, and whether digits were cut."""

    value: Fraction | None
    overflows: bool
    cut: bool


def held(value: Fraction, kind: str) -> Held:
    """Give what a column of a kind holds of a number; amounts are never cut."""
    whole, scale = WIDTHS[kind]
    units = value * 10**scale
    if abs(value) >= 10**whole or (kind == "amount" and units.denominator != 1):
        return Held(None, overflows=True, cut=False)
    kept = abs(units.numerator) // units.denominator
    kept_value = Fraction(kept if units >= 0 else -kept, 10**scale)
    return Held(kept_value, overflows=False, cut=kept_value != value)


def day(cell: str, *, order: str) -> dt.date | None:
    """Give the day in UTC that a cell prints; None where it prints none."""
    text = bare(cell)
    try:
        if found := ISO.fullmatch(text):
            year, month, date, hour, minute, sign, hours, minutes, zulu = found.groups()
            if sign and zulu:
                return None
            moment = dt.datetime(int(year), int(month), int(date), tzinfo=dt.UTC)
            if sign:
                moment += dt.timedelta(hours=int(hour), minutes=int(minute))
                offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
                moment -= offset if sign == "+" else -offset
            return moment.date()
        if found := SLASHED.fullmatch(text):
            first, second, year = map(int, found.groups())
            if order == "ymd":
                return None
            return dt.date(year, *((second, first) if order == "dmy" else (first, second)))
    except (ValueError, OverflowError):
        return None
    return None


@dataclass(frozen=True)
class CellReader:
    """How the cells of one file are read: its number style and date order, found or declared."""

    found: str  # of STYLES, where the format declares no style
    day_first: bool
    style: FileStyle

    def text(self, cell: str, column: Column) -> str:
        """Give a cell, empty where its column says that it reads as empty."""
        return "" if column.nulls and trimmed(cell) in column.nulls else cell

    def number(self, cell: str) -> Fraction | None:
        """Give the number that a cell prints; None where it prints none."""
        if not self.style.guard and trimmed(cell).startswith("'"):
            return None
        if self.style.decimal is None:
            return number(cell, self.found)
        return _declared_number(bare(cell), self.style)

    def day(self, cell: str, column: Column) -> dt.date | None:
        """Give the day that a cell prints; None where it prints none."""
        if not self.style.guard and trimmed(cell).startswith("'"):
            return None
        order = column.date_order or ("dmy" if self.day_first else "mdy")
        found = day(cell, order=order)
        if found is None and column.date_order is not None:
            return _declared_day(bare(cell), column.date_order)
        return found

    def fault(self, cell: str, column: Column) -> str | None:
        """Give the code with which a cell rejects its row; None for a good cell."""
        if column.kind not in WIDTHS and column.kind != "date":
            return None
        if not bare(cell) and (self.style.guard or not trimmed(cell)):
            return "missing_required" if column.filled else None
        if column.kind == "date":
            return None if self.day(cell, column) else "bad_date"
        found = self.number(cell)
        if found is None:
            return "bad_number"
        return "amount_overflow" if held(found, column.kind).overflows else None

    def value(self, cell: str, column: Column) -> object:
        """Give what a good cell becomes."""
        if column.kind in WIDTHS:
            found = self.number(cell)
            if found is None:
                return None
            return held(-found if column.negate else found, column.kind).value
        if column.kind == "date":
            found_day = self.day(cell, column)
            return None if found_day is None or found_day.year in PLACEHOLDERS else found_day
        if column.kind == "currency":
            return trimmed(cell).upper()
        if column.kind == "id":
            return trimmed(cell) or None
        return cell if column.kind == "word" else cell or None

    def is_cut(self, cell: str, column: Column) -> bool:
        """Say whether a number has more digits than its column holds."""
        found = self.number(cell) if column.kind in ("price", "quantity") else None
        return found is not None and held(found, column.kind).cut


def _declared_number(text: str, style: FileStyle) -> Fraction | None:
    if style.negative != "leading" and text[:1] in ("+", "-"):
        return None
    if style.negative == "trailing" and text[-1:] in ("+", "-"):
        text = text[-1].replace("+", "") + text[:-1]
    elif style.negative == "parentheses" and text[:1] + text[-1:] == "()":
        text = "-" + text[1:-1]
    whole = "[0-9]+"
    groups = "[ \u00a0\u202f]" if style.thousands == " " else re.escape(style.thousands)
    if style.thousands:
        whole = f"(?:{whole}|[0-9]{{1,3}}(?:{groups}[0-9]{{3}})+)"
    point = re.escape(style.decimal or "")
    shape = rf"[+-]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?"
    if not re.fullmatch(shape, text):
        return None
    text = re.sub(groups, "", text) if style.thousands else text
    return Fraction(text.replace(style.decimal or "", "."))


def _declared_day(text: str, order: str) -> dt.date | None:
    time = r"(?:[ T][0-9]{1,2}:[0-5][0-9](?::[0-5][0-9])?(?: ?[AaPp][Mm])?)?"
    parts = {"y": "([0-9]{2}|[0-9]{4})", "m": "([0-9]{1,2})", "d": "([0-9]{1,2})"}
    for sign in ("/", r"\.", "-"):
        if found := re.fullmatch(sign.join(parts[part] for part in order) + time, text):
            told = dict(zip(order, found.groups(), strict=True))
            year = int(told["y"]) + (2000 if len(told["y"]) == 2 else 0)
            try:
                return dt.date(year, int(told["m"]), int(told["d"]))
            except ValueError:
                return None
    return None
