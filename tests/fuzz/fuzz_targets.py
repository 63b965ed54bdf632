"""What is fuzzed: one target per reader, each with its first inputs, its mutations, its check."""

import codecs
import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from daily_case import DAILY
from focus_case import FOCUS
from fuzz_columns import parquet_changed, parquet_seeds, workbook_changed, xlsx_seeds
from fuzz_declared import (
    CUT,
    TOML_TOKEN,
    TOML_WORDS,
    check_export,
    check_header,
    check_mapping,
    export_seeds,
    header_seeds,
    mapping_seeds,
)
from fuzz_desk import Desk, ReadPlainly
from fuzz_mutation import WORDS, Mutation, beside, either, flipped, lines, tokens, wrapped
from intake_case import GOOD, vendor_file
from legacy_case import LICENCE, USAGE
from plain_columns import read_parquet, read_xlsx
from plain_records import read_csv, read_json

from tieout.errors import FileRefused
from tieout.intake.formats import FORMS

CSV_TOKEN = rb'"(?:[^"]|"")*"?|[,;\t]|\r\n|\n|\r|[^",;\t\r\n]+'
JSON_TOKEN = rb'"(?:[^"\\]|\\.)*"?|[][{}:,]|\s+|[^][{}:,"\s]+'
FORM = {form.code: form for form in FORMS}
CELL_TOKEN = rb"[0-9]+|[^0-9]"
ROWS_MAX = 300
CSV = wrapped(either(tokens(CSV_TOKEN), tokens(CSV_TOKEN), lines))
ODD = ('two\nlines "quoted"', "a,b;c\td", "Zoë €", "=1+1", "")


@dataclass(frozen=True)
class Target:
    """One thing to fuzz. `check` raises whatever it finds wrong with a reading."""

    seeds: Callable[[], Sequence[bytes]]
    mutation: Mutation
    check: Callable[[Desk, bytes], object]
    staged_one_in: int = 1
    bytes_max: int = 16_384


ROWS: Mapping[str, Mapping[str, str]] = {
    "ms_nce_recon": GOOD,
    "ms_daily_rated": DAILY,
    "focus": FOCUS,
    "ms_legacy_licence": LICENCE,
    "ms_legacy_usage": USAGE,
}


def _read_by(read_plainly: ReadPlainly) -> Callable[[Desk, bytes], object]:
    return lambda desk, content: desk.check(content, read_plainly)


def _needed(code: str) -> list[str]:
    """Give the columns that a format cannot do without; few columns are read fast."""
    return [column.vendor for column in FORM[code].columns if column.required]


def _csv(row: Mapping[str, str], *changes: Mapping[str, str], header: Sequence[str] = ()) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header or list(row), extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({**row, **change} for change in changes or ({},))
    return out.getvalue()


def _csv_seeds() -> list[bytes]:
    few = [*_needed("ms_nce_recon"), "CustomerName", "MpnId"]
    changes = [{"CustomerName": odd, "MpnId": odd[::-1]} for odd in ODD]
    text = _csv(GOOD, *changes, header=few)
    return [
        text.encode(),
        text.replace("\r\n", "\n").encode(),
        _csv(GOOD, header=few).replace(",", ";").encode(),
        _csv(GOOD, header=few).replace(",", "\t").replace("\r\n", "\r").encode(),
        gzip.compress(text.encode(), mtime=0),
        codecs.BOM_UTF8 + text.encode(),
        codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        text.encode("latin-1", "replace"),
        _csv(GOOD, *({"Subtotal": cell} for cell in ("1,5", "2,25")), header=few).encode(),
        vendor_file().encode(),
        *header_seeds(),
    ]


def _json_seeds() -> list[bytes]:
    few = [*_needed("ms_nce_recon"), "CustomerName", "Tags"]
    rows = [{name: GOOD.get(name, "") for name in few} | {"CustomerName": odd} for odd in ODD]
    texts = [json.dumps({**row, "Tags": {"a": [1, "x"]}}) for row in rows]
    bare = [text.replace('"40.00"', "40.00").replace('"10"', "1E+1") for text in texts]
    page = {"totalCount": 2, "items": rows, "attributes": {"objectType": "Collection"}}
    return [
        "\n".join(texts).encode(),
        ("\r\n".join(bare) + "\n").encode(),
        f"[{','.join(texts)}]".encode(),
        json.dumps(page).encode(),
        json.dumps(page, indent=1).encode(),
        gzip.compress("\n".join(bare).encode(), mtime=0),
        codecs.BOM_UTF16_LE + texts[0].encode("utf-16-le"),
        f'{{"a": {{"items": [1]}}, "items": [{texts[0]}, null, 1, {{}}]}}'.encode(),
    ]


def _cell_seeds() -> list[bytes]:
    """Give cells, a line each, for every format with its needed columns and with all of them."""
    return [
        bytes([sign + at]) + b"\n".join([*WORDS, *(cell.encode() for cell in row.values())])
        for sign, (at, row) in product((ord("A"), ord("a")), enumerate(ROWS.values()))
    ]


def _check_cells(desk: Desk, content: bytes) -> object:
    """Put every cell into a row of its own, in each typed column in turn.

    Staging is slow and SQL is not seen by libFuzzer, so one file tries many cells. The first byte
    says of which format it is, and whether it has all columns or the needed ones.
    """
    sign = content[0] if content else 0
    code, row = list(ROWS.items())[sign % len(ROWS)]
    columns = [c for c in FORM[code].columns if c.vendor in row and c.kind != "raw"]
    header = [c.vendor for c in columns if c.required or sign >= ord("a")]
    cells = content[1:].split(b"\n")[:ROWS_MAX]
    found = desk.check(_file_of(cells, row, header), read_csv)
    if isinstance(found, FileRefused) and found.code == "bad_number":  # two number styles
        cells = [cell for cell in cells if b"," not in cell]
        found = desk.check(_file_of(cells, row, header), read_csv)
    return found


def _file_of(cells: Sequence[bytes], row: Mapping[str, str], header: Sequence[str]) -> bytes:
    """Write a row for each cell, which stands in the columns in turn; the others are good."""
    written = [",".join(header).encode()]
    for number, cell in enumerate(cells):
        texts = [row[name].encode() for name in header]
        texts[number % len(header)] = cell
        written.append(b",".join(b'"%s"' % text.replace(b'"', b'""') for text in texts))
    return b"\n".join(written) + b"\n"


TARGETS: dict[str, Target] = {
    "csv": Target(_csv_seeds, CSV, check_header, staged_one_in=24),
    "json": Target(
        _json_seeds,
        wrapped(either(tokens(JSON_TOKEN), tokens(JSON_TOKEN), lines)),
        _read_by(read_json),
        staged_one_in=24,
    ),
    "xlsx": Target(xlsx_seeds, workbook_changed, _read_by(read_xlsx), staged_one_in=24),
    "parquet": Target(parquet_seeds, parquet_changed, _read_by(read_parquet), staged_one_in=24),
    "mapping": Target(
        mapping_seeds,
        beside(CUT, tokens(TOML_TOKEN, words=TOML_WORDS), CSV),
        check_mapping,
        staged_one_in=4,
    ),
    "export": Target(export_seeds, wrapped(tokens(JSON_TOKEN)), check_export),
    "cells": Target(_cell_seeds, either(tokens(CELL_TOKEN), lines, flipped), _check_cells),
}
