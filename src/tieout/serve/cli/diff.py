"""`tieout diff`: which lines of a month changed between two runs, and which input caused it."""

import click

from tieout import pipeline
from tieout.serve.cli import Shell

MONEY = ("difference", "currency")
SHOWN = 40  # lines that a person is shown


@click.command()
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
@click.pass_obj
def diff(shell: Shell, before: str, after: str) -> None:
    """Compare two runs of a month, each by its id; a month stands for its published run."""
    found = pipeline.diff_runs(shell.house, before, after=after)
    if shell.json:
        shell.print_json(found)
    runs = f"{found['before']['runId']} and {found['after']['runId']}"
    if not found["count"]:
        shell.say(f"{runs} have the same lines")
    shell.table(
        "inputs that differ",
        ["kind", "id", "change"],
        rows=[(one["kind"], one["id"], one["change"]) for one in found["inputs"][:SHOWN]],
    )
    shell.table(
        "money moved",
        ["hop>", "seller", "buyer", "lines>", "difference>", "currency"],
        rows=[
            [
                one[key]
                for key in ("hop", "providerId", "consumerId", "lines", "difference", "currency")
            ]
            for one in found["totals"][:SHOWN]
        ],
    )
    keys = (
        "file",
        "rowNumber",
        "hop",
        "totalBefore",
        "totalAfter",
        "difference",
        "currency",
        "cause",
    )
    shell.table(
        f"lines that differ: {found['count']}",
        ["file", "row>", "hop>", "before>", "after>", "difference>", "currency", "cause"],
        rows=[[one[key] for key in keys] for one in found["lines"][:SHOWN]],
    )
    if found["count"] > SHOWN:
        shell.say(f"and {found['count'] - SHOWN} more lines; see --json")
