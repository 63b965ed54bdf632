"""The fields of an answer as data: key, kind, the value's source, how each format writes it.

A `Registry` says what one version prints at one endpoint; JSON, XML, CSV, NDJSON and OpenAPI are
all made from it, so that they cannot differ.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

TEXT, INTEGER, MONEY, UNIT, NUMBER, PERCENT = "s", "i", "m", "unit", "n", "n(2)"
DAY, FIGURE = "date", "s(n)"  # a day as YYYYMMDD; a decimal printed as text
SIGNED, TRUTH = "d", "bool"  # a decimal of any sign and up to 18 decimals
QUOTED = (TEXT, DAY, FIGURE)
PARTS = ("Header", "Sender", "Receiver", "Customer", "Subscription", "Line", "Totals")


@dataclass(frozen=True)
class Field:
    """One key. `value` is SQL; `xml` the element's name where it differs; `digits` of money."""

    key: str
    kind: str
    value: str
    null: bool = False
    xml: str = ""
    digits: str = "minor_digits"

    @property
    def element(self) -> str:
        """The name in XML."""
        return self.xml or self.key

    def text(self) -> str:
        """Give the SQL of the value as plain text, null where there is none."""
        if self.kind == TEXT:
            return f"({self.value})::VARCHAR"
        if self.kind == INTEGER:
            return f"({self.value})::VARCHAR"
        if self.kind == DAY:
            return f"replace(left(({self.value})::VARCHAR, 10), '-', '')"
        digits = {MONEY: self.digits, UNIT: self.digits, PERCENT: "2"}.get(self.kind, "0")
        return f"amount_text(({self.value})::DECIMAL(38, 18), {digits})"


@dataclass(frozen=True)
class Registry:
    """The fields of one endpoint in one version, by part, in the order of XML."""

    header: tuple[Field, ...]
    sender: tuple[Field, ...]
    receiver: tuple[Field, ...]
    customer: tuple[Field, ...]
    subscription: tuple[Field, ...]
    line: tuple[Field, ...]
    totals: tuple[Field, ...]
    has_warnings: bool
    has_match_report: bool
    root: str  # the XML root

    def part(self, name: str) -> tuple[Field, ...]:
        """Give the fields of a part named as in PARTS."""
        found: tuple[Field, ...] = getattr(self, name.lower())
        return found

    def older(self, dropped: Mapping[str, Collection[str]], **changes: object) -> "Registry":
        """Give the version before: without the dropped keys of each part, and with `changes`."""
        parts: dict[str, object] = {
            name.lower(): tuple(field for field in self.part(name) if field.key not in keys)
            for name, keys in dropped.items()
        }
        return replace(self, **(parts | changes))  # type: ignore[arg-type]

    def described(self) -> dict[str, list[list[object]]]:
        """Give what a client relies on, as plain values: key, element, kind, may be null."""
        parts: dict[str, list[list[object]]] = {
            name: [[field.key, field.element, field.kind, field.null] for field in self.part(name)]
            for name in PARTS
        }
        extra = [("Warnings", self.has_warnings), ("MatchReport", self.has_match_report)]
        parts["Root"] = [[self.root, self.root, "root", False]]
        parts["Root"] += [[name, name, "list", False] for name, there in extra if there]
        return parts


def breaking_differences(
    released: Mapping[str, Sequence[Sequence[object]]],
    now: Mapping[str, Sequence[Sequence[object]]],
) -> list[str]:
    """Say what a client of the released registry would stumble over (billing-api.md 1.2, LC-10).

    A new key may come anywhere; a released one may not go, change its type or its element's name,
    move before another, or become null where a value was promised.
    """
    faults = []
    for part, fields in released.items():
        found = {str(field[0]): field for field in now.get(part, ())}
        for key, element, kind, null in fields:
            if key not in found:
                faults.append(f"{part}.{key} is gone")
                continue
            _, element_now, kind_now, null_now = found[str(key)]
            if element_now != element:
                faults.append(f"{part}.{key} is element {element_now}, was {element}")
            if kind_now != kind:
                faults.append(f"{part}.{key} is {kind_now}, was {kind}")
            if null_now and not null:
                faults.append(f"{part}.{key} may be null now")
        kept = [key for key in found if key in {str(field[0]) for field in fields}]
        if kept != [str(field[0]) for field in fields if str(field[0]) in found]:
            faults.append(f"{part} has another order")
    return faults


def json_order(fields: Sequence[Field]) -> list[Field]:
    """Sort fields as JSON prints them: by lower-cased key."""
    return sorted(fields, key=lambda field: field.key.lower())


def json_value(field: Field) -> str:
    """Give the SQL of a field's JSON value."""
    text = field.text()
    written = f"to_json({text})::VARCHAR" if field.kind in QUOTED else text
    if field.kind == TEXT and not field.null:
        return f"coalesce({written}, '\"\"')"
    return f"coalesce({written}, 'null')"


def json_members(fields: Sequence[Field]) -> str:
    """Give the SQL of the keys and values of an object without its braces; '' for no field."""
    parts = [
        f"'{',' if place else ''}\"{field.key}\":', {json_value(field)}"
        for place, field in enumerate(json_order(fields))
    ]
    return f"concat({', '.join(parts)})" if parts else "''"


def xml_elements(fields: Sequence[Field]) -> str:
    """Give the SQL of elements, one after the other; empty ones close themselves."""
    parts = []
    for field in fields:
        text = field.text()
        written = f"xml_text({text})" if field.kind == TEXT else text
        name = field.element
        parts.append(f"coalesce('<{name}>' || nullif({written}, '') || '</{name}>', '<{name} />')")
    return f"xml_clean(concat({', '.join(parts)}))" if parts else "''"


def csv_cells(fields: Sequence[Field]) -> str:
    """Give the SQL of CSV cells with commas between them; '' for no field."""
    cells = [
        f"csv_text({field.text()})" if field.kind == TEXT else f"coalesce({field.text()}, '')"
        for field in fields
    ]
    between = ", ',', "
    return f"concat({between.join(cells)})" if cells else "''"
