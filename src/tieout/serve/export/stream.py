"""Text made by DuckDB as a stream of bytes: no loop over rows, one batch in memory at a time."""

import io
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from tieout.engine.duckdb import Engine, session
from tieout.serve.settings import Surroundings

ROWS_PER_BATCH = 4096
PACKED_FROM = 1024  # a smaller body is sent as it is
CODINGS = ("zstd", "gzip")  # the first is taken of two that are liked as well
GZIP = 31  # zlib's window bits for gzip; the time in its header is 0


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
    stack: ExitStack,
    engine: Engine,
    *,
    sql: str | Sequence[str],
    opening: bytes = b"[",
    closing: bytes = b"]",
) -> Iterator[bytes]:
    """Give the one text column of queries, each text starting with a comma, as a list.

    `opening` stands in place of the first comma. Several queries follow one another. The stack is
    closed when the stream ends, however it ends.
    """
    yield from stream_text(
        stack, engine, sql=sql, frame=Frame(opening, closing, opening + closing), skipped=1
    )


@dataclass(frozen=True)
class Frame:
    """What stands before and after texts, and in the place of none."""

    opening: bytes
    closing: bytes
    empty: bytes


def stream_text(
    stack: ExitStack, engine: Engine, *, sql: str | Sequence[str], frame: Frame, skipped: int = 0
) -> Iterator[bytes]:
    """Give the one text column of a query, or of several one after the other, within its frame.

    The first `skipped` bytes of all texts are left out: the comma that each text starts with. The
    stack is closed when the stream ends, however it ends.
    """
    with stack:
        first = True
        queries = [sql] if isinstance(sql, str) else sql
        for batch in chain.from_iterable(
            engine.batches(one, rows=ROWS_PER_BATCH) for one in queries
        ):
            joined = _joined(batch.column(0))
            if first and joined:
                first = False
                joined = frame.opening + joined[skipped:]
            if joined:
                yield joined
        yield frame.empty if first else frame.closing


class Pipe(io.RawIOBase):
    """What is written here is taken out on the other side; it knows how much there was."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self._held: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def write(self, part: Any, /) -> int:
        """Take bytes in."""
        content = bytes(part)
        self._held.append(content)
        self._written += len(content)
        return len(content)

    def tell(self) -> int:
        """Give the number of bytes written so far."""
        return self._written

    def take(self) -> bytes:
        """Give what was written since the last time; also once it is closed."""
        taken = b"".join(self._held)
        self._held.clear()
        return taken


def compressed(stream: Iterator[bytes], coding: str) -> tuple[Iterator[bytes], bool]:
    """Compress a stream by one of CODINGS, unless it is short; say whether it was."""
    held: list[bytes] = []
    for part in stream:
        held.append(part)
        if sum(map(len, held)) >= PACKED_FROM:
            return _PACKS[coding](chain(held, stream)), True
    return iter(held), False


def _zstd(stream: Iterator[bytes]) -> Iterator[bytes]:
    pipe = Pipe()
    with pa.CompressedOutputStream(pipe, "zstd") as pack:
        for part in stream:
            pack.write(part)
            if packed := pipe.take():
                yield packed
    yield pipe.take()


def _gzip(stream: Iterator[bytes]) -> Iterator[bytes]:
    pack = zlib.compressobj(level=6, wbits=GZIP)
    for part in stream:
        if packed := pack.compress(part):
            yield packed
    yield pack.flush()


_PACKS: Mapping[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {"zstd": _zstd, "gzip": _gzip}


def _joined(texts: pa.Array) -> bytes:
    """Give the bytes of all texts, one after the other, as they lie in Arrow's buffer."""
    if not len(texts):
        return b""
    kind = pa.int64() if pa.types.is_large_string(texts.type) else pa.int32()
    _, offsets, content = texts.buffers()
    ends = pa.Array.from_buffers(kind, len(texts) + texts.offset + 1, [None, offsets])
    start, end = ends[texts.offset].as_py(), ends[texts.offset + len(texts)].as_py()
    return memoryview(content)[start:end].tobytes()
