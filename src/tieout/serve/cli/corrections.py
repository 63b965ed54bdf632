"""`tieout manual-line`, `credit`, `charge`, `discard`: what persons change of invoices."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import click

from tieout import pipeline
from tieout.pipeline import Charge, Credit, CustomInvoice, ManualLine, Word
from tieout.pipeline.manual_line import CHARGE_TYPES
from tieout.serve.cli import Shell
from tieout.serve.cli.decisions import BY, reason_given
from tieout.serve.cli.load import month
from tieout.serve.cli.stopping import Stopping, stoppable

REASON = click.option("--reason", required=True, callback=reason_given, help="Why, for the audit.")
DAY = click.DateTime(formats=["%Y-%m-%d"])


def day(_ctx: click.Context, _parameter: click.Parameter, value: Any) -> dt.date | None:
    """Give a date as a day."""
    return None if value is None else value.date()


DATE = click.option(
    "--date",
    type=DAY,
    callback=day,
    help="The document's date; today if absent. Never before that of the invoice it corrects.",
)


@click.command("manual-line", context_settings={"ignore_unknown_options": True})
@click.argument("invoice")
@click.argument("amount")
@click.option(
    "--type",
    "charge_type",
    type=click.Choice(CHARGE_TYPES),
    default=CHARGE_TYPES[0],
    show_default=True,
)
@click.option("--row", metavar="ID", help="The row that the line corrects, see `show`.")
@REASON
@BY
@click.pass_obj
def manual_line(shell: Shell, /, invoice: str, amount: str, **said: Any) -> None:
    """Add a line of AMOUNT, with its sign, to a draft INVOICE, by id.

    The invoice becomes New Corrected; later runs of the month keep the line. It takes its
    subscription, product and days from the row that it corrects.
    """
    line = ManualLine(invoice, amount, charge_type=said["charge_type"], row_id=said["row"])
    done = _made(
        shell,
        lambda **how: pipeline.add_manual_line(shell.house, line, **how),
        said=said,
        stands=("no line was added", "the line was added before the stop came"),
    )
    if shell.json:
        shell.print_json(done)
    shell.say(
        f"{done['chargeType']} {done['amount']} {done['currency']}: invoice {done['invoiceId']} is"
        f" {done['status']}, {done['totalAmount']} {done['currency']} (before"
        f" {done['totalBefore']})"
    )


@click.command()
@click.argument("invoice")
@click.option("--row", "rows", metavar="ID", multiple=True, help="Only this row; may be repeated.")
@click.option("--amount", help="Only a part of the one row, without a sign.")
@click.option(
    "--reprice",
    is_flag=True,
    help="Bill the rows anew, at the prices of the reference data known now.",
)
@DATE
@REASON
@BY
@click.pass_obj
def credit(shell: Shell, /, invoice: str, **said: Any) -> None:
    """Make a credit note for a verified INVOICE, by id or number: all that is left of it.

    Rows are those of `tieout show INVOICE`. The credit note starts New Corrected: look at it,
    verify it, issue it. The invoices of the hops above and below stay as they are.
    """
    wanted = Credit(
        invoice,
        row_ids=said["rows"],
        amount=said["amount"],
        reprice=said["reprice"],
        date=said["date"],
    )
    done = _made(
        shell,
        lambda **how: pipeline.credit_invoice(shell.house, wanted, **how),
        said=said,
        stands=("no credit note was made", "the credit note was made before the stop came"),
    )
    _answer(shell, done)


@click.command()
@click.option("--contract", metavar="ID", help="The contract that the charges come under.")
@click.option("--invoice", metavar="INVOICE", help="A verified invoice: the charges are beside it.")
@click.option(
    "--line",
    "lines",
    nargs=3,
    multiple=True,
    required=True,
    metavar="QUANTITY PRICE TEXT",
    help="So many, at such a price each, for what; may be repeated.",
)
@click.option("--subscription", metavar="ID", help="What the charges belong to.")
@click.option("--period", callback=month, help="The month they are about, YYYY-MM.")
@click.option("--from", "start", type=DAY, callback=day, help="First charged day.")
@click.option("--till", "end", type=DAY, callback=day, help="Last charged day, included.")
@DATE
@REASON
@BY
@click.pass_obj
def charge(shell: Shell, /, lines: tuple[tuple[str, str, str], ...], **said: Any) -> None:
    """Make a custom invoice under a contract, or a debit memo beside a verified invoice.

    It starts New Corrected: look at it, verify it, issue it.
    """
    if bool(said["contract"]) == bool(said["invoice"]):
        sentence = "name a contract with --contract, or an invoice with --invoice"
        raise click.UsageError(sentence)
    wanted = CustomInvoice(
        [Charge(*line) for line in lines],
        contract_id=said["contract"],
        invoice=said["invoice"],
        subscription_id=said["subscription"],
        period=said["period"],
        start=said["start"],
        end=said["end"],
        date=said["date"],
    )
    done = _made(
        shell,
        lambda **how: pipeline.charge_by_hand(shell.house, wanted, **how),
        said=said,
        stands=("no invoice was made", "the invoice was made before the stop came"),
    )
    _answer(shell, done)


@click.command()
@click.argument("document")
@REASON
@BY
@click.pass_obj
def discard(shell: Shell, document: str, *, reason: str, by: str) -> None:
    """Withdraw a credit note, debit memo, custom or summary invoice that is not verified yet."""
    word = Word(by=by, now=dt.datetime.now(dt.UTC), reason=reason)
    if pipeline.names_summaries(shell.house, [document]):
        done = pipeline.discard_summary(shell.house, document, word=word)
        if shell.json:
            shell.print_json(done)
        shell.say(f"summary invoice {done['invoiceConsolidationId']} is withdrawn")
        return
    done = pipeline.discard_document(shell.house, document, word=word)
    if shell.json:
        shell.print_json(done)
    shell.say(f"{done['documentType']} {done['invoiceId']} is withdrawn; it had no number yet")


def _made(
    shell: Shell,
    make: Callable[..., dict[str, Any]],
    *,
    said: Mapping[str, Any],
    stands: tuple[str, str],
) -> dict[str, Any]:
    """Make what was asked for; `stands` says at a stop that it was not made, or that it was."""
    house, before = shell.house, pipeline.newest_entry(shell.house)
    word = Word(by=said["by"], now=dt.datetime.now(dt.UTC), reason=said["reason"])
    stopping = Stopping(what_stands=lambda: stands[pipeline.newest_entry(house) != before])
    with stoppable(stopping):
        return make(word=word, watch=stopping)


def _answer(shell: Shell, done: dict[str, Any]) -> None:
    if shell.json:
        shell.print_json(done)
    of = f" for {done['creditsInvoiceId']}" if done["creditsInvoiceId"] else ""
    shell.say(
        f"{done['documentType']} {done['invoiceId']}{of}: {done['providerId']} to"
        f" {done['consumerId']}, {done['totalAmount']} {done['currency']}, {done['status']}"
    )
