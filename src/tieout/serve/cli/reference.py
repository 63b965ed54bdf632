"""`tieout reference`: load and export what is known beforehand."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.serve.cli.decisions import BY


@click.group()
def reference() -> None:
    """Organizations, contracts, subscriptions, price rules, rates."""


@reference.command("load")
@click.argument("folder", type=click.Path(path_type=Path))
@BY
@click.pass_obj
def load_folder(shell: Shell, folder: Path, *, by: str) -> None:
    """Load the CSV files of FOLDER as one new snapshot, or nothing."""
    done = pipeline.load_reference(shell.house, folder, now=dt.datetime.now(dt.UTC), by=by)
    if shell.json:
        shell.print_json(done)
    _print_snapshot(shell, done)


@reference.command("prices")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@BY
@click.pass_obj
def load_prices(shell: Shell, files: tuple[Path, ...], *, by: str) -> None:
    """Load Microsoft's price sheets and exchange rates, or nothing.

    FILES are Azure plan and licence price sheets and sheets of exchange rates (CurrencyCode,
    USDPerUnit, Month) as Partner Center gives them out. Their rows join price_list.csv and
    exchange_rates.csv as one new snapshot; a price that a later one follows ends on the day before.
    """
    done = pipeline.load_prices(shell.house, files, now=dt.datetime.now(dt.UTC), by=by)
    if shell.json:
        shell.print_json(done)
    for file in done["files"]:
        shell.say(
            f"{file['file']}: {file['format']}, {file['rows']} rows read, {file['seconds']} s"
        )
        for notice in file["notices"]:
            click.echo(f"tieout: {file['file']}: {notice}", err=True)
    _print_snapshot(shell, done)


def _print_snapshot(shell: Shell, done: dict[str, Any]) -> None:
    if done["unchanged"]:
        shell.say(f"nothing changed; snapshot {done['snapshot']} stays in force")
        return
    rows = [(name, done["changed"].get(name, 0), count) for name, count in done["rows"].items()]
    shell.table(f"snapshot {done['snapshot']}", ["file", "new or changed>", "in force>"], rows=rows)


@reference.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def export_folder(shell: Shell, folder: Path) -> None:
    """Write the rows in force back to FOLDER, byte for byte stable."""
    done = pipeline.export_reference(shell.house, folder)
    if shell.json:
        shell.print_json(done)
    shell.say(f"snapshot {done['snapshot']}: {len(done['files'])} files in {folder}")
