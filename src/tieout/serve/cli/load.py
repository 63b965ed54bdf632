"""`tieout load`: vendor files into the store."""

import datetime as dt
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from tieout import pipeline
from tieout.serve.cli import REFUSED, WITH_OPEN_ROWS, Shell
from tieout.serve.cli.decisions import RUN_BY
from tieout.serve.cli.printable import printable
from tieout.serve.cli.progress import shown_progress
from tieout.serve.cli.stopping import Stopping, stoppable


def month(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Check a `YYYY-MM` argument."""
    if value is not None and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value):
        sentence = f"'{value}' is not a month written YYYY-MM"
        raise click.BadParameter(sentence)
    return value


def expected_total(
    _ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Read `EUR=12345.67` arguments."""
    expected: dict[str, str] = {}
    for value in values:
        currency, _, amount = value.partition("=")
        code = currency.strip().upper()
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]{1,18})?", amount, re.ASCII):
            sentence = f"'{value}' is not written like EUR=12345.67"
            raise click.BadParameter(sentence)
        if not re.fullmatch(r"[A-Z0-9]{3,12}", code) or code in expected:
            sentence = f"'{value}' does not begin with a currency code given once"
            raise click.BadParameter(sentence)
        expected[code] = amount
    return expected


WISHES = (
    click.option("--period", callback=month, help="The month the invoices belong to, YYYY-MM."),
    click.option("--invoice", "invoice_number", help="The number of files that name no invoice."),
    click.option(
        "--expect-total",
        "expected",
        multiple=True,
        callback=expected_total,
        metavar="CUR=AMOUNT",
        help="Refuse the delivery unless its rows add up to this, before or with tax.",
    ),
    click.option(
        "--accept-mismatch",
        is_flag=True,
        help="Load a file although its own totals row differs from its rows.",
    ),
)


def wishes_asked(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of what a person says about a delivery."""
    for option in reversed(WISHES):
        command = option(command)
    return command


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@wishes_asked
@click.option("--strict", is_flag=True, help="Exit 3 when rows were rejected.")
@RUN_BY
@click.pass_obj
def load(
    shell: Shell,
    files: tuple[Path, ...],
    *,
    period: str | None,
    invoice_number: str | None,
    expected: dict[str, str],
    accept_mismatch: bool,
    strict: bool,
    by: str,
) -> None:
    """Load vendor FILES, folders of them, or - for standard input.

    The files of one command are one delivery: a vendor invoice may be split over them. A folder
    with a Partner Center manifest is a delivery of its own, loaded complete or not at all. A file
    that was loaded before changes nothing, unless --period gives its invoices another month.
    Ctrl-C stops it, and says which files were loaded before; the others changed nothing.
    """
    wishes = pipeline.Wishes(
        period=period,
        invoice_number=invoice_number,
        expected=expected,
        accept_mismatch=accept_mismatch,
        by=by,
    )
    reports = _loaded(shell, files, wishes=wishes)
    if shell.json:
        shell.print_json({"files": reports})
    for report in reports:
        _print(shell, report)
    if any(report["status"] == "refused" for report in reports):
        sys.exit(REFUSED)
    if strict and any(report["rejected"] for report in reports):
        sys.exit(WITH_OPEN_ROWS)


def _loaded(
    shell: Shell, files: Sequence[Path], *, wishes: pipeline.Wishes
) -> list[dict[str, Any]]:
    """Load the deliveries one after another; a signal stops at the one at work."""
    house, newest = shell.house, pipeline.newest_load(shell.house)

    def what_stands() -> str:
        names = pipeline.loaded_since(house, newest)
        return f"loaded before it: {', '.join(names)}" if names else "nothing was loaded"

    stopping = Stopping(what_stands=what_stands)
    reports: list[dict[str, Any]] = []
    with stoppable(stopping), tempfile.TemporaryDirectory() as scratch:
        named = [_spooled(Path(scratch)) if str(path) == "-" else path for path in files]
        found = pipeline.deliveries(named)
        paths = [path for delivery in found for _, path in delivery.sources]
        with shown_progress(paths, wanted=not shell.json) as stopping.onlooker:
            for delivery in found:
                now = dt.datetime.now(dt.UTC)
                reports += pipeline.load_delivery(
                    house, delivery, wishes=wishes, now=now, watch=stopping
                )
    return reports


def _spooled(scratch: Path) -> Path:
    """Keep standard input as a file named `-`."""
    spooled = scratch / "-"
    with spooled.open("wb") as stream:
        shutil.copyfileobj(sys.stdin.buffer, stream)
    return spooled


def _print(shell: Shell, report: dict[str, Any]) -> None:
    if report["status"] == "loaded":
        name = printable(report["file"])
        shell.say(
            f"{name}: {report['format']}, {report['rows']} rows read,"
            f" {report['loaded']} loaded, {report['rejected']} rejected, {report['seconds']} s"
        )
        shell.table(
            f"totals of {name}, period {report['period']}",
            ["vendor", "invoice", "currency", "rows>", "subtotal>", "tax>", "total>"],
            rows=[
                (
                    t["vendor"],
                    t["invoiceNumber"] or "none: not billed",
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
        shell.warn(notice)
