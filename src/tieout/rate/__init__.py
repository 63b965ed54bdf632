"""matched_line -> detail_line: one row per hop, exact.

Hop 1 is the vendor's own document, digit for digit. Each further hop applies its policy to what
its seller pays (markup, margin, pass-through), to its own price (fixed, list), or to what lies
between them (gap_share), rounded once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tieout.engine.duckdb import Engine, after, define_macros, sql_text
from tieout.quotient import Columns
from tieout.rate.gap_share import add_gap_share
from tieout.rounding import Policy, SqlOperands, Step, policies

LINES_AT_ONCE = 2_000_000
OPERANDS = SqlOperands(
    start="start",
    days_billed="prorate_up",
    days_cycle="prorate_down",
    discount=("rule_up", "rule_down"),
    rate=("rate_up", "rate_down"),
    quantity="quantity_whole",
    quantity_scale="quantity_scale",
    minor_grain="minor_grain",
)
UNIT = SqlOperands(
    start="unit_start", discount=("rule_up", "rule_down"), rate=("rate_up", "rate_down")
)
EFFECTIVE = SqlOperands(
    start="effective_start",
    days_billed="prorate_up",
    days_cycle="prorate_down",
    discount=("rule_up", "rule_down"),
    rate=("rate_up", "rate_down"),
    minor_grain="minor_grain",
)


def rate_hops(engine: Engine) -> Iterator[int]:
    """Make the view `detail_hop` for hop 1, 2, ... and give the hop's number each time.

    A large month goes hop by hop in parts of LINES_AT_ONCE charges, so that what a hop carries to
    the next one fits into memory. A hop that has no room for an amount ends its part: those lines
    are added to `too_wide_line`.
    """
    define_macros(engine, "tieout.rate", names=["discount_of"])
    lines, hops_max = engine.one(
        "SELECT count(*) AS lines, coalesce(max(hops), 0)::INT AS hops FROM matched_line"
    ).values()
    for first in range(0, max(lines, 1), LINES_AT_ONCE):
        part = sql_text("tieout.rate", "first_hop")
        if lines > LINES_AT_ONCE:
            part += f" WHERE rowid BETWEEN {first} AND {first + LINES_AT_ONCE - 1}"
        engine.view("rated", part)
        yield from _rate_part(engine, hops_max)
        engine.run("DROP TABLE IF EXISTS rated_units")


def _rate_part(engine: Engine, hops_max: int) -> Iterator[int]:
    for hop in range(1, hops_max + 1):
        engine.let(hop=hop)
        if hop > 1 and not _rate_next(engine):
            return
        engine.view("detail_hop", sql_text("tieout.rate", "detail_hop"))
        yield hop


def _rate_next(engine: Engine) -> bool:
    """Carry `rated` to the next hop: the fast way first, in limbs where a line is too wide.

    Gives False where limbs are too narrow as well; those lines are then in `too_wide_line`.
    """
    engine.view("hop_operand", sql_text("tieout.rate", "hop_operand"))
    used = engine.arrow("SELECT DISTINCT policy FROM hop_operand ORDER BY policy")
    names = [str(name) for name in used["policy"].to_pylist()]
    needs = engine.one(
        "SELECT coalesce(bool_or(is_gap_share), FALSE) AS gap,"
        " coalesce(bool_or(fine_up <> 1 OR fine_down <> 1), FALSE) AS fine"
        " FROM hop_price WHERE hop = getvariable('hop')"
    )
    for limbs in (False, True):
        result = {"hop_result": _hop_result(names, limbs=limbs, needs=needs)}
        engine.table("rated_next", after(result, sql_text("tieout.rate", "rated_hop")))
        unfit = "SELECT coalesce(bool_or(is_unfit), FALSE) AS found FROM rated_next"
        if not engine.one(unfit)["found"]:
            break
    else:
        engine.run(f"INSERT INTO too_wide_line {sql_text('tieout.rate', 'too_wide_line')}")
        engine.run("DROP TABLE rated_next")
        return False
    engine.run("DROP TABLE IF EXISTS rated_units")
    engine.run("ALTER TABLE rated_next RENAME TO rated_units")
    engine.view("rated", sql_text("tieout.rate", "next_hop"))
    return True


def _with_equal_steps(names: Sequence[str]) -> list[list[Policy]]:
    """Group the policies in use by their steps, so that equal ones are computed once."""
    groups: dict[tuple[Step, ...], list[Policy]] = {}
    for name in names:
        policy = policies()[name].made_here()
        groups.setdefault(policy.steps, []).append(policy)
    return list(groups.values())


def _hop_result(names: list[str], *, limbs: bool, needs: Mapping[str, bool]) -> str:
    """Compile the policies in use at this hop around its operands."""
    columns = Columns(prefix="x", limbs=limbs)
    operands, unit_operands, effective_operands = (
        replace(given, fine=("fine_up", "fine_down")) if needs["fine"] else given
        for given in (OPERANDS, UNIT, EFFECTIVE)
    )
    unit = policies()["exact"].unit().add_to(columns, unit_operands)
    totals, effectives, versions = [], [], []
    for same in _with_equal_steps(names):
        listed = ", ".join(f"'{policy.name}'" for policy in same)
        columns.when = f"policy IN ({listed})"
        totals.append(f"WHEN {columns.when} THEN {same[0].add_to(columns, operands)}")
        effectives.append(
            f"WHEN {columns.when} THEN {same[0].unit().add_to(columns, effective_operands)}"
        )
        versions += [f"WHEN policy = '{p.name}' THEN '{p.name}@{p.version}'" for p in same]
    columns.when = "TRUE"
    total, effective, version = columns.add(
        *(
            f"CASE {' '.join(cases)} END" if cases else f"NULL::{kind}"
            for cases, kind in ((totals, "HUGEINT"), (effectives, "HUGEINT"), (versions, "VARCHAR"))
        )
    )
    if needs["gap"]:
        shares = add_gap_share(columns, _with_equal_steps(names))
        total, unit, effective = (
            f"CASE WHEN is_gap_share THEN {share} ELSE {other} END"
            for share, other in zip(shares, (total, unit, effective), strict=True)
        )
    return (
        f"SELECT * EXCLUDE (total, unit, effective, {columns.names}), {total} AS total,"
        f" {unit} AS unit, {effective} AS effective, {version} AS policy_version,"
        " total AS cost_total, unit AS cost_unit, effective AS cost_effective"
        f" FROM {columns.over('hop_operand')}"
    )
