"""The columns of a declared mapping: which canonical column is read from what, and how.

Source: vendor-formats.md 9 and 10.2.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tieout import tables
from tieout.engine.duckdb import literal
from tieout.intake.columns import NUMBERS, Column, Layout
from tieout.intake.declaration import Source, Table, unlike
from tieout.intake.declared_style import DATE_ORDERS
from tieout.intake.typing_sql import WIDTHS
from tieout.money import currencies

TEXTS = frozenset(
    (
        *("customer_name", "customer_domain", "product_name", "sku_name", "product_family"),
        *("billing_frequency", "meter_name", "unit_type"),
        *("price_adjustment_description", "credit_reason_code"),
    )
)
QUANTITIES = frozenset(
    ("quantity", "billable_quantity", "exchange_rate", "partner_earned_credit_rate")
)
# made by intake itself, or by a part of the mapping that is not a column
NOT_MAPPED = frozenset(
    (
        *("file_id", "row_number", "row_hash", "vendor", "billing_state", "inexact_columns"),
        *("charge_kind", *(name for name in tables.VENDOR_LINE.names if name.endswith("_digits"))),
    )
)
LONG_FORM = (
    *("from", "null_values", "date_order", "negate", "pad", "exclusive_end", "join", "sep"),
)
EXCLUSIVE_ENDS = {
    "charge_end_date": "charge_start_date",
    "subscription_end_date": "subscription_start_date",
}
NO_FAMILY = "other"
PAD_MOST = 64


def _kind(name: str) -> str:
    found = tables.VENDOR_LINE.field(name).type
    kinds = {tables.AMOUNT: "amount", tables.PRICE: "price", tables.DATE: "date"}
    if name in QUANTITIES:
        return "quantity"
    if found in kinds:
        return kinds[found]
    words = {"charge_type": "word", "billing_currency": "currency"}
    return words.get(name, "text" if name in TEXTS else "id")


KINDS: Mapping[str, str] = {
    name: _kind(name) for name in tables.VENDOR_LINE.names if name not in NOT_MAPPED
}
REQUIRED = ("subtotal", "billing_currency", "charge_type")
DATES = ("charge_start_date", "usage_date")


@dataclass(frozen=True)
class MappedColumn:
    """One entry of `[columns]`: a column of ours and the cells that make it."""

    ours: str
    kind: str
    sources: tuple[Source, ...]  # one, unless joined
    nulls: tuple[str, ...]
    date_order: str | None = None
    negate: bool = False
    exclusive_end: bool = False
    pad: int = 0
    sep: str | None = None  # set: joined

    @property
    def is_made(self) -> bool:
        """Whether SQL over cells makes it, instead of one checked cell."""
        return self.sep is not None or self.pad > 0 or self.ours == "product_family"

    def sql(self, layout: Layout) -> str:
        """Give the SQL over cells of a column that is made; parts that are empty are left out."""
        cells = [cell for source in self.sources if (cell := layout.cell(source[0]))]
        parts = [self._part(cell) for cell in cells]
        if self.sep is None:
            text = parts[0] if parts else "NULL::VARCHAR"
        else:
            text = f"concat_ws({', '.join([literal(self.sep), *parts, 'NULL'])})"
        if self.kind != "word":
            text = f"nullif({text}, '')"
        return f"padded({text}, {self.pad})" if self.pad else text

    def _part(self, cell: str) -> str:
        empty = ", ".join(literal(null) for null in ("", *self.nulls))
        text = f"trim({cell})" if self.kind == "id" else cell
        return f"CASE WHEN trim({cell}) NOT IN ({empty}) THEN {text} END"


@dataclass(frozen=True)
class MappedColumns:
    """All columns of a mapping; `constants` are SQL by column of ours."""

    columns: tuple[MappedColumn, ...]
    constants: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> set[str]:
        """Give the columns of ours that the mapping supplies."""
        return {column.ours for column in self.columns} | self.constants.keys()

    def declared(self) -> Iterator[Column]:
        """Give the columns as a format declares them, in the order of the mapping."""
        dates = [column.ours for column in self.columns if column.ours in DATES]
        only_date = dates if len(dates) == 1 and not self.constants.keys() & set(DATES) else []
        for column in self.columns:
            for first, *aliases in column.sources:
                yield Column(
                    first,
                    None if column.is_made else column.ours,
                    "rule" if column.is_made else column.kind,
                    aliases=tuple(aliases),
                    required=column.ours in REQUIRED or column.ours in dates,
                    filled=column.ours in REQUIRED or column.ours in only_date,
                    nulls=column.nulls,
                    negate=column.negate,
                    date_order=column.date_order,
                )

    def given(self, layout: Layout) -> dict[str, str]:
        """Give the SQL over cells of the columns that are constant, joined or padded."""
        made = {column.ours: column.sql(layout) for column in self.columns if column.is_made}
        family = {**made, **self.constants}.get("product_family", "NULL")
        return {
            **made,
            **self.constants,
            "product_family": f"coalesce({family}, {literal(NO_FAMILY)})",
        }

    def rules(self) -> Iterator[tuple[str, str]]:
        """Give the SQL of the columns that hold the day before the one printed."""
        names = self.names()
        for column in self.columns:
            if column.exclusive_end:
                start = EXCLUSIVE_ENDS[column.ours]
                start = start if start in names else "NULL::DATE"
                # is_midnight reads an hour of one digit between slashes only
                moment = f"regexp_replace({column.ours}_cell, ' (0:[0-9])', ' 0\\1')"
                yield column.ours, f"last_billed_day({moment}, {start}, {column.ours})"


def mapped_columns(
    columns: Table, constants: Table, *, nulls: tuple[str, ...], date_order: str | None
) -> MappedColumns:
    """Read `[columns]` and `[constants]`; `nulls` and `date_order` are those of the whole file.

    Raises FileRefused (mapping_invalid) naming the key.
    """
    found = [_column(columns, name, nulls=nulls, date_order=date_order) for name in columns.values]
    given = {name: _constant(constants, name) for name in constants.values}
    for column in found:
        if column.ours in given:
            raise constants.refusal(column.ours, "is mapped in [columns] as well")
        for name in unlike([source for other in found for source in other.sources]):
            if any(name in source for source in column.sources):
                reason = f"'{name}' stands in two lists of header names that differ"
                raise columns.refusal(column.ours, reason)
    mapped = MappedColumns(tuple(found), given)
    for name in REQUIRED:
        if name not in mapped.names():
            raise columns.refusal(name, "is required and missing")
    if not mapped.names() & set(DATES):
        raise columns.refusal(DATES[0], f"is required and missing, and so is {DATES[1]}")
    return mapped


def _column(
    columns: Table, name: str, *, nulls: tuple[str, ...], date_order: str | None
) -> MappedColumn:
    _check_name(columns, name)
    kind = KINDS[name]
    order = date_order if kind == "date" else None
    if not isinstance(columns.values[name], dict):
        return MappedColumn(name, kind, (columns.source(name),), nulls, order)
    entry = columns.table(name)
    entry.allow(LONG_FORM)
    _check_fitting(entry, name)
    joined = "join" in entry.values
    sources = entry.sources("join") if joined else (entry.source("from"),)
    if joined and len(sources) < 2:  # noqa: PLR2004 - one is no join
        raise entry.refusal("join", "joins two columns or more")
    return MappedColumn(
        name,
        kind,
        sources,
        entry.texts("null_values", nulls),
        entry.word("date_order", among=DATE_ORDERS) or order,
        negate=entry.truth("negate"),
        exclusive_end=entry.truth("exclusive_end"),
        pad=entry.count("pad", default=0, least=1, most=PAD_MOST) if "pad" in entry.values else 0,
        sep=entry.text("sep", "") if joined else None,
    )


def _check_name(table: Table, name: str) -> None:
    if name == "charge_kind":
        raise table.refusal(name, "is made by the table [charge_kind]")
    if name not in KINDS:
        raise table.refusal(name, "is not a column that can be mapped")


def _check_fitting(entry: Table, name: str) -> None:
    """Raise FileRefused for keys that say two things, or nothing for this column."""
    has, kind = entry.values.keys(), KINDS[name]
    fitting = {
        "date_order": kind == "date",
        "negate": kind in NUMBERS,
        "pad": kind == "id",
        "exclusive_end": name in EXCLUSIVE_ENDS,
        "join": kind in ("id", "text", "word"),
    }
    for key, fits in fitting.items():
        if key in has and not fits:
            raise entry.refusal(key, f"means nothing for the {kind} column {name}")
    if {"from", "join"} <= has:
        raise entry.refusal("join", "stands beside `from`; one of them says where the text is")
    if not {"from", "join"} & has:
        raise entry.refusal("from", "is missing, and so is `join`")
    if "sep" in has and "join" not in has:
        raise entry.refusal("sep", "stands without `join`")


def _constant(constants: Table, name: str) -> str:
    """Give a constant as SQL of its column's type; numbers and dates are written plainly."""
    value = constants.values[name]
    if name == "billing_state":
        return literal(constants.word(name, among=("billed", "unbilled")))
    _check_name(constants, name)
    kind = KINDS[name]
    text = str(value) if isinstance(value, str | int | dt.date) else ""
    if not text.strip() or isinstance(value, bool | dt.datetime):
        raise constants.refusal(name, "is not a text, a number or a date")
    if kind in NUMBERS:
        whole, scale = WIDTHS[kind]
        if not re.fullmatch(rf"-?[0-9]{{1,{whole}}}([.][0-9]{{1,{scale}}})?", text, re.ASCII):
            raise constants.refusal(name, f"'{text}' is not a plain number that fits")
        return f"{literal(text)}::DECIMAL(38, {scale})"
    if kind == "date":
        try:
            return f"{literal(dt.date.fromisoformat(text))}::DATE"
        except ValueError as fault:
            raise constants.refusal(name, f"'{text}' is not a date yyyy-mm-dd") from fault
    if kind == "currency" and text not in currencies():
        raise constants.refusal(name, f"'{text}' is not a currency of ISO 4217")
    return literal(text)
