"""`tieout work`: a worker, which does the jobs that wait in the catalog."""

import datetime as dt
import os
import socket
import sys
import time
from typing import Any

import click

from tieout import pipeline
from tieout.serve.cli import REFUSED, Shell
from tieout.serve.cli.stopping import Stopping, stoppable

LOOK_S = 1  # between two looks at a queue in which nothing waits
ENDED_WELL = ("done", "cancelled", "queued")


@click.command()
@click.option("--once", is_flag=True, help="Do one job, if one waits, and end.")
@click.option("--name", metavar="TEXT", help="This worker's name; by default machine and process.")
@click.option(
    "--lease",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long the worker may be silent before another takes its job.",
)
@click.option(
    "--retry",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="How long a job rests after a failed attempt, and as long again after each further one.",
)
@click.pass_obj
def work(shell: Shell, *, once: bool, name: str | None, lease: int, retry: int) -> None:
    """Do the jobs that wait, the oldest first, until told to end (Ctrl-C or SIGTERM).

    Any number of workers, on any number of machines with the same catalog and lake. One that dies
    or stands still loses its job to another, and can publish nothing afterwards. Told to end, it
    gives its job back. With --once, exit 1 when the job failed.
    """
    house = shell.house
    worker = pipeline.Worker(
        name=name or f"{socket.gethostname()}-{os.getpid()}",
        clock=lambda: dt.datetime.now(dt.UTC),
        lease_s=lease,
        retry_s=retry,
    )

    def what_stands() -> str:
        job = worker.lease
        pipeline.let_go(house, worker)
        return f"job {job.job_id} was given back" if job else "no job was at work"

    worker.watch = stopping = Stopping(what_stands=what_stands)
    with stoppable(stopping):
        while True:
            done = _next(shell, worker, once=once)
            if once:
                break
            if done is None:
                time.sleep(LOOK_S)
    if done is not None and done["state"] not in ENDED_WELL:
        sys.exit(REFUSED)


def _next(shell: Shell, worker: pipeline.Worker, *, once: bool) -> dict[str, Any] | None:
    """Do the next job; a catalog that cannot be reached is looked for again."""
    try:
        done = pipeline.do_next(shell.house, worker)
    except Exception as error:
        said = pipeline.outage(error)
        if said is None or once:
            raise
        shell.warn(said)
        return None
    if done is not None:
        if shell.json:
            shell.print_json(done)
        what = f": {done['error']}" if done["error"] else ""
        shell.say(f"job {done['jobId']} ({done['kind']}) is {done['state']}{what}")
    return done
