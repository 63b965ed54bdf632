"""`tieout audit`: who did what, when and why, and whether the record is whole."""

import json

import click

from tieout import pipeline
from tieout.serve.cli import Shell


@click.group()
def audit() -> None:
    """Show and check the record of what was decided."""


@audit.command()
@click.option("--subject", metavar="ID", help="Only what happened to this invoice, line or key.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Entries after this number.")
@click.pass_obj
def show(shell: Shell, *, subject: str | None, after: int) -> None:
    """List entries, oldest first, at most 1,000."""
    found = pipeline.read_audit(shell.house, subject=subject, after=after)
    if shell.json:
        shell.print_json(found)
    shell.table(
        "audit",
        ["entry>", "at", "by", "action", "what", "before", "after", "reason"],
        rows=[
            (
                one["entry"],
                one["at"],
                one["by"],
                one["action"],
                f"{one['subjectKind']} {one['subjectId']}",
                json.dumps(one["before"], ensure_ascii=False),
                json.dumps(one["after"], ensure_ascii=False),
                one["reason"],
            )
            for one in found["entries"]
        ],
    )


@audit.command()
@click.pass_obj
def verify(shell: Shell) -> None:
    """Recompute the chain of hashes; keep the last one elsewhere to notice a cut end."""
    found = pipeline.check_audit(shell.house)
    if shell.json:
        shell.print_json(found)
    shell.say(f"{found['entries']} entries, each as it was recorded; last hash {found['lastHash']}")
