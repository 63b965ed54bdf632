"""`tieout summarize` and `summaries`: verified invoices joined into one document."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import click

from tieout import pipeline
from tieout.pipeline import SummaryWish, Word
from tieout.serve.cli import Shell
from tieout.serve.cli.corrections import DATE
from tieout.serve.cli.decisions import BY, reason_given
from tieout.serve.cli.load import month


@click.command()
@click.argument("names", metavar="[INVOICE]...", nargs=-1)
@click.option("--seller", metavar="ID", help="Every invoice of this provider ...")
@click.option("--buyer", metavar="ID", help="... to this consumer.")
@click.option("--currency", metavar="CODE", help="Only those in this currency.")
@click.option("--period", callback=month, help="Only those of this month, YYYY-MM.")
@DATE
@click.option("--reason", callback=reason_given, help="Why, for the audit.")
@BY
@click.pass_obj
def summarize(shell: Shell, /, names: tuple[str, ...], **said: Any) -> None:
    """Join verified invoices of one provider, consumer and currency into a summary invoice.

    Named INVOICEs, by id or number, are joined with the first. An invoice is joined once; those
    that are not joined are counted with the reason. The summary starts New: `tieout verify`,
    `issue` and `pay` move it, `discard` withdraws it while it is New.
    """
    choosing = (said["seller"], said["buyer"], said["currency"], said["period"])
    if bool(names) == bool(said["seller"] and said["buyer"]) or (names and any(choosing)):
        sentence = "name invoices, or a provider and a consumer with --seller and --buyer"
        raise click.UsageError(sentence)
    wish = SummaryWish(
        names, *choosing[:2], currency=said["currency"], period=said["period"], date=said["date"]
    )
    word = Word(by=said["by"], now=dt.datetime.now(dt.UTC), reason=said["reason"])
    done = pipeline.summarize(shell.house, wish, word=word)
    if shell.json:
        shell.print_json(done)
    say_summaries(shell, [done])
    for one in done["skipped"]:
        shell.say(f"not joined: invoice {one['invoiceId']}: {one['reason']}", style="yellow")


@click.command()
@click.pass_obj
def summaries(shell: Shell) -> None:
    """List the summary invoices: what each comes to, and how many invoices it joins."""
    found = pipeline.recorded_summaries(shell.house)
    if shell.json:
        shell.print_json(found)
    keys = {
        "summary": "invoiceConsolidationId",
        "number": "invoiceConsolidationNumber",
        "date": "invoiceDate",
        "seller": "providerId",
        "buyer": "consumerId",
        "total>": "totalAmount",
        "currency": "currency",
        "status": "status",
        "joined>": "includedCount",
        "skipped>": "skippedCount",
    }
    rows = [[one[key] for key in keys.values()] for one in found["summaries"]]
    shell.table("summary invoices", list(keys), rows=rows)


def say_summaries(shell: Shell, found: Sequence[dict[str, Any]]) -> None:
    """Print a line on each summary for a person."""
    for one in found:
        name = one["invoiceConsolidationNumber"] or one["invoiceConsolidationId"]
        shell.say(
            f"summary invoice {name}: {one['providerId']} to {one['consumerId']},"
            f" {one['totalAmount']} {one['currency']}, {one['status']},"
            f" {one['includedCount']} invoices, {one['skippedCount']} skipped"
        )
