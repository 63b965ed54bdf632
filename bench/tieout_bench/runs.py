"""Runs each stage in a process of its own, so that no stage's memory counts for another."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import tieout
import tieout_bench


def run_stage(name: str, *, folder: Path) -> dict[str, Any]:
    """Run one stage over a folder and give its measurements (`tieout_bench.stage`).

    Raises RuntimeError with the stage's own last words when it fails.
    """
    roots = [Path(str(module.__file__)).parents[1] for module in (tieout_bench, tieout)]
    path = os.pathsep.join(str(root) for root in roots)
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tieout_bench.stage", name, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    if done.returncode:
        sentence = f"stage {name} failed:\n{done.stderr.strip()}"
        raise RuntimeError(sentence)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured
