"""`tieout run`: match, rate, invoice and certify a month."""

import datetime as dt
import sys

import click

from tieout import pipeline
from tieout.serve.cli import WITH_OPEN_ROWS, Shell
from tieout.serve.cli.load import month


@click.command()
@click.argument("period", callback=month)
@click.option("--strict", is_flag=True, help="Exit 3 when lines are parked.")
@click.pass_obj
def run(shell: Shell, period: str, *, strict: bool) -> None:
    """Bill a calendar month (YYYY-MM). Drafts are replaced, verified invoices never."""
    done = pipeline.run_period(shell.house, period, now=dt.datetime.now(dt.UTC))
    if shell.json:
        shell.print_json(done)
    aside = f", {done['setAside']} set aside" if done["setAside"] else ""
    shell.say(
        f"{period}: {done['vendorLines']} vendor lines, {done['matched']} matched,"
        f" {done['parked']} parked{aside}; {done['detailLines']} detail lines on {done['invoices']}"
        f" invoices in {done['seconds']} s"
    )
    shell.say(f"run {done['runId']}, output digest {done['outputDigest']}")
    if done["isEstimate"]:
        shell.say("the month has unbilled files only: every invoice is an estimate, to preview")
    if done["parked"]:
        shell.say(f"see `tieout parked` and `tieout certificate {period}`")
    if strict and done["parked"]:
        sys.exit(WITH_OPEN_ROWS)
