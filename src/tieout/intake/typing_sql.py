"""The SQL that turns text cells into checked, typed columns, made from a file's layout.

    intake_cells -> intake_read (cells cleaned) -> intake_typed (values and the first fault)

A fault is `code:position`: the reason code of vendor-formats.md 1 and the header position; where
a currency sign is at fault, `:currency` of the row follows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from tieout.engine.duckdb import literal
from tieout.intake import currency_sign
from tieout.intake.columns import NUMBERS, Column, Layout, plain_name
from tieout.intake.declared_style import date_cell, day_of_date, emptied, number_cell
from tieout.intake.form import PLAIN_STYLE, FileStyle
from tieout.intake.vendor_text import MARKED
from tieout.money import currencies

MACROS = (
    *("unguarded", "number_exponent", "number_digits", "number_point", "number_whole"),
    *("number_fraction", "is_number", "number_text", "printed_decimals", "calendar_date"),
    *("comma_number", "grouped_number", "unguardable", "trailing_minus", "parenthesised"),
    *("declared_number", "negated", "declared_date"),
)
WIDTHS = {"amount": (20, 18), "quantity": (20, 18), "price": (14, 24)}
MONEY = ("amount", "price")  # the kinds of numbers that may bear a currency sign
PRINTED = ("unit_price", "effective_unit_price", "billable_quantity", "subtotal")
# what the sentences on rejected rows name, also where a file has no such column
NAMED = {"invoice_number": "VARCHAR", "charge_start_date": "DATE", "charge_end_date": "DATE"}
RECORD, NAME, ESCAPE = "\x1e", "\x1f", "\x1b"


@dataclass(frozen=True)
class Reading:
    """How one file is to be read: its layout and what was found out about its cells."""

    columns: Sequence[Column]
    layout: Layout
    day_first: bool = False
    number_style: str = "plain"
    signs: bool = False  # some amounts or prices bear a currency sign
    marked: bool = False  # some cells hold bytes that are not UTF-8
    separators: bool = False  # some cells hold the control characters that row_hash separates with
    style: FileStyle = PLAIN_STYLE
    given: Mapping[str, str] = field(default_factory=dict)  # SQL over cells, needs no check
    typed: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the columns that are there and have a name of ours."""
        present = (c for c in self.columns if c.vendor in self.layout.places and c.ours)
        object.__setattr__(self, "typed", tuple(present))

    def place(self, column: Column) -> int:
        """Give a column's position in the header."""
        return self.layout.places[column.vendor]

    def cell(self, ours: str) -> str | None:
        """Give what one of our columns is read from, as SQL over cells; None where it lacks."""
        found = next((f"c{self.place(c)}" for c in self.typed if c.ours == ours), None)
        return found or self.given.get(ours)

    def number_cell(self, column: Column) -> str:
        """Give what a number column is read from, as SQL over cells, without a currency sign."""
        cell = emptied(f"c{self.place(column)}", column.nulls)
        return currency_sign.without_sign(cell) if self.signs and column.kind in MONEY else cell

    def currency_of(self, column: Column) -> str | None:
        """Give the currency of an amount or a price, as SQL over what `read_sql` gives."""
        in_pricing = column.kind == "price" or column.ours == "pricing_subtotal"
        for name in ("pricing_currency",) * in_pricing + ("billing_currency",):
            kind = next((c.kind for c in self.typed if c.ours == name), None)
            if kind is not None or name in self.given:
                return f"{name}_cell" if kind == "currency" else f"upper(trim({name}))"
        return None

    def blamed(self, ours: str) -> int:
        """Give the position to name for a fault of one of our columns; 0 where no cell makes it."""
        return next((self.place(c) for c in self.typed if c.ours == ours), 0)


def typed(reading: Reading, *, source: str) -> dict[str, str]:
    """Give the relations from `source` to `intake_typed`, in order."""
    return {
        "intake_read": read_sql(reading, source=source),
        "intake_judged": judged_sql(reading),
        "intake_typed": typed_sql(reading),
    }


def read_sql(reading: Reading, *, source: str) -> str:
    """Give cells cleaned for their kind: `<name>_cell` for numbers and dates, the rest as text."""
    cells = ["row_number", "line", *(f"c{at}" for at in range(len(reading.layout.header)))]
    for column in reading.typed:
        cell = emptied(f"c{reading.place(column)}", column.nulls)
        if column.kind in NUMBERS:
            cell = reading.number_cell(column)
            number = number_cell(cell, style=reading.style, found=reading.number_style)
            number = f"negated({number})" if column.negate else number
            cells.append(f"{number} AS {column.ours}_cell")
        elif column.kind == "date":
            cells.append(f"{date_cell(cell, style=reading.style)} AS {column.ours}_cell")
        elif column.kind == "currency":
            cells.append(f"upper(trim({cell})) AS {column.ours}_cell")
        elif column.kind == "id":
            cells.append(f"nullif(trim({cell}), '') AS {column.ours}")
        elif column.kind == "text":
            cells.append(f"nullif({cell}, '') AS {column.ours}")
        else:
            cells.append(f"{cell} AS {column.ours}")
    cells.extend(f"{sql} AS {name}" for name, sql in reading.given.items())
    return f"SELECT {', '.join(cells)} FROM {source}"


def judged_sql(reading: Reading) -> str:
    """Add what each number and date cell is: `<name>_plain`, `<name>_day`."""
    judged = ["*"]
    for column in reading.typed:
        if column.kind in NUMBERS:
            whole, scale = WIDTHS[column.kind]
            pattern = literal(f"-?[0-9]{{1,{whole}}}([.][0-9]{{1,{scale}}})?")
            judged.append(
                f"regexp_full_match({column.ours}_cell, {pattern}) AS {column.ours}_plain"
            )
        elif column.kind == "date":
            order = column.date_order or ("dmy" if reading.day_first else "mdy")
            declared = column.date_order is not None
            day = day_of_date(f"{column.ours}_cell", order=order, declared=declared)
            judged.append(f"{day} AS {column.ours}_day")
    return f"SELECT {', '.join(judged)} FROM intake_read"


def typed_sql(reading: Reading) -> str:
    """Add each typed value, the digits printed, the columns cut, and the first fault."""
    columns = ["*"]
    for column in reading.typed:
        name = str(column.ours)
        if column.kind in NUMBERS:
            columns.append(f"{_number(column)} AS {name}")
        elif column.kind == "date":
            placeholder = f"year({name}_day) IN (1, 1753, 9999)"
            columns.append(f"CASE WHEN NOT ({placeholder}) THEN {name}_day END AS {name}")
        elif column.kind == "currency":
            columns.append(f"CASE WHEN {_is_currency(column)} THEN {name}_cell END AS {name}")
        if name in PRINTED:
            columns.append(f"{_digits(name)} AS {name}_digits")
    absent = NAMED.keys() - {str(c.ours) for c in reading.typed} - reading.given.keys()
    columns.extend(f"NULL::{NAMED[name]} AS {name}" for name in sorted(absent))
    columns.append(f"{_inexact(reading)} AS inexact_columns")
    columns.append(f"coalesce({', '.join([*_faults(reading), 'NULL'])}) AS fault")
    return f"SELECT {', '.join(columns)} FROM intake_judged"


def row_hash_sql(reading: Reading) -> str:
    """Give SHA-256 over header names and cells, in the order of the names.

    The text hashed is the SHA-256 of the sorted plain names joined by 0x1F, then for each cell
    0x1E and the cell. In a cell 0x1B reads 0x1B 0x1B and 0x1E reads 0x1B R, so no two records
    share a text. The order of a file's columns, its quoting and its line ends do not count.
    """
    names = [(plain_name(name), at) for at, name in enumerate(reading.layout.header)]
    digest = sha256(NAME.join(name for name, _ in sorted(names)).encode()).hexdigest()
    cells = [f"c{at}" for _, at in sorted(names)]
    if reading.separators:
        escape, record = _chr(ESCAPE), _chr(RECORD)
        escaped = "replace(replace({}, {e}, {e} || {e}), {r}, {e} || 'R')"
        cells = [escaped.format(cell, e=escape, r=record) for cell in cells]
    parts = [part for cell in cells for part in (_chr(RECORD), cell)]
    return f"sha256(concat({literal(digest)}, {', '.join(parts)}))"


def vendor_line_sql(
    reading: Reading,
    *,
    names: Mapping[str, str],
    constants: Mapping[str, object],
    rules: Mapping[str, str],
) -> str:
    """Give the good rows with the columns of `names` (name to SQL type)."""
    known = {str(c.ours) for c in reading.typed} | {"row_number", "inexact_columns"}
    known |= {f"{name}_digits" for name in PRINTED if name in known}
    known |= reading.given.keys()
    columns = []
    for name, kind in names.items():
        if name == "row_hash":
            value = row_hash_sql(reading)
        elif name in constants and name not in rules:
            value = literal(constants[name])
        elif name in rules and (
            name in constants or name in known or name not in {str(c.ours) for c in reading.columns}
        ):
            value = rules[name]
        else:
            value = name if name in known else "NULL"
        columns.append(f"CAST({value} AS {kind}) AS {name}")
    return f"SELECT {', '.join(columns)} FROM intake_checked WHERE verdict IS NULL"


def _chr(sign: str) -> str:
    return f"chr({ord(sign)})"


def _number(column: Column) -> str:
    name, (_, scale) = column.ours, WIDTHS[column.kind]
    exact = (
        f" AND length(number_fraction({name}_cell)) <= {scale}" if column.kind == "amount" else ""
    )
    return (
        f"CASE WHEN {name}_plain THEN TRY_CAST({name}_cell AS DECIMAL(38, {scale}))"
        f" WHEN is_number({name}_cell){exact}"
        f" THEN TRY_CAST(number_text({name}_cell, {scale}) AS DECIMAL(38, {scale})) END"
    )


def _digits(name: str) -> str:
    cell = f"{name}_cell"
    return (
        f"CASE WHEN {name}_plain AND strpos({cell}, '.') = 0 THEN 0::UTINYINT"
        f" WHEN {name}_plain THEN (length({cell}) - strpos({cell}, '.'))::UTINYINT"
        f" WHEN is_number({cell}) THEN printed_decimals({cell}) END"
    )


def _inexact(reading: Reading) -> str:
    cut = [
        f"CASE WHEN NOT {c.ours}_plain AND is_number({c.ours}_cell) AND"
        f" length(number_fraction({c.ours}_cell)) > {WIDTHS[c.kind][1]} THEN {literal(c.ours)} END"
        for c in reading.typed
        if c.kind in ("quantity", "price")
    ]
    return f"nullif(concat_ws(',', {', '.join([*cut, 'NULL'])}), '')"


def _is_currency(column: Column) -> str:
    name = column.ours
    if column.any_code:
        return f"length({name}_cell) BETWEEN 3 AND 12"
    return f"{name}_cell IN ({', '.join(literal(code) for code in sorted(currencies()))})"


def _faults(reading: Reading) -> Iterator[str]:
    """Give one expression per check, in the order in which the first fault wins."""
    if reading.marked:
        for at in range(len(reading.layout.header)):
            yield f"CASE WHEN regexp_matches(c{at}, '{MARKED}') THEN 'undecodable_text:{at}' END"
    for column in reading.typed:
        name, at = column.ours, reading.place(column)
        if column.kind in NUMBERS:
            whole, scale = WIDTHS[column.kind]
            missing = f"'missing_required:{at}'" if column.filled else "NULL"
            wide = f"length(number_whole({name}_cell)) > {whole}"
            if column.kind == "amount":
                wide += f" OR length(number_fraction({name}_cell)) > {scale}"
            yield (
                f"CASE WHEN {name}_plain THEN NULL WHEN {name}_cell = '' THEN {missing}"
                f" WHEN NOT is_number({name}_cell) THEN 'bad_number:{at}'"
                f" WHEN {wide} THEN 'amount_overflow:{at}' END"
            )
        elif column.kind == "date":
            missing = f"'missing_required:{at}'" if column.filled else "NULL"
            bad = f"{name}_day IS NULL OR year({name}_day) NOT BETWEEN 1 AND 9999"
            yield f"CASE WHEN {name}_cell = '' THEN {missing} WHEN {bad} THEN 'bad_date:{at}' END"
        elif column.kind == "currency":
            yield (
                f"CASE WHEN {name}_cell = '' THEN 'missing_required:{at}'"
                f" WHEN NOT {_is_currency(column)} THEN 'bad_currency:{at}' END"
            )
    yield from _contradictory_signs(reading)
    yield from _date_order(reading)


def _contradictory_signs(reading: Reading) -> Iterator[str]:
    for column in reading.typed:
        currency = reading.currency_of(column)
        if reading.signs and column.kind in MONEY and currency is not None:
            at = reading.place(column)
            misfit = currency_sign.contradicts(f"c{at}", currency)
            yield f"CASE WHEN {misfit} THEN 'bad_number:{at}:' || {currency} END"


def _date_order(reading: Reading) -> Iterator[str]:
    places = {c.ours: reading.place(c) for c in reading.typed}
    if {"charge_start_date", "charge_end_date"} <= places.keys():
        start, end = "charge_start_date_day", "charge_end_date_day"
        dated = f"year({start}) NOT IN (1, 1753, 9999) AND year({end}) NOT IN (1, 1753, 9999)"
        at = places["charge_end_date"]
        yield f"CASE WHEN {end} < {start} AND {dated} THEN 'date_order:{at}' END"
