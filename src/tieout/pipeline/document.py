"""Documents made by hand: lines, files and header, published in one transaction.

Source: reporting-api.md 6.6 and 8.2. Decision 0027.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tieout import __version__
from tieout.engine.duckdb import Engine, sql_text
from tieout.errors import Conflict
from tieout.invoice import NAMESPACE, issue_document
from tieout.invoice.certificate import check_law
from tieout.pipeline.keep import utc_text, write
from tieout.pipeline.word import Word
from tieout.store import audit, documents
from tieout.store.audit import Event
from tieout.store.catalog import ADJUSTMENT, DRAFTS, INVOICE, NEW_CORRECTED, VENDOR_LINES
from tieout.store.house import House
from tieout.store.workflow import STATUS_NAMES, Header, find_invoices

PARTIES = ("hop", "seller_id", "buyer_id", "vendor_id", "contract_id", "currency", "order_id")
FROZEN = (  # what a document that corrects another takes from it
    *("seller_name", "buyer_name", "contract_type_name", "vendor_name", "minor_digits"),
    *("tax_zone", "tax_rate", "payment_terms_days", "order_number"),
)
NAMED = ("document_type", "credits_invoice_id", "total_amount", "currency", "output_digest")
KEPT = {  # kind of lake file -> relation
    "charge": "document_charge",
    "detail_line": "detail_line",
    "invoice_line": "document_invoice_line",
}


@dataclass(frozen=True)
class Document:
    """A document about to be made by hand, but for its lines.

    `parties` has PARTIES, `frozen` what of FROZEN is not looked up; `inputs` are the texts of what
    it was made from, for its input digest.
    """

    action: str
    invoice_id: str
    period: str
    date: dt.date
    document_type: str
    source_id: int
    snapshot_id: int
    parties: Mapping[str, Any]
    inputs: tuple[str, ...]
    credits_invoice_id: str | None = None
    frozen: Mapping[str, Any] | None = None


def new_document_id(connection: Connection, parties: Mapping[str, Any]) -> str:
    """Give the id of the next document between two parties; call it only as the writer."""
    number = documents.count_documents(connection) + 1
    said = "\x1f".join(("document", parties["seller_id"], parties["buyer_id"], str(number)))
    return str(uuid.uuid5(uuid.UUID(NAMESPACE), said))


def date_of_document(asked: dt.date | None, *, today: dt.date, beside: Header | None) -> dt.date:
    """Give the date asked for, else today; not before that of `beside`. Raises Conflict."""
    earliest = dt.date.fromisoformat(beside["invoice_date"]) if beside else dt.date.min
    if asked is not None and beside is not None and asked < earliest:
        name = beside["invoice_number"] or beside["invoice_id"]
        raise Conflict(
            reason=f"invoice {name} is dated {earliest}: what corrects it is not dated {asked}"
        )
    return asked or max(today, earliest)


def name_document(engine: Engine, document: Document) -> None:
    """Set the variables that the SQL of its lines reads."""
    parties = {name: document.parties[name] for name in PARTIES}
    engine.let(invoice_id=document.invoice_id, **parties)


def make_document(
    house: House, engine: Engine, *, document: Document, word: Word
) -> dict[str, Any]:
    """Make a document from `made_line` and publish it as New Corrected; give it as JSON values.

    The reference data of its snapshot are named in the engine.
    """
    name_document(engine, document)
    engine.table("document_line", sql_text("tieout.invoice", "document_line"))
    issue_document(engine, invoice_id=document.invoice_id, date=document.date.isoformat())
    check_law(engine, "law_residual")
    header = _header(engine, document, word=word)
    files = [
        write(
            house, engine, sql=f"SELECT * FROM {relation}", kind=kind, hop=document.parties["hop"]
        )
        for kind, relation in KEPT.items()
    ]
    event = Event(
        document.action,
        "invoice",
        document.invoice_id,
        after={name: header[name] for name in NAMED},
    )
    engine.watch.phase("publish")
    with house.catalog.write() as connection:
        documents.publish_document(
            connection,
            header,
            snapshot_id=document.snapshot_id,
            created_at=utc_text(word.now),
            files=files,
            by=word.by,
        )
        audit.record(connection, [event], signed=word.signed())
    return documents.told(header)


def discard_document(house: House, name: str, *, word: Word) -> dict[str, Any]:
    """Withdraw a document made by hand that is still a draft; the audit keeps that it was there.

    Raises NotFound, or Conflict when it is verified or a run made it.
    """
    with house.writer(), house.catalog.write() as connection:
        (header,) = find_invoices(connection, [name])
        said = header["invoice_number"] or header["invoice_id"]
        if header["status_id"] not in DRAFTS:
            raise Conflict(
                reason=f"invoice {said} is {STATUS_NAMES[header['status_id']]}: credit it instead"
            )
        by_runs = ((VENDOR_LINES, header["document_type"]), (ADJUSTMENT, INVOICE))
        if (header["source_id"], header["document_type"]) in by_runs:
            raise Conflict(reason=f"invoice {said} is made by the runs of its month")
        documents.remove_draft(connection, header)
        before = {name: header[name] for name in NAMED}
        event = Event("discard", "invoice", header["invoice_id"], before=before)
        audit.record(connection, [event], signed=word.signed())
    return documents.told(header)


def _header(engine: Engine, document: Document, *, word: Word) -> Header:
    """Give the document's row of the catalog."""
    found = engine.one("SELECT * EXCLUDE (start_status, vendor_invoice_number) FROM invoice_header")
    found |= document.frozen or {}
    terms = found["payment_terms_days"]
    due = None if terms is None else (document.date + dt.timedelta(days=terms)).isoformat()
    inputs = "".join(f"{line}\n" for line in sorted((f"engine|{__version__}", *document.inputs)))
    lines = engine.one("SELECT count(*)::INT AS lines FROM document_line")["lines"]
    return found | {
        "run_id": f"document-{document.invoice_id}",
        "period": document.period,
        "invoice_number": None,
        "invoice_date": document.date.isoformat(),
        "due_date": due,
        "document_type": document.document_type,
        "source_id": document.source_id,
        "credits_invoice_id": document.credits_invoice_id,
        "status_id": NEW_CORRECTED,
        "detail_count": lines,
        "input_digest": hashlib.sha256(inputs.encode()).hexdigest(),
        "changed_at": utc_text(word.now),
        "revision": 1,
    }
