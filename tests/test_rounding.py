"""A policy means the same in Python, in SQL and on paper (fractions)."""

import random
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.engine import spark
from tieout.engine.duckdb import session
from tieout.errors import PolicyRefused
from tieout.money import MODES, round_fraction
from tieout.quotient import Columns, Quotient
from tieout.rounding import Operands, Policy, SqlOperands, Step, parse_policy, policies

UNITS = 10**18
WIDTH = 10**38
COLUMNS = ("start", "n", "cycle", "du", "dd", "ru", "rd", "quantity", "scale", "grain")
SQL = SqlOperands(
    start="start",
    days_billed="n",
    days_cycle="cycle",
    discount=("du", "dd"),
    rate=("ru", "rd"),
    quantity="quantity",
    quantity_scale="scale",
    minor_grain="grain",
)


def _amount(rng: random.Random) -> int:
    """Ordinary amounts, long ones, and ones at the limit of 38 digits, in units of 10^-18."""
    kind = rng.random()
    if kind < 0.6:
        scale: int = 10 ** rng.randint(10, 18)
        return rng.randint(-(10**6), 10**6) * scale // rng.choice([1, 2, 4, 1000])
    if kind < 0.9:
        return rng.randint(-(10**25), 10**25)
    return rng.choice([-1, 1]) * rng.randint(10**30, WIDTH - 1)


def _rows(count: int) -> list[tuple[int, ...]]:
    rng = random.Random(20211001)
    return [
        (
            _amount(rng),
            rng.randint(1, 366),
            rng.choice([28, 30, 31, 365]),
            rng.choice([1, 9, 95, 10**17 + 3]),
            rng.choice([1, 10, 100, 10**17 + 9]),
            rng.choice([1, 21, 8772, 10**15 + 7]),
            rng.choice([1, 20, 10000, 10**15]),
            abs(_amount(rng)),
            UNITS,
            10 ** rng.choice([18, 16, 15]),
        )
        for _ in range(count)
    ]


def _in_sql(rows: Sequence[tuple[int, ...]], policy: Policy, folder: Path) -> list[int | None]:
    with session(folder) as engine:
        engine.register(
            "operand_text",
            pa.table(
                {
                    name: pa.array([Decimal(row[i]) for row in rows], pa.decimal128(38, 0))
                    for i, name in enumerate(COLUMNS)
                }
            ),
        )
        engine.table(
            "operand",
            f"SELECT {', '.join(f'{c}::HUGEINT AS {c}' for c in COLUMNS)} FROM operand_text",
        )
        columns = Columns(prefix="x")
        result = policy.add_to(columns, SQL)
        found = engine.arrow(f"SELECT {result}::VARCHAR AS result FROM {columns.over('operand')}")
        return [None if text is None else int(text) for text in found["result"].to_pylist()]


def _on_paper(row: tuple[int, ...], policy: Policy) -> Fraction:
    start, n, cycle, du, dd, ru, rd, quantity, _, grain = row
    return policy.apply(
        Operands(
            start=Fraction(start, UNITS),
            days_billed=n,
            days_cycle=cycle,
            discount=Fraction(du, dd),
            rate=Fraction(ru, rd),
            quantity=Fraction(quantity, UNITS),
            minor=18 - len(str(grain)) + 1,
        )
    )


@pytest.mark.parametrize("name", ["exact", "nce-a", "nce-b", "hop-exact", "reseller"])
def test_sql_equals_fractions_on_every_row(name: str, tmp_path: Path) -> None:
    rows, policy = _rows(20_000), policies()[name]
    found = _in_sql(rows, policy, tmp_path)
    with_room = 0
    for row, units in zip(rows, found, strict=True):
        expected = _on_paper(row, policy) * UNITS
        if units is None:
            widest = max(abs(row[0]) * row[1] * row[3] * row[5], row[7], int(abs(expected)))
            assert widest >= WIDTH // 4
        else:
            with_room += 1
            assert units == expected, row
    assert with_room > len(rows) // 2


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_rounds_exact_halves_as_fractions_do(mode: str, tmp_path: Path) -> None:
    halves = [sign * (2 * k + 1) * 5 * 10**15 for k in range(500) for sign in (1, -1)]
    near = [half + step for half in halves for step in (-1, 1)]
    rows = [(start, 1, 1, 1, 1, 1, 1, UNITS, UNITS, 10**16) for start in halves + near]
    policy = Policy(name="line", version=1, steps=(Step("multiply"), Step("round", 2, mode)))
    for row, units in zip(rows, _in_sql(rows, policy, tmp_path), strict=True):
        assert units == round_fraction(Fraction(row[0], UNITS), digits=2, mode=mode) * UNITS


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(-(WIDTH - 1), WIDTH - 1),
    wide=st.integers(0, WIDTH - 1),
    up=st.integers(0, 10**18 - 1),
    down=st.integers(1, 10**18 - 1),
    mode=st.sampled_from(MODES),
)
def test_a_quotient_at_the_limits_is_exact_or_has_no_room(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    start: int,
    wide: int,
    up: int,
    down: int,
    mode: str,
) -> None:
    columns = Columns(prefix="x")
    quotient = Quotient(
        "start", ["up"], ["down", str(10**18)], mode, grain=str(10**16), wide="wide"
    )
    result = quotient.add_to(columns)
    given_row = ", ".join(
        f"{value}::HUGEINT AS {name}"
        for name, value in (("start", start), ("wide", wide), ("up", up), ("down", down))
    )
    with session(tmp_path_factory.mktemp("engine")) as engine:
        found = engine.arrow(
            f"SELECT {result}::VARCHAR AS r FROM {columns.over(f'(SELECT {given_row})')}"
        )
    exact = Fraction(start) * wide * up / (down * 10**34)
    expected = round_fraction(exact, digits=0, mode=mode)
    text = found["r"][0].as_py()
    if text is None:
        assert abs(expected) > 8 * 10**37
    else:
        assert int(text) == expected


def test_the_fast_way_alone_is_exact_or_gives_nothing(tmp_path: Path) -> None:
    columns = Columns(prefix="x", limbs=False)
    result = policies()["hop-exact"].add_to(columns, SQL)
    rows = _rows(2000)
    with session(tmp_path) as engine:
        engine.register(
            "operand_text",
            pa.table(
                {
                    n: pa.array([Decimal(r[i]) for r in rows], pa.decimal128(38, 0))
                    for i, n in enumerate(COLUMNS)
                }
            ),
        )
        engine.table(
            "operand",
            f"SELECT {', '.join(f'{c}::HUGEINT AS {c}' for c in COLUMNS)} FROM operand_text",
        )
        found = engine.arrow(f"SELECT {result}::VARCHAR AS r FROM {columns.over('operand')}")[
            "r"
        ].to_pylist()
    for row, text in zip(rows, found, strict=True):
        assert text is None or int(text) == _on_paper(row, policies()["hop-exact"]) * UNITS


def test_the_quick_quotient_is_the_integer_quotient(tmp_path: Path) -> None:
    edges = (1, 2, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**64, 2**95 - 1, 2**95, 2**126)
    numbers = sorted({max(edge + step, 0) for edge in edges for step in (-1, 0, 1)})
    drawn = random.Random(7)
    pairs = [(n, d) for n in numbers for d in numbers if d]
    pairs += [(drawn.getrandbits(95), drawn.getrandbits(31) + 1) for _ in range(5000)]
    columns = {
        name: pa.array([str(pair[at]) for pair in pairs]) for at, name in enumerate(("n", "d"))
    }
    with session(tmp_path) as engine:
        engine.register("written", pa.table(columns))
        found = engine.arrow(
            "SELECT quotient_of(n, d)::VARCHAR AS q"
            " FROM (SELECT n::HUGEINT AS n, d::HUGEINT AS d FROM written)"
        )["q"].to_pylist()
    assert [int(text) for text in found] == [n // d for n, d in pairs]


def test_spark_sql_differs_in_the_quotient_only() -> None:
    texts = []
    for dialect in (spark.DIALECT, None):
        columns = Columns(prefix="x")
        options = {} if dialect is None else {"dialect": dialect}
        policies()["nce-b"].add_to(columns, SQL, **options)
        texts.append(columns.over("operand"))
    assert texts[0] != texts[1]
    plain = re.sub(r"quotient_of\((\w+), (\w+)\)", r"(\1 // \2)", texts[1])
    assert texts[0].replace(" div ", " // ") == plain


OCTOBER = [  # reporting-api.md 7.1: days, quantity, sign, vendor total, total at fixed 4.00
    (31, 10, 1, "30", "40"),
    (30, 10, -1, "-29", "-38.7"),
    (30, 7, 1, "20.3", "27.09"),
    (29, 7, -1, "-19.6", "-26.18"),
    (29, 12, 1, "33.6", "44.88"),
    (28, 12, -1, "-32.4", "-43.32"),
    (28, 10, 1, "27", "36.1"),
    (27, 10, -1, "-26.1", "-34.8"),
    (27, 7, 1, "18.27", "24.36"),
    (26, 7, -1, "-17.57", "-23.45"),
    (26, 5, 1, "12.55", "16.75"),
]


@pytest.mark.parametrize(("days", "quantity", "sign", "vendor", "fixed"), OCTOBER)
def test_profile_nce_a_gives_the_published_october(
    days: int, quantity: int, sign: int, vendor: str, fixed: str
) -> None:
    for price, total in ((3, vendor), (4, fixed)):
        operands = Operands(
            start=Fraction(price * sign),
            days_billed=days,
            days_cycle=31,
            quantity=Fraction(quantity),
        )
        assert policies()["nce-a"].apply(operands) == Fraction(total)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"version": 1, "steps": ["guess"]}, "unknown step"),
        ({"version": 1, "steps": [{"round": 2}]}, "without digits or mode"),
        ({"version": 1, "steps": [{"round": 19, "mode": "half_even"}]}, "without digits or mode"),
        ({"steps": ["multiply"]}, "no version"),
    ],
)
def test_an_incomplete_policy_is_refused(table: dict[str, object], reason: str) -> None:
    with pytest.raises(PolicyRefused, match=reason):
        parse_policy("mine", table)
