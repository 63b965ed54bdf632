"""A store behind a real server on the loopback interface, and visitors with keys."""

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from october import NOW
from xml_checked import CheckedClient

from tieout.pipeline import Word
from tieout.serve.access import create_key
from tieout.serve.app import create_app
from tieout.serve.metrics import Metrics
from tieout.serve.roles import ENDPOINTS, LISTS
from tieout.serve.server import server_config
from tieout.serve.settings import Settings
from tieout.store.house import House

ROWS = "/api/v1/reporting/invoices/invoice-rows"
HEADERS = "/api/v1/reporting/invoices/invoice-headers"
BY_DEFAULT: dict[str, Any] = {
    "reporting_window_months": "unlimited",
    "calls_per_minute": 10**9,
    "open_streams": 10**9,
}
CONSOLIDATED = "/billing/v4/consolidatedinvoices"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        """Go on."""
        self.now += dt.timedelta(seconds=seconds)


class Visitor:
    """Somebody with a key at a running server."""

    def __init__(self, address: str, key: str) -> None:
        """Send the key as a bearer token with every request."""
        self.key = key
        self.client = CheckedClient(
            base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )

    def rows(
        self, requester: str, *, path: str = ROWS, after: str = "", **query: Any
    ) -> list[dict[str, Any]]:
        """Give rows with every number as the text on the wire."""
        answer = self.client.get(f"{path}/{requester}{after}", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json(parse_float=str, parse_int=str)
        assert answer.headers["Tieout-Row-Count"] == str(len(found))
        return found

    def code(self, path: str, **query: Any) -> tuple[int, str]:
        """Give the status and the code of a problem."""
        answer = self.client.get(path, params=query or None)  # none: those in the path stay
        return answer.status_code, answer.json()["code"]


class Place:
    """One store being served."""

    def __init__(self, house: House, address: str, *, metrics: Metrics) -> None:
        """Keep the store, where it is served, and what is counted there."""
        self.house, self.address, self.metrics = house, address, metrics
        self.visitors: list[Visitor] = []

    def visitor(self, *organizations: str, role: str = "sellerAdmin", **options: Any) -> Visitor:
        """Give somebody with a new key; a distributor's opens every reading endpoint by default."""
        if role == "distributorAdmin":
            options = {"endpoints": (*ENDPOINTS, *LISTS)} | options
        _, text = create_key(
            self.house.catalog,
            organizations=organizations,
            role=role,
            word=Word("test", NOW),
            **options,
        )
        self.visitors.append(Visitor(self.address, text))
        return self.visitors[-1]


@contextmanager
def serving(house: House, **settings: Any) -> Iterator[Place]:
    """Serve a store on a free port until the end of the block; by default invoices of all times.

    `now` is what its clock says, or a clock; by default NOW. As most clocks stand still, so many
    calls are allowed that no test meets the limit unasked. `send_buffer` is that of its sockets.
    """
    now, send_buffer = settings.pop("now", NOW), settings.pop("send_buffer", None)
    chosen = Settings(home=house.home, **BY_DEFAULT | settings)
    clock = now if callable(now) else lambda: now
    metrics = Metrics()
    app = create_app(house, chosen, now=clock, metrics=metrics)
    server = uvicorn.Server(server_config(app, chosen, metrics=metrics))
    # known as TCP, so that asyncio does not wait for acknowledgements (TCP_NODELAY): 40 ms a call
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    if send_buffer is not None:  # which accepted connections inherit
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    place = Place(house, f"http://127.0.0.1:{listener.getsockname()[1]}", metrics=metrics)
    try:
        yield place
    finally:
        for visitor in place.visitors:
            visitor.client.close()
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
