"""`tieout certificate`: every row and every cent of a month."""

from fractions import Fraction
from typing import Any

import click

from tieout import pipeline
from tieout.money import UNITS, parse_number, shortest, to_units
from tieout.serve.cli import Shell
from tieout.serve.cli.load import month


@click.command()
@click.argument("period", callback=month)
@click.pass_obj
def certificate(shell: Shell, period: str) -> None:
    """Show the tie-out certificate of a month (YYYY-MM)."""
    found = pipeline.certificate_of(shell.house, period)
    if shell.json:
        shell.print_json(found)
    print_certificate(shell, found)


def print_certificate(shell: Shell, found: dict[str, Any]) -> None:
    """Print a certificate for a person."""
    colour = "green" if found["status"].startswith("tied") else "yellow"
    shell.say(f"tie-out certificate {found['period']}: {found['status']}", style=f"bold {colour}")
    shell.table(
        "in: vendor files",
        ["file", "currency", "rows>", "total of readable amounts>"],
        rows=[(i["file"], i["currency"], i["rows"], i["total"]) for i in found["inputs"]],
    )
    shell.table(
        "out: by hop and currency (detail + residual = invoices)",
        ["hop>", "currency", "lines>", "vendor>", "detail>", "residual>", "invoices>"],
        rows=[
            (
                h["hop"],
                h["currency"],
                h["lines"],
                h["vendorTotal"],
                h["detailTotal"],
                h["residual"],
                h["invoiceTotal"],
            )
            for h in found["hops"]
        ],
    )
    for kind in ("rejected", "parked"):
        money = (
            ", ".join(f"{a['amount']} {a['currency']}" for a in found[kind]["amounts"])
            or "no readable money"
        )
        shell.say(f"{kind}: {found[kind]['count']} ({money})")
    for entry in sorted({i["currency"] for i in found["inputs"] if i["currency"]}):
        shell.say(_tied(found, currency=entry))
    shell.say(f"input digest  {found['inputDigest']}")
    shell.say(f"output digest {found['outputDigest']}")


def _tied(found: dict[str, Any], *, currency: str) -> str:
    """Say where the money of the vendor's files is, in one currency."""
    read = sum(
        to_units(parse_number(i["total"])) for i in found["inputs"] if i["currency"] == currency
    )
    parts = {
        "hop 1": [
            h["detailTotal"] for h in found["hops"] if (h["hop"], h["currency"]) == (1, currency)
        ]
    }
    for kind in ("rejected", "parked"):
        parts[kind] = [a["amount"] for a in found[kind]["amounts"] if a["currency"] == currency]
    placed = {name: sum(to_units(parse_number(t)) for t in texts) for name, texts in parts.items()}
    sign = "=" if read == sum(placed.values()) else "is not"
    said = " + ".join(
        f"{name} {shortest(Fraction(units, UNITS))}" for name, units in placed.items()
    )
    return f"read {shortest(Fraction(read, UNITS))} {currency} {sign} {said}"
