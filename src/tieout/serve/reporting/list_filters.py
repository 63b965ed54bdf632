"""The parameters that narrow lists: how each is read, and the SQL that it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.serve.problems import bad_parameter
from tieout.serve.reporting.query import CURRENCY, IDENTIFIER, PRINTED, Query

ID, WORDS, CODES = "id", "words", "codes"
DATE, MOMENT, COIN, LEVEL = "date", "moment", "currency", "level"
LEVELS = {"none": None, "generic": "Generic", "organization": "Organization"}
PATTERNS = {ID: IDENTIFIER, WORDS: PRINTED, COIN: CURRENCY}
_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    **{
        kind: {"type": "string", "pattern": f"^{pattern.pattern}$"}
        for kind, pattern in PATTERNS.items()
    },
    DATE: {"type": "string", "format": "date"},
    MOMENT: {"type": "string", "format": "date-time"},
    LEVEL: {"type": "string", "enum": list(LEVELS), "default": "none"},
}


@dataclass(frozen=True)
class Filter:
    """One parameter: the column that it is compared with and how, and what it means.

    `columns` are those that may hold the value; `codes` are the values that CODES may have.
    """

    name: str
    columns: tuple[str, ...]
    meaning: str
    kind: str = ID
    compare: str = "="
    codes: tuple[int, ...] = ()
    is_required: bool = False

    @property
    def variable(self) -> str:
        """The variable that holds the value."""
        return f"asked_{self.name}"

    @property
    def sql(self) -> str:
        """The condition on a row."""
        if self.kind == CODES:
            (column,) = self.columns
            listed = f"string_split(getvariable('{self.variable}'), ',')"
            return f"list_contains({listed}, {column}::VARCHAR)"
        tried = (
            f"{column}::VARCHAR {self.compare} getvariable('{self.variable}')"
            for column in self.columns
        )
        return f"({' OR '.join(tried)})"

    @property
    def described(self) -> dict[str, Any]:
        """The parameter as OpenAPI has it."""
        listed = {"type": "array", "items": {"type": "integer", "enum": list(self.codes)}}
        return {
            "name": self.name,
            "in": "query",
            "required": self.is_required,
            "schema": listed if self.kind == CODES else dict(_SCHEMAS[self.kind]),
            "description": self.meaning,
        }


def read_filters(query: Query, filters: Sequence[Filter]) -> dict[Filter, str]:
    """Give the values that a query has for filters. Raises the 400 that names a parameter."""
    found: dict[Filter, str] = {}
    for one in filters:
        value = _value(query, one)
        if value is not None:
            found[one] = value
        elif one.is_required:
            raise bad_parameter(one.name, "is needed")
    spans: dict[tuple[str, ...], str] = {}
    for one, value in found.items():  # the first day of a span comes before its last one
        if one.kind == DATE and one.compare == ">=":
            spans[one.columns] = value
        elif one.kind == DATE and spans.get(one.columns, value) > value:
            raise bad_parameter(one.name, "lies before the first day")
    return found


def _value(query: Query, one: Filter) -> str | None:
    if one.kind == DATE:
        return query.day(one.name)
    if one.kind == MOMENT:
        return query.moment(one.name)
    if one.kind == LEVEL:
        return LEVELS[query.one_of(one.name, *LEVELS)]
    if one.kind == CODES:
        return _codes(one, query.all(one.name))
    return query.text(one.name, pattern=PATTERNS[one.kind])


def _codes(one: Filter, values: Sequence[str]) -> str | None:
    allowed = [str(code) for code in one.codes]
    if any(value not in allowed for value in values):
        raise bad_parameter(one.name, f"is one of {', '.join(allowed)}")
    return ",".join(sorted(set(values))) or None
