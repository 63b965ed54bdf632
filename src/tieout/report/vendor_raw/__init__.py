"""Vendor invoices -> their rows as the vendor wrote them, for whoever buys them from the vendor.

billed invoices, runs ─> bought_line ─> linked_invoice ─┬> consumed_invoice
                                        vendor's rows ──┴> raw_line, beside the cells as read
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from tieout.engine.duckdb import Engine, define_macros, sql_text
from tieout.report.run_file import name_run_files
from tieout.report.vendor_raw.unrun import unrun_documents
from tieout.store import line_decisions, manifest, vendor_files
from tieout.store.billed_invoices import (
    BilledInvoice,
    TellingFile,
    billed_invoices,
    digest_of_files,
)
from tieout.store.catalog import ESTIMATE, invoice, run
from tieout.store.house import House
from tieout.tables import REJECTED_ROW, VENDOR_LINE

PACKAGE = "tieout.report.vendor_raw"
Row = Mapping[str, Any]


def _texts(*names: str) -> pa.Schema:
    return pa.schema([pa.field(name, pa.string()) for name in names])


DOCUMENT = _texts(
    *("run_id", "period", "vendor_id", "vendor_name", "currency", "invoice_date"),
    "contract_type_name",
)
TOLD_INVOICE = _texts(
    "vendor", "invoice_number", "currency", "period", "subtotal", "file_digest"
).append(pa.field("rows", pa.int64()))
TELLING_FILE = _texts("file_id", "invoice_number", "vendor")


@dataclass(frozen=True)
class Consumed:
    """What the catalog knows of the vendor invoices that an organization may buy.

    `invoices` are the billed ones of every buyer, perhaps of one number only; `documents` its own
    documents of the hop next to the vendor, oldest first, each with its run's snapshot, and what
    stands for those that no run has made yet, without a run; `aside` the lines that persons set
    aside; `sole` the vendors that nobody else buys from.
    """

    consumer: str
    invoices: Sequence[BilledInvoice]
    documents: Sequence[Row]
    aside: Sequence[Row]
    sole: frozenset[str]
    invoice_number: str | None = None

    @property
    def runs(self) -> dict[str, int]:
        """The snapshots of the runs with documents, by their ids."""
        return {row["run_id"]: row["snapshot_id"] for row in self.documents if row["run_id"]}

    def has_before(self, since: str) -> bool:
        """Tell whether any document is dated before a day."""
        return any(row["invoice_date"] < since for row in self.documents)

    def state_of(self, linked: Iterable[Row]) -> list[object]:
        """Give what changes whenever the rows of the linked invoices do; no money is in it."""
        keys = {(row["vendor"], row["invoice_number"]) for row in linked}
        told = [one for one in self.invoices if (one.vendor, one.invoice_number) in keys]
        said = [(one.vendor, one.invoice_number, one.content_digest, one.files) for one in told]
        files = {file.file_id for one in told for file in one.files}
        aside = [(row["file_id"], row["row_number"]) for row in self.aside]
        return [said, [line for line in aside if line[0] in files], sorted(self.runs)]


def consumed_by(
    house: House, consumer: str, *, sole: frozenset[str], invoice_number: str | None = None
) -> Consumed:
    """Read what the catalog knows of the vendor invoices of an organization, perhaps of a number.

    Drafts count as well: what a vendor billed is its buyer's, whatever was made of it. Estimates
    do not: no vendor billed them. `sole` are the vendors that nobody else buys from
    (store/channel.py): what they bill is its own before any run.
    """
    query = (
        select(*(invoice.c[name] for name in DOCUMENT.names), run.c.snapshot_id)
        .join(run, run.c.run_id == invoice.c.run_id)
        .where(
            invoice.c.hop == 1,
            invoice.c.buyer_id == consumer,
            invoice.c.document_type != ESTIMATE,
            manifest.is_billing(),
        )
        .order_by(invoice.c.invoice_date, invoice.c.invoice_id)
    )
    with house.catalog.read() as connection:
        documents = [dict(row) for row in connection.execute(query).mappings()]
        told = billed_invoices(connection, invoice_number=invoice_number)
        aside = line_decisions.standing(connection, invoice_number=invoice_number)
        documents += unrun_documents(
            connection, consumer, invoices=told, sole=sole, documents=documents
        )
    documents.sort(key=itemgetter("invoice_date"))
    return Consumed(consumer, told, documents, aside, sole, invoice_number)


def define_bought(
    engine: Engine, house: House, *, consumed: Consumed, since: str | None = None
) -> None:
    """Define `bought_line` over the runs with documents from a day on."""
    taken = [row for row in consumed.documents if since is None or row["invoice_date"] >= since]
    runs = {row["run_id"] for row in taken if row["run_id"]}
    kinds = ("charge", "detail_line", "parked_line")
    name_run_files(engine, house, runs=runs, hops=(1,), kinds=kinds)
    engine.let(viewer=consumed.consumer, vendor_invoice_number=consumed.invoice_number)
    engine.view("bought_line", sql_text(PACKAGE, "bought_line"))


def linked_invoices(engine: Engine, *, consumed: Consumed) -> pa.Table:
    """Give the vendor invoices with lines in `bought_line` that are the consumer's, by date."""
    own = [{name: row[name] for name in DOCUMENT.names} for row in consumed.documents]
    engine.register("own_document", pa.Table.from_pylist(own, schema=DOCUMENT))
    engine.register("told_invoice", _told(consumed.invoices))
    sole = sorted(consumed.sole)
    engine.register("sole_vendor", pa.table({"vendor": pa.array(sole, pa.string())}))
    linked = sql_text(PACKAGE, "linked_invoice")
    return engine.arrow(f"SELECT * FROM ({linked}) ORDER BY invoice_date, vendor, invoice_number")


def define_consumed(engine: Engine, house: House, *, consumed: Consumed, linked: pa.Table) -> None:
    """Define `consumed_invoice`, the linked invoices with their totals; order by ordinal.

    Reads `bought_line`.
    """
    engine.register("linked_invoice", linked)
    rows = linked.select(["vendor", "invoice_number", "is_sole"]).to_pylist()
    is_sole = {(row["vendor"], row["invoice_number"]): row["is_sole"] for row in rows}
    shown = [one for one in consumed.invoices if (one.vendor, one.invoice_number) in is_sole]
    shared = [one for one in shown if not is_sole[one.vendor, one.invoice_number]]
    name_loaded(engine, house, kind="vendor_line", files=files_of(shared))
    rejecting = [file for file in files_of(shown) if file.rejected]
    name_loaded(engine, house, kind="rejected_row", files=rejecting)
    telling = [
        {"file_id": file_id, "invoice_number": number, "vendor": vendor}
        for (file_id, number), vendor in only_vendors(consumed.invoices).items()
    ]
    engine.register("telling_file", pa.Table.from_pylist(telling, schema=TELLING_FILE))
    define_macros(engine, "tieout.report", names=["named_id"])
    engine.table("consumed_invoice", sql_text(PACKAGE, "consumed_invoice"))


def files_of(invoices: Iterable[BilledInvoice]) -> list[TellingFile]:
    """Give the files that tell some invoices, by id."""
    found = {file.file_id: file for one in invoices for file in one.files}
    return [found[file_id] for file_id in sorted(found)]


def only_vendors(invoices: Iterable[BilledInvoice]) -> dict[tuple[str, str], str]:
    """Give the vendor of each number in each file, where one vendor alone has it there.

    A rejected row has no vendor but by this.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for one in invoices:
        for file in one.files:
            found.setdefault((file.file_id, one.invoice_number), set()).add(one.vendor)
    return {key: min(vendors) for key, vendors in found.items() if len(vendors) == 1}


def name_loaded(
    engine: Engine, house: House, *, kind: str, files: Sequence[TellingFile]
) -> dict[str, Path]:
    """Name a relation of vendor files as they were loaded; give the Parquet file of each."""
    with house.catalog.read() as connection:
        ids = [file.file_id for file in files]
        paths = vendor_files.loaded_paths(connection, house, kind=kind, file_ids=ids)
    schema = {"vendor_line": VENDOR_LINE, "rejected_row": REJECTED_ROW}.get(kind)
    engine.parquet(kind, list(paths.values()), schema=schema)
    return paths


def _told(invoices: Sequence[BilledInvoice]) -> pa.Table:
    files: dict[tuple[str, str], list[TellingFile]] = {}
    for one in invoices:
        files.setdefault((one.vendor, one.invoice_number), []).extend(one.files)
    rows = [
        {name: getattr(one, name) for name in TOLD_INVOICE.names if name != "file_digest"}
        | {"file_digest": digest_of_files(files[one.vendor, one.invoice_number])}
        for one in invoices
    ]
    return pa.Table.from_pylist(rows, schema=TOLD_INVOICE)
