"""Text made by DuckDB as a stream of bytes: no loop over rows, one batch in memory at a time."""

from collections.abc import Iterator
from contextlib import ExitStack

import pyarrow as pa

from tieout.engine.duckdb import Engine, session
from tieout.serve.settings import Surroundings

ROWS_PER_BATCH = 4096


def open_engine(stack: ExitStack, surroundings: Surroundings) -> Engine:
    """Open an engine for one answer; closing the stack closes it."""
    settings = surroundings.settings
    return stack.enter_context(
        session(
            surroundings.house.home / "answers",
            threads=settings.query_threads,
            memory=settings.query_memory,
        )
    )


def stream_list(
    stack: ExitStack, engine: Engine, *, sql: str, opening: bytes = b"[", closing: bytes = b"]"
) -> Iterator[bytes]:
    """Give the one text column of a query, each text starting with a comma, as a list.

    `opening` stands in place of the first comma. The stack is closed when the stream ends,
    however it ends.
    """
    with stack:
        first = True
        reader = engine.connection.sql(sql).to_arrow_reader(ROWS_PER_BATCH)
        for batch in reader:
            joined = _joined(batch.column(0))
            if first and joined:
                first = False
                joined = opening + joined[1:]
            if joined:
                yield joined
        yield closing if not first else opening + closing


def _joined(texts: pa.Array) -> bytes:
    """Give the bytes of all texts, one after the other, as they lie in Arrow's buffer."""
    if not len(texts):
        return b""
    kind = pa.int64() if pa.types.is_large_string(texts.type) else pa.int32()
    _, offsets, content = texts.buffers()
    ends = pa.Array.from_buffers(kind, len(texts) + texts.offset + 1, [None, offsets])
    start, end = ends[texts.offset].as_py(), ends[texts.offset + len(texts)].as_py()
    return memoryview(content)[start:end].tobytes()
