"""The program in a process of its own, forked from one that has every command loaded.

So no test pays for imports. `test_cli_hostile.py` and others start it by its name, as people do.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from tieout.serve.cli import COMMANDS, main

PATIENCE_S = 120
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(
    [
        *sorted({f"tieout.serve.cli.{module}" for module in COMMANDS.values()}),
        *("alembic.command", "sqlalchemy.dialects.sqlite", "tieout.store.migrations"),
    ]
)

Streams = tuple[Path, Path, Path]
NOWHERE = (Path(os.devnull),) * 3


def _be(
    arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, streams: Streams
) -> None:
    """Be the program `tieout` with these arguments; the process ends with its exit code."""
    os.chdir(folder)
    modes = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)
    for number, (path, mode) in enumerate(zip(streams, modes, strict=True)):
        stream = os.open(path, mode)
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["tieout", *arguments]
    main()


def start(
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    *,
    folder: Path,
    streams: Streams = NOWHERE,
) -> ForkServerProcess:
    """Start a command in a folder; `streams` are the files behind its input, output and errors."""
    wanted = (arguments, dict(environment), folder, streams)
    process = FORKSERVER.Process(target=_be, args=wanted, daemon=True)
    process.start()
    return process


def run(
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    *,
    folder: Path,
    stdin: bytes = b"",
) -> tuple[int, bytes, bytes]:
    """Run a command to its end; give its exit code, what it printed and what it complained of."""
    with TemporaryDirectory(prefix="tieout-streams-") as kept:
        streams = (Path(kept, "in"), Path(kept, "out"), Path(kept, "err"))
        for path, content in zip(streams, (stdin, b"", b""), strict=True):
            path.write_bytes(content)
        process = start(arguments, environment, folder=folder, streams=streams)
        process.join(PATIENCE_S)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(arguments)
        return process.exitcode, streams[1].read_bytes(), streams[2].read_bytes()
