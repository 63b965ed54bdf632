"""SHA-256 over sorted text lines, streamed from DuckDB without a loop over rows."""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tieout.engine.duckdb import Engine


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


def digests_by_number(engine: Engine, sql: str) -> dict[int, str]:
    """Give the SHA-256 of the lines of each number; the relation is (number, line), in order."""
    digests: dict[int, str] = {}
    open_number, digest = None, hashlib.sha256()
    for batch in engine.batches(sql):
        lines = batch.column(1).cast(pa.string())
        runs = pc.run_end_encode(batch.column(0))
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
