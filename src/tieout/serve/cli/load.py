"""`tieout load`: vendor files into the store."""

import datetime as dt
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from tieout import pipeline
from tieout.serve.cli import REFUSED, WITH_OPEN_ROWS, Shell


def month(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Check a `YYYY-MM` argument."""
    if value is not None and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value):
        sentence = f"'{value}' is not a month written YYYY-MM"
        raise click.BadParameter(sentence)
    return value


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--period", callback=month, help="The month the invoices belong to, YYYY-MM.")
@click.option("--strict", is_flag=True, help="Exit 3 when rows were rejected.")
@click.pass_obj
def load(shell: Shell, files: tuple[Path, ...], *, period: str | None, strict: bool) -> None:
    """Load vendor FILES, folders of them, or - for standard input.

    The files of one command are one delivery: a vendor invoice may be split over them.
    """
    with tempfile.TemporaryDirectory() as scratch:
        sources = []
        for path in files:
            if str(path) == "-":
                spooled = Path(scratch) / "standard-input"
                spooled.write_bytes(sys.stdin.buffer.read())
                sources.append(("-", spooled))
            elif path.is_dir():
                found = sorted(
                    f for f in path.rglob("*") if f.is_file() and not f.name.startswith(".")
                )
                sources += [(f.name, f) for f in found]
            else:
                sources.append((path.name, path))
        reports = pipeline.load_files(
            shell.house, sources, period=period, now=dt.datetime.now(dt.UTC)
        )
    if shell.json:
        shell.print_json({"files": reports})
    for report in reports:
        _print(shell, report)
    if any(report["status"] == "refused" for report in reports):
        sys.exit(REFUSED)
    if strict and any(report["rejected"] for report in reports):
        sys.exit(WITH_OPEN_ROWS)


def _print(shell: Shell, report: dict[str, Any]) -> None:
    if report["status"] == "loaded":
        name = escape(report["file"])
        shell.say(
            f"{name}: {report['format']}, {report['rows']} rows read,"
            f" {report['loaded']} loaded, {report['rejected']} rejected, {report['seconds']} s"
        )
        shell.table(
            f"totals of {name}, period {report['period']}",
            ["vendor invoice", "currency", "rows>", "subtotal>", "tax>", "total>"],
            rows=[
                (
                    t["invoiceNumber"],
                    t["currency"],
                    t["rows"],
                    t["subtotal"],
                    t["taxTotal"],
                    t["total"],
                )
                for t in report["totals"]
            ],
        )
    for notice in report["notices"]:
        click.echo(f"tieout: {notice}", err=True)
