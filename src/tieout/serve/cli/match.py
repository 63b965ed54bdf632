"""`tieout match`: which lines of a purchase file and a sales file belong together."""

import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from tieout import pipeline
from tieout.serve.cli import WITH_OPEN_ROWS, Shell

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("purchases", type=FILE)
@click.argument("sales", type=FILE)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write links.csv and left_over.csv into this folder.",
)
@click.option("--strict", is_flag=True, help="Exit 3 when a line of either file is left over.")
@click.option(
    "--keep",
    "party",
    metavar="PARTY",
    help="Keep the links in the store: `consolidatedinvoices` tells them to PARTY, an"
    " organization id. PURCHASES are lines of documents it buys here.",
)
@click.pass_obj
def match(
    shell: Shell,
    purchases: Path,
    sales: Path,
    *,
    out: Path | None,
    strict: bool,
    party: str | None,
) -> None:
    """Match the lines of two CSV files: PURCHASES of a party and its SALES.

    Both are of one party, period and currency. Says how many lines belong together, by tier from
    0 (the same match key) to 6 (equal sums), and why the others do not. Columns: invoice_id,
    line_id, start_date, end_date, quantity, duration, line_kind, amount, currency, and
    subscription_id or customer_id; if known line_seq, match_key, vendor, rate_period_id or
    plan_rate_id, sku, direction, reservation_order, meter_category, flag, published, and for links
    that are kept invoice_date (required of sales) and description.
    """
    if party is not None:
        now = dt.datetime.now(dt.UTC)
        found = pipeline.keep_match(shell.house, (purchases, sales), party=party, now=now, out=out)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            found = pipeline.match_files(purchases, sales, scratch=Path(scratch), out=out)
    if shell.json:
        shell.print_json(found)
    _print(shell, found)
    if kept := found.get("kept"):
        shell.say(f"links of {kept['party']} for {kept['period']}: {kept['status']}")
    if strict and (found["purchases"]["leftOver"] or found["sales"]["leftOver"]):
        sys.exit(WITH_OPEN_ROWS)


def _print(shell: Shell, found: dict[str, Any]) -> None:
    currency = found["currency"] or ""
    totals = ("file", "lines", "amount", "linked", "leftOver")
    shell.table(
        f"lines {currency}",
        ["", "file", "lines>", "amount>", "linked>", "left over>"],
        rows=[[side, *(found[side][key] for key in totals)] for side in ("purchases", "sales")],
    )
    keys = (
        *("tier", "status", "links"),
        *("purchaseLines", "purchaseAmount", "salesLines", "salesAmount"),
    )
    shell.table(
        "what belongs together, by tier",
        ["tier>", "status", "links>", "purchases>", "amount>", "sales>", "amount>"],
        rows=[[tier[key] for key in keys] for tier in found["tiers"]],
    )
    if found["leftOver"]:
        shell.table(
            "what is left over, by reason",
            ["side", "status", "reason", "lines>", "amount>"],
            rows=[
                [left[key] for key in ("side", "status", "reason", "lines", "amount")]
                for left in found["leftOver"]
            ],
        )
    for key in found["reusedKeys"]:
        said = f"{key['side']} key {key['matchKey']} stands on {key['lines']} lines and is not used"
        click.echo(f"tieout: {said} (match_key_reused)", err=True)
    if found["signConflicts"]:
        said = f"{found['signConflicts']} pairs of one key have opposite signs (sign_conflict)"
        click.echo(f"tieout: {said}", err=True)
