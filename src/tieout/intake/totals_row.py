"""Rows of a file that are none: footers set aside and counted, its own sums compared with ours.

Source: vendor-formats.md 1.5 and 10.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tieout.engine.duckdb import Engine, literal, sql_text
from tieout.errors import FileRefused
from tieout.intake.currency_sign import without_sign
from tieout.intake.declared_style import emptied, number_cell
from tieout.intake.form import FileStyle
from tieout.intake.records import Records
from tieout.intake.typing_sql import Reading

PACKAGE = "tieout.intake"
TOTAL_MISMATCH = "total_mismatch"  # opens a notice that a person must accept before publishing


@dataclass(frozen=True)
class SetAside:
    """Footers that were set aside: how many, and the cells of those that state the file's sums."""

    count: int = 0
    totals: tuple[tuple[str, ...], ...] = ()

    def notices(self) -> tuple[str, ...]:
        """Say how many rows were set aside."""
        return (f"footer rows, skipped: {self.count}",) if self.count else ()


def set_aside(engine: Engine, records: Records, *, style: FileStyle, cells: Path) -> SetAside:
    """Name the copied cells `intake_cells`, without the rows that the style says are footers.

    Raises FileRefused (empty_file) where no other row is left.
    """
    engine.parquet("intake_cells", [cells])
    totals_row = style.totals_row.row if style.totals_row else None
    patterns = [pattern for pattern in (style.footer, totals_row) if pattern is not None]
    if not patterns:
        return SetAside()
    footer = " OR ".join(f"regexp_matches(c0, {literal(pattern)})" for pattern in patterns)
    engine.parquet("intake_record", [cells])
    engine.view("intake_cells", f"SELECT * FROM intake_record WHERE NOT ({footer})")
    count = int(
        engine.one(f"SELECT count(*) AS footers FROM intake_record WHERE {footer}")["footers"]
    )
    records.good -= count
    misshapen = _misshapen_footers(records, patterns)
    if not records.good and not records.misshapen.ordinals:
        reason = "the file has a header and footers but no rows"
        raise FileRefused(file=records.text.name, code="empty_file", reason=reason)
    stated = [] if totals_row is None else _totals(engine, records, pattern=totals_row)
    stated += [row for row in misshapen if totals_row and _matches(row[0], totals_row)]
    return SetAside(count + len(misshapen), tuple(stated))


def _totals(engine: Engine, records: Records, *, pattern: str) -> list[tuple[str, ...]]:
    """Give the cells of the well-shaped totals rows."""
    found = engine.arrow(
        f"SELECT * FROM intake_record WHERE regexp_matches(c0, {literal(pattern)})"
    ).to_pylist()
    return [tuple(row[name] for name in records.names) for row in found]


def _misshapen_footers(records: Records, patterns: list[str]) -> list[tuple[str, ...]]:
    """Take the footers out of the misshapen records; give their cells."""
    found, kept = [], []
    for at, cells in enumerate(records.misshapen_table()["cells"].to_pylist()):
        if cells and any(_matches(cells[0], pattern) for pattern in patterns):
            found.append(tuple(cells))
        else:
            kept.append(at)
    if not found:
        return found
    misshapen = records.misshapen
    for column in (misshapen.ordinals, misshapen.row_numbers, misshapen.lines):
        column[:] = [column[at] for at in kept]
    misshapen.texts[:] = [misshapen.texts[at] for at in kept]
    return found


def _matches(cell: str, pattern: str) -> bool:
    return bool(pc.match_substring_regex(pa.array([cell]), pattern=pattern)[0].as_py())


def compared(engine: Engine, reading: Reading, *, aside: SetAside, rejects: Path) -> Iterator[str]:
    """Give a notice for each sum that a totals row states: whether the rows read come to it.

    The rows read are those of `intake_line`; of rejected rows the readable amounts are told.
    """
    totals_row = reading.style.totals_row
    if totals_row is None:
        return
    engine.parquet("intake_rejected", [rejects])
    for ours, vendor in totals_row.sums:
        column = next(c for c in reading.columns if c.ours == ours)
        cells = [_cell(row, reading.layout.places[vendor]) for row in aside.totals]
        engine.register("intake_stated", pa.table({"cell": pa.array(cells, pa.string())}))
        bare = emptied("cell", column.nulls)
        bare = without_sign(bare) if reading.style.currency_signs else bare
        number = number_cell(bare, style=reading.style, found=reading.number_style)
        number = f"negated({number})" if column.negate else number
        engine.view("intake_control", f"SELECT {number} AS cell FROM intake_stated")
        engine.view("intake_summed", f"SELECT billing_currency, {ours} AS amount FROM intake_line")
        rejected = "subtotal" if ours == "subtotal" else "NULL::DECIMAL(38, 18)"
        engine.view("intake_missed", f"SELECT {rejected} AS amount FROM intake_rejected")
        yield _sentence(engine.one(sql_text(PACKAGE, "control_total")), ours=ours, cells=cells)


def _cell(row: tuple[str, ...], at: int) -> str:
    return row[at] if at < len(row) else ""


def _sentence(found: dict[str, str | None], *, ours: str, cells: list[str]) -> str:
    read = f"the rows read come to {found['currencies']} {found['read']}"
    if ", " in str(found["currencies"]):
        read = f"the rows read stand in {found['currencies']}"
    elif found["missed"]:
        read += f", rejected rows to {found['missed']} more"
    if len(cells) != 1:
        count = "no totals row was found" if not cells else f"{len(cells)} totals rows were found"
        return f"{TOTAL_MISMATCH}: {ours}: {count}; {read}"
    if found["stated"] is None:
        return f"{TOTAL_MISMATCH}: {ours}: the totals row says '{cells[0]}'; {read}"
    if found["agrees"]:
        return f"the totals row agrees: {ours} {found['currencies']} {found['read']}"
    return f"{TOTAL_MISMATCH}: {ours}: the totals row says {found['stated']}; {read}"
