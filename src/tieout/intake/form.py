"""What a vendor's format says about itself. Formats lie beside one another and know none other.

Source: vendor-formats.md 2 to 6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tieout.intake.columns import Column, Layout, plain_name


@dataclass(frozen=True)
class Signature:
    """The names that must be there, in groups of which one is enough, and those that must not."""

    names: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()

    def missing(self, header: frozenset[str]) -> tuple[str, ...]:
        """Give the wanted names that a normalised header lacks."""
        absent = (group for group in self.names if not header & {plain_name(n) for n in group})
        return tuple(" or ".join(group) for group in absent)

    def unwanted(self, header: frozenset[str]) -> tuple[str, ...]:
        """Give the excluded names that a normalised header has."""
        return tuple(name for name in self.excluded if plain_name(name) in header)

    def fits(self, header: frozenset[str]) -> bool:
        """Say whether a normalised header has all wanted names and no excluded one."""
        return not self.missing(header) and not self.unwanted(header)


def signature(names: str, *, excluded: str = "") -> Signature:
    """Read a signature from names set off by spaces, `|` between names of which one is enough."""
    groups = tuple(tuple(group.split("|")) for group in names.split())
    return Signature(groups, tuple(excluded.split()))


@dataclass(frozen=True)
class TotalsRow:
    """The row in which a file states its own sums: how its first cell looks, where its sums are."""

    row: str  # regular expression (RE2) searched in the first cell
    sums: tuple[tuple[str, str], ...]  # our amount column, the vendor's column that holds its sum


@dataclass(frozen=True)
class FileStyle:
    """How the files of a format are written, where that is declared and not found out per file.

    `skip_rows` lines stand above all records; the header is record number `header_row` of the
    rest. `negative` is where the sign of a negative number stands: leading, trailing, parentheses;
    it and `thousands` count only beside a declared `decimal`. `footer` is a regular expression
    (RE2) searched in the first cell of rows that are none. The order of dates and the cells that
    read as empty may differ by column and so stand in the columns.
    """

    encoding: str | None = None  # None: UTF-8, or what a byte order mark says
    delimiter: str | None = None  # None: the most frequent one in the header
    skip_rows: int = 0
    header_row: int = 1
    decimal: str | None = None  # None: found out from all number cells of the file
    thousands: str = ""
    negative: str = "leading"
    guard: str = "'"  # one such sign before a number or a date is dropped
    currency_signs: bool = False  # amounts and prices may bear one, which must fit their currency
    footer: str | None = None
    totals_row: TotalsRow | None = None

    @property
    def opening(self) -> tuple[str | None, str | None, int, int]:
        """Give what must be known before the header can be read."""
        return self.encoding, self.delimiter, self.skip_rows, self.header_row


PLAIN_STYLE = FileStyle()


def _nothing_given(_layout: Layout) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Form:
    """One format: how it is recognised and how its cells become columns of `vendor_line`.

    `rules` gives, for a file's layout, the SQL of the columns that no single cell makes; it may
    name cells (`layout.cell`) and typed columns. `kind_of_word` is the SQL of the charge kind of
    a charge type `word`; `macros` name the SQL macros beside this module that both use. `given`
    gives, for a file's layout, the SQL over cells of the columns that need no check.
    """

    code: str
    vendor: str  # organization id of the vendor, unless a rule names it row by row
    signatures: tuple[Signature, ...]
    columns: tuple[Column, ...]
    rules: Callable[[Layout], Mapping[str, str]]
    kind_of_word: str
    macros: tuple[str, ...] = ()
    is_detail: bool = False  # tells what another file of the same invoice bills
    style: FileStyle = field(default=PLAIN_STYLE)
    given: Callable[[Layout], Mapping[str, str]] = _nothing_given
    version: int | None = None  # of a declared mapping
