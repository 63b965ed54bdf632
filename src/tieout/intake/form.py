"""What a vendor's format says about itself. Formats lie beside one another and know none other.

Source: vendor-formats.md 2 to 6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
class Form:
    """One format: how it is recognised and how its cells become columns of `vendor_line`.

    `rules` gives, for a file's layout, the SQL of the columns that no single cell makes; it may
    name cells (`layout.cell`) and typed columns. `kind_of_word` is the SQL of the charge kind of
    a charge type `word`; `macros` name the SQL macros beside this module that both use.
    """

    code: str
    vendor: str  # organization id of the vendor, unless a rule names it row by row
    signatures: tuple[Signature, ...]
    columns: tuple[Column, ...]
    rules: Callable[[Layout], Mapping[str, str]]
    kind_of_word: str
    macros: tuple[str, ...] = ()
    is_detail: bool = False  # tells what another file of the same invoice bills
