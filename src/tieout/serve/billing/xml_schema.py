"""The XML Schema (XSD 1.0) of a version's answers, made from the shapes of its registries."""

from tieout.serve.billing.fields import (
    DAY,
    FIGURE,
    INTEGER,
    MONEY,
    NUMBER,
    PERCENT,
    SIGNED,
    TEXT,
    TRUTH,
    UNIT,
    Field,
)
from tieout.serve.billing.rendering import XML_DECLARATION
from tieout.serve.billing.shapes import Many, Node, roots
from tieout.serve.billing.versions import Version

TYPES = {  # of fields that are never empty; text may be, in every field
    TEXT: "xs:string",
    INTEGER: "xs:integer",
    MONEY: "Amount",
    UNIT: "Magnitude",
    NUMBER: "Magnitude",
    FIGURE: "Magnitude",
    PERCENT: "Percentage",
    SIGNED: "Decimal",
    DAY: "Day",
    TRUTH: "xs:boolean",
}
POINT = r"-?[0-9]+(\.[0-9]+)?"
# base, what its values look like (a plain xs:decimal may also be `+1` or `.5`), and bounds
SIMPLE = {
    "Amount": ("xs:decimal", POINT, {"fractionDigits": "4"}),  # no coin has more decimals
    "Magnitude": ("xs:decimal", POINT, {"minInclusive": "0", "fractionDigits": "10"}),
    "Percentage": ("xs:decimal", r"[0-9]+\.[0-9]{2,}", {"fractionDigits": "18"}),
    "Decimal": ("xs:decimal", POINT, {"fractionDigits": "18"}),
    "Day": ("xs:string", "[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])", {}),
}
EMPTY = (
    '<xs:simpleType name="Empty"><xs:restriction base="xs:string"><xs:length value="0"/>'
    "</xs:restriction></xs:simpleType>"
)
ANY_NUMBER = 'minOccurs="0" maxOccurs="unbounded"'


def schema_text(version: Version) -> str:
    """Give the XSD: one global element for each root, its parts within it in their order."""
    told = (
        f"XML answers of the Billing API, {version.id}. Without a value an element is empty;"
        " it is never left out. Later releases may add elements."
    )
    elements = "".join(_element(root) for root in roots(version))
    names = dict.fromkeys(TYPES.values())  # several kinds share a type
    or_empty = [name for name in names if f'"{_named_or_empty(name)}"' in elements]
    text = (
        f'{XML_DECLARATION}<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        f' elementFormDefault="unqualified" version="{version.id}">'
        f"<xs:annotation><xs:documentation>{told}</xs:documentation></xs:annotation>{elements}"
        f"{EMPTY}{''.join(map(_simple, SIMPLE))}{''.join(map(_or_empty, or_empty))}</xs:schema>"
    )
    return text.replace("><", ">\n<") + "\n"


def _element(node: Node, occurs: str = "") -> str:
    """Give the declaration of an element and all that stands in it."""
    occurs = f" {occurs}" if occurs else ""
    if isinstance(node, Field):
        return f'<xs:element name="{node.element}" type="{_type(node)}"{occurs}/>'
    if isinstance(node, Many):
        item = _element(node.item, ANY_NUMBER)
        return item if node.is_bare else _complex(node.key, item, occurs=occurs)
    return _complex(node.key, "".join(map(_element, node.members)), occurs=occurs)


def _complex(name: str, inside: str, *, occurs: str) -> str:
    return (
        f'<xs:element name="{name}"{occurs}><xs:complexType><xs:sequence>{inside}'
        "</xs:sequence></xs:complexType></xs:element>"
    )


def _type(field: Field) -> str:
    name = TYPES[field.kind]
    return _named_or_empty(name) if field.null and field.kind != TEXT else name


def _named_or_empty(name: str) -> str:
    return f"{name.removeprefix('xs:').capitalize()}OrEmpty"


def _simple(name: str) -> str:
    base, pattern, bounds = SIMPLE[name]
    facets = "".join(f'<xs:{facet} value="{value}"/>' for facet, value in bounds.items())
    return (
        f'<xs:simpleType name="{name}"><xs:restriction base="{base}">{facets}'
        f'<xs:pattern value="{pattern}"/></xs:restriction></xs:simpleType>'
    )


def _or_empty(name: str) -> str:
    return (
        f'<xs:simpleType name="{_named_or_empty(name)}">'
        f'<xs:union memberTypes="{name} Empty"/></xs:simpleType>'
    )
