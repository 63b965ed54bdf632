"""What the service says of itself: alive, ready, its counts, its logs, and headers everywhere."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from alembic.migration import MigrationContext
from manage_case import new_house
from serve_case import Place, serving
from sqlalchemy import delete, insert
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from tieout.serve.metrics import MetricsRefused, read_address, serving_metrics
from tieout.serve.readiness import Readiness, health
from tieout.store.catalog import lake_file
from tieout.store.house import House, open_house
from tieout.store.lake import Lake
from tieout.store.migrations import upgrade

THREADS = 40  # that anyio gives to answers
SECRETIVE = "postgresql+psycopg://anna:opensesame@127.0.0.1:1/none"
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": None,
    "cache-control": None,
    "x-request-id": None,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with serving(new_house(tmp_path_factory.mktemp("health"))) as running:
        yield running
    running.house.catalog.close()


@pytest.fixture(scope="module")
def anybody(place: Place) -> Iterator[httpx.Client]:
    """Give somebody without a key."""
    with httpx.Client(base_url=place.address) as client:
        yield client


def ready(place: Place) -> tuple[int, dict[str, str]]:
    answer = httpx.get(f"{place.address}/ready")
    return answer.status_code, answer.json()["checks"]


def test_the_service_is_alive_and_ready(place: Place) -> None:
    assert httpx.get(f"{place.address}/health").json() == {"status": "ok"}
    answer = httpx.get(f"{place.address}/ready")
    assert answer.json() == {"status": "ready", "checks": {"catalog": "ok", "lake": "ok"}}
    assert answer.headers["cache-control"] == "no-store"


def test_a_lake_that_cannot_be_read_is_not_ready_and_alive(place: Place) -> None:
    root = place.house.lake.root
    away = root.with_name("away")
    root.rename(away)
    try:
        assert ready(place) == (503, {"catalog": "ok", "lake": "unreadable"})
        assert httpx.get(f"{place.address}/health").status_code == 200
    finally:
        away.rename(root)
    assert ready(place)[0] == 200


@pytest.mark.parametrize(("step", "said"), [("0001", "behind"), ("9999", "ahead")])
def test_a_catalog_at_another_step_is_not_ready(place: Place, step: str, said: str) -> None:
    with place.house.catalog.write() as connection:
        newest = MigrationContext.configure(connection).get_current_revision()
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{step}'")
    try:
        assert ready(place) == (503, {"catalog": said, "lake": "ok"})
    finally:
        with place.house.catalog.write() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{newest}'")


def test_a_store_whose_file_is_gone_is_not_ready(place: Place) -> None:
    row = {"owner_kind": "load", "owner_id": "1", "kind": "cells", "path": "cells/ab/gone.parquet"}
    told = {"rows": 1, "size": 1, "sha256": "ab", "sums": "{}"}
    with place.house.catalog.write() as connection:
        connection.execute(insert(lake_file).values(**row, **told))
    try:
        assert ready(place) == (503, {"catalog": "ok", "lake": "unreadable"})
    finally:
        with place.house.catalog.write() as connection:
            connection.execute(delete(lake_file))
    assert ready(place)[0] == 200


def test_catalogs_out_of_reach_or_without_tables_are_told_without_a_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = open_house(tmp_path / "far", catalog_url=SECRETIVE)
    assert Readiness(far).checks() == {"catalog": "unreachable", "lake": "ok"}
    with serving(far) as served:
        answer = httpx.get(f"{served.address}/ready")
    assert answer.status_code == 503
    for told in (answer.text, "".join(capsys.readouterr())):
        assert "opensesame" not in told
        assert "anna" not in told
    bare = open_house(tmp_path / "bare")
    assert Readiness(bare).checks()["catalog"] == "missing"
    bare.catalog.close()


def test_probes_are_answered_while_every_thread_for_answers_is_taken(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    upgrade(house.catalog)
    ending = threading.Event()

    async def asked() -> list[int]:
        waiting = [asyncio.create_task(run_in_threadpool(ending.wait)) for _ in range(THREADS)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(4):
            ready = await Readiness(house).answer(Request({"type": "http"}))
            found = [ready.status_code, (await health()).status_code]
        ending.set()
        await asyncio.gather(*waiting)
        return found

    assert asyncio.run(asked()) == [200, 200]
    house.catalog.close()


def test_a_postgresql_catalog_is_looked_at_as_well(postgres_url: str, tmp_path: Path) -> None:
    house = House(
        home=tmp_path,
        catalog=open_house(tmp_path, catalog_url=postgres_url).catalog,
        lake=Lake(tmp_path / "lake"),
    )
    assert Readiness(house).checks()["catalog"] == "missing"
    upgrade(house.catalog)
    assert Readiness(house).checks() == {"catalog": "ok", "lake": "ok"}
    house.catalog.close()


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/health", "/ready", "/nowhere", "/billing/versions.html", "/billing/versions"),
        *("/billing/versions.css", "/billing/v4/docs", "/billing/v4/consolidatedinvoices"),
        *("/api/v1/reporting/openapi.json", "/api/v2/reporting/docs", "/billing/v9/invoices"),
        *("/api/v1/reporting/invoices/invoice-rows/r", "/manage/v1/organizations"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "TRACE"])
def test_every_answer_has_the_headers_that_protect(
    anybody: httpx.Client, path: str, method: str
) -> None:
    answer = anybody.request(method, path)
    for name, value in HEADERS.items():
        found = answer.headers.get_list(name)
        assert len(found) == 1, name
        assert value in (None, found[0])
    assert "server" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    is_docs = path.endswith("/docs") and method in ("GET", "HEAD")
    assert ("'unsafe-inline'" in policy) == is_docs
    assert "strict-transport-security" not in answer.headers


def test_pages_need_nothing_that_their_policy_forbids(place: Place) -> None:
    for path in ("/", "/billing/versions.html"):
        page = httpx.get(place.address + path).text
        assert not re.search(r"<script|<style|style=|onclick|https?://[^\"]+\.(js|css)", page)


def test_over_tls_browsers_are_told_to_stay_there(place: Place) -> None:
    answer = httpx.get(f"{place.address}/health", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("given", ["01J9ZK3Q7B8X4M2N6P5R", "b0a7c2c4-2f0e-4a53-9d3c-8e1f5d7a6b90"])
def test_a_plain_request_id_is_given_back(
    place: Place, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for path in ("/health", "/api/v1/reporting/invoices/invoice-rows/r"):
        answer = httpx.get(place.address + path, headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] == given
    assert answer.json()["requestId"] == given
    assert f"request_id={given}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "given",
    [
        *("short", "a" * 37, "a b c d e f g", 'x","level":"error', "-leading-dash", "../../etc"),
        *("tk_0123456789ab_secretsecret", "eyJhbGciOiJub25lIn0.e30.", "ünicode-id"),
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",  # as long as a secret
    ],
)
def test_any_other_request_id_is_replaced(place: Place, given: str) -> None:
    answer = httpx.get(f"{place.address}/health", headers={b"X-Request-Id": given.encode()})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    twice = [("X-Request-Id", "first-of-two"), ("X-Request-Id", "second-of-two")]
    answer = httpx.get(f"{place.address}/health", headers=twice)
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


def test_a_key_in_an_address_is_told_nowhere(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    key = place.visitor("r").key
    secret = key.split("_", 2)[2]
    for path in (
        f"/api/v1/reporting/invoices/invoice-rows/{key}",
        f"/billing/v4/{key}",
        f"/billing/{key}/invoices",
        f"/{key}",
    ):
        answer = httpx.get(place.address + path)
        assert answer.status_code >= 400
        assert secret not in answer.text
    assert secret not in "".join(capsys.readouterr())
    assert secret not in place.metrics.text().decode()


def test_metrics_count_by_template_and_tell_nobody(place: Place) -> None:
    visitor = place.visitor("some-organization")
    path = "/api/v1/reporting/invoices/invoice-rows/some-organization"
    for _ in range(3):
        visitor.client.get(path, params={"invoiceNumber": "some-number"})
    visitor.client.request("BREW", "/some-made-up-place")
    visitor.client.get("/billing/v4/some-made-up-endpoint")
    with serving_metrics(place.metrics, "127.0.0.1:0") as where:
        assert where is not None
        answer = httpx.get(where)
        assert httpx.get(where.replace("/metrics", "/other")).status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert "server" not in answer.headers
    template = "/api/v1/reporting/invoices/invoice-rows/{requester_id}"
    labels = f'method="GET",route="{template}",status="404",version="v1"'
    assert f"tieout_requests_total{{{labels}}} 3.0" in answer.text
    assert 'method="other",route="unmatched",status="404",version=""' in answer.text
    assert "process_resident_memory_bytes" in answer.text
    for told in ("some-", visitor.key.split("_")[1], "BREW"):
        assert told not in answer.text
    assert "tieout_open_answers 0.0" in answer.text
    assert httpx.get(f"{place.address}/metrics").status_code == 404


def test_an_address_for_metrics_is_a_host_and_a_port() -> None:
    assert read_address("localhost:0") == ("localhost", 0)
    for wrong in ("9464", "localhost", "localhost:", "localhost:65536", ":9464", "a:b:1x"):
        with pytest.raises(MetricsRefused):
            read_address(wrong)


def test_probes_from_other_machines_are_answered_without_tls(place: Place) -> None:
    away = {"X-Forwarded-For": "192.0.2.7"}
    for path in ("/health", "/ready"):
        assert httpx.get(place.address + path, headers=away).status_code == 200
    refused = httpx.get(f"{place.address}/billing/versions", headers=away)
    assert json.loads(refused.text)["type"].endswith("/insecure-transport")
