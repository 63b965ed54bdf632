"""No span and no log of OpenTelemetry, whatever provider the process has: they would hold keys."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.trace import INVALID_SPAN, Span, Tracer, TracerProvider
from serve_case import HEADERS, Place


class Recorder(TracerProvider, Tracer):
    """A provider, as an agent sets one, that keeps what spans are begun with."""

    def __init__(self) -> None:
        self.begun: list[Any] = []

    def get_tracer(self, *_names: Any, **_options: Any) -> Tracer:
        return self

    def start_span(self, *_names: Any, **options: Any) -> Span:
        self.begun.append(options.get("attributes"))
        return INVALID_SPAN

    @contextmanager
    def start_as_current_span(self, *_names: Any, **_options: Any) -> Iterator[Span]:  # type: ignore[override]
        yield INVALID_SPAN


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    found = Recorder()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: found)
    return found


def test_frameworks_would_write_keys_into_spans(recorder: Recorder) -> None:
    """Without this, the test below could not fail."""
    app = FastAPI()
    app.add_api_route("/", lambda: "")

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            await client.get("http://here/?sasKey=secret")

    asyncio.run(ask())
    assert "secret" in str(recorder.begun)


def test_no_span_is_begun_for_any_part(oct_10: Place, recorder: Recorder) -> None:
    visitor = oct_10.visitor("reseller")
    for path in (f"{HEADERS}/reseller", "/billing/v4/invoices", "/manage/v1/snapshots", "/", "/x"):
        httpx.get(oct_10.address + path, params={"sasKey": visitor.key})
    assert recorder.begun == []
