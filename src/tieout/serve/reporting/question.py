"""What is asked of an invoice endpoint, in our words."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from tieout.report.rows import RowView
from tieout.report.visibility import GENERAL, PREVIEW, Wanted
from tieout.serve.problems import Reason, ReportingProblem, bad_parameter
from tieout.serve.reporting.endpoints import InvoiceEndpoint
from tieout.serve.reporting.query import CURRENCY, PRINTED, Query, read_query
from tieout.serve.settings import Settings

EXPANDS = {"correctiondetails": "corrections", "alldetails": "all"}
FILTERS = (
    *("invoiceDateFrom", "invoiceDateTill", "clip", "invoiceId", "invoiceNumber"),
    *("subscriptionId", "statusId", "currency", "changedSince", "direction"),
)
ROW_ONLY = ("expand", "residual")
DRAFTS = "isPreview"  # of version 2: drafts are asked for
REPEATED = ("statusId", "expand")  # names that may come more than once, or are refused elsewhere


@dataclass(frozen=True)
class Question:
    """One call of an invoice endpoint: which invoices, and which view of them."""

    wanted: Wanted
    view: RowView
    clip: bool


def known_names(endpoint: InvoiceEndpoint) -> tuple[str, ...]:
    """Give the parameters of an endpoint beside those of transport."""
    drafts = (DRAFTS,) if endpoint.asks_preview else ()
    return (*FILTERS, *(ROW_ONLY if endpoint.rows else ()), *drafts)


def read_invoice_query(request: Request, endpoint: InvoiceEndpoint) -> Query:
    """Read the query of an invoice endpoint; version 2 refuses what it does not know."""
    return read_query(
        request, known_names(endpoint), repeated=REPEATED, strict=endpoint.version != "v1"
    )


def read_question(
    query: Query, endpoint: InvoiceEndpoint, *, settings: Settings, partner: str | None = None
) -> Question:
    """Give what a query asks. Raises ReportingProblem naming the parameter."""
    wanted = Wanted(
        statuses=_statuses(query.all("statusId"), PREVIEW if endpoint.preview else GENERAL),
        direction=query.one_of("direction", "all", "incoming", "outgoing"),
        partner_id=partner,
        invoice_id=query.text("invoiceId"),
        invoice_number=query.text("invoiceNumber", pattern=PRINTED),
        currency=query.text("currency", pattern=CURRENCY),
        date_from=query.day("invoiceDateFrom"),
        date_till=query.day("invoiceDateTill"),
        changed_since=query.moment("changedSince"),
    )
    if wanted.date_from and wanted.date_till and wanted.date_from > wanted.date_till:
        raise bad_parameter("invoiceDateTill", "lies before invoiceDateFrom")
    view = _view(query, settings=settings, rows=endpoint.rows)
    return Question(wanted, view, clip=query.flag("clip"))


def _statuses(values: Sequence[str], allowed: Sequence[int]) -> tuple[int, ...]:
    names = {str(status): status for status in allowed}
    if any(value not in names for value in values):
        raise bad_parameter("statusId", f"is one of {', '.join(names)} here")
    return tuple(sorted(names[value] for value in set(values))) or tuple(allowed)


def _expand(values: Sequence[str]) -> str:
    if not values:
        return "none"
    if len(values) != 1 or values[0].lower() not in EXPANDS:
        raise ReportingProblem(
            code="BAD_EXPAND",
            detail="expand accepts CorrectionDetails or AllDetails",
            errors=[Reason(parameter="expand", reason="unknown value")],
        )
    return EXPANDS[values[0].lower()]


def _view(query: Query, *, settings: Settings, rows: bool) -> RowView:
    corrections, others = (day.isoformat() if day else None for day in settings.cut_offs)
    return RowView(
        corrections_until=corrections,
        others_until=others,
        expand=_expand(query.all("expand")) if rows else "none",
        residual=query.one_of("residual", "field", "row"),
        correction_scope=settings.correction_details_scope,
        credit_grouping=settings.credit_grouping,
        correction_quantity=settings.correction_quantity,
        subscription_id=query.text("subscriptionId"),
    )
