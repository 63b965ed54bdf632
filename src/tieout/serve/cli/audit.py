"""`tieout audit`: who did what, when and why, and whether the record is whole."""

import json
import re

import click

from tieout import pipeline
from tieout.serve.cli import Shell

HASH = re.compile("[0-9a-f]{64}")


def hashes(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Give hashes in small letters; anything else is refused."""
    found = tuple(one.strip().lower() for one in given)
    for one in found:
        if not HASH.fullmatch(one):
            raise click.BadParameter("a last hash is 64 digits, as `tieout audit verify` prints it")
    return found


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
@click.option(
    "--head",
    "heads",
    metavar="HASH",
    multiple=True,
    callback=hashes,
    help="A last hash noted earlier, elsewhere: it must be an entry's. Repeat it for several.",
)
@click.pass_obj
def verify(shell: Shell, *, heads: tuple[str, ...]) -> None:
    """Recompute the chain of hashes, and hold its end against the head that the catalog keeps.

    Who may change the catalog itself can take entries and head back together; the last hash, kept
    elsewhere and given with --head, notices that too.
    """
    found = pipeline.check_audit(shell.house, known_heads=heads)
    if shell.json:
        shell.print_json(found)
    shell.say(f"{found['entries']} entries, each as it was recorded; last hash {found['lastHash']}")
    for one in found["heads"]:
        shell.say(f"head {one['hash']} is there, with {one['entriesSince']} entries since")
