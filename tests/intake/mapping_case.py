"""A small mapping in which one part can be changed, a good row of it, and ways to stage files."""

import copy
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pyarrow import parquet

from tieout.engine.duckdb import session
from tieout.intake import Said, StagedFile, stage_file
from tieout.intake.form import Form
from tieout.intake.mapping import parse_mapping

SMALL: dict[str, Any] = {
    "name": "small",
    "version": 1,
    "vendor": "small-vendor",
    "match": ["Net", "Kind", "From"],
    "file": {},
    "columns": {
        "invoice_number": "Invoice",
        "customer_id": "Customer",
        "customer_name": "Name",
        "sku_id": "Item",
        "charge_type": "Kind",
        "charge_start_date": "From",
        "charge_end_date": "To",
        "billable_quantity": "Units",
        "subtotal": "Net",
    },
    "constants": {"billing_currency": "EUR"},
    "charge_kind": {"New": "new"},
}
ROW = {
    "Invoice": "I1",
    "Customer": "C1",
    "Name": "Contoso",
    "Item": "7",
    "Kind": "New",
    "From": "2025-10-01",
    "To": "2025-10-31",
    "Units": "2",
    "Net": "10.50",
}


def toml(value: object) -> str:
    """Write a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(toml(one) for one in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(key)} = {toml(one)}" for key, one in value.items()) + " }"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    escaped = escaped.replace("\n", "\\n")
    return f'"{escaped}"'


def mapping(changes: Mapping[str, object] | None = None, *, without: Sequence[str] = ()) -> str:
    """Give the small mapping as TOML; `columns.sku_id` names an entry of a table."""
    values = copy.deepcopy(SMALL)
    for path, value in (changes or {}).items():
        table, _, key = path.rpartition(".")
        (values.setdefault(table, {}) if table else values)[key] = value
    for path in without:
        table, _, key = path.rpartition(".")
        del (values[table] if table else values)[key]
    return "\n".join(f"{key} = {toml(value)}" for key, value in values.items())


def small(changes: Mapping[str, object] | None = None, *, without: Sequence[str] = ()) -> Form:
    """Give the small mapping, changed, as a format."""
    return parse_mapping(mapping(changes, without=without).encode(), file="small.toml")


def small_file(*changes: Mapping[str, str], sep: str = ";") -> str:
    """Write one row for each mapping of changed cells."""
    rows = [{**ROW, **change} for change in changes or ({},)]
    header = list(dict.fromkeys([*ROW, *(name for change in changes for name in change)]))
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    return "\r\n".join(sep.join(cells) for cells in lines) + "\r\n"


def stage_mapped(folder: Path, content: str | bytes, *forms: Form) -> StagedFile:
    """Stage a file with these mappings."""
    received = content.encode() if isinstance(content, str) else content
    file_id = sha256(received).hexdigest()
    drafts = folder / f"{file_id[:8]}-{len(list(folder.iterdir()))}"
    drafts.mkdir()
    source = drafts / "as-received"
    source.write_bytes(received)
    with session(drafts / "scratch", threads=1) as engine:
        return stage_file(
            engine,
            source,
            name="october.csv",
            file_id=file_id,
            drafts=drafts,
            said=Said(mappings=forms),
        )


def lines_of(staged: StagedFile) -> list[dict[str, Any]]:
    """Give the vendor lines as dictionaries."""
    found: list[dict[str, Any]] = parquet.read_table(staged.vendor_line).to_pylist()
    return found


def rejects_of(staged: StagedFile) -> list[dict[str, Any]]:
    """Give the rejected rows as dictionaries."""
    found: list[dict[str, Any]] = parquet.read_table(staged.rejected_row).to_pylist()
    return found
