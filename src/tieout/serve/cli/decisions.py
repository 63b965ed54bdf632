"""`tieout set-aside`, `take-back` and `decisions`: what persons decide on single vendor lines."""

import datetime as dt
import getpass
from contextlib import suppress
from typing import Any

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.store.audit import PROGRAM


def who_decides(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """Give who decides: as said, else the operating system's user."""
    try:
        found = value if value is not None else getpass.getuser()
    except (KeyError, OSError):
        found = ""
    if not found.strip():
        sentence = "say who decides, with --by"
        raise click.BadParameter(sentence)
    return found.strip()


def who_runs(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """Give who runs a command: as said, else the system's user, else the program itself."""
    with suppress(KeyError, OSError):
        value = value or getpass.getuser()
    return (value or "").strip() or PROGRAM


def reason_given(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse a reason without text."""
    if value is not None and not value.strip():
        sentence = "a reason has some text"
        raise click.BadParameter(sentence)
    return value and value.strip()


BY = click.option(
    "--by", callback=who_decides, help="Who decides; by default the user of this computer."
)


RUN_BY = click.option(
    "--by", callback=who_runs, help="Who runs it, for the audit; by default this computer's user."
)


@click.command("set-aside")
@click.argument("line")
@click.option(
    "--reason", required=True, callback=reason_given, help="Why it is the vendor's error."
)
@BY
@click.pass_obj
def set_aside(shell: Shell, line: str, *, reason: str, by: str) -> None:
    """Mark a vendor LINE that equals another of its file as the vendor's error.

    LINE is 16 digits of its file and its row number, as `load` and `explain` say it. From the next
    run on it is not billed; the certificate counts it. `take-back` undoes it.
    """
    word = pipeline.Word(by=by, now=dt.datetime.now(dt.UTC), reason=reason)
    done = pipeline.set_line_aside(shell.house, line, word=word)
    _answer(shell, done, sentence="is set aside from the next run on; `tieout take-back` undoes it")


@click.command("take-back")
@click.argument("line")
@click.option("--reason", callback=reason_given, help="Why it is billed after all.")
@BY
@click.pass_obj
def take_back(shell: Shell, line: str, *, reason: str | None, by: str) -> None:
    """Undo what set a vendor LINE aside: from the next run on it is billed again."""
    word = pipeline.Word(by=by, now=dt.datetime.now(dt.UTC), reason=reason)
    done = pipeline.take_line_back(shell.house, line, word=word)
    _answer(shell, done, sentence="is billed again from the next run on")


def _answer(shell: Shell, done: dict[str, Any], *, sentence: str) -> None:
    if shell.json:
        shell.print_json(done)
    shell.say(
        f"line {done['vendorLineId']} of invoice {done['invoiceNumber']}"
        f" ({done['amount']} {done['currency']}) {sentence}"
    )


@click.command()
@click.pass_obj
def decisions(shell: Shell) -> None:
    """List every decision on a vendor line, oldest first, and which are in force."""
    found = pipeline.recorded_decisions(shell.house)
    if shell.json:
        shell.print_json(found)
    line = ("vendorLineId", "file", "invoiceNumber", "amount", "currency")
    keys = (*line, "decision", "isInForce", "by", "at", "reason")
    shell.table(
        "decisions on vendor lines",
        [
            "line",
            "file",
            "invoice",
            "amount>",
            "currency",
            "decision",
            "acts",
            "by",
            "at",
            "reason",
        ],
        rows=[
            [("yes" if one[key] else "") if key == "isInForce" else one[key] for key in keys]
            for one in found["decisions"]
        ],
    )
