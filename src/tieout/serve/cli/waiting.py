"""`tieout parked` and `tieout rejected`: what waits, why, and with how much money."""

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.serve.cli.load import month


@click.command()
@click.option("--period", callback=month, help="Only this month, YYYY-MM.")
@click.pass_obj
def parked(shell: Shell, *, period: str | None) -> None:
    """Lines that wait for reference data, with reason and money."""
    found = pipeline.parked_lines(shell.house, period=period)
    if shell.json:
        shell.print_json(found)
    shell.table(
        "parked lines",
        ["vendor line", "file", "row>", "period", "reason", "hop>", "amount>", "currency"],
        rows=[
            (
                p["vendorLineId"],
                p["file"],
                p["rowNumber"],
                p["period"],
                p["reason"],
                p["hop"],
                p["amount"],
                p["currency"],
            )
            for p in found["parked"]
        ],
    )
    for total in found["totals"]:
        shell.say(
            f"{total['reason']}: {total['count']} lines, {total['amount']} {total['currency']}"
        )


@click.command()
@click.pass_obj
def rejected(shell: Shell) -> None:
    """Rows that could not be read, with the reason and the cells as they came."""
    found = pipeline.rejected_rows(shell.house)
    if shell.json:
        shell.print_json(found)
    shell.table(
        "rejected rows",
        ["file", "row>", "line>", "column", "reason"],
        rows=[
            (r["file"], r["rowNumber"], r["line"], r["column"], r["reason"])
            for r in found["rejected"]
        ],
    )
