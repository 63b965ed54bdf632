"""The journey of a purchase and a sales file that arrived apart: which lines belong together."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tieout.engine.duckdb import Engine, define_macros, literal, session, sql_text
from tieout.errors import LawBroken
from tieout.match.staged import match_staged
from tieout.money import minor_units
from tieout.pipeline.filed_lines import SIDES, read_lines

PACKAGE = "tieout.pipeline"
Keep = Callable[[Engine, Mapping[str, Path]], dict[str, Any]]
TABLES = {"links.csv": "printed_link", "left_over.csv": "printed_left_over"}


def match_files(
    purchases: Path,
    sales: Path,
    *,
    scratch: Path,
    out: Path | None = None,
    keep: Keep | None = None,
) -> dict[str, Any]:
    """Match the lines of two CSV files of one requester, period and currency; give the report.

    With `out`, writes links.csv and left_over.csv into that folder. `keep` is called once all is
    matched; what it gives is `kept` in the report. Amounts are text.
    Raises LinesRefused with the faults of both files, LawBroken when a line is lost or told twice.
    """
    paths = dict(zip(SIDES, (purchases, sales), strict=True))
    with session(scratch) as engine:
        currency = read_lines(engine, paths)
        digits = minor_units(currency) if currency else None
        engine.let(minor_digits=2 if digits is None else digits)
        match_staged(engine)
        _check_laws(engine)
        define_macros(engine, "tieout.report", names=["amount_text"])
        report = _report(engine, paths, currency=currency)
        if keep is not None:
            report["kept"] = keep(engine, paths)
        if out is not None:
            _write(engine, out)
    return report


def _check_laws(engine: Engine) -> None:
    """Every line of both files is linked or left over, once, with its amount."""
    for row in engine.arrow(sql_text(PACKAGE, "match_law")).to_pylist():
        filed, said = (row["lines"], row["amount"]), (row["lines_said"], row["amount_said"])
        if filed != said:
            law = f"{row['side']} lines = linked + left over"
            raise LawBroken(law=law, left=str(filed), right=str(said))


def _report(engine: Engine, paths: Mapping[str, Path], *, currency: str | None) -> dict[str, Any]:
    """Give counts and sums by file, by tier and by reason."""
    found = {
        name: engine.arrow(sql_text(PACKAGE, name)).to_pylist()
        for name in ("match_total", "match_tier", "match_reason")
    }
    bought, sold = (
        {"file": str(paths[total.pop("side")])} | total for total in found["match_total"]
    )
    return {
        "currency": currency,
        "purchases": bought,
        "sales": sold,
        "tiers": found["match_tier"],
        "leftOver": found["match_reason"],
        "reusedKeys": engine.arrow(
            'SELECT side, match_key AS "matchKey", lines FROM reused_key'
        ).to_pylist(),
        "signConflicts": engine.one(sql_text(PACKAGE, "sign_conflict"))["lines"],
    }


def _write(engine: Engine, out: Path) -> None:
    """Write the two tables, each whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    drafts = {}
    for file, name in TABLES.items():
        drafts[file] = out / f".{file}.draft"
        engine.run(
            f"COPY ({sql_text(PACKAGE, name)}) TO {literal(str(drafts[file]))}"
            " (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
        )
    for file, draft in drafts.items():
        draft.replace(out / file)
