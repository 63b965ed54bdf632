"""How a vendor's columns become ours: the table a format declares, matched with a file's header."""

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.errors import FileRefused

KINDS = ("amount", "quantity", "price", "date", "currency", "id", "text", "word", "rule", "raw")
NUMBERS = ("amount", "quantity", "price")


@dataclass(frozen=True)
class Column:
    """One documented column of a format.

    `kind`: amount (38,18, never cut), quantity (38,18, also rates), price (38,24), date, currency
    (ISO 4217, required), id (trimmed), text, word (verbatim, empty allowed), rule (read by a rule
    only), raw (evidence only). A `required` column must be there; a `filled` cell may not be empty;
    a `familiar` one is documented but its absence is nothing to speak of. `nulls` are cells that
    read as empty. An `any_code` currency may be a code of 3 to 12 characters that ISO 4217 lacks.
    A number to `negate` is read with the other sign. A date with a declared `date_order` (mdy, dmy
    or ymd) takes no part in finding out that of the file. Several columns may have one vendor name.
    """

    vendor: str
    ours: str | None
    kind: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    familiar: bool = False
    nulls: tuple[str, ...] = ()
    any_code: bool = False
    negate: bool = False
    date_order: str | None = None


def plain_name(name: str) -> str:
    """Give a header name as it is compared: no BOM, spaces or underscores, no case.

    >>> plain_name(" ERP_Price ")
    'erpprice'
    """
    return "".join(name.removeprefix("\ufeff").split()).replace("_", "").casefold()


@dataclass(frozen=True)
class Layout:
    """A file's header read as a format: where each column stands, and what is worth saying."""

    header: tuple[str, ...]
    places: dict[str, int]  # vendor name -> position in the header
    notices: tuple[str, ...]

    def cell(self, vendor: str) -> str | None:
        """Give the positional column of a vendor column; None where the file lacks it."""
        at = self.places.get(vendor)
        return None if at is None else f"c{at}"


def lay_out(columns: Sequence[Column], header: Sequence[str], *, name: str) -> Layout:
    """Match a header with a format's columns.

    Raises FileRefused: duplicate_header, missing_column.
    """
    known = {plain_name(n): c for c in columns for n in (c.vendor, *c.aliases)}
    places: dict[str, int] = {}
    extra: list[str] = []
    for at, cell in enumerate(header):
        column = known.get(plain_name(cell))
        if column is None:
            extra.append(cell)
        elif column.vendor in places:
            reason = (
                f"columns '{header[places[column.vendor]]}' and '{cell}' are both {column.vendor}"
            )
            raise FileRefused(file=name, code="duplicate_header", reason=reason)
        else:
            places[column.vendor] = at
    absent = [c for c in columns if c.vendor not in places and not c.familiar]
    for column in absent:
        if column.required:
            reason = f"the column {column.vendor} is missing"
            raise FileRefused(file=name, code="missing_column", reason=reason)
    return Layout(tuple(header), places, tuple(_notices(extra, absent)))


def _notices(extra: Sequence[str], absent: Sequence[Column]) -> list[str]:
    notices = []
    if extra:
        notices.append(f"unknown columns, kept as read: {', '.join(extra)}")
    if absent:
        names = dict.fromkeys(column.vendor for column in absent)
        notices.append(f"missing columns, read as empty: {', '.join(names)}")
    return notices
