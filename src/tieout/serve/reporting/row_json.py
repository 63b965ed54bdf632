"""The fields of invoice rows and headers in the order of reporting-api.md 4."""

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.report.rows import RowView, name_invoices
from tieout.serve.export.forms import list_sql
from tieout.serve.export.json_text import (
    DAY,
    INTEGER,
    MOMENT,
    NUMBER,
    RAW,
    Field,
)

SELLER, CONSUMER = "cost_visible", "vendor_invoice_visible"
VENDOR_DETAILS = Field(
    "vendorDetails",
    "'{\"domainName\":' || to_json(customer_domain)::VARCHAR || '}'",
    kind=RAW,
)

# what a line was charged for, and how much
CHARGED = (
    Field("chargeStartDateUtc", "charge_start_date", DAY),
    Field("chargeEndDateUtc", "charge_end_date", DAY),
    Field("quantity", "quantity", NUMBER, digits="quantity_digits"),
    Field("unitPrice", "unit_price", NUMBER, digits="unit_price_digits"),
    Field(
        "effectiveUnitPrice", "effective_unit_price", NUMBER, digits="effective_unit_price_digits"
    ),
    Field("totalPrice", "total_price", NUMBER, digits="total_price_digits"),
)
ROW = (
    Field("rowId", "row_id"),
    Field("parentRowId", "parent_row_id"),
    Field("invoiceId", "invoice_id"),
    Field("invoiceNumber", "invoice_number"),
    Field("providerId", "provider_id"),
    Field("consumerId", "consumer_id"),
    Field("direction", "direction"),
    Field("lineNo", "line_no", INTEGER),
    Field("rowKind", "row_kind"),
    Field("matchKey", "match_key"),
    Field("subscriptionId", "subscription_id"),
    Field("subscriptionName", "subscription_name"),
    Field("offerId", "offer_id"),
    Field("vendorOfferId", "vendor_offer_id"),
    Field("vendorInvoiceRowId", "vendor_invoice_row_id"),
    VENDOR_DETAILS,
    Field("chargeType", "charge_type"),
    Field("chargeTypeId", "charge_type_id", INTEGER),
    Field("customChargeDetails", "custom_charge_details"),
    *CHARGED,
    Field("roundingResidual", "rounding_residual", NUMBER),
    Field("currency", "currency"),
    Field("preferredCurrencyId", "preferred_currency_id"),
    Field("preferredUnitPrice", "preferred_unit_price", NUMBER),
    Field(
        "preferredTotalPrice",
        "preferred_total_price",
        NUMBER,
        digits="preferred_total_price_digits",
    ),
    Field("preferredCurrency", "preferred_currency"),
    Field("preferredExchangeRate", "preferred_exchange_rate", NUMBER),
    Field("preferredRoundingResidual", "preferred_rounding_residual", NUMBER),
    Field(
        "resellerUnitPrice",
        "reseller_unit_price",
        NUMBER,
        digits="reseller_unit_price_digits",
        when=SELLER,
    ),
    Field(
        "resellerTotalPrice",
        "reseller_total_price",
        NUMBER,
        digits="reseller_total_price_digits",
        when=SELLER,
    ),
    Field("resellerCurrency", "reseller_currency", when=SELLER),
    Field("exchangeRate", "exchange_rate", NUMBER, when=SELLER),
    Field("marginAmount", "margin_amount", NUMBER, digits="margin_digits", when=SELLER),
    Field("vendorInvoiceNumber", "vendor_invoice_number", when=CONSUMER),
    Field("invoiceConsolidationId", "invoice_consolidation_id"),
    Field("orderId", "order_id"),
    Field("orderNumber", "order_number"),
    Field("orderDateUtc", "order_date", DAY),
    Field("meterName", "meter_name"),
    Field("meterCategory", "meter_category"),
    Field("sourceLineCount", "source_line_count", INTEGER),
    Field("adjustsInvoiceId", "adjusts_invoice_id"),
    Field("creditsRowId", "credits_row_id"),
)


def amount(column: str) -> str:
    """Give the SQL of an amount that is kept as text."""
    return f"{column}::DECIMAL(38, 18)"


HEADER = (  # of version 2
    Field("invoiceId", "invoice_id"),
    Field("requesterId", "getvariable('requester')"),
    Field("invoiceNumber", "invoice_number"),
    Field("invoiceDate", "left(invoice_date, 10)", DAY),
    Field("documentType", "document_type"),
    Field("statusId", "status_id", INTEGER),
    Field("status", "status"),
    Field("invoiceSourceId", "source_id", INTEGER),
    Field("invoiceSource", "source"),
    Field("invoiceFrequencyId", "frequency_id", INTEGER),
    Field("invoiceFrequency", "frequency"),
    Field("providerId", "seller_id"),
    Field("providerName", "seller_name"),
    Field("consumerId", "buyer_id"),
    Field("consumerName", "buyer_name"),
    Field("contractId", "contract_id"),
    Field("contractTypeName", "contract_type_name"),
    Field("vendorName", "vendor_name"),
    Field("currency", "currency"),
    Field("totalAmount", amount("total_amount"), NUMBER, digits="minor_digits"),
    Field("detailTotal", amount("detail_total"), NUMBER),
    Field("roundingResidual", amount("rounding_residual"), NUMBER),
    Field("rowCount", "row_count", INTEGER),
    Field("detailCount", "detail_count", INTEGER),
    Field("costAmount", amount("cost_amount"), NUMBER, digits="cost_digits", when=SELLER),
    Field("marginAmount", amount("margin_amount"), NUMBER, digits="minor_digits", when=SELLER),
    Field("invoiceConsolidationId", "summary_id"),
    Field("orderId", "order_id"),
    Field("orderNumber", "order_number"),
    Field("dueDate", "due_date", MOMENT),
    Field("verifiedAtUtc", "verified_at", MOMENT),
    Field("issuedAtUtc", "issued_at", MOMENT),
    Field("changedAtUtc", "changed_at", MOMENT),
    Field("revision", "revision", INTEGER),
    Field("creditsInvoiceId", "credits_invoice_id"),
    Field("outputDigest", "output_digest"),
    Field("inputDigest", "input_digest", when=SELLER),
)


STATUS_AGAIN = Field("invoiceStatus", "status")  # version 1 says the status twice

ROWS = "SELECT * FROM row ORDER BY ordinal, line_no"  # sorted before it becomes wide text
HEADERS = "SELECT * FROM header ORDER BY ordinal"


def row_fields(view: RowView) -> tuple[Field, ...]:
    """Give the fields of a row; `vendorDetails` is one of them when every line is shown."""
    return tuple(field for field in ROW if view.expand == "all" or field is not VENDOR_DETAILS)


def header_fields(version: str) -> tuple[Field, ...]:
    """Give the fields of a header in a version of the API."""
    if version != "v1":
        return HEADER
    after = next(at for at, field in enumerate(HEADER, start=1) if field.name == "status")
    return (*HEADER[:after], STATUS_AGAIN, *HEADER[after:])


def rows_sql(view: RowView) -> str:
    """Give the query of the rows as text, each starting with a comma."""
    return list_sql(row_fields(view), source=ROWS)


def headers_sql() -> str:
    """Give the query of the headers as text, each starting with a comma."""
    return list_sql(header_fields("v1"), source=HEADERS)


def define_header(engine: Engine, invoices: pa.Table, *, requester: str) -> None:
    """Define `header` over the visible invoices, as `requester` sees them."""
    name_invoices(engine, invoices)
    engine.let(requester=requester)
    engine.relation("header", sql_text("tieout.serve.reporting", "header"))
