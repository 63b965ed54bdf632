"""A month with verified documents of every origin, and what `verify_store` says of it."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from store_case import LATER, MONTH_FILE, NOW, PERIOD, invoices, load_month, load_reference

from tieout import pipeline
from tieout.errors import StoreDiffers
from tieout.store.catalog import invoice
from tieout.store.house import House
from tieout.store.published import changed_manifest

WORD = pipeline.Word(by="anna", now=LATER, reason="asked for")
MANIFEST = "the manifest names other files of"


def make_verified(house: House, folder: Path) -> None:
    """Verify a month with a line typed onto it, then a credit note and a custom invoice of it."""
    load_reference(house, folder / "reference")
    load_month(house, MONTH_FILE)
    pipeline.run_period(house, PERIOD, now=NOW)
    draft = invoices(house)["havenlab"]["invoice_id"]
    pipeline.add_manual_line(house, pipeline.ManualLine(draft, "-1.005"), word=WORD)
    choice = pipeline.Choice(period=PERIOD, accept_parked="asked")
    pipeline.verify_invoices(house, choice, word=WORD)
    number = invoices(house)["molenaar"]["invoice_number"]
    made = [pipeline.credit_invoice(house, pipeline.Credit(number), word=WORD)]
    charge = pipeline.Charge(quantity="3", unit_price="0.335", details="Advice")
    custom = pipeline.CustomInvoice([charge], "c-brightwater-molenaar", period=PERIOD)
    made.append(pipeline.charge_by_hand(house, custom, word=WORD))
    names = tuple(one["invoiceId"] for one in made)
    pipeline.verify_invoices(house, pipeline.Choice(names=names), word=WORD)


def differences(house: House) -> list[str]:
    """Give what differs but for the manifest, of which `other_files` tells."""
    with pytest.raises(StoreDiffers) as found:
        pipeline.verify_store(house)
    return [one for one in found.value.differences if not one.startswith(MANIFEST)]


def other_files(house: House) -> list[str]:
    with house.catalog.read() as connection:
        return changed_manifest(connection)


def headers(house: House) -> list[dict[str, Any]]:
    with house.catalog.read() as connection:
        return [dict(row) for row in connection.execute(select(invoice)).mappings()]
