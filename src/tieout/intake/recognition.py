"""Which format a file has, judged by its header names alone.

Source: vendor-formats.md 1.3 and 2. Never by file name or column position.
"""

from collections.abc import Iterator, Sequence

from tieout.errors import FileRefused
from tieout.intake.columns import plain_name
from tieout.intake.form import Form, Signature


def recognise(
    header: Sequence[str],
    *,
    name: str,
    forms: Sequence[Form],
    not_read: Sequence[tuple[str, Signature]] = (),
) -> Form:
    """Give the only one of the formats that fits.

    Raises FileRefused: unknown_format with the nearest format and what it lacks, ambiguous_format.
    """
    names = frozenset(plain_name(cell) for cell in header)
    known = list(_signatures(forms, not_read))
    fits = {code for code, signature in known if signature.fits(names)}
    if len(fits) > 1:
        reason = f"the header fits several formats: {', '.join(sorted(fits))}"
        raise FileRefused(file=name, code="ambiguous_format", reason=reason)
    if not fits:
        raise FileRefused(file=name, code="unknown_format", reason=_nearest(names, known))
    for form in forms:
        if form.code in fits:
            return form
    reason = f"the header is that of {fits.pop()}, which is not read yet"
    raise FileRefused(file=name, code="unknown_format", reason=reason)


def _signatures(
    forms: Sequence[Form], not_read: Sequence[tuple[str, Signature]]
) -> Iterator[tuple[str, Signature]]:
    for form in forms:
        for signature in form.signatures:
            yield form.code, signature
    yield from not_read


def _nearest(names: frozenset[str], known: Sequence[tuple[str, Signature]]) -> str:
    """Say which format is nearest, and what is in the way."""

    def distance(one: tuple[str, Signature]) -> tuple[float, int]:
        lacking = len(one[1].missing(names))
        return lacking / len(one[1].names), lacking + len(one[1].unwanted(names))

    code, nearest = min(known, key=distance)
    missing, unwanted = nearest.missing(names), nearest.unwanted(names)
    if len(missing) == len(nearest.names):
        return f"no known format has this header; {code} would need {', '.join(missing)}"
    hindrances = [f"lacks {', '.join(missing)}"] if missing else []
    if unwanted:
        hindrances.append(f"has {', '.join(unwanted)}, which that format never has")
    hindrance = " and ".join(hindrances)
    return f"no known format has this header; the nearest is {code}, but it {hindrance}"
