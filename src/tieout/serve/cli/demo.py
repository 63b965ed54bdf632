"""`tieout demo`: a small fictional channel, billed from shipped files, shown to the cent."""

import datetime as dt
import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import click
from rich.columns import Columns
from rich.table import Table
from sqlalchemy import select

from tieout import pipeline
from tieout.errors import Conflict
from tieout.serve.cli import Shell
from tieout.serve.cli.certificate import print_certificate
from tieout.serve.cli.show import ROW_COLUMNS, read_invoice, row_cells
from tieout.store.catalog import invoice
from tieout.store.house import House
from tieout.store.migrations import upgrade

PERIOD = "2021-10"
SERVE = (  # October 2021 lies before the window of a new installation
    "TIEOUT_REPORTING_WINDOW_MONTHS=unlimited tieout serve"
    "   # then GET /api/v1/reporting/invoices/invoice-rows/brightwater"
)
MARK = "made-by-tieout-demo"
SHOWN = ("brightwater", "molenaar")


@click.command()
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path("tieout-demo"),
    show_default=True,
    help="Where the demo's store goes; made anew each time.",
)
@click.pass_obj
def demo(shell: Shell, home: Path) -> None:
    """Bill a small fictional channel and show that every cent ties out."""
    shell.settings = shell.settings.model_copy(update={"home": home, "catalog": None, "lake": None})
    house = _fresh_house(shell, home)
    shell.house = house
    now = dt.datetime.now(dt.UTC)
    with as_file(files("tieout.serve.cli") / "demo_files") as shipped:
        reference = pipeline.load_reference(house, shipped / "reference", now=now)
        loaded = pipeline.load_files(
            house, [("october-2021.csv", shipped / "october-2021.csv")], now=now
        )
    done = pipeline.run_period(house, PERIOD, now=now)
    with house.catalog.read() as connection:
        seller, buyer = SHOWN
        name = connection.execute(
            select(invoice.c.invoice_id).where(
                invoice.c.seller_id == seller, invoice.c.buyer_id == buyer
            )
        ).scalar_one()
    consolidated = read_invoice(shell, name, expand="none")
    expanded = read_invoice(shell, name, expand="all")
    found = {
        "reference": reference,
        "load": loaded,
        "run": done,
        "header": consolidated["header"],
        "consolidated": consolidated["rows"],
        "expanded": expanded["rows"],
        **pipeline.rejected_rows(house),
        **pipeline.parked_lines(house),
        "certificate": pipeline.certificate_of(house, PERIOD),
    }
    if shell.json:
        shell.print_json(found)
        return
    _tell(shell, found, home=home)


def _fresh_house(shell: Shell, home: Path) -> House:
    """Make an empty store; a folder that the demo did not make is left alone."""
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise Conflict(reason=f"{home} exists and was not made by the demo; choose another --home")
    shutil.rmtree(home, ignore_errors=True)
    house = shell.settings.open_house()
    (home / MARK).touch()
    upgrade(house.catalog)
    return house


def _tell(shell: Shell, found: dict[str, Any], *, home: Path) -> None:
    """Print what happened, for a person."""
    load, run, header = found["load"][0], found["run"], found["header"]
    known = found["reference"]["rows"]["organizations"]
    shell.say("1. A vendor's file", style="bold")
    shell.say(
        f"{load['file']} ({load['format']}): {load['rows']} rows read, {load['loaded']} loaded,"
        f" {load['rejected']} rejected; reference data of {known} organizations"
    )
    shell.say(
        f"{run['vendorLines']} vendor lines, {run['matched']} matched, {run['parked']} parked;"
        f" {run['detailLines']} detail lines over three hops on {run['invoices']} invoices"
    )
    shell.say("\n2. One invoice, two views of the same money", style="bold")
    shell.say(
        f"{header['invoiceNumber']}: {header['providerName']} to {header['consumerName']},"
        f" {header['totalAmount']} {header['currency']}, {header['status']}"
    )
    views = [
        _view("consolidated: what the invoice says", found["consolidated"]),
        _view("expanded: every vendor line behind it", found["expanded"]),
    ]
    shell.console.print(Columns(views, padding=(0, 3)))
    shell.say(
        f"expanded {header['detailTotal']} + residual {header['roundingResidual']}"
        f" = consolidated {header['totalAmount']} {header['currency']}"
    )
    shell.say("\n3. What could not be billed, and why", style="bold")
    for row in found["rejected"]:
        shell.say(
            f"rejected {row['file']} row {row['rowNumber']} (line {row['line']}),"
            f" column '{row['column']}': {row['reason']}, {row['amount']} {row['currency']}"
        )
    for line in found["parked"]:
        shell.say(
            f"parked {line['file']} row {line['rowNumber']}: {line['reason']},"
            f" {line['amount']} {line['currency']}"
        )
    shell.say("\n4. Every row and every cent", style="bold")
    print_certificate(shell, found["certificate"])
    shell.say("\n5. Look further", style="bold")
    shell.say(f"export TIEOUT_HOME={home}")
    shell.say(
        "tieout key create --organization brightwater --role sellerAdmin"
        " --endpoints v1.invoice-rows"
    )
    shell.say(SERVE)
    shell.say("tieout invoices; tieout show INVOICE --expand all; tieout certificate 2021-10")


def _view(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ROW_COLUMNS:
        table.add_column(
            column.rstrip(">"), justify="right" if column.endswith(">") else "left", no_wrap=True
        )
    for row in rows:
        table.add_row(*row_cells(row))
    return table
