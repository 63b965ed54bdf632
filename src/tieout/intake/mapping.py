"""Declared mappings: the layout of one more vendor, as a TOML file that becomes a format.

A mapping renames, parses, negates, supplies constants, pads and joins text; it computes nothing.
Source: vendor-formats.md 10.2.
"""

import codecs
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tieout.engine.duckdb import literal
from tieout.errors import FileRefused
from tieout.intake.columns import Column
from tieout.intake.declaration import Source, Table, unlike
from tieout.intake.declared_style import DATE_ORDERS, NEGATIVES
from tieout.intake.form import FileStyle, Form, Signature, TotalsRow
from tieout.intake.mapped_columns import KINDS, MappedColumns, mapped_columns

SHIPPED = Path(__file__).parent / "mappings"
KEYS = (
    *("name", "version", "vendor", "match", "exclude"),
    *("file", "columns", "constants", "charge_kind", "control"),
)
FILE_KEYS = (
    *("encoding", "delimiter", "decimal", "thousands", "date_order", "null_values"),
    *("guard", "negative", "currency_signs", "skip_rows", "header_row", "footer"),
)
# of one byte for each character, beside UTF-8 and UTF-16
ENCODINGS = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be"),
    *(f"windows-{page}" for page in range(1250, 1259)),
    *(f"iso-8859-{part}" for part in range(1, 17) if part != 12),  # noqa: PLR2004 - never issued
    *("us-ascii", "cp437", "cp850", "cp852", "cp858", "cp866", "koi8-r", "macintosh"),
)
CHARGE_KINDS = (
    *("new", "renew", "cycle_fee", "add_quantity", "remove_quantity", "convert", "plan_change"),
    *("cancel", "reactivate", "credit", "discount", "usage", "tax", "correction", "other"),
)
NAME = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*", re.ASCII)
ORGANIZATION = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)


def read_mappings(folder: Path = SHIPPED) -> tuple[Form, ...]:
    """Give the formats of all mappings in a folder, by file name.

    Raises FileRefused (mapping_invalid) for the first one that is not valid, or repeats a name.
    """
    forms: dict[str, Form] = {}
    for path in sorted(folder.glob("*.toml")):
        form = parse_mapping(path.read_bytes(), file=path.name)
        if form.code in forms:
            reason = f"name: another file declares {form.code} as well"
            raise FileRefused(file=path.name, code="mapping_invalid", reason=reason)
        forms[form.code] = form
    return tuple(forms.values())


def known_mappings(folder: Path) -> tuple[Form, ...]:
    """Give the shipped mappings and those of a folder, which win over a shipped one's name."""
    forms = {form.code: form for where in (SHIPPED, folder) for form in read_mappings(where)}
    return tuple(forms.values())


def parse_mapping(received: bytes, *, file: str) -> Form:
    """Give the format that one mapping declares.

    Raises FileRefused (mapping_invalid) naming the file and the key.
    """
    try:
        values = tomllib.loads(received.decode("utf-8"), parse_float=str)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        reason = f"is not readable as TOML: {fault}"
        raise FileRefused(file=file, code="mapping_invalid", reason=reason) from fault
    top = Table(file, "", values)
    top.allow(KEYS)
    name, vendor = top.text("name"), top.text("vendor")
    if not NAME.fullmatch(name):
        raise top.refusal("name", f"'{name}' is not lower case letters, digits and dashes")
    if not ORGANIZATION.fullmatch(vendor):
        raise top.refusal("vendor", f"'{vendor}' is not an organization id")
    style_table = top.table("file")
    mapped = mapped_columns(
        top.table("columns"),
        top.table("constants"),
        nulls=style_table.texts("null_values"),
        date_order=style_table.word("date_order", among=DATE_ORDERS),
    )
    totals_row, totals_columns = _totals_row(top, mapped)
    kinds = _charge_kinds(top.table("charge_kind"))
    return Form(
        code=f"mapped:{name}",
        vendor=vendor,
        signatures=(_signature(top),),
        columns=(*mapped.declared(), *totals_columns),
        rules=lambda _layout: _rules(mapped, kinds),
        kind_of_word=_kind_of_word("word", {**kinds, **dict.fromkeys(_others(kinds), "known")}),
        macros=("padded", "is_midnight", "last_billed_day"),
        style=_style(style_table, totals_row),
        given=mapped.given,
        version=top.count("version", default=None, least=1),
    )


def _signature(top: Table) -> Signature:
    wanted, excluded = top.sources("match"), top.texts("exclude")
    if not wanted:
        raise top.refusal("match", "names no header; a mapping without one would fit every file")
    for name in unlike([*wanted, *((name,) for name in excluded)]):
        raise top.refusal("match", f"'{name}' stands in two lists of header names that differ")
    signature = Signature(wanted, excluded)
    both = {name for source in wanted for name in source} & set(excluded)
    if both:
        raise top.refusal("exclude", f"'{min(both)}' stands in match as well")
    return signature


def _style(table: Table, totals_row: TotalsRow | None) -> FileStyle:
    """Read `[file]`, apart from the null values and the date order, which columns may change."""
    table.allow(FILE_KEYS)
    decimal = table.word("decimal", among=(".", ","))
    thousands = table.word("thousands", among=("", ",", ".", " ")) or ""
    for key in ("thousands", "negative"):
        if key in table.values and decimal is None:
            raise table.refusal(key, "means nothing without `decimal`")
    if thousands and thousands == decimal:
        raise table.refusal("thousands", f"'{thousands}' is the decimal sign as well")
    guard = table.word("guard", among=("'", ""))
    return FileStyle(
        encoding=_encoding(table),
        delimiter=_delimiter(table),
        skip_rows=table.count("skip_rows", default=0, least=0),
        header_row=table.count("header_row", default=1, least=1),
        decimal=decimal,
        thousands=thousands,
        negative=table.word("negative", among=NEGATIVES) or "leading",
        guard="'" if guard is None else guard,
        currency_signs=table.truth("currency_signs"),
        footer=table.pattern("footer"),
        totals_row=totals_row,
    )


def _encoding(table: Table) -> str | None:
    """Give the encoding by the name that the readers of bytes use; None for UTF-8."""
    if "encoding" not in table.values:
        return None
    known = {codecs.lookup(name).name: name for name in ENCODINGS}
    declared = table.text("encoding")
    try:
        found = codecs.lookup(declared).name
    except (LookupError, ValueError):
        found = ""
    if found not in known:
        raise table.refusal("encoding", f"'{declared}' is none of {', '.join(ENCODINGS)}")
    return {"utf-8": None, "utf-16": "utf-16-le"}.get(found, found)


def _delimiter(table: Table) -> str | None:
    if "delimiter" not in table.values:
        return None
    found = table.text("delimiter")
    if len(found) != 1 or not found.isascii() or found in '"\r\n\0' or found.isalnum():
        raise table.refusal("delimiter", f"{found!r} is not one sign that can stand between cells")
    return found


def _charge_kinds(table: Table) -> dict[str, str]:
    """Give our word for each word of the vendor, which are compared without case."""
    kinds: dict[str, str] = {}
    for word in table.values:
        kind = table.word(word, among=CHARGE_KINDS)
        if word.strip().casefold() in (other.strip().casefold() for other in kinds):
            raise table.refusal(word, "stands there twice, written with other letters")
        kinds[word] = str(kind)
    return kinds


def _others(kinds: Mapping[str, str]) -> list[str]:
    return [word for word, kind in kinds.items() if kind == "other"]


def _kind_of_word(word: str, kinds: Mapping[str, str]) -> str:
    """Give the SQL of our word for a charge type; `other` for every word that is not declared."""
    cases = (
        f"WHEN lower(trim({literal(theirs)})) THEN {literal(ours)}"
        for theirs, ours in kinds.items()
    )
    return f"CASE lower(trim({word})) {' '.join(cases)} ELSE 'other' END" if kinds else "'other'"


def _rules(mapped: MappedColumns, kinds: Mapping[str, str]) -> dict[str, str]:
    """Give the SQL of the columns that are read by a rule, over typed columns."""
    rules = {
        "charge_kind": _kind_of_word("charge_type", kinds),
        "pricing_currency": "upper(pricing_currency)",
        **dict(mapped.rules()),
    }
    names = mapped.names()
    if "pricing_currency" not in names:
        del rules["pricing_currency"]
    if "billing_state" not in names:
        unbilled = "CASE WHEN invoice_number IS NULL THEN 'unbilled' ELSE 'billed' END"
        rules["billing_state"] = unbilled if "invoice_number" in names else "'billed'"
    return rules


def _totals_row(top: Table, mapped: MappedColumns) -> tuple[TotalsRow | None, Sequence[Column]]:
    """Read `[control]`: the totals row, and the columns that it needs in the header."""
    table = top.table("control")
    if "control" not in top.values:
        return None, ()
    row = table.pattern("row")
    if row is None:
        raise table.refusal("row", "is missing")
    sums: list[tuple[str, Source]] = []
    amounts = {column.ours for column in mapped.columns if KINDS[column.ours] == "amount"}
    for name in table.values:
        if name == "row":
            continue
        if name not in amounts:
            raise table.refusal(name, f"is no amount mapped in [columns]: {', '.join(amounts)}")
        sums.append((name, table.source(name)))
    if not sums:
        raise table.refusal("subtotal", "is missing: there is no sum to compare")
    known = {column.ours: column.sources[0] for column in mapped.columns}
    for name, source in sums:
        for other in unlike([*known.values(), source]):
            if other in source:
                raise table.refusal(name, f"'{other}' stands in two lists of names that differ")
    columns = [Column(source[0], None, "rule", source[1:], required=True) for _, source in sums]
    return TotalsRow(row, tuple((name, source[0]) for name, source in sums)), columns
