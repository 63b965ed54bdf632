"""The figures of one hop, step by step as its policy lists them, in fractions and in words.

Source: arithmetic.md 5, rulings 2, 3, 5, 9, 16, 30, 34.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tieout.money import SCALE, minor_units, round_fraction, shortest, with_digits
from tieout.rounding import Operands, Policy, Step, factor_of

SHOWN = 6  # decimals of an endless number before the dots
MODE_WORDS = {
    "toward_zero": "cut",
    "half_away_from_zero": "rounded half away from zero",
    "half_even": "rounded half to even",
    "away_from_zero": "rounded away from zero",
}
LAST = Step(kind="round", digits=SCALE, mode="half_away_from_zero")


@dataclass(frozen=True)
class Told:
    """One step as a person reads it: its kind in the policy, the sentence, the value after it."""

    kind: str
    text: str
    value: Fraction


@dataclass(frozen=True)
class Figured:
    """A policy applied to one start value: the steps, and the value after the last one."""

    start: Fraction
    told: tuple[Told, ...]
    value: Fraction


def number(value: Fraction) -> str:
    """Write a number: exact where it ends within 18 decimals, else six decimals and dots.

    >>> number(Fraction(104, 31)), number(Fraction("-3.190"))
    ('3.354838...', '-3.19')
    """
    if (value * 10**SCALE).denominator == 1:
        return shortest(value)
    return f"{with_digits(round_fraction(value, digits=SHOWN, mode='toward_zero'), SHOWN)}..."


def ratio(value: Fraction) -> str:
    """Write a factor so that nothing of it is lost: a number with an end, else a fraction."""
    if (value * 10**SCALE).denominator == 1:
        return shortest(value)
    return f"({value.numerator}/{value.denominator})"


def figured(policy: Policy, operands: Operands, *, words: Mapping[str, str]) -> Figured:
    """Apply a policy's steps in their order and tell each that changes something.

    `words` says what the factor of a step is, as in `x (1 + 10/100)`; a factor without words is
    written as a number. The figures come from the policy's data, step by step.
    """
    value, told, pending = operands.start, [], number(operands.start)
    since = operands.start
    kinds: list[str] = []
    for step in (*policy.steps, LAST):
        if step.kind != "round":
            factor = factor_of(step.kind, operands)
            value *= factor
            if factor != 1 or step.kind in words:  # words are given where there is a factor
                pending += f" {words.get(step.kind) or f'x {ratio(factor)}'}"
                kinds.append(step.kind)
            continue
        digits = operands.minor if step.digits == "minor" else int(step.digits or 0)
        rounded = round_fraction(value, digits=digits, mode=str(step.mode))
        if kinds:
            told.append(Told(", ".join(kinds), f"{pending} = {number(value)}", value))
        if rounded != value:
            mode = MODE_WORDS[str(step.mode)]
            text = f"{number(value)} {mode} to {digits} decimals = {number(rounded)}"
            told.append(Told("round", text, rounded))
        value, kinds, pending = rounded, [], number(rounded)
        since = rounded
    if not told:
        told.append(Told("none", f"{number(since)} unchanged", since))
    return Figured(operands.start, tuple(told), value)


def consolidated_steps(
    policy: Policy, total: Fraction, *, count: int, currency: str
) -> tuple[Told, ...]:
    """Tell how the exact sum of a group became its consolidated line."""
    operands = Operands(start=total, minor=minor_units(currency) or 0)
    summed = f"{number(total)}, the sum of {count} detail line{'s' * (count != 1)}"
    return tuple(
        replace(one, text=summed) if one.kind == "sum" else one
        for one in figured(policy, operands, words={"sum": ""}).told
    )
