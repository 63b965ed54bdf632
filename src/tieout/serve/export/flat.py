"""Fields as cells of a row: CSV text and typed columns, every column always there."""

from collections.abc import Sequence

from tieout.serve.export.json_text import DAY, INTEGER, MOMENT, NUMBER, RAW, TEXT, Field

PACKAGE = "tieout.serve.export"
CSV_MACROS = ("csv_cell", "formula_guarded")
_TYPES = {
    TEXT: "VARCHAR",
    RAW: "VARCHAR",
    NUMBER: "DECIMAL(38, 18)",
    INTEGER: "BIGINT",
    DAY: "TIMESTAMPTZ",
    MOMENT: "TIMESTAMPTZ",
}


def csv_header(fields: Sequence[Field]) -> bytes:
    """Give the header row."""
    return (",".join(field.name for field in fields) + "\r\n").encode()


def csv_row(fields: Sequence[Field], *, guarded: bool) -> str:
    """Give the SQL of a row with its end; `guarded` marks text that looks like a formula."""
    cells = ", ',', ".join(_csv_cell(field, guarded=guarded) for field in fields)
    return f"concat({cells}, chr(13), chr(10))"


def _csv_cell(field: Field, *, guarded: bool) -> str:
    value = f"({_shown(field)})"
    if field.kind == NUMBER:
        return f"coalesce(amount_text({value}, {field.digits}), '')"
    if field.kind == INTEGER:
        return f"coalesce({value}::VARCHAR, '')"
    if field.kind == DAY:
        return f"coalesce({value}::VARCHAR || 'T00:00:00Z', '')"
    text = f"{value}::VARCHAR"
    return f"csv_cell(formula_guarded({text}))" if guarded else f"csv_cell({text})"


def typed_columns(fields: Sequence[Field]) -> str:
    """Give the SQL of columns with exact types: decimals, and dates as moments in UTC."""
    return ", ".join(
        f'({_shown(field)})::{_TYPES[field.kind]} AS "{field.name}"' for field in fields
    )


def _shown(field: Field) -> str:
    return f"CASE WHEN {field.when} THEN {field.value} END" if field.when else field.value
