"""What may be corrected and what not, on both catalogs; amounts by fractions of what was billed."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from channel import text
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError
from store_case import LATER, PERIOD, everything, invoices

from tieout import pipeline
from tieout.errors import Conflict, InputsChanged, NotANumber, NotFound
from tieout.pipeline import Charge, Choice, Credit, CustomInvoice, ManualLine, Word
from tieout.serve.cli import Shell
from tieout.serve.cli.show import read_invoice
from tieout.serve.settings import Settings
from tieout.store.catalog import invoice, manual_line
from tieout.store.house import House

STARTED = 4  # invoices that start verified in the demo's month
BEFORE = dt.date(2021, 10, 31)  # the invoices of October are dated on the 1st of November
ANNA = Word(by="anna", now=LATER, reason="asked")


def shown(house: House, name: str, *, expand: str = "none") -> dict[str, Any]:
    """Give a document as its seller sees it."""
    shell = Shell(as_json=True, settings=Settings(home=house.home))
    shell.__dict__["house"] = house
    return read_invoice(shell, name, expand=expand)


def invoices_by_run(house: House) -> dict[str, Any]:
    """Give the headers that a run made, by buyer."""
    query = select(invoice).where(invoice.c.source_id == 1)
    with house.catalog.read() as connection:
        return {row["buyer_id"]: row for row in connection.execute(query).mappings()}


def by_hand(house: House) -> list[dict[str, Any]]:
    """Give the headers of the documents made by hand, oldest first."""
    query = select(invoice).where(invoice.c.source_id != 1).order_by(invoice.c.invoice_number)
    with house.catalog.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def credit(house: House, name: str, **wanted: Any) -> str:
    """Make a credit note and verify it; give its id."""
    made = pipeline.credit_invoice(house, Credit(name, **wanted), word=ANNA)
    assert made["statusId"] == 6
    pipeline.verify_invoices(house, Choice(names=(made["invoiceId"],)), word=ANNA)
    return str(made["invoiceId"])


def refused(house: House, what: Callable[[], object], *, match: str) -> None:
    """Check that something is refused as a whole."""
    before = everything(house)
    with pytest.raises((Conflict, NotFound, NotANumber), match=match):
        what()
    assert everything(house) == before


def total(found: dict[str, Any]) -> Fraction:
    """Give what a document comes to by its rows."""
    return sum((Fraction(row["totalPrice"]) for row in found["rows"]), Fraction(0))


def test_every_invoice_credited_whole_comes_to_nothing(billed: House) -> None:
    issued = [one for one in invoices(billed).values() if one["status_id"] and one["hop"] > 1]
    assert len(issued) >= 3
    for header in issued:
        before = shown(billed, header["invoice_id"])
        found = shown(billed, credit(billed, header["invoice_id"]))
        assert [Fraction(row["totalPrice"]) for row in found["rows"]] == [
            -Fraction(row["totalPrice"]) for row in before["rows"]
        ]
        assert [row["creditsRowId"] for row in found["rows"]] == [
            row["rowId"] for row in before["rows"]
        ]
        names = ("totalAmount", "detailTotal", "roundingResidual")
        assert [Fraction(found["header"][name]) for name in names] == [
            -Fraction(before["header"][name]) for name in names
        ]
        details = shown(billed, found["header"]["invoiceId"], expand="all")
        residual = Fraction(found["header"]["roundingResidual"])
        assert total(details) + residual == total(found) == -Fraction(header["total_amount"])
        refused(billed, partial(credit, billed, header["invoice_id"]), match="nothing is left of")
    assert pipeline.verify_store(billed)["files"] > 0
    pipeline.run_period(billed, PERIOD, now=LATER)
    listed = pipeline.certificate_of(billed, PERIOD)["documents"]
    assert sum((Fraction(one["totalAmount"]) for one in listed), Fraction(0)) == -sum(
        (Fraction(one["total_amount"]) for one in issued), Fraction(0)
    )
    done = Counter(one["action"] for one in pipeline.read_audit(billed)["entries"])
    assert (done["credit"], done["verify"]) == (len(issued), len(issued) + STARTED)
    assert pipeline.check_audit(billed)["entries"] == done.total()


def test_parts_rows_and_the_rest_of_an_invoice(billed: House) -> None:
    header = invoices(billed)["molenaar"]
    number = header["invoice_number"]
    rows = shown(billed, number)["rows"]
    row = next(row for row in rows if Fraction(row["totalPrice"]) > 1)
    left = Fraction(row["totalPrice"])
    part = {"row_ids": [row["rowId"]], "amount": "0.40"}
    first = credit(billed, number, **part)
    (one,) = shown(billed, first)["rows"]
    assert (one["totalPrice"], one["creditsRowId"], one["quantity"]) == ("-0.40", row["rowId"], "1")
    assert one["subscriptionId"] == row["subscriptionId"]
    too_much = {"row_ids": [row["rowId"]], "amount": text(left - Fraction("0.39"))}
    refused(billed, lambda: credit(billed, number, **too_much), match="is more than is left")
    for amount in ("0.405", "-0.40", "0", "1e1", "x"):
        refused(
            billed,
            partial(credit, billed, number, row_ids=[row["rowId"]], amount=amount),
            match=r"decimals|is not 0|number",
        )
    refused(billed, lambda: credit(billed, number, amount="0.40"), match="a part of one row")
    refused(billed, lambda: credit(billed, number, row_ids=["no-such"]), match="no-such")
    rest = shown(billed, credit(billed, number))
    assert total(rest) == -(Fraction(header["total_amount"]) - Fraction("0.40"))
    assert {one["creditsRowId"] for one in rest["rows"]} == {one["rowId"] for one in rows}


def test_a_credit_note_is_credited_and_never_more_than_was_billed(billed: House) -> None:
    number = invoices(billed)["molenaar"]["invoice_number"]
    whole = Fraction(invoices(billed)["molenaar"]["total_amount"])
    first = credit(billed, number)
    second = credit(billed, first)  # the credit is taken back: the invoice stands again
    assert total(shown(billed, second)) == whole
    third = credit(billed, number)
    assert total(shown(billed, third)) == -whole
    refused(billed, lambda: credit(billed, second), match="which this takes back again, has 0 left")
    refused(billed, lambda: credit(billed, first), match="nothing is left of")


def test_what_cannot_be_corrected_is_refused(billed: House) -> None:
    every = invoices(billed)
    draft, vendors = every["kadewerk"]["invoice_id"], every["northlane"]["invoice_number"]
    issued = every["molenaar"]["invoice_number"]
    refused(billed, lambda: credit(billed, draft), match="is New")
    refused(billed, lambda: credit(billed, vendors), match="the vendor's own document")
    refused(billed, lambda: credit(billed, issued, date=BEFORE), match="is dated 2021-11-01")
    for line, match in (
        (ManualLine(issued, "-5"), "is Verified"),
        (ManualLine(vendors, "-5"), "is Verified"),
        (ManualLine(draft, "five"), "five"),
        (ManualLine(draft, "0.00"), "is not 0"),
        (ManualLine(draft, "-5", charge_type="Other"), "is of type"),
        (ManualLine(draft, "-5", row_id="no-such"), "no-such"),
        (ManualLine("no-such", "-5"), "no-such"),
    ):
        refused(
            billed,
            partial(pipeline.add_manual_line, billed, line, word=ANNA),
            match=match,
        )
    one = (Charge("1", "5", "support"),)
    for wanted, match in (
        (CustomInvoice(one, contract_id="no-such"), "no-such"),
        (CustomInvoice(one, contract_id="c-microsoft-northlane"), "at hop 1"),
        (CustomInvoice(one, invoice=draft), "is New"),
        (CustomInvoice(one), "name a contract or an invoice"),
        (CustomInvoice([], invoice=issued), "at least one charge"),
        (CustomInvoice([Charge("-1", "5", "support")], invoice=issued), "has no sign"),
        (CustomInvoice([Charge("1", "5", " ")], invoice=issued), "say what is charged"),
        (CustomInvoice(one, invoice=issued, subscription_id="no-such"), "no-such"),
        (CustomInvoice(one, invoice=issued, date=BEFORE), "is dated 2021-11-01"),
    ):
        refused(
            billed,
            partial(pipeline.charge_by_hand, billed, wanted, word=ANNA),
            match=match,
        )


def test_a_draft_of_a_credit_note_is_withdrawn_and_then_the_rest_is_free(billed: House) -> None:
    number = invoices(billed)["molenaar"]["invoice_number"]
    before = everything(billed)
    made = pipeline.credit_invoice(billed, Credit(number), word=ANNA)
    refused(billed, lambda: credit(billed, number), match="nothing is left of")
    pipeline.discard_document(billed, made["invoiceId"], word=ANNA)
    after = everything(billed)
    assert after["invoice"] == before["invoice"]
    assert after["lake_file"] == before["lake_file"]
    assert len(pipeline.collect_orphans(billed)) == 3
    again = credit(billed, number)
    assert again != made["invoiceId"]
    for name, match in ((again, "is Verified"), (number, "is Verified"), ("no-such", "no-such")):
        refused(
            billed,
            partial(pipeline.discard_document, billed, name, word=ANNA),
            match=match,
        )
    draft = invoices_by_run(billed)["kadewerk"]["invoice_id"]
    refused(
        billed,
        partial(pipeline.discard_document, billed, draft, word=ANNA),
        match="is made by the runs",
    )
    actions = [one["action"] for one in pipeline.read_audit(billed)["entries"]]
    assert [one for one in actions if one != "run"] == [
        *("change", "load", *("verify",) * STARTED, "credit", "discard", "credit", "verify")
    ]


def test_a_debit_memo_names_its_invoice(billed: House) -> None:
    header = invoices(billed)["molenaar"]
    row = shown(billed, header["invoice_id"])["rows"][0]
    wanted = CustomInvoice(
        [Charge("2", "7.5", "setup")],
        invoice=header["invoice_number"],
        subscription_id=row["subscriptionId"],
    )
    made = pipeline.charge_by_hand(billed, wanted, word=ANNA)
    named = ("documentType", "creditsInvoiceId", "totalAmount", "consumerId", "period")
    assert [made[name] for name in named] == [
        "DebitMemo",
        header["invoice_id"],
        "15.00",
        "molenaar",
        PERIOD,
    ]
    pipeline.verify_invoices(billed, Choice(names=(made["invoiceId"],)), word=ANNA)
    left = shown(billed, credit(billed, made["invoiceId"]))["rows"]
    names = ("totalPrice", "rowKind", "subscriptionId", "customChargeDetails")
    assert [tuple(one[name] for name in names) for one in left] == [
        ("-15.00", "custom", row["subscriptionId"], "setup")
    ]


def test_manual_lines_stay_and_the_database_keeps_them(billed: House) -> None:
    draft = invoices(billed)["kadewerk"]
    row = shown(billed, draft["invoice_id"])["rows"][0]
    run_id = draft["run_id"]
    line = ManualLine(draft["invoice_id"], "1.005", row_id=row["rowId"])
    done = pipeline.add_manual_line(billed, line, word=ANNA)
    assert (done["amount"], done["statusId"]) == ("1.005", 6)
    after = invoices(billed)["kadewerk"]
    assert Fraction(after["detail_total"]) == Fraction(draft["detail_total"]) + Fraction("1.005")
    found = shown(billed, draft["invoice_id"])
    assert total(found) == Fraction(after["total_amount"])
    moved = pipeline.diff_runs(billed, run_id, after=PERIOD)
    assert moved["inputs"] == [{"kind": "manualLine", "id": "1", "change": "added"}]
    assert [(one["hop"], one["difference"]) for one in moved["lines"]] == [(2, "1.005")]
    certificate = pipeline.certificate_of(billed, PERIOD)
    assert [(one["amount"], one["reason"]) for one in certificate["manualLines"]] == [
        ("1.005", "asked")
    ]
    pipeline.verify_invoices(billed, Choice(period=PERIOD, accept_parked="asked"), word=ANNA)
    before = everything(billed)
    with billed.catalog.read() as connection:
        values = dict(connection.execute(select(manual_line)).mappings().one())
    for statement in (
        update(manual_line).values(amount="2"),
        manual_line.delete(),
        insert(manual_line).values(**values | {"line_id": 2}),
    ):
        with pytest.raises(DBAPIError), billed.catalog.write() as connection:
            connection.execute(statement)
        assert everything(billed) == before


def test_a_verified_credit_note_keeps_what_it_credits(billed: House) -> None:
    credit(billed, invoices(billed)["molenaar"]["invoice_number"])
    before = everything(billed)
    for values in ({"credits_invoice_id": None}, {"source_id": 1}, {"total_amount": "1"}):
        with pytest.raises(DBAPIError), billed.catalog.write() as connection:
            connection.execute(update(invoice).where(invoice.c.source_id == 5).values(**values))
    with pytest.raises(DBAPIError), billed.catalog.write() as connection:
        connection.execute(invoice.delete().where(invoice.c.source_id == 5))
    assert everything(billed) == before
    assert [one["status_id"] for one in by_hand(billed)] == [1]


def test_a_changed_month_takes_no_manual_line(billed: House) -> None:
    draft = invoices(billed)["kadewerk"]["invoice_id"]
    with billed.catalog.write() as connection:
        connection.exec_driver_sql("UPDATE run SET input_digest = 'other'")
    with pytest.raises(InputsChanged):
        pipeline.add_manual_line(billed, ManualLine(draft, "-5"), word=ANNA)
