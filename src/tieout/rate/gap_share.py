"""gap_share as SQL: cost + s/100 x (list - cost), a sum of two exact quotients rounded once.

Each part is a whole number of units of 10^-18 and a fraction below 1, so widths do not grow with
the amount. What has no room is NULL, never wrong. Widths: a part up to 4 x 10^19; the divisors of
both parts together (rate, credit, percentage, days, charges of a term, decimals of the quantity)
up to 10^37 without what they have in common, one of them up to 10^19.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.money import SCALE, WIDTH
from tieout.quotient import Columns, Rounded
from tieout.rounding import Policy

ROOM = 10**37  # four times as much still fits 128 bits, and so does the sum of two such
DIVISOR_MAX = 10**19  # its square fits
HALF_AWAY = "half_away_from_zero"

Factor = tuple[str, str]
QUANTITY: Factor = ("abs(units(quantity))", str(10**SCALE))
DAYS: Factor = ("days_billed::HUGEINT", "days_cycle::HUGEINT")
LISTED: tuple[Factor, ...] = (("1::HUGEINT", "gap_list_down::HUGEINT"), ("rule_up", "rule_down"))
RATE: Factor = ("rate_up", "rate_down")
FINE: Factor = ("fine_up", "fine_down")  # with RATE, where the rate has many digits
CREDIT: Factor = ("prorate_up", "prorate_down")  # what the seller keeps of the earned credit
REST: Factor = ("rule_down - rule_up", "rule_down")


@dataclass(frozen=True)
class Part:
    """(whole + rest / down), not negative, and its sign, as SQL; NULL where there is no room."""

    sign: str
    whole: str
    rest: str
    down: str


def add_gap_share(columns: Columns, groups: Sequence[Sequence[Policy]]) -> tuple[str, str, str]:
    """Add the layers and name the columns of total, unit and effective, in units of 10^-18.

    The total is rounded once, as the last rounding of its contract's policy says, else at the
    18th decimal (rulings 3, 5). `groups` are the policies in use, those with equal steps together.
    """
    price = "own_price * price_sign"
    listed = _part(columns, f"{price} * sign(quantity)::INT", factors=(QUANTITY, DAYS, *LISTED))
    total = _sum(columns, _part(columns, "start", factors=(RATE, FINE, CREDIT, REST)), other=listed)
    listed = _part(columns, price, factors=(DAYS, *LISTED))
    effective = _sum(
        columns, _part(columns, "effective_start", factors=(RATE, FINE, CREDIT, REST)), other=listed
    )
    listed = _part(columns, "own_price", factors=LISTED)
    unit = _sum(columns, _part(columns, "unit_start", factors=(RATE, FINE, REST)), other=listed)
    cases = []
    for group in groups:
        grain, mode = _last_rounding(group[0])
        names = ", ".join(f"'{policy.name}'" for policy in group)
        cases.append(f"WHEN policy IN ({names}) THEN {_rounded(total, grain=grain, mode=mode)}")
    made = columns.add(f"CASE {' '.join(cases)} END", _rounded(unit), _rounded(effective))
    total_name, unit_name, effective_name = columns.add(
        *(f"CASE WHEN abs({name}) < {10**WIDTH}::HUGEINT THEN {name} END" for name in made)
    )
    return total_name, unit_name, effective_name


def _last_rounding(policy: Policy) -> tuple[str, str]:
    """Give the grain, in units of 10^-18, and the mode of a policy's last rounding."""
    rounds = [step for step in policy.steps if step.kind == "round"]
    if not rounds:
        return "1", HALF_AWAY
    digits = rounds[-1].digits
    grain = "minor_grain" if digits == "minor" else f"{10 ** (SCALE - int(digits or 0))}::HUGEINT"
    return grain, str(rounds[-1].mode)


def _rounded(number: Rounded, *, grain: str = "1", mode: str = HALF_AWAY) -> str:
    if grain == "1":
        return number.text(mode)
    twice, some = (
        f"({number.twice} // {grain})",
        f"({number.some} OR {number.twice} % {grain} <> 0)",
    )
    return f"{Rounded(twice, some, number.is_negative).text(mode)} * {grain}"


def _part(columns: Columns, start: str, *, factors: Sequence[Factor]) -> Part:
    """Multiply an integer by fractions one after the other."""
    sign, whole = columns.add(
        f"CASE WHEN is_gap_share THEN sign({start})::INT END",
        f"CASE WHEN is_gap_share THEN abs({start}) END",
    )
    part = Part(sign, whole, "0::HUGEINT", "1::HUGEINT")
    for factor in factors:
        part = _times(columns, part, factor=factor)
    return part


def _times(columns: Columns, part: Part, *, factor: Factor) -> Part:
    """Multiply a part by up / down: the whole and the rest of each division are kept."""
    up, down = factor
    (common,) = columns.add(f"CASE WHEN is_gap_share THEN gcd({up}, {down}) END")
    up, down = columns.add(f"({up}) // {common}", f"({down}) // {common}")
    times, over = columns.add(f"{part.whole} // {down}", f"{part.whole} % {down}")
    (fits,) = columns.add(
        f"{down} <= {DIVISOR_MAX}::HUGEINT AND {part.down} <= {ROOM}::HUGEINT // {down}"
        f" AND {part.down} <= {ROOM}::HUGEINT // greatest({up}, 1)"
        f" AND {times} < {4 * ROOM}::HUGEINT // greatest({up}, 1)"
    )
    # over x up / down with up as whole x down + rest, so that no product is wider than down squared
    more, left = columns.add(
        f"CASE WHEN {fits} THEN {over} * ({up} // {down}) + {over} * ({up} % {down}) // {down} END",
        f"CASE WHEN {fits} THEN {over} * ({up} % {down}) % {down} END",
    )
    rest, divisor = columns.add(
        f"CASE WHEN {fits} THEN {left} * {part.down} + {part.rest} * {up} END",
        f"CASE WHEN {fits} THEN {part.down} * {down} END",
    )
    whole, rest = columns.add(
        f"CASE WHEN {fits} THEN {times} * {up} + {more} + {rest} // {divisor} END",
        f"{rest} % {divisor}",
    )
    return Part(part.sign, whole, rest, divisor)


def _sum(columns: Columns, one: Part, *, other: Part) -> Rounded:
    """Add two parts over their least common divisor; give twice the magnitude, and its rest."""
    common, other_down = columns.add(
        f"gcd({one.down}, {other.down})", f"{other.down} // gcd({one.down}, {other.down})"
    )
    one_down, divisor = columns.add(
        f"{one.down} // {common}",
        f"CASE WHEN {one.down} <= {ROOM}::HUGEINT // {other_down}"
        f" THEN {one.down} * {other_down} END",
    )
    (rest,) = columns.add(  # two divisors more, so that it is not negative
        f"CASE WHEN {divisor} > 0 THEN {one.sign} * {one.rest} * {other_down}"
        f" + {other.sign} * {other.rest} * {one_down} + 2 * {divisor} END"
    )
    whole, rest = columns.add(
        f"{one.sign} * {one.whole} + {other.sign} * {other.whole} - 2 + {rest} // {divisor}",
        f"{rest} % {divisor}",
    )
    magnitude, rest, is_negative = columns.add(
        f"CASE WHEN {whole} >= 0 THEN {whole} WHEN {rest} > 0 THEN -1 - {whole} ELSE -{whole} END",
        f"CASE WHEN {whole} < 0 AND {rest} > 0 THEN {divisor} - {rest} ELSE {rest} END",
        f"{whole} < 0",
    )
    twice, some = columns.add(
        f"CASE WHEN {magnitude} < {8 * ROOM}::HUGEINT"
        f" THEN 2 * {magnitude} + 2 * {rest} // {divisor} END",
        f"2 * {rest} % {divisor} <> 0",
    )
    return Rounded(twice, some, is_negative)
