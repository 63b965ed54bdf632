"""`tieout certificate`: every row and every cent of a month."""

from fractions import Fraction
from typing import Any

import click

from tieout import pipeline
from tieout.money import UNITS, parse_number, shortest, to_units
from tieout.serve.cli import Shell
from tieout.serve.cli.load import month

MEANING = {  # arithmetic.md 8
    "tied": "every row is billed, and every cent of it is on the invoices",
    "tied_with_residual": "every row is billed; detail and invoices differ by rounding, as shown",
    "quarantine_open": "every row and cent is accounted for, but rejected or parked rows are not"
    " billed and need a person",
    "not_tied": "the lines stored are not those that were read: verify the store",
}
WAITING = {"rejected": "rejected", "parked": "parked", "setAside": "set aside"}


@click.command()
@click.argument("period", callback=month)
@click.option("--vendor-invoice", metavar="NUMBER", help="Of one vendor invoice only.")
@click.option("--by-vendor-invoice", is_flag=True, help="Of each vendor invoice.")
@click.pass_obj
def certificate(
    shell: Shell, period: str, *, vendor_invoice: str | None, by_vendor_invoice: bool
) -> None:
    """Show the tie-out certificate of a month (YYYY-MM)."""
    if vendor_invoice is not None or by_vendor_invoice:
        told = pipeline.vendor_certificates(shell.house, period, number=vendor_invoice)
        if shell.json:
            shell.print_json(told)
        for one in told["vendorInvoices"]:
            _print_vendor_invoice(shell, one)
        return
    found = pipeline.certificate_of(shell.house, period)
    if shell.json:
        shell.print_json(found)
    print_certificate(shell, found)


def _print_vendor_invoice(shell: Shell, found: dict[str, Any]) -> None:
    name = f"vendor invoice {found['vendorInvoiceNumber']} of {found['vendor']}"
    shell.say(f"{name}: {found['status']}", style="bold")
    shell.say(MEANING[found["status"]])
    for kind, said in {"read": "read", **WAITING, "late": "late"}.items():
        shell.say(f"{said}: {_money(found[kind])}")
    shell.table(
        "out: by hop and currency",
        ["hop>", "currency", "lines>", "detail>", "in rows>", "rounding at most>"],
        rows=[
            [
                one[key]
                for key in ("hop", "currency", "lines", "detailTotal", "rows", "residualBound")
            ]
            for one in found["hops"]
        ],
    )


def _money(part: dict[str, Any]) -> str:
    money = ", ".join(f"{a['amount']} {a['currency']}" for a in part["amounts"])
    return f"{part['count']} ({money or 'no readable money'})" if part["count"] else "none"


def print_certificate(shell: Shell, found: dict[str, Any]) -> None:
    """Print a certificate for a person."""
    colour = "green" if found["status"].startswith("tied") else "yellow"
    shell.say(f"tie-out certificate {found['period']}: {found['status']}", style=f"bold {colour}")
    shell.say(MEANING[found["status"]])
    if found["isEstimate"]:
        shell.say("an estimate from unbilled files: previewed, never billed")
    elif found["estimates"]:
        names = ", ".join(sorted({one["file"] for one in found["estimates"]}))
        shell.say(f"unbilled files that gave way to the billed ones: {names}")
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
    for kind, name in WAITING.items():
        shell.say(f"{name}: {_money(found[kind])}")
    _print_late(shell, found)
    _print_named(shell, found)
    for entry in sorted({i["currency"] for i in found["inputs"] if i["currency"]}):
        shell.say(_tied(found, currency=entry))
    shell.say(f"input digest  {found['inputDigest']}")
    shell.say(f"output digest {found['outputDigest']}")
    head = found["audit"]
    shell.say(f"head of the audit {head['lastHash']}, entry {head['entries']}: keep it elsewhere")


def _print_late(shell: Shell, found: dict[str, Any]) -> None:
    """Say what came after the month closed, which months bill it, and what it bills of others."""
    late = found["late"]
    if late["count"]:
        money = ", ".join(f"{a['amount']} {a['currency']}" for a in late["amounts"])
        shell.say(f"late, after invoices were verified: {late['count']} ({money})")
        for one in found["carriedTo"]:
            where = "by adjustments of" if one["isAdjustment"] else "in"
            shell.say(f"  billed {where} {one['period']}: {_lines(one)}")
        waiting = late["count"] - sum(one["lines"] for one in found["carriedTo"])
        if waiting:
            shell.say(f"  not billed yet: {waiting}; run the next open month", style="yellow")
    for one in found["carriedIn"]:
        shell.say(f"billed here, though late lines of {one['period']}: {_lines(one)}")


def _lines(one: dict[str, Any]) -> str:
    return f"{one['lines']} ({one['amount']} {one['currency']})"


def _print_named(shell: Shell, found: dict[str, Any]) -> None:
    """Name what persons set aside or accepted, and the rows that two files share."""
    if found["setAside"]["lines"]:
        keys = ("vendorLineId", "file", "invoiceNumber", "amount", "currency", "by", "at", "reason")
        shell.table(
            "set aside: lines that persons judged to be the vendor's error",
            ["line", "file", "invoice", "amount>", "currency", "by", "at", "reason"],
            rows=[[line[key] for key in keys] for line in found["setAside"]["lines"]],
        )
    for one in found["acceptedParked"]:
        shell.say(
            f"{one['invoiceNumber']} was verified though lines are parked: {one['reason']}",
            style="yellow",
        )
    for one in found["manualLines"]:
        shell.say(
            f"typed by {one['by']} onto invoice {one['invoiceId']}: {one['chargeType']}"
            f" {one['amount']} {one['currency']} ({one['reason']})"
        )
    if found["documents"]:
        named = ("invoiceId", "documentType", "invoiceNumber", "creditsInvoiceId")
        shell.table(
            "about this month, beside its invoices",
            ["document", "type", "number", "corrects", "total>", "currency", "status"],
            rows=[
                [one[key] for key in (*named, "totalAmount", "currency", "status")]
                for one in found["documents"]
            ],
        )
    if found["overlaps"]:
        pair = ("file", "invoiceNumber", "otherFile", "otherInvoiceNumber")
        shell.table(
            "overlaps: equal rows in two files, both billed",
            ["file", "invoice", "other file", "its invoice", "rows>", "amount>", "currency"],
            rows=[
                [one[key] for key in (*pair, "rows", "amount", "currency")]
                for one in found["overlaps"]
            ],
        )


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
    for kind, name in {**WAITING, "late": "late"}.items():
        parts[name] = [a["amount"] for a in found[kind]["amounts"] if a["currency"] == currency]
    carried = [one["amount"] for one in found["carriedIn"] if one["currency"] == currency]
    if carried:
        parts["of other months"] = [shortest(-parse_number(text)) for text in carried]
    if not found["late"]["count"]:
        del parts["late"]
    placed = {name: sum(to_units(parse_number(t)) for t in texts) for name, texts in parts.items()}
    sign = "=" if read == sum(placed.values()) else "is not"
    said = " + ".join(
        f"{name} {shortest(Fraction(units, UNITS))}" for name, units in placed.items()
    )
    return f"read {shortest(Fraction(read, UNITS))} {currency} {sign} {said}"
