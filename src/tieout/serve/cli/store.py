"""`tieout verify-store` and `tieout gc`: the lake against the manifest."""

import datetime as dt

import click

from tieout import pipeline
from tieout.serve.cli import Shell


@click.command()
@click.pass_obj
def verify_store(shell: Shell) -> None:
    """Rehash every lake file against the manifest."""
    checked = pipeline.verify_store(shell.house)
    if shell.json:
        shell.print_json({"files": checked, "status": "whole"})
    shell.say(f"{checked} lake files are what the manifest says")


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
