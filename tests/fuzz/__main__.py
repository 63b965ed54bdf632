"""Fuzz one reader or replay one input: `python tests/fuzz TARGET [FILE | FOLDER] [OPTION...]`.

Options are those of libFuzzer.

A finding is a Python traceback and a file `crash-...`; give that file to replay it.
"""

import os
import random
import shutil
import sys
from ctypes import CDLL, CFUNCTYPE, c_void_p
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import atheris

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "intake")]

with atheris.instrument_imports(include=["tieout"]):
    for module in ("tieout.intake", "tieout.pipeline.sources"):
        import_module(module)

from fuzz_desk import Desk  # noqa: E402 - it imports what has to be instrumented first
from fuzz_targets import TARGETS  # noqa: E402 - as above


def main() -> None:
    """Run libFuzzer over a target; its options come from the command line."""
    target = TARGETS[sys.argv[1]]
    places = [Path(word) for word in sys.argv[2:] if not word.startswith("-")]
    replayed = any(place.is_file() for place in places)
    desk = Desk(1 if replayed else target.staged_one_in)
    for place in places:
        if place.is_dir():
            for number, seed in enumerate(target.seeds()):
                (place / f"seed-{number}").write_bytes(seed)

    def one_input(content: bytes) -> None:
        target.check(desk, content)

    def mutated(content: bytes, size_max: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if dice.random() < 0.05:
            return bytes(atheris.Mutate(content, size_max))
        changed = target.mutation(content, dice)
        return changed if len(changed) <= size_max else content

    limits = [f"-max_len={target.bytes_max}", "-timeout=30", "-rss_limit_mb=1024"]
    options = [*limits, "-mutate_depth=2", *sys.argv[2:]]
    atheris.Setup([sys.argv[0], *options], one_input, custom_mutator=mutated)
    # libFuzzer ends by exit(), and threads of DuckDB and Arrow may then wait for Python for ever;
    # what it registers itself, to tell a crash, is called before this
    ended = CFUNCTYPE(None, c_void_p)(lambda _: _end(desk))
    CDLL(None)["__cxa_atexit"](ended, None, None)
    atheris.Fuzz()


def _end(desk: Desk) -> NoReturn:
    shutil.rmtree(desk.folder, ignore_errors=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
