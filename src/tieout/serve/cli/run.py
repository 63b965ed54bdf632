"""`tieout run`: match, rate, invoice and certify a month."""

import datetime as dt
import sys

import click

from tieout import pipeline
from tieout.serve.cli import WITH_OPEN_ROWS, Shell
from tieout.serve.cli.load import month
from tieout.serve.cli.stopping import Stopping, stoppable


@click.command()
@click.argument("period", callback=month)
@click.option("--strict", is_flag=True, help="Exit 3 when lines are parked.")
@click.pass_obj
def run(shell: Shell, period: str, *, strict: bool) -> None:
    """Bill a calendar month (YYYY-MM). Drafts are replaced, verified invoices never.

    Lines that came after their invoices were verified are late: by contract the next open month
    bills them, an adjustment does, or they are held. A month with such lines, or with newer vendor
    files, is run again before later ones.

    Ctrl-C stops it; the month then stands as it stood before.
    """
    house, before = shell.house, pipeline.published_run(shell.house, period)

    def what_stands() -> str:
        after = pipeline.published_run(house, period)
        if after == before:
            return f"period {period} stands as it stood before"
        return f"period {period} was published before the stop came, as run {after}"

    stopping = Stopping(what_stands=what_stands)
    with stoppable(stopping):
        now = dt.datetime.now(dt.UTC)
        done = pipeline.run_period(house, period, now=now, watch=stopping)
    if shell.json:
        shell.print_json(done)
    aside = f", {done['setAside']} set aside" if done["setAside"] else ""
    shell.say(
        f"{period}: {done['vendorLines']} vendor lines, {done['matched']} matched,"
        f" {done['parked']} parked{aside}; {done['detailLines']} detail lines on {done['invoices']}"
        f" invoices in {done['seconds']} s"
    )
    shell.say(f"run {done['runId']}, output digest {done['outputDigest']}")
    if done["late"]:
        by = f", on {done['adjustments']} adjustments" if done["adjustments"] else ""
        shell.say(f"{done['late']} late lines of {period} are not on its verified invoices{by}")
    if done["carried"]:
        shell.say(f"{done['carried']} late lines of earlier months are billed here")
    if done["isEstimate"]:
        shell.say("the month has unbilled files only: every invoice is an estimate, to preview")
    if done["parked"]:
        shell.say(f"see `tieout parked` and `tieout certificate {period}`")
    if strict and done["parked"]:
        sys.exit(WITH_OPEN_ROWS)
