"""`tieout init`: make or upgrade the catalog."""

import click

from tieout import pipeline
from tieout.errors import Conflict
from tieout.serve.cli import Shell
from tieout.store.migrations import upgrade


@click.command()
@click.pass_obj
def init(shell: Shell) -> None:
    """Create the store, or bring an older one up to date."""
    house = shell.settings.open_house()
    if pipeline.is_unfinished(house):
        raise Conflict(reason="a restore was cut off here: do it again, or give another home")
    new = upgrade(house.catalog)
    if shell.json:
        shell.print_json({"home": str(house.home), "new": new})
    shell.say(f"{'made a new store' if new else 'the store is up to date'} in {house.home}")
