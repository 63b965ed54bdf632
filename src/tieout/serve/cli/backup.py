"""`tieout backup` and `tieout restore`: the whole installation out of its place and back."""

import datetime as dt
from pathlib import Path

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.serve.cli.stopping import Stopping, stoppable


@click.command()
@click.argument("target", metavar="FOLDER_OR_FILE", type=click.Path(path_type=Path))
@click.option(
    "--link",
    is_flag=True,
    help="Hard links for lake files where the file system can: no copy, but the same disk.",
)
@click.pass_obj
def backup(shell: Shell, target: Path, *, link: bool) -> None:
    """Copy the whole store to a new folder, or into one file when the name ends in .tar.

    Others may read and write meanwhile: it is one state of the store, every file held against its
    hash. It is there complete or not at all. It holds the hashes of access keys and the secret of
    match keys: keep it private. The place of the store is TIEOUT_HOME, TIEOUT_CATALOG, TIEOUT_LAKE.
    """
    house = shell.house
    with stoppable(Stopping(what_stands=lambda: "there is no backup")):
        made = pipeline.back_up(house, target, now=dt.datetime.now(dt.UTC), link=link)
    if shell.json:
        shell.print_json({"backup": str(target), **made})
    shell.say(
        f"{target}: {made['rows']} rows, {made['lakeFiles']} lake files, {made['bytes']} bytes,"
        f" {made['auditEntries']} audit entries"
    )
    shell.say(f"last hash of the audit {made['lastHash'] or 'none'}")


@click.command()
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path))
@click.pass_obj
def restore(shell: Shell, source: Path) -> None:
    """Put a backup into an empty home and an empty catalog, and check all of it.

    TIEOUT_HOME must hold no file and the database of TIEOUT_CATALOG no table. A backup of SQLite
    goes into PostgreSQL and the other way. What was cut off begins anew when it is done again.
    """
    house = shell.settings.open_house()
    stands = "there is no store yet; do the command again"
    with stoppable(Stopping(what_stands=lambda: stands)):
        done = pipeline.restore(house, source)
    if shell.json:
        shell.print_json(done)
    shell.say(
        f"restored in {house.home}: the state of {done['madeAt']}, {done['rows']} rows,"
        f" {done['lakeFiles']} lake files, {done['auditEntries']} audit entries; all of it checked"
    )
