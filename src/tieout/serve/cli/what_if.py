"""`tieout what-if`: a month with other prices, rates or policies, and what that moves."""

import csv
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.serve.cli.load import month
from tieout.serve.cli.stopping import Stopping, stoppable

SHOWN = 20  # of lines that move between placed and waiting
ROWS_SHOWN = 40  # of a table, those that move most; --csv and --json have all
COLUMNS = {
    "hop>": "hop",
    "seller": "sellerId",
    "buyer": "buyerId",
    "customer": "customerId",
    "currency": "currency",
    "before>": "totalBefore",
    "after>": "totalAfter",
    "moved>": "totalDifference",
    "margin before>": "marginBefore",
    "margin after>": "marginAfter",
    "margin moved>": "marginDifference",
}


@click.command()
@click.argument("period", callback=month)
@click.option(
    "--rules",
    "folder",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of reference files; each stands in the place of the whole file in force.",
)
@click.option(
    "--upsert",
    is_flag=True,
    help="Lay the rows over those in force instead, as `tieout reference load` would.",
)
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="Write every row here too."
)
@click.pass_obj
def what_if(
    shell: Shell, period: str, *, folder: Path, upsert: bool, csv_file: Path | None
) -> None:
    """Rate PERIOD (YYYY-MM, closed or not) with other rules and show what it moves.

    Nothing is stored and no invoice changes. The folder may hold price_rules.csv, price_list.csv,
    exchange_rates.csv, contracts.csv or any other reference file, and policies.toml with changed
    rounding policies. A file that is not there stays as it was when the month ran.
    """
    stopping = Stopping(what_stands=lambda: "nothing was stored")
    with stoppable(stopping):
        done = pipeline.what_if(
            shell.house, period, folder=folder, is_upsert=upsert, watch=stopping
        )
    if csv_file is not None:
        _write_csv(csv_file, done["customers"])
    if shell.json:
        shell.print_json(done)
    changed = ", ".join([*done["files"]]) or "nothing"
    shell.say(
        f"{period} with {changed} of {folder}, compared with {done['comparedWith']};"
        f" {done['seconds']} s, nothing was stored"
    )
    _print_moved(shell, done)
    _print_lines(shell, done)
    if done["verifiedChanged"]:
        shell.say(
            f"{done['verifiedChanged']} of the invoices are verified: they never change, so a run"
            " with these files would be refused"
        )


def _is_moved(row: Mapping[str, Any]) -> bool:
    return (row["totalDifference"], row["marginDifference"] or "0") != ("0", "0")


def _moved(row: Mapping[str, Any]) -> Fraction:
    margin = abs(Fraction(row["marginDifference"] or 0))
    return max(abs(Fraction(row["totalDifference"])), margin)


def _print_moved(shell: Shell, done: Mapping[str, Any]) -> None:
    moved = [row for row in done["customers"] if _is_moved(row)]
    same = len(done["customers"]) - len(moved)
    if not moved:
        shell.say("no money and no margin moves")
        return
    _print_most(shell, "moved by customer", rows=moved, columns=COLUMNS)
    by_hop = {key: name for key, name in COLUMNS.items() if name != "customerId"}
    hops = [row for row in done["hops"] if _is_moved(row)]
    _print_most(shell, "moved by hop", rows=hops, columns=by_hop)
    shell.say(f"{len(moved)} rows by customer move, {same} stay as they are")


def _print_most(
    shell: Shell, title: str, *, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]
) -> None:
    """Print the rows that move most, in their order."""
    most = sorted(rows, key=_moved, reverse=True)[:ROWS_SHOWN]
    if len(most) < len(rows):
        title += f": the {len(most)} of {len(rows)} rows that move most (--csv or --json has all)"
    _print_table(shell, title, rows=[row for row in rows if row in most], columns=columns)


def _print_table(
    shell: Shell, title: str, *, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]
) -> None:
    shell.table(title, list(columns), rows=[[row[key] for key in columns.values()] for row in rows])


def _print_lines(shell: Shell, done: Mapping[str, Any]) -> None:
    count = sum(row["count"] for row in done["lineTotals"])
    if not count:
        return
    shell.table(
        f"lines that newly wait, or no longer do: {count}",
        ["before", "after", "lines>", "amount>", "currency"],
        rows=[
            (
                row["reasonBefore"] or "placed",
                row["reasonAfter"] or "placed",
                row["count"],
                row["amount"],
                row["currency"],
            )
            for row in done["lineTotals"]
        ],
    )
    shown = done["lines"][:SHOWN]
    shell.table(
        "the first of them" if count > len(shown) else "these are",
        ["line", "before", "after", "amount>", "currency"],
        rows=[
            (
                row["vendorLineId"],
                row["reasonBefore"] or "placed",
                row["reasonAfter"] or "placed",
                row["amount"],
                row["currency"],
            )
            for row in shown
        ],
    )


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows by customer: RFC 4180, UTF-8, the names of the JSON as header."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(COLUMNS.values()), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
