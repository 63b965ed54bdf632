"""Cells of reference files: their canonical form, and what is wrong with them, set by set.

Every kind of `tables.Field` has a macro `fault_of_*` that gives the reason why a value is none
of its kind, or null. Values are stored trimmed: words in lower case, currencies in upper case,
whole numbers without leading zeros, charge classes as the Reporting API spells them, terms, billing
plans and segments as the vendor's price sheets do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tieout.engine.duckdb import Engine, define_macros, literal
from tieout.errors import Fault
from tieout.money import currencies
from tieout.reference.folder import ReadFile, is_required
from tieout.rounding import policies
from tieout.store.resources import Field, Resource

MACROS = (
    *("cell", "whole_number", "spelled", "quoted", "open_end"),
    *("fault_of_text", "fault_of_id", "fault_of_integer", "fault_of_amount", "fault_of_rate"),
    *("fault_of_figure", "fault_of_magnitude", "printed_date"),
    *("fault_of_date", "fault_of_billing_day", "fault_of_word", "fault_of_currency"),
)
CHARGE_CLASSES = ("PurchaseFee", "CycleFee", "Correction", "UsageFee", "OneTimeFee", "ItemFee")
# Source: Partner Center's price sheets. Other words are kept as they are.
SPELLED: dict[str, tuple[str, ...]] = {
    "term": ("P1M", "P1Y", "P3Y", "P5Y", "OneTime", "NoTerm", "payG-1"),
    "billing_plan": ("Monthly", "Annual", "Triennial", "None"),
    "segment": ("Commercial", "Education", "Charity", "Government"),
}
WORDS: dict[str, tuple[str, ...]] = {
    "role": ("vendor", "distributor", "reseller", "customer"),
    "status": ("new", "active", "blocked"),
    "purpose": ("resell", "consume", "invoice"),
    "policy": tuple(sorted(policies().keys() - {"consolidated"})),
    "start_status": ("new", "verified", "issued"),
    "late_lines": ("next_invoice", "hold", "adjustment_invoice"),
    "rule_kind": (
        *("markup", "margin", "discount_on_list", "list", "fixed", "pass_through", "gap_share"),
    ),
    "credit": ("keep", "pass"),
    "yes_no": ("yes", "no"),
    "price_period": ("cycle", "term"),
    "direction": ("1", "-1"),
    "line_kind": (
        *("setup", "recurring", "usage", "one_time", "correction", "credit", "refund", "fee"),
        "rounding",
    ),
    "line_flag": ("cost_only", "sale_only", "duplicate_conflict"),
}


@dataclass(frozen=True)
class Kind:
    """How cells of one kind are written down, and the SQL that says what is wrong with one."""

    canonical: Callable[[str], str]
    fault: Callable[[str], str]


def _sql_list(words: Sequence[str]) -> str:
    return "[" + ", ".join(literal(word) for word in words) + "]"


def _same(value: str) -> str:
    return value


def _word(words: Sequence[str]) -> Kind:
    listed = _sql_list(words)
    return Kind("lower({})".format, lambda value: f"fault_of_word({value}, {listed})")


def _spelled(words: Sequence[str]) -> Kind:
    listed = _sql_list(words)
    return Kind(lambda value: f"spelled({value}, {listed})", "fault_of_text({})".format)


def _kinds() -> dict[str, Kind]:
    codes, classes = _sql_list(sorted(currencies())), _sql_list(CHARGE_CLASSES)
    return {
        "text": Kind(_same, "fault_of_text({})".format),
        "id": Kind(_same, "fault_of_id({})".format),
        "integer": Kind("whole_number({})".format, "fault_of_integer({})".format),
        "amount": Kind(_same, "fault_of_amount({}, 18)".format),
        "price": Kind(_same, "fault_of_amount({}, 24)".format),
        "rate": Kind(_same, "fault_of_rate({})".format),
        "figure": Kind(_same, "fault_of_figure({})".format),
        "magnitude": Kind(_same, "fault_of_magnitude({})".format),
        "printed_date": Kind("printed_date({})".format, "fault_of_date({})".format),
        "market": Kind("upper({})".format, "fault_of_text({})".format),
        "date": Kind(_same, "fault_of_date({})".format),
        "billing_day": Kind("whole_number({})".format, "fault_of_billing_day({})".format),
        "currency": Kind("upper({})".format, lambda value: f"fault_of_currency({value}, {codes})"),
        "charge_class": Kind(
            lambda value: f"spelled({value}, {classes})",
            lambda value: f"fault_of_word({value}, {classes})",
        ),
        **{name: _spelled(words) for name, words in SPELLED.items()},
        **{name: _word(words) for name, words in WORDS.items()},
    }


KINDS = _kinds()


def kind_of(field: Field) -> Kind:
    """Give the kind of a column; an `optional_` key is of the kind after that word."""
    return KINDS[field.kind.removeprefix("optional_")]


def canonical(field: Field) -> str:
    """Give the SQL of a column's value in its canonical form."""
    return f"{kind_of(field).canonical(f'cell({name(field.name)})')} AS {name(field.name)}"


def name(identifier: str) -> str:
    """Give a column name as SQL text, also where it is a word of SQL such as `from`."""
    return f'"{identifier}"'


def names(columns: Sequence[str]) -> str:
    """Give column names as a SQL list."""
    return ", ".join(name(column) for column in columns)


def define(engine: Engine) -> None:
    """Define the macros that cells and checks use."""
    define_macros(engine, "tieout.reference", names=MACROS)


def load_cells(engine: Engine, file: ReadFile) -> list[Fault]:
    """Make `new_<resource>` from a file: canonical cells, faulty ones null. Give the faults.

    A record without any value is no row. A faulty `valid_to` becomes `valid_from`, so that the
    row overlaps nothing.
    """
    resource = file.resource
    faults = _load_canonical(engine, file)
    present = [field for field in resource.fields if field.name in file.cells.column_names]
    file.forget_cells()
    found = _judge(engine, resource, present=present)
    known = {(fault.row, fault.column) for fault in faults}
    return faults + [fault for fault in found if (fault.row, fault.column) not in known]


def _judge(engine: Engine, resource: Resource, *, present: Sequence[Field]) -> list[Fault]:
    """Turn `canonical_<resource>` into `new_<resource>`; give the faults of its cells."""
    reasons = names([field.name for field in present])
    checks = ", ".join(f"{check(field)} AS {name(field.name)}" for field in present)
    if present:
        engine.table(
            f"faulty_{resource.name}",
            f'SELECT * FROM (SELECT "row", {checks} FROM canonical_{resource.name})'
            f" WHERE coalesce({reasons}) IS NOT NULL",
        )
    found = _listed(engine, resource, reasons=reasons) if present else []
    if not found:  # most files are large and without a fault: no copy is made
        engine.run(f"ALTER TABLE canonical_{resource.name} RENAME TO new_{resource.name}")
        return found
    cells = ", ".join(_without_faulty(each, is_present=each in present) for each in resource.fields)
    engine.table(
        f"new_{resource.name}",
        f'SELECT c."row", {cells} FROM canonical_{resource.name} c'
        f' LEFT JOIN faulty_{resource.name} f ON f."row" = c."row"',
    )
    engine.run(f"DROP TABLE canonical_{resource.name}")
    return found


def _load_canonical(engine: Engine, file: ReadFile) -> list[Fault]:
    """Make `canonical_<resource>` with every column of the resource; give undecodable cells."""
    resource = file.resource
    cells, faults = _decode(engine, file)
    given = set(cells.column_names)
    selected = ", ".join(
        canonical(field) if field.name in given else f"CAST(NULL AS VARCHAR) AS {name(field.name)}"
        for field in resource.fields
    )
    engine.register(f"cells_{resource.name}", cells)
    engine.table(
        f"canonical_{resource.name}",
        f'SELECT * FROM (SELECT "row", {selected} FROM cells_{resource.name})'
        f" WHERE coalesce({names(resource.columns)}) IS NOT NULL",
    )
    engine.connection.unregister(f"cells_{resource.name}")
    return faults


def _decode(engine: Engine, file: ReadFile) -> tuple[pa.Table, list[Fault]]:
    """Give the cells as text, undecodable ones null, and one fault for each of those."""
    decoded, faults = {"row": file.cells.column("row")}, []
    for column in file.cells.column_names[1:]:
        values = file.cells.column(column)
        try:
            decoded[column] = values.cast(pa.string())
        except pa.ArrowInvalid:
            engine.register("bytes", pa.table({"row": decoded["row"], "value": values}))
            text = engine.arrow(
                'SELECT "row", value, try(decode(value)) AS text FROM bytes ORDER BY "row"'
            )
            engine.connection.unregister("bytes")
            decoded[column] = text.column("text")
            is_broken = pc.and_(pc.is_valid(text.column("value")), pc.is_null(decoded[column]))
            rows = text.column("row").filter(is_broken).to_pylist()
            faults += [Fault(file.resource.file, row, column, "is not UTF-8") for row in rows]
    return pa.table(decoded), faults


def check(field: Field) -> str:
    """Give the SQL of what is wrong with a column's canonical value, null where nothing is."""
    fault = kind_of(field).fault(name(field.name))
    if not is_required(field):
        return fault
    return f"CASE WHEN {name(field.name)} IS NULL THEN 'a value is required' ELSE {fault} END"


def _without_faulty(field: Field, *, is_present: bool) -> str:
    column = name(field.name)
    if not is_present:
        return f"c.{column}"
    instead = 'c."valid_from"' if field.name == "valid_to" else "NULL"
    return f"CASE WHEN f.{column} IS NULL THEN c.{column} ELSE {instead} END AS {column}"


def _listed(engine: Engine, resource: Resource, *, reasons: str) -> list[Fault]:
    """Give the faults in `faulty_<resource>`, one per cell."""
    rows = engine.arrow(
        f"UNPIVOT (SELECT * FROM faulty_{resource.name}) ON {reasons}"
        ' INTO NAME "column" VALUE reason'
    )
    return [
        Fault(resource.file, row["row"], row["column"], row["reason"]) for row in rows.to_pylist()
    ]
