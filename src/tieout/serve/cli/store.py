"""`tieout verify-store` and `tieout gc`: the store against what was recorded."""

import datetime as dt

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.serve.cli.stopping import Stopping, stoppable


@click.command()
@click.pass_obj
def verify_store(shell: Shell) -> None:
    """Rehash every lake file against the manifest, and recompute every verified invoice.

    Consolidated lines and residuals are computed again from the detail lines, and held with sums
    and output digest against what was kept at verification. Exit 1 names every difference.
    """
    house = shell.house
    stopping = Stopping(what_stands=lambda: "nothing was changed")
    with stoppable(stopping):
        found = pipeline.verify_store(house, watch=stopping)
    if shell.json:
        shell.print_json({**found, "status": "whole"})
    shell.say(f"{found['files']} lake files are what the manifest says")
    shell.say(
        f"{found['invoices']} verified invoices with {found['lines']} consolidated lines come to"
        " what was verified"
    )


@click.command()
@click.option(
    "--answer-days",
    type=click.IntRange(min=1),
    default=pipeline.ANSWER_DAYS,
    show_default=True,
    metavar="DAYS",
    help="Keep what the management API answered under an Idempotency-Key this long.",
)
@click.pass_obj
def gc(shell: Shell, *, answer_days: int) -> None:
    """Remove what nothing needs: lake files that a killed command left, answers of long ago."""
    removed = pipeline.collect_orphans(shell.house)
    now = dt.datetime.now(dt.UTC)
    forgotten = pipeline.forget_answers(shell.house, now=now, days=answer_days)
    if shell.json:
        shell.print_json({"removed": removed, "answersForgotten": forgotten})
    shell.say(f"{len(removed)} orphan files removed")
    if forgotten:
        shell.say(f"{forgotten} answers of the management API forgotten")
