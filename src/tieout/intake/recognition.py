"""Which format a file has, judged by its header names alone.

Source: vendor-formats.md 1.3 and 2. Never by file name or column position.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeVar

from tieout.errors import FileRefused
from tieout.intake.columns import plain_name
from tieout.intake.form import PLAIN_STYLE, FileStyle, Signature

COLUMNS_MAX = 1000  # the widest documented format has 105; more is an attack or an accident


class Headed(Protocol):
    """Anything that has been opened up to its header."""

    @property
    def header(self) -> Sequence[str]:
        """The names as printed."""


class Recognised(Protocol):
    """Any format: a vendor's invoice file or a sheet."""

    @property
    def code(self) -> str:
        """Its name."""

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """What it is known by; one is enough."""

    @property
    def style(self) -> FileStyle:
        """How its files are written."""


Text = TypeVar("Text", bound=Headed)
Kind = TypeVar("Kind", bound=Recognised)


@dataclass(frozen=True)
class Elsewhere:
    """A format that is known but not wanted here, and what there is to say to whoever gives it."""

    code: str
    signature: Signature
    instead: str


def recognise(
    header: Sequence[str],
    *,
    name: str,
    forms: Sequence[Kind],
    elsewhere: Sequence[Elsewhere] = (),
) -> Kind:
    """Give the only one of the formats that fits.

    Raises FileRefused: unknown_format with the nearest format and what it lacks, or for a header
    wider than any vendor's; ambiguous_format.
    """
    names = _plain_names(header, name=name)
    known = [_Candidate(names, *one) for one in _signatures(forms, elsewhere)]
    return _only(known, forms=forms, name=name)


def open_recognised(
    opened: Callable[[FileStyle], Text],
    *,
    name: str,
    forms: Sequence[Kind],
    elsewhere: Sequence[Elsewhere] = (),
) -> tuple[Text, Kind]:
    """Give the text opened as the only format that fits wants it, and that format.

    Formats that declare how their files begin see the header as they declare it. Raises
    FileRefused as `recognise`, or as opening it plainly where no format fits.
    """
    texts: dict[Hashable, Text] = {}
    known: list[_Candidate] = []
    refusal: FileRefused | None = None
    for opening in dict.fromkeys([PLAIN_STYLE.opening, *(form.style.opening for form in forms)]):
        plain = opening == PLAIN_STYLE.opening
        alike = [form for form in forms if form.style.opening == opening]
        try:
            text = opened(alike[0].style if alike else PLAIN_STYLE)
            names = _plain_names(text.header, name=name)
        except FileRefused as fault:
            refusal = fault if plain else refusal
            continue
        texts[opening] = text
        known += [_Candidate(names, *one) for one in _signatures(alike, elsewhere if plain else ())]
    if refusal and not any(one.fits for one in known):
        raise refusal
    form = _only(known, forms=forms, name=name)
    return texts[form.style.opening], form


def _plain_names(header: Sequence[str], *, name: str) -> frozenset[str]:
    """Give header names as they are compared; a header wider than any vendor's is refused."""
    if len(header) > COLUMNS_MAX:
        reason = f"the header has {len(header)} columns, at most {COLUMNS_MAX} are read"
        raise FileRefused(file=name, code="unknown_format", reason=reason)
    return frozenset(plain_name(cell) for cell in header)


@dataclass(frozen=True)
class _Candidate:
    """A format beside a file's header names as that format sees them."""

    names: frozenset[str]
    code: str
    signature: Signature
    instead: str | None = None  # what to do with a file of a format that is not wanted here

    @property
    def fits(self) -> bool:
        return self.signature.fits(self.names)

    def distance(self) -> tuple[Fraction, int]:
        """Give how far the header is from the signature, as a share and as a count."""
        lacking = len(self.signature.missing(self.names))
        share = Fraction(lacking, len(self.signature.names))
        return share, lacking + len(self.signature.unwanted(self.names))


def _signatures(
    forms: Sequence[Recognised], elsewhere: Sequence[Elsewhere]
) -> Iterator[tuple[str, Signature, str | None]]:
    for form in forms:
        for signature in form.signatures:
            yield form.code, signature, None
    for other in elsewhere:
        yield other.code, other.signature, other.instead


def _only(known: Sequence[_Candidate], *, forms: Sequence[Kind], name: str) -> Kind:
    fits = {one.code: one.instead for one in known if one.fits}
    if len(fits) > 1:
        reason = f"the header fits several formats: {', '.join(sorted(fits))}"
        raise FileRefused(file=name, code="ambiguous_format", reason=reason)
    if not fits:
        raise FileRefused(file=name, code="unknown_format", reason=_nearest(known))
    for form in forms:
        if form.code in fits:
            return form
    ((code, instead),) = fits.items()
    reason = f"the header is that of {code}, {instead}"
    raise FileRefused(file=name, code="unknown_format", reason=reason)


def _nearest(known: Sequence[_Candidate]) -> str:
    """Say which format is nearest, and what is in the way."""
    best = min(known, key=_Candidate.distance)
    code, wanted = best.code, best.signature.names
    missing, unwanted = best.signature.missing(best.names), best.signature.unwanted(best.names)
    if len(missing) == len(wanted):
        return f"no known format has this header; {code} would need {', '.join(missing)}"
    hindrances = [f"lacks {', '.join(missing)}"] if missing else []
    if unwanted:
        hindrances.append(f"has {', '.join(unwanted)}, which that format never has")
    hindrance = " and ".join(hindrances)
    return f"no known format has this header; the nearest is {code}, but it {hindrance}"
