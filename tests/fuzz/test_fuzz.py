"""Every reader, fuzzed with coverage: a minute over all in `make test`, longer in `make deep`.

A finding is saved under `.fuzz/` with the command that replays it. See docs/how-to/fuzz.md.
"""

import os
import shlex
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAVED = ROOT / ".fuzz"
RUN = ROOT / "tests/fuzz"
# how much of the time each has, by how much of its code is ours
SHARES = {"csv": 2, "json": 2, "xlsx": 2, "parquet": 1, "mapping": 2, "cells": 2, "export": 1}
# pyproject.toml installs atheris where it has wheels; elsewhere all other tests of the readers run
pytestmark = pytest.mark.skipif(
    find_spec("atheris") is None,
    reason="atheris has wheels for Linux on x86-64 and Python before 3.14 only",
)
SMOKE_SECONDS = 60
EVER = -1
SMOKE_RUNS = 1500  # the same inputs on every machine that is fast enough: the smoke is no lottery
START_SECONDS = 1.5  # of each process
SEED = int(os.environ.get("TIEOUT_FUZZ_SEED", "1"))
DEEP_SECONDS = int(os.environ.get("TIEOUT_FUZZ_SECONDS", "180"))


def fuzz(target: str, *, seconds: float, corpus: Path, scratch: Path, runs: int = EVER) -> None:
    """Fuzz a target in a process of its own, so that a crash below Python is noticed as well."""
    corpus.mkdir(parents=True, exist_ok=True)
    SAVED.mkdir(exist_ok=True)
    options = [f"-seed={SEED}", f"-max_total_time={max(1, int(seconds))}", "-print_final_stats=1"]
    options.append(f"-runs={runs}")
    saved = f"{SAVED}/{target}-"
    command = [sys.executable, str(RUN), target, str(corpus), f"-artifact_prefix={saved}", *options]
    before = set(SAVED.iterdir())
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        found = sorted(str(path) for path in set(SAVED.iterdir()) - before if path.is_file())
        replays = [shlex.join([sys.executable, str(RUN), target, path]) for path in found]
        said = (done.stdout + done.stderr)[-6000:]
        pytest.fail(
            f"{target}, seed {SEED}, exit {done.returncode}: {said}\nreplay: {replays}",
            pytrace=False,
        )
    for module in ("tieout.intake.staging", "tieout.pipeline.sources"):
        assert f"Instrumenting {module}" in done.stderr, "the fuzzer does not see our code"
    assert "DONE   cov:" in done.stderr


@pytest.mark.parametrize("target", SHARES)
def test_no_input_crashes_a_reader_or_is_read_otherwise_than_by_plain_python(
    target: str, tmp_path: Path
) -> None:
    started = time.monotonic()
    share = SMOKE_SECONDS * SHARES[target] / sum(SHARES.values())
    seconds, corpus = share - START_SECONDS, tmp_path / "corpus"
    fuzz(target, seconds=seconds, corpus=corpus, scratch=tmp_path, runs=SMOKE_RUNS)
    assert time.monotonic() - started < share + 60


@pytest.mark.deep
@pytest.mark.parametrize("target", SHARES)
def test_a_long_run_finds_nothing(target: str, tmp_path: Path) -> None:
    fuzz(target, seconds=DEEP_SECONDS, corpus=SAVED / "corpus" / target, scratch=tmp_path)
