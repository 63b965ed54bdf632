"""What answers of the service cost: one reseller's month in every form, and small ones.

month of one reseller -> billed, verified -> a server of its own -> first byte, seconds, memory
                                          -> floor: DuckDB's to_json on the same columns, sent on
"""

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tieout_bench.generate import make_month
from tieout_bench.laps import KIB_PER_MIB
from tieout_bench.report import machine, versions
from tieout_bench.runs import run_stage

FORMS = ("json", "xml", "ndjson", "csv")
QUERY = "startDate=20261001&endDate=20261130"
STAGES = ("reference", "load", "run")
PATIENCE_S = 60
PIECE = 1 << 20
BATCH = 4096
UNBOUND = {"TIEOUT_CALLS_PER_MINUTE": "1000000", "TIEOUT_OPEN_STREAMS": "1000"}


@dataclass(frozen=True)
class Server:
    """A running `tieout serve`."""

    port: int
    pid: int

    def memory(self, name: str) -> float:
        """Give a figure of /proc in MiB: VmRSS now, VmHWM the peak since `forget`."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        found = re.search(rf"{name}:\s+(\d+)", status)
        return int(found[1]) / KIB_PER_MIB if found else 0.0

    def forget(self) -> None:
        """Let the peak begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", "ascii")

    def get(self, path: str, key: str, *, target: Path | None = None) -> dict[str, Any]:
        """Ask over a socket; give status, seconds to the first byte and the last, and bytes."""
        head = f"GET {path} HTTP/1.0\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(f"{head}Accept-Encoding: identity\r\nConnection: close\r\n\r\n".encode())
            with line.makefile("rb") as answer:
                status = int(answer.readline().split()[1])
                headers: dict[str, str] = {}
                while (field := answer.readline()) not in (b"\r\n", b""):
                    name, _, value = field.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                part = answer.read1(PIECE)
                until_first, size = time.perf_counter() - began, 0
                with target.open("wb") if target else nullcontext() as kept:
                    while part:
                        size += len(part)
                        if kept:
                            kept.write(part)
                        part = answer.read1(PIECE)
        return {
            "status": status,
            "firstByte": until_first,
            "seconds": time.perf_counter() - began,
            "bytes": size,
            "lines": int(headers.get("tieout-line-count", 0)),
        }


def run_answers(*, rows: int, folder: Path) -> dict[str, Any]:
    """Make a month of one reseller, serve it, and give what its answers cost."""
    folder = folder.resolve()
    shutil.rmtree(folder / "store", ignore_errors=True)
    make_month(folder, rows=rows, resellers=1)
    for name in STAGES:
        run_stage(name, folder=folder)
    keys = run_stage("keys", folder=folder)["said"]
    path = f"/billing/v4/invoices?{QUERY}&format="
    with serving(folder / "store") as server:
        server.get(f"{path}json", keys["customers"][0])  # the first answer opens the engine
        large = [_large(server, path + form, key=keys["reseller"], form=form) for form in FORMS]
        server.get(f"{path}csv", keys["reseller"], target=folder / "answer.csv")
    floor = _floor(folder / "answer.csv")
    for one in large:
        one["ratio"] = f"{(one['lines'] / float(one['seconds'])) / floor:.2f}"
    small = {}
    for name, kept in (("made", "0"), ("kept", "32")):
        with serving(folder / "store", TIEOUT_KEPT_ANSWERS_MIB=kept) as server:
            small[name] = _small(server, f"{path}json", keys=keys["customers"])
    return {
        "rows": rows,
        "floorLinesPerSecond": f"{floor:.0f}",
        "large": large,
        "smallMilliseconds": small,
        "machine": machine(threads=os.cpu_count() or 1),
        "versions": versions(),
    }


@contextmanager
def serving(home: Path, *options: str, **settings: str) -> Iterator[Server]:
    """Serve a store on a free port, in a process of its own, with options of `tieout serve`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "tieout.serve.cli", "serve", "--port", str(port), *options],
        env={**os.environ, **UNBOUND, **settings, "TIEOUT_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def _large(server: Server, path: str, *, key: str, form: str) -> dict[str, Any]:
    server.forget()
    idle = server.memory("VmRSS")
    found = server.get(path, key)
    if found["status"] != 200:  # noqa: PLR2004 - an answer
        sentence = f"{path} was answered with {found['status']}"
        raise RuntimeError(sentence)
    return {
        "form": form,
        "lines": found["lines"],
        "bytes": found["bytes"],
        "seconds": f"{found['seconds']:.3f}",
        "firstByteSeconds": f"{found['firstByte']:.3f}",
        "aboveIdleMiB": f"{server.memory('VmHWM') - idle:.0f}",
    }


def _small(server: Server, path: str, *, keys: list[str]) -> dict[str, str]:
    """Ask for every customer's invoice in turn, three times; give milliseconds."""
    server.get(path, keys[0])
    times = sorted(server.get(path, key)["seconds"] * 1000 for _ in range(3) for key in keys)
    return {
        "median": f"{statistics.median(times):.1f}",
        "p99": f"{times[int(len(times) * 0.99)]:.1f}",
    }


def _floor(answer: Path) -> float:
    """Give the lines a second of DuckDB's to_json over an answer's own columns, to a socket."""
    columns = answer.with_suffix(".parquet")
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"COPY (FROM read_csv('{answer}', header = true, all_varchar = true)) TO '{columns}'"
        )
        began = time.perf_counter()
        ours, theirs = socket.socketpair()
        drain = threading.Thread(target=_drain, args=(theirs,))
        drain.start()
        query = f"SELECT to_json(t)::VARCHAR || chr(10) AS text FROM read_parquet('{columns}') AS t"
        sent = 0
        for batch in connection.sql(query).to_arrow_reader(BATCH):
            _, ends, texts = batch.column(0).buffers()
            last = int.from_bytes(memoryview(ends)[4 * batch.num_rows :][:4], "little")
            ours.sendall(memoryview(texts)[:last])
            sent += batch.num_rows
        ours.close()
        drain.join()
    return sent / (time.perf_counter() - began)


def _drain(line: socket.socket) -> None:
    with line:
        while line.recv(PIECE):
            pass
