"""Exact quotients of integers as SQL columns.

A fast way serves ordinary widths; what does not fit it is computed in limbs of 18 digits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

LIMB = 10**18
LIMB_ROOM = 170
NARROW = 10**9
FAST_ROOM = (
    (10**22, 10**15),
    (10**28, 10**9),
    (8 * 10**37, 2),
)  # 2 x start x factors < 1.7 x 10^38


@dataclass(frozen=True)
class Dialect:
    """The few words in which the engines' SQL differs."""

    name: str
    quotient: str  # of any integer expressions
    quick: str = ""  # of two columns, not negative, the divisor most often below 2^31
    half: str = "({number} >> 1)"  # of an integer that is not negative
    odd: str = "({number} & 1)"

    def divide(self, dividend: str, divisor: str) -> str:
        """Give the integer quotient, cut toward zero, of two integer expressions."""
        return self.quotient.format(dividend=dividend, divisor=divisor)

    def divide_quickly(self, dividend: str, divisor: str) -> str:
        """Do the same for two columns, where this is faster for narrow ones."""
        return (self.quick or self.quotient).format(dividend=dividend, divisor=divisor)


DUCKDB = Dialect(
    name="duckdb",
    quotient="({dividend} // {divisor})",
    quick="quotient_of({dividend}, {divisor})",
)


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
class Rounded:
    """A number as SQL: twice its magnitude, cut; whether that cut something off; its sign."""

    twice: str
    some: str
    is_negative: str

    def text(self, mode: str, *, dialect: Dialect = DUCKDB) -> str:
        """Give the number rounded to an integer, by magnitude."""
        whole, odd = (text.format(number=self.twice) for text in (dialect.half, dialect.odd))
        up = {
            "toward_zero": "0",
            "half_away_from_zero": odd,
            "half_even": f"CASE WHEN {self.some} OR {whole} % 2 = 1 THEN {odd} ELSE 0 END",
            "away_from_zero": f"CASE WHEN {self.some} OR {odd} = 1 THEN 1 ELSE 0 END",
        }[mode]
        return f"({whole} + {up}) * CASE WHEN {self.is_negative} THEN -1 ELSE 1 END"


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
        product, *divisors = columns.add(
            f"CASE WHEN {fast} THEN 2 * abs({self.start}) * {up} END",
            *(f"CASE WHEN {fast} THEN {divisor} END" for divisor in (down, *self._grains())),
        )
        twice = product
        for divisor in divisors[:-1]:
            (twice,) = columns.add(self.dialect.divide_quickly(twice, divisor))
        last = self.dialect.divide_quickly(twice, divisors[-1])
        (twice,) = columns.add(f"CASE WHEN {fast} THEN {last} ELSE {wide_twice} END")
        some = "FALSE"
        if self.mode in ("half_even", "away_from_zero"):
            rest = f"{twice} * {down} * {self.grain} <> {product}"
            (some,) = columns.add(f"CASE WHEN {fast} THEN {rest} ELSE {wide_rest} END")
        number = Rounded(twice, some, f"{self.start} < 0")
        return columns.add(number.text(self.mode, dialect=self.dialect))[0]

    def _grains(self) -> tuple[str, ...]:
        """Give the divisors that the grain, a power of ten, is the product of, each up to 10^9."""
        if self.grain.isdecimal():
            zeros, narrow = len(self.grain) - 1, len(str(NARROW)) - 1
            return tuple(str(10 ** min(narrow, zeros - at)) for at in range(0, zeros, narrow))
        whole, first = (
            f"CAST({text} AS BIGINT)" for text in (self.grain, f"least({self.grain}, {NARROW})")
        )
        return (first, self.dialect.divide(whole, first))

    def _wide(self, columns: Columns, fast: str) -> tuple[str, str]:
        """Do the same in limbs of 18 digits, least first; computed only where `fast` is false."""

        def add(*expressions: str) -> list[str]:
            wanted = f"NOT {fast} AND {columns.when}"
            return columns.add(*(f"CASE WHEN {wanted} THEN {text} END" for text in expressions))

        divide = self.dialect.divide
        first = f"abs({self.start})"
        limbs = add(f"{first} % {LIMB}", divide(first, str(LIMB)))
        for factor in ("2", *(f for f in self.dividends if f != "1")):
            limbs = self._times(add, limbs, factor=factor)
        if self.wide != "1":
            low, high = add(f"{self.wide} % {LIMB}", divide(self.wide, str(LIMB)))
            parts = self._times(add, limbs, factor=low), self._times(add, limbs, factor=high)
            limbs = self._plus(add, left=[*parts[0], "0"], right=["0", *parts[1]])
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

    def _times(self, add: Callable[..., list[str]], limbs: list[str], *, factor: str) -> list[str]:
        """Multiply limbs by an integer below 1.7 x 10^20; the result has one limb more."""
        carried: list[str] = []
        for limb in limbs:
            carry = f" + {self.dialect.divide(carried[-1], str(LIMB))}" if carried else ""
            carried += add(f"{limb} * {factor}{carry}")
        top = self.dialect.divide(carried[-1], str(LIMB))
        return add(*(f"{t} % {LIMB}" for t in carried), top)

    def _plus(
        self, add: Callable[..., list[str]], *, left: list[str], right: list[str]
    ) -> list[str]:
        """Add two numbers of equally many limbs; the top limb takes the carry."""
        carried: list[str] = []
        for one, other in zip(left, right, strict=True):
            carry = f" + {self.dialect.divide(carried[-1], str(LIMB))}" if carried else ""
            carried += add(f"{one} + {other}{carry}")
        return add(*(f"{t} % {LIMB}" for t in carried[:-1]), carried[-1])
