"""`tieout totals`: the control totals of a vendor invoice, to hold beside the vendor's paper."""

import click

from tieout import pipeline
from tieout.serve.cli import Shell

MONEY = ("rows", "subtotal", "taxTotal", "total")


@click.command()
@click.argument("invoice")
@click.pass_obj
def totals(shell: Shell, invoice: str) -> None:
    """Show the rows and sums of a vendor INVOICE by file and by customer."""
    found = pipeline.control_totals(shell.house, invoice)
    if shell.json:
        shell.print_json(found)
    columns = ["rows>", "subtotal>", "tax>", "total>"]
    shell.table(
        f"vendor invoice {invoice} by file",
        ["file", "format", "state", "period", "currency", *columns],
        rows=[
            [entry[key] for key in ("file", "format", "state", "period", "currency", *MONEY)]
            for entry in found["files"]
        ],
    )
    shell.table(
        "by customer",
        ["customer", "name", "currency", *columns],
        rows=[
            [entry[key] for key in ("customerId", "customerName", "currency", *MONEY)]
            for entry in found["customers"]
        ],
    )
    for amount in found["setAside"]["amounts"]:
        shell.say(f"set aside: {amount['amount']} {amount['currency']} of these sums")
    for line in found["setAside"]["lines"]:
        shell.say(
            f"  line {line['vendorLineId']}, {line['amount']} {line['currency']},"
            f" by {line['by']}: {line['reason']}"
        )
