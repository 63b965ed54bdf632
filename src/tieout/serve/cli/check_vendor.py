"""`tieout check-vendor`: the vendor's own arithmetic against the documented profiles."""

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.serve.cli.load import month

SHOWN = 20


@click.command("check-vendor")
@click.argument("period", callback=month)
@click.pass_obj
def check_vendor(shell: Shell, period: str) -> None:
    """Replay the vendor's arithmetic of a month (YYYY-MM) and show what no profile explains."""
    found = pipeline.check_vendor(shell.house, period)
    if shell.json:
        shell.print_json(found)
    shell.table(
        f"vendor lines of {period} by the profile that makes them",
        ["profile", "currency", "lines>", "subtotal>"],
        rows=[
            [entry[key] for key in ("profile", "currency", "lines", "subtotal")]
            for entry in found["profiles"]
        ],
    )
    for kind in ("near", "unexplained"):
        lines = found[kind]
        keys = ("file", "rowNumber", "currency", "subtotal", "nearestProfile", "difference")
        shell.table(
            f"{kind}: {len(lines)} lines" + (f", the first {SHOWN}" if len(lines) > SHOWN else ""),
            ["file", "row>", "currency", "subtotal>", "nearest profile", "difference>"],
            rows=[[line[key] for key in keys] for line in lines[:SHOWN]],
        )
    shell.say(f"lines whose subtotal and tax do not make their total: {len(found['totalsOff'])}")
    residuals = found["dailyMonthlyResidual"]
    if residuals:
        keys = ("invoiceNumber", "meter", "currency", "daily", "monthly", "residual")
        shell.table(
            "daily file against monthly line, by meter",
            ["invoice", "meter", "currency", "daily>", "monthly>", "residual>"],
            rows=[[line[key] for key in keys] for line in residuals[:SHOWN]],
        )
