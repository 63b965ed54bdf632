"""Answers held against those before them: what was read of a state that never was is told."""

import gzip
import hashlib
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from tieout_bench.asked import Question

Row = Mapping[str, Any]


class Held:
    """What answers have said so far; a verified or drafted document says the same for ever."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock = threading.Lock()
        self._bodies: dict[tuple[str, str], bytes] = {}  # by address and ETag
        self._documents: dict[tuple[str, str, str], str] = {}  # rows of a document, by address
        self._months: dict[str, int] = {}  # documents of a month, by address

    def differs(
        self, question: Question, path: str, *, headers: Mapping[str, str], body: bytes
    ) -> str | None:
        """Say what is wrong with an answer: with itself, or beside those before it."""
        plain = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        with self._lock:
            if sentence := self._by_tag(path, headers=headers, body=plain):
                return sentence
        if "json" not in headers.get("content-type", "") or "ndjson" in headers["content-type"]:
            return None
        found = json.loads(plain, parse_float=str, parse_int=str)
        if "tieout-row-count" in headers and len(found) != int(headers["tieout-row-count"]):
            return f"{len(found)} rows, {headers['tieout-row-count']} were said"
        with self._lock:
            if question.rows == "rows":
                return self._by_document(path, found)
            return self._by_month(path, found) if question.rows == "headers" else None

    def _by_tag(self, path: str, *, headers: Mapping[str, str], body: bytes) -> str | None:
        """Hold that two answers with one ETag have the same bytes."""
        if "etag" not in headers:
            return None
        digest = hashlib.sha256(body).digest()
        known = self._bodies.setdefault((path, headers["etag"]), digest)
        return None if known == digest else "two bodies with one ETag"

    def _by_document(self, path: str, rows: list[Row]) -> str | None:
        """Hold that a document has all of its rows, the same ones each time."""
        told: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in rows:
            told[path, str(row["invoiceId"]), str(row["invoiceNumber"])].append(row)
        for key, own in told.items():
            without = [{n: v for n, v in row.items() if n != "lineNo"} for row in own]
            digest = hashlib.sha256(json.dumps(without).encode()).hexdigest()
            if self._documents.setdefault(key, digest) != digest:
                return f"invoice {key[1]} has other rows than before"
        return None

    def _by_month(self, path: str, rows: list[Row]) -> str | None:
        """Hold that a month shows whole or not at all, with as many documents as the first."""
        months = Counter(str(row["invoiceDate"]) for row in rows)
        for month, count in sorted(months.items()):
            if self._months.setdefault(path, count) != count:
                return f"{count} documents of {month}, {self._months[path]} in other months"
        return None
