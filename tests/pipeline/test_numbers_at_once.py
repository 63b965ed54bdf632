"""Several processes verify invoices of one seller at once: no number is skipped or given twice."""

import os
from collections import deque
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import forked
import pytest
from crash_case import PATIENCE_S, PERIOD, write_month, write_vendor_file
from sqlalchemy import select

from tieout.store.catalog import invoice
from tieout.store.house import open_house

CUSTOMERS, AT_ONCE, TRIES_MAX = 20, 4, 200
SELLER = "brightwater"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_numbers_have_no_gap_and_no_twin(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    home = tmp_path / "home"
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else None
    environment = {**os.environ, "TIEOUT_HOME": str(home)}
    environment |= {"TIEOUT_CATALOG": url} if url else {}

    def start(*words: str) -> ForkServerProcess:
        return forked.start(words, environment, folder=tmp_path)

    def finish(*words: str) -> None:
        process = start(*words)
        process.join(PATIENCE_S)
        assert process.exitcode == 0

    reference = write_month(tmp_path / "reference", customers=CUSTOMERS)
    source = write_vendor_file(tmp_path / "vendor.csv", rows=CUSTOMERS * 2, customers=CUSTOMERS)
    finish("init")
    finish("reference", "load", str(reference))
    finish("load", str(source))
    finish("run", PERIOD)
    house = open_house(home, catalog_url=url)
    of_seller = (invoice.c.seller_id == SELLER, invoice.c.period == PERIOD)
    with house.catalog.read() as connection:
        drafts = select(invoice.c.invoice_id).where(*of_seller, invoice.c.status_id == 0)
        waiting = deque(connection.execute(drafts).scalars())
    assert len(waiting) >= CUSTOMERS // 2
    running: list[tuple[str, ForkServerProcess]] = []
    refused = 0
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            one = waiting.popleft()
            running.append((one, start("verify", one, "--accept-parked", "asked", "--by", "a")))
        one, process = running.pop(0)
        process.join(PATIENCE_S)
        if process.exitcode != 0:  # another was the writer
            refused += 1
            assert refused < TRIES_MAX
            waiting.append(one)
    with house.catalog.read() as connection:
        rows = connection.execute(select(invoice.c.invoice_number).where(*of_seller)).scalars()
        numbers = [number.rpartition("-") for number in rows]
    house.catalog.close()
    assert {start_ for start_, _, _ in numbers} == {f"{SELLER}-2021-11"}
    assert sorted(int(last) for _, _, last in numbers) == list(range(1, len(numbers) + 1))
