"""`tieout export`: files for people and other systems."""

from collections.abc import Callable
from pathlib import Path

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.serve.cli.load import month

OF_BOOKS = (
    click.option(
        "--syntax",
        type=click.Choice(sorted(pipeline.SYNTAXES)),
        default="beancount",
        show_default=True,
        help="The plain-text accounting tool to write for.",
    ),
    click.option("--party", metavar="ORGANIZATION", help="The books of one organization only."),
    click.option("--drafts", is_flag=True, help="Also what is not verified yet, flagged with `!`."),
)


def books_asked(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command ask which postings are wanted."""
    for option in reversed(OF_BOOKS):
        command = option(command)
    return command


@click.group()
def export() -> None:
    """Write files for people and other systems."""


@export.command()
@click.argument("period", callback=month)
@books_asked
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="A file; else standard output."
)
@click.pass_obj
def postings(
    shell: Shell, *, period: str, syntax: str, party: str | None, drafts: bool, out: Path | None
) -> None:
    """Write a month (YYYY-MM) as double-entry postings.

    Each document stands in its seller's and in its buyer's books; the whole month begins with a
    transaction that leads every vendor file to what hop 1 bills and to what waits.
    """
    if shell.json and out is None:
        raise click.UsageError("--json needs --out FILE: the postings are no JSON")
    books = pipeline.Books(period, syntax=syntax, party=party, drafts=drafts)
    text = pipeline.postings(shell.house, books)
    if out is None:
        for part in text:
            click.echo(part, nl=False)
        return
    pipeline.refuse_other_file(out)
    pipeline.write_text(out, text)
    if shell.json:
        shell.print_json({"period": period, "syntax": syntax, "file": str(out)})
    shell.say(f"{out}: postings of {period}")
