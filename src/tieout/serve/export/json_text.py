"""JSON objects written by SQL: numbers as exact decimal text, never through a float."""

from collections.abc import Sequence
from dataclasses import dataclass

TEXT, NUMBER, INTEGER, RAW = "text", "number", "integer", "raw"
DAY, COMPACT_DAY = "day", "compact day"
MOMENT = "moment"  # text of a date, or of a moment in UTC, written as it is


@dataclass(frozen=True)
class Field:
    """One key of an object: its name, the SQL of its value and how the value is written.

    `digits` is the SQL of the least number of decimals of a NUMBER. `when` names the boolean
    column without which the key is left out; None always shows it.
    """

    name: str
    value: str = ""
    kind: str = TEXT
    digits: str = "0"
    when: str | None = None


def json_value(field: Field, *, quoted: bool = False) -> str:
    """Give the SQL of a field's JSON value as text; `quoted` writes a NUMBER as a string."""
    number = f"amount_text({field.value}, {field.digits})"
    written = {
        TEXT: f"to_json({field.value})::VARCHAR",
        MOMENT: f"to_json({field.value})::VARCHAR",
        NUMBER: f"'\"' || {number} || '\"'" if quoted else number,
        INTEGER: f"{field.value}::VARCHAR",
        DAY: f"'\"' || {field.value}::VARCHAR || 'T00:00:00Z\"'",
        COMPACT_DAY: f"'\"' || replace(left({field.value}::VARCHAR, 10), '-', '') || '\"'",
        RAW: field.value,
    }[field.kind]
    return f"coalesce({written}, 'null')"


def json_members(fields: Sequence[Field], *, quoted: bool = False) -> str:
    """Give the SQL of the keys and values of an object without its braces.

    The first key is always shown.
    """
    parts = []
    for position, field in enumerate(fields):
        comma = "," if position else ""
        key = f"'{comma}\"{field.name}\":'"
        value = json_value(field, quoted=quoted)
        if field.when:
            parts.append(f"CASE WHEN {field.when} THEN {key} || {value} ELSE '' END")
        else:
            parts += [key, value]
    return f"concat({', '.join(parts)})"


def json_object(fields: Sequence[Field], *, quoted: bool = False) -> str:
    """Give the SQL of a JSON object with these keys in this order."""
    return f"concat('{{', {json_members(fields, quoted=quoted)}, '}}')"
