"""`run_together`: clients ask everything while months are loaded, run and verified beside them."""

import os
from pathlib import Path

import pytest

from tieout_bench import run_together
from tieout_bench.asked import Question
from tieout_bench.held import Held

SECONDS, CLIENTS = int(os.environ.get("TIEOUT_TOGETHER_SECONDS", "60")), 200
ROWS = Question("rows", "customer", "/rows", "rows")
MONTHS = Question("headers", "customer", "/headers", "headers")
JSON = {"content-type": "application/json"}


@pytest.mark.deep
def test_two_workers_answer_two_hundred_clients_beside_loads_and_runs(tmp_path: Path) -> None:
    told = run_together(rows=2000, folder=tmp_path, seconds=SECONDS, clients=CLIENTS)
    assert told["faults"] == []
    assert told["written"]["run"] >= 1
    assert set(told["statuses"]) <= {"200", "404"}
    assert all(one["answers"] for one in told["milliseconds"].values())
    assert len(told["workers"]) == 2


def test_a_torn_read_is_told() -> None:
    held = Held()

    def differs(question: Question, body: str, **headers: str) -> str | None:
        told = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
        return held.differs(question, question.path, headers=told, body=body.encode())

    one = '[{"invoiceId":"a","invoiceNumber":"1","totalPrice":1.10,"lineNo":1}]'
    assert differs(ROWS, one, etag="x", tieout_row_count="1") is None
    assert differs(ROWS, one.replace('lineNo":1', 'lineNo":2'), etag="y") is None
    assert "other rows" in str(differs(ROWS, one.replace("1.10", "1.1"), etag="z"))
    assert "two bodies" in str(differs(ROWS, one.replace("1.10", "2"), etag="x"))
    assert "2 were said" in str(differs(ROWS, one, etag="v", tieout_row_count="2"))
    whole = '[{"invoiceDate":"2026-11-01"},{"invoiceDate":"2026-11-01"}]'
    assert differs(MONTHS, whole) is None
    assert differs(MONTHS, whole.replace("11-01", "10-01")) is None
    part = whole.replace("]", ',{"invoiceDate":"2026-09-01"}]')
    assert "1 documents of 2026-09-01" in str(differs(MONTHS, part))
