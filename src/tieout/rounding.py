"""Rounding policies as data, and the exact SQL they compile to.

A policy is an ordered list of steps (`spec`: arithmetic.md 5). Between two roundings only
multiplications and divisions happen, so each stretch is one exact quotient of integers. In Python
that is a `Fraction`; in SQL it is a `Quotient` on units of 10^-18. A property test holds the two
together.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tieout.errors import PolicyRefused
from tieout.money import MODES, SCALE, WIDTH, round_fraction
from tieout.quotient import DUCKDB, Columns, Dialect, Quotient

VENDOR_DIGITS = 2
FACTORS = (
    *("prorate", "multiply_days", "divide_days", "discount", "convert", "multiply"),
    "divide_quantity",
)
_OTHERS: ContextVar[dict[str, "Policy"] | None] = ContextVar("other_policies", default=None)


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

    `fine` times `rate` is a rate of more digits than one factor holds.
    `quantity` is quantity x `quantity_scale`; `minor_grain` one minor unit in units of 10^-18.
    """

    start: str
    days_billed: str = "1"
    days_cycle: str = "1"
    discount: tuple[str, str] = ("1", "1")
    rate: tuple[str, str] = ("1", "1")
    fine: tuple[str, str] = ("1", "1")
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
                value *= factor_of(step.kind, operands)
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

    def made_here(self) -> "Policy":
        """Give the policy for amounts made here: a vendor's 2 digits read minor (rulings 2)."""
        steps = tuple(
            Step(step.kind, "minor", step.mode) if step.digits == VENDOR_DIGITS else step
            for step in self.steps
        )
        return Policy(name=self.name, version=self.version, steps=steps)

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
            if "convert" in kinds:
                pairs.append(operands.fine)
            ups, downs = [up for up, _ in pairs], [down for _, down in pairs]
            wide = "1"
            if "multiply" in kinds:
                wide, downs = operands.quantity, [*downs, operands.quantity_scale]
            grain = operands.minor_grain
            if step.digits != "minor":
                grain = str(10 ** (SCALE - int(step.digits or 0)))
            quotient = Quotient(value, ups, downs, str(step.mode), grain, wide, dialect)
            grains = quotient.add_to(columns)
            part = dialect.divide(f"CAST({10**SCALE} AS BIGINT)", f"CAST({grain} AS BIGINT)")
            room = f"abs({grains}) < {10 ** (WIDTH - SCALE)} * {part}"
            (value,) = columns.add(f"CASE WHEN {room} THEN {grains} * {grain} END")
        return value


def factor_of(kind: str, operands: Operands) -> Fraction:
    """Give the factor that a step other than a rounding multiplies by."""
    if kind == "divide_quantity":
        return 1 / operands.quantity
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
        "divide_quantity": (operands.quantity_scale, operands.quantity),
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


def policies() -> dict[str, Policy]:
    """Give the policies by name: those shipped, or others while `other_policies` holds."""
    return _OTHERS.get() or _shipped()


@contextmanager
def other_policies(others: Mapping[str, Policy]) -> Iterator[None]:
    """Let policies stand in the place of the shipped ones of the same name, in this thread."""
    token = _OTHERS.set({**_shipped(), **others})
    try:
        yield
    finally:
        _OTHERS.reset(token)


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Policy]:
    """Give the shipped policies by name. Source: `policies.toml` beside this module."""
    tables = tomllib.loads(files("tieout").joinpath("policies.toml").read_text("utf-8"))
    return {name: parse_policy(name, table) for name, table in tables["policy"].items()}
