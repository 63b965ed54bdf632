"""Rounding policies as data, and the exact SQL they compile to.

A policy is an ordered list of steps (`spec`: arithmetic.md 5). Between two roundings only
multiplications and divisions happen, so each stretch is one exact quotient of integers. In Python
that is a `Fraction`; in SQL it is integer arithmetic on units of 10^-18 with a fast way for
ordinary widths and limbs of 18 digits for the rest. A property test holds the two together.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tieout.errors import PolicyRefused
from tieout.money import MODES, SCALE, WIDTH, round_fraction

LIMB = 10**18
LIMB_ROOM = 170
NARROW = 10**9
FAST_ROOM = (
    (10**22, 10**15),
    (10**28, 10**9),
    (8 * 10**37, 2),
)  # 2 x start x factors < 1.7 x 10^38
FACTORS = ("prorate", "multiply_days", "divide_days", "discount", "convert", "multiply")


@dataclass(frozen=True)
class Dialect:
    """The few words in which the engines' SQL differs."""

    name: str
    quotient: str

    def divide(self, dividend: str, divisor: str) -> str:
        """Give the integer quotient, cut toward zero, of two integer expressions."""
        return self.quotient.format(dividend=dividend, divisor=divisor)


DUCKDB = Dialect(name="duckdb", quotient="({dividend} // {divisor})")


class Columns:
    """SQL columns in layers: each may use those of the layers before it, so nothing repeats.

    Without `limbs` a quotient too wide for the fast way is NULL: quick to plan, to be tried first.
    """

    def __init__(self, *, prefix: str, limbs: bool = True) -> None:
        """Start with no layers; a column's name is `prefix` and a number."""
        self.prefix = prefix
        self.limbs = limbs
        self.when = "TRUE"  # rows for which quotients added from now on are wanted
        self.layers: list[dict[str, str]] = []
        self._count = 0

    def add(self, *expressions: str) -> list[str]:
        """Add one layer and give the names of its columns, in order."""
        layer = {}
        for expression in expressions:
            self._count += 1
            layer[f"{self.prefix}{self._count}"] = expression
        self.layers.append(layer)
        return list(layer)

    @property
    def names(self) -> str:
        """The names of all columns made, for an EXCLUDE list."""
        return ", ".join(name for layer in self.layers for name in layer)

    def over(self, relation: str) -> str:
        """Give a SELECT in parentheses with all columns of `relation` and all layers."""
        for layer in self.layers:
            made = ", ".join(f"{text} AS {name}" for name, text in layer.items())
            relation = f"(SELECT *, {made} FROM {relation})"
        return relation


@dataclass(frozen=True)
class Quotient:
    """start x dividends / divisors, in whole grains, rounded once by magnitude.

    All are integer SQL expressions: `start` has a sign and up to 38 digits, `wide` (if given) up
    to 38 digits, the others are not negative and have up to 18 digits.
    """

    start: str
    dividends: Sequence[str]
    divisors: Sequence[str]
    mode: str
    grain: str = "1"
    wide: str = "1"
    dialect: Dialect = DUCKDB

    def add_to(self, columns: Columns) -> str:
        """Add the layers; name the column with the number of grains, NULL above 38 digits."""
        ups = [*self.dividends, self.wide]
        narrow = " AND ".join(f"{f} < {NARROW}" for f in (*ups, *self.divisors) if f != "1")
        (small,) = columns.add(f"{columns.when} AND {narrow}" if narrow else columns.when)
        up, down = columns.add(
            *(
                f"CASE WHEN {small} THEN {' * '.join(f for f in factors if f != '1') or 1} END"
                for factors in (ups, self.divisors)
            )
        )
        fits = " OR ".join(f"(abs({self.start}) < {a} AND {up} < {b})" for a, b in FAST_ROOM)
        (fast,) = columns.add(f"coalesce({small} AND {down} < {LIMB} AND ({fits}), FALSE)")
        wide_twice, wide_rest = self._wide(columns, fast) if columns.limbs else ("NULL", "NULL")
        product, divisor = f"(2 * abs({self.start}) * {up})", f"({down} * {self.grain})"
        layer = [
            f"CASE WHEN {fast} THEN {self.dialect.divide(product, divisor)} ELSE {wide_twice} END"
        ]
        if self.mode in ("half_even", "away_from_zero"):
            rest = f"{product} % {divisor} <> 0"
            layer.append(f"CASE WHEN {fast} THEN {rest} ELSE {wide_rest} END")
        twice, *some = columns.add(*layer)
        return columns.add(self._rounded(twice, *some))[0]

    def _rounded(self, twice: str, some: str = "FALSE") -> str:
        """Round from twice the magnitude, cut, and whether something was cut off."""
        whole = self.dialect.divide(twice, "2")
        up = {
            "toward_zero": "0",
            "half_away_from_zero": f"{twice} % 2",
            "half_even": f"CASE WHEN {some} OR {whole} % 2 = 1 THEN {twice} % 2 ELSE 0 END",
            "away_from_zero": f"CASE WHEN {some} OR {twice} % 2 = 1 THEN 1 ELSE 0 END",
        }[self.mode]
        sign = f"CASE WHEN {self.start} < 0 THEN -1 ELSE 1 END"
        return f"({whole} + {up}) * {sign}"

    def _wide(self, columns: Columns, fast: str) -> tuple[str, str]:
        """Do the same in limbs of 18 digits, least first; computed only where `fast` is false."""

        def add(*expressions: str) -> list[str]:
            wanted = f"NOT {fast} AND {columns.when}"
            return columns.add(*(f"CASE WHEN {wanted} THEN {text} END" for text in expressions))

        divide = self.dialect.divide
        first = f"abs({self.start})"
        limbs = add(f"{first} % {LIMB}", divide(first, str(LIMB)))
        for factor in ("2", *(f for f in self.dividends if f != "1")):
            limbs = self._times(add, limbs, factor)
        if self.wide != "1":
            low, high = add(f"{self.wide} % {LIMB}", divide(self.wide, str(LIMB)))
            parts = self._times(add, limbs, low), self._times(add, limbs, high)
            limbs = self._plus(add, [*parts[0], "0"], ["0", *parts[1]])
        rests: list[str] = []
        for factor in (f for f in (*self.divisors, self.grain) if f != "1"):
            carried = add(limbs[-1])
            for limb in reversed(limbs[:-1]):
                carried += add(f"({carried[-1]} % {factor}) * {LIMB} + {limb}")
            *made, rest = add(
                *(divide(t, factor) for t in reversed(carried)), f"{carried[-1]} % {factor}"
            )
            limbs, rests = made, [*rests, f"{rest} <> 0"]
        limbs = [*limbs, "0"]
        room = " AND ".join([f"{limbs[2]} < {LIMB_ROOM}", *(f"{limb} = 0" for limb in limbs[3:])])
        whole = f"({limbs[2]} * {LIMB} + {limbs[1]}) * {LIMB} + {limbs[0]}"
        (twice,) = add(f"CASE WHEN {room} THEN {whole} END")
        return twice, f"({' OR '.join(rests) or 'FALSE'})"

    def _times(self, add: Callable[..., list[str]], limbs: list[str], factor: str) -> list[str]:
        """Multiply limbs by an integer below 1.7 x 10^20; the result has one limb more."""
        carried: list[str] = []
        for limb in limbs:
            carry = f" + {self.dialect.divide(carried[-1], str(LIMB))}" if carried else ""
            carried += add(f"{limb} * {factor}{carry}")
        top = self.dialect.divide(carried[-1], str(LIMB))
        return add(*(f"{t} % {LIMB}" for t in carried), top)

    def _plus(self, add: Callable[..., list[str]], left: list[str], right: list[str]) -> list[str]:
        """Add two numbers of equally many limbs; the top limb takes the carry."""
        carried: list[str] = []
        for one, other in zip(left, right, strict=True):
            carry = f" + {self.dialect.divide(carried[-1], str(LIMB))}" if carried else ""
            carried += add(f"{one} + {other}{carry}")
        return add(*(f"{t} % {LIMB}" for t in carried[:-1]), carried[-1])


@dataclass(frozen=True)
class Step:
    """One step of a policy: a factor by name, or a rounding with digits and mode."""

    kind: str
    digits: int | str | None = None
    mode: str | None = None


@dataclass(frozen=True)
class Operands:
    """What a policy is applied to, exactly: start value, days, factors and quantity."""

    start: Fraction
    days_billed: int = 1
    days_cycle: int = 1
    discount: Fraction = Fraction(1)
    rate: Fraction = Fraction(1)
    quantity: Fraction = Fraction(1)
    minor: int = 2


@dataclass(frozen=True)
class SqlOperands:
    """The same as integer SQL: start in units of 10^-18, factors as dividend and divisor.

    `quantity` is quantity x `quantity_scale`; `minor_grain` one minor unit in units of 10^-18.
    """

    start: str
    days_billed: str = "1"
    days_cycle: str = "1"
    discount: tuple[str, str] = ("1", "1")
    rate: tuple[str, str] = ("1", "1")
    quantity: str = "1"
    quantity_scale: str = "1"
    minor_grain: str = "1"


@dataclass(frozen=True)
class Policy:
    """A named, versioned list of steps. Order is part of the rule."""

    name: str
    version: int
    steps: tuple[Step, ...]

    def apply(self, operands: Operands) -> Fraction:
        """Give the amount; a result finer than 18 decimals is rounded at the 18th, half away."""
        value = operands.start
        for step in self.steps:
            if step.kind == "round":
                digits = operands.minor if step.digits == "minor" else int(step.digits or 0)
                value = round_fraction(value, digits=digits, mode=str(step.mode))
            else:
                value *= _python_factor(step.kind, operands)
        return round_fraction(value, digits=SCALE, mode="half_away_from_zero")

    def stretches(self) -> list[tuple[list[str], Step]]:
        """Give the factor steps between roundings, each stretch with the rounding that ends it."""
        made: list[tuple[list[str], Step]] = []
        kinds: list[str] = []
        for step in self.steps:
            if step.kind == "round":
                made, kinds = [*made, (kinds, step)], []
            elif step.kind != "sum":
                kinds.append(step.kind)
        if kinds or not made:
            made.append((kinds, Step(kind="round", digits=SCALE, mode="half_away_from_zero")))
        return made

    def unit(self) -> "Policy":
        """Give the policy of the unit price: the steps before the quantity comes in."""
        kinds = [step.kind for step in self.steps]
        end = kinds.index("multiply") if "multiply" in kinds else len(kinds)
        return Policy(name=f"{self.name} unit", version=self.version, steps=self.steps[:end])

    def add_to(self, columns: Columns, operands: SqlOperands, *, dialect: Dialect = DUCKDB) -> str:
        """Add the policy's layers and name the column with the amount in units of 10^-18."""
        value = operands.start
        for kinds, step in self.stretches():
            pairs = [_sql_factor(kind, operands) for kind in kinds if kind != "multiply"]
            ups, downs = [up for up, _ in pairs], [down for _, down in pairs]
            wide = "1"
            if "multiply" in kinds:
                wide, downs = operands.quantity, [*downs, operands.quantity_scale]
            grain = operands.minor_grain
            if step.digits != "minor":
                grain = str(10 ** (SCALE - int(step.digits or 0)))
            quotient = Quotient(value, ups, downs, str(step.mode), grain, wide, dialect)
            grains = quotient.add_to(columns)
            room = f"abs({grains}) < {dialect.divide(str(10**WIDTH), grain)}"
            (value,) = columns.add(f"CASE WHEN {room} THEN {grains} * {grain} END")
        return value


def _python_factor(kind: str, operands: Operands) -> Fraction:
    return {
        "prorate": Fraction(operands.days_billed, operands.days_cycle),
        "multiply_days": Fraction(operands.days_billed),
        "divide_days": Fraction(1, operands.days_cycle),
        "discount": operands.discount,
        "convert": operands.rate,
        "multiply": operands.quantity,
        "sum": Fraction(1),
    }[kind]


def _sql_factor(kind: str, operands: SqlOperands) -> tuple[str, str]:
    return {
        "prorate": (operands.days_billed, operands.days_cycle),
        "multiply_days": (operands.days_billed, "1"),
        "divide_days": ("1", operands.days_cycle),
        "discount": operands.discount,
        "convert": operands.rate,
    }[kind]


def parse_policy(name: str, table: Mapping[str, Any]) -> Policy:
    """Read one `[policy.NAME]` table. Raises PolicyRefused naming the faulty step."""
    steps = []
    for step in table.get("steps", ()):
        if isinstance(step, str) and step in (*FACTORS, "sum"):
            steps.append(Step(kind=step))
        elif isinstance(step, dict) and "round" in step:
            digits, mode = step["round"], step.get("mode")
            if mode not in MODES or not (digits == "minor" or digits in range(SCALE + 1)):
                raise PolicyRefused(policy=name, reason=f"a round without digits or mode: {step}")
            steps.append(Step(kind="round", digits=digits, mode=mode))
        else:
            raise PolicyRefused(policy=name, reason=f"unknown step {step!r}")
    if not isinstance(table.get("version"), int):
        raise PolicyRefused(policy=name, reason="no version")
    return Policy(name=name, version=int(table["version"]), steps=tuple(steps))


@lru_cache(maxsize=1)
def policies() -> dict[str, Policy]:
    """Give the shipped policies by name. Source: `policies.toml` beside this module."""
    tables = tomllib.loads(files("tieout").joinpath("policies.toml").read_text("utf-8"))
    return {name: parse_policy(name, table) for name, table in tables["policy"].items()}
