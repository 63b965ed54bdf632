"""`tieout serve` as a process of its own, for tests of how it begins and ends."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

STARTS_S, ENDS_S = 60, 30


@dataclass(frozen=True)
class Served:
    """A running service, and the file that its logs go to."""

    process: subprocess.Popen[bytes]
    port: int
    metrics_port: int
    log: Path

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def counted(self) -> str:
        """Give its metrics."""
        return httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics").text


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def served_process(home: Path, *, log: Path, **settings: object) -> Iterator[Served]:
    """Run `tieout serve` over a store; whatever is left of it at the end is killed."""
    port, metrics_port = free_port(), free_port()
    given = {"home": home, "reporting_window_months": "unlimited", **settings}
    env = os.environ | {f"TIEOUT_{name.upper()}": str(value) for name, value in given.items()}
    program = Path(sys.executable).with_name("tieout")
    options = ("--port", str(port), "--metrics", f"127.0.0.1:{metrics_port}")
    with log.open("wb") as stream:
        process = subprocess.Popen([program, "serve", *options], env=env, stderr=stream)
        try:
            served = Served(process, port, metrics_port, log)
            _wait(served)
            yield served
        finally:
            process.kill()
            process.wait(ENDS_S)


def _wait(served: Served) -> None:
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until:
        assert served.process.poll() is None, served.log.read_text()
        try:
            httpx.get(f"{served.address}/health")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(served.log.read_text())
