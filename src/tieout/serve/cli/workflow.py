"""`tieout verify`, `issue` and `pay`: the moves of an invoice's status."""

import datetime as dt
import sys
from typing import Any

import click

from tieout import pipeline
from tieout.pipeline import Choice, Word
from tieout.serve.cli import WITH_OPEN_ROWS, Shell
from tieout.serve.cli.decisions import BY, reason_given
from tieout.serve.cli.load import month
from tieout.serve.cli.stopping import Stopping, stoppable
from tieout.serve.cli.summary import say_summaries

REASON = click.option("--reason", callback=reason_given, help="Why, for the audit.")
SHOWN = 20  # of the invoices that a person is told one by one


@click.command()
@click.argument("names", metavar="[INVOICE]...", nargs=-1)
@click.option("--period", callback=month, help="Every draft of this month, YYYY-MM.")
@click.option("--buyer", metavar="ID", help="Only the drafts to this organization.")
@click.option("--digest", metavar="TEXT", help="The input digest of the preview you looked at.")
@click.option(
    "--accept-parked",
    metavar="REASON",
    callback=reason_given,
    help="Verify though lines that could belong to the invoices are parked.",
)
@click.option("--strict", is_flag=True, help="Exit 3 when invoices are held back.")
@BY
@REASON
@click.pass_obj
def verify(shell: Shell, /, names: tuple[str, ...], *, strict: bool, **said: Any) -> None:
    """Verify drafts by id, or all of a month: their figures never change again.

    Each gets the next number of its seller's series. Of a month, invoices with open questions are
    held back and listed; the others are verified. Ctrl-C stops it: all of them or none. Summary
    invoices are named in the same way.
    """
    _refuse_usage(names, said)
    word = Word(by=said["by"], now=dt.datetime.now(dt.UTC), reason=said["reason"])
    if pipeline.names_summaries(shell.house, names):
        if said["digest"] or said["accept_parked"]:
            sentence = "--digest and --accept-parked go with invoices"
            raise click.UsageError(sentence)
        _move(shell, names, action="verify", word=word)
        return
    choice = Choice(
        names=names,
        period=said["period"],
        buyer=said["buyer"],
        input_digest=said["digest"],
        accept_parked=said["accept_parked"],
    )
    house, before = shell.house, pipeline.newest_entry(shell.house)

    def what_stands() -> str:
        if pipeline.newest_entry(house) == before:
            return "no invoice was verified"
        return "the invoices were verified before the stop came"

    stopping = Stopping(what_stands=what_stands)
    with stoppable(stopping):
        done = pipeline.verify_invoices(house, choice, word=word, watch=stopping)
    if shell.json:
        shell.print_json(done)
    _say_verified(shell, done)
    if strict and done["held"]:
        sys.exit(WITH_OPEN_ROWS)


@click.command()
@click.argument("names", metavar="INVOICE...", nargs=-1, required=True)
@BY
@REASON
@click.pass_obj
def issue(shell: Shell, names: tuple[str, ...], *, by: str, reason: str | None) -> None:
    """Mark verified invoices or summaries, by id or number, as issued; all of them or none."""
    _move(shell, names, action="issue", word=Word(by, dt.datetime.now(dt.UTC), reason))


@click.command()
@click.argument("names", metavar="INVOICE...", nargs=-1, required=True)
@click.option("--card-error", is_flag=True, help="The card was refused; a later payment is taken.")
@BY
@REASON
@click.pass_obj
def pay(
    shell: Shell, names: tuple[str, ...], *, card_error: bool, by: str, reason: str | None
) -> None:
    """Mark verified or issued invoices or summaries as paid; all of them or none."""
    action = "card-error" if card_error else "pay"
    _move(shell, names, action=action, word=Word(by, dt.datetime.now(dt.UTC), reason))


def _refuse_usage(names: tuple[str, ...], said: dict[str, Any]) -> None:
    if bool(names) == bool(said["period"]):
        sentence = "name invoices, or a month with --period"
        raise click.UsageError(sentence)
    if names and said["buyer"]:
        sentence = "--buyer goes with --period"
        raise click.UsageError(sentence)


def _say_verified(shell: Shell, done: dict[str, Any]) -> None:
    _say(shell, done["verified"])
    if not done["verified"] and not done["held"]:
        shell.say(f"{done['period']}: no draft to verify")
    for one in done["held"][:SHOWN]:
        shell.say(f"held back: {one['reason']}", style="yellow")
    if len(done["held"]) > SHOWN:
        shell.say(f"and {len(done['held']) - SHOWN} more are held back; see --json")


def _move(shell: Shell, names: tuple[str, ...], *, action: str, word: Word) -> None:
    is_summary = pipeline.names_summaries(shell.house, names)
    move = pipeline.move_summaries if is_summary else pipeline.move_on
    done = move(shell.house, names, action=action, word=word)
    if shell.json:
        shell.print_json(done)
    (say_summaries if is_summary else _say)(shell, done["moved"])


def _say(shell: Shell, moved: list[dict[str, Any]]) -> None:
    for one in moved[:SHOWN]:
        shell.say(
            f"{one['invoiceNumber']}: {one['providerId']} to {one['consumerId']},"
            f" {one['totalAmount']} {one['currency']}, {one['status']}"
        )
    if len(moved) > SHOWN:
        shell.say(f"and {len(moved) - SHOWN} more")
