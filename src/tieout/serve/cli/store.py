"""`tieout verify-store` and `tieout gc`: the lake against the manifest."""

import click

from tieout import pipeline
from tieout.serve.cli import Shell


@click.command()
@click.pass_obj
def verify_store(shell: Shell) -> None:
    """Rehash every lake file against the manifest."""
    checked = pipeline.verify_store(shell.house)
    if shell.json:
        shell.print_json({"files": checked, "status": "whole"})
    shell.say(f"{checked} lake files are what the manifest says")


@click.command()
@click.pass_obj
def gc(shell: Shell) -> None:
    """Remove lake files that nothing names: what a killed command left."""
    removed = pipeline.collect_orphans(shell.house)
    if shell.json:
        shell.print_json({"removed": removed})
    shell.say(f"{len(removed)} orphan files removed")
