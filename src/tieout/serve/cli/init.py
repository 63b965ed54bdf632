"""`tieout init`: make or upgrade the catalog."""

import click

from tieout import pipeline
from tieout.errors import Conflict
from tieout.serve.cli import Shell
from tieout.store.migrations import upgrade
from tieout.store.row_security import grant_serving


@click.command()
@click.option(
    "--serving-role",
    "role",
    metavar="NAME",
    help="A role of PostgreSQL that may read what `tieout serve` answers, held by row-level"
    " security (TIEOUT_SERVE_CATALOG).",
)
@click.pass_obj
def init(shell: Shell, role: str | None) -> None:
    """Create the store, or bring an older one up to date."""
    house = shell.settings.open_house()
    if pipeline.is_unfinished(house):
        raise Conflict(reason="a restore was cut off here: do it again, or give another home")
    new = upgrade(house.catalog)
    if role is not None:
        with house.catalog.write() as connection:
            grant_serving(connection, role)
    if shell.json:
        shell.print_json({"home": str(house.home), "new": new})
    if role is not None:
        shell.say(f"the role '{role}' reads what is served, and only for whom it is asked")
    shell.say(f"{'made a new store' if new else 'the store is up to date'} in {house.home}")
