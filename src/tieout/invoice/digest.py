"""SHA-256 over sorted text lines, streamed from DuckDB without a loop over rows."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tieout.engine.duckdb import Engine, sql_text
from tieout.money import SCALE
from tieout.tables import AMOUNT

SEEN = (
    *("line_id", "charge_type", "charge_start_date", "charge_end_date"),
    *("quantity", "effective_unit_price", "total_price", "currency"),
)
NOTHING, ONE = (pa.scalar(number).cast(AMOUNT) for number in (0, 1))
WORKERS = 2
Given = TypeVar("Given")
Made = TypeVar("Made")


def _joined(column: pa.Array, *, start: int, end: int) -> memoryview:
    """Give the bytes of the texts from `start` to `end`, as they lie in Arrow's buffer."""
    offsets, data = column.buffers()[1:]
    ends = np.frombuffer(offsets, dtype=np.int32)
    return memoryview(data)[ends[column.offset + start] : ends[column.offset + end]]


def digest_of_lines(engine: Engine, sql: str) -> str:
    """Give the SHA-256 of a relation's `line` texts, sorted by bytes, one per line."""
    digest = hashlib.sha256()
    for batch in engine.batches(f"SELECT line || chr(10) AS line FROM ({sql}) ORDER BY line"):
        if batch.num_rows:
            digest.update(_joined(batch.column(0).cast(pa.string()), start=0, end=batch.num_rows))
    return digest.hexdigest()


def look_at_row_ids(engine: Engine) -> None:
    """Find out, once for all hops, whether vendors name lines, and which names they repeat."""
    found = (
        "SELECT coalesce(bool_or(vendor_invoice_row_id IS NOT NULL), FALSE) AS is_so FROM charge"
    )
    engine.let(names_lines=engine.one(found)["is_so"])
    engine.table("repeated_row_id", sql_text("tieout.invoice", "repeated_row_id"))


def digests_of_invoices(engine: Engine) -> dict[int, str]:
    """Give the output digest of each invoice in `invoiced_line` by its number.

    A digest is the SHA-256 of what the buyer sees, one text per line (reporting-api.md 8.3).
    `look_at_row_ids` comes first.
    """
    digests: dict[int, str] = {}
    open_number, digest = None, hashlib.sha256()
    named = engine.one("SELECT getvariable('names_lines') AS is_so")["is_so"]
    said = engine.batches(sql_text("tieout.invoice", "said_line" if named else "said_row"))
    for numbers, lines in _ahead(_said_lines, said):
        runs = pc.run_end_encode(numbers)
        start = 0
        for number, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            if number != open_number:
                if open_number is not None:
                    digests[open_number] = digest.hexdigest()
                open_number, digest = number, hashlib.sha256()
            digest.update(_joined(lines, start=start, end=end))
            start = end
    if open_number is not None:
        digests[open_number] = digest.hexdigest()
    return digests


def _ahead(make: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """Give what `make` gives of each thing, in order, a few being made at a time."""
    with ThreadPoolExecutor(WORKERS) as pool:
        coming: deque[Future[Made]] = deque()
        for one in given:
            coming.append(pool.submit(make, one))
            if len(coming) > WORKERS:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _said_lines(batch: pa.RecordBatch) -> tuple[pa.Array, pa.Array]:
    """Give the invoice numbers of a batch and the texts of its lines."""
    texts = [_text(batch.column(name)) for name in SEEN]
    lines = pc.binary_join_element_wise(*texts, "|", null_handling="replace", null_replacement="")
    ended = pc.binary_join_element_wise(lines, "\n", "")
    return batch.column("invoice_no"), ended


def _text(column: pa.Array) -> pa.Array:
    """Give a column as text: days as yyyy-MM-dd, amounts in their shortest form."""
    if not pa.types.is_decimal(column.type):
        return column.cast(pa.string())
    distinct = pc.dictionary_encode(column)
    return shortest_texts(distinct.dictionary).take(distinct.indices)


def shortest_texts(amounts: pa.Array) -> pa.Array:
    """Give amounts, DECIMAL(38,18), as their shortest plain texts."""
    texts = amounts.cast(pa.string())
    # Arrow writes a small number with an exponent: here by its digits after the point
    is_small = pc.less(pc.abs(amounts), ONE)
    if pc.any(is_small).as_py():
        small = pc.filter(amounts, is_small)
        units = pa.Array.from_buffers(pa.decimal128(38, 0), len(small), small.buffers())
        digits = pc.ascii_lpad(pc.abs(units).cast(pa.string()), SCALE, padding="0")
        begin = pc.if_else(pc.less(small, NOTHING), "-0.", "0.")
        texts = pc.replace_with_mask(
            texts, is_small, pc.binary_join_element_wise(begin, digits, "")
        )
    return pc.ascii_rtrim(pc.ascii_rtrim(texts, characters="0"), characters=".")
