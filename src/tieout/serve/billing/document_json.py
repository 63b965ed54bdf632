"""The JSON of consolidated invoices: keys sorted by lower-cased name, amounts in minor digits."""

from collections.abc import Mapping
from typing import Any

from tieout.serve.export.json_text import (
    COMPACT_DAY,
    EMPTY,
    INTEGER,
    NUMBER,
    RAW,
    Field,
    json_members,
    json_object,
)

UNIT_GRAIN = 10**8  # unit prices and quantities print at most 10 decimals
MINOR, SALE_MINOR = "minor_digits", "sale_digits"
UID = """uuid_text(sha1(invoice_bytes || encode(concat_ws(
    chr(31), CASE WHEN is_rounding THEN 'rounding' ELSE 'detail' END, match_key
))))"""
MATCHED = "CASE WHEN is_matched THEN {} END"


def _unit(name: str, column: str, *, digits: str) -> Field:
    return Field(name, f"minor_amount({column}, {UNIT_GRAIN})", NUMBER, digits=digits)


LINE = (
    Field("Description", "description"),
    Field("Duration", "1", INTEGER),
    Field("DurationType", "duration_type"),
    Field("EndDate", "end_date", COMPACT_DAY),
    Field("LineId", "line_id", INTEGER),
    Field("LineKind", "line_kind"),
    Field("LineSeq", "1", INTEGER),
    Field("MatchGroupID", kind=EMPTY),
    Field("MatchKey", "match_key"),
    Field("MatchReason", "match_reason"),
    Field("MatchStatus", "CASE WHEN is_matched THEN 'matched' ELSE 'unmatched_purchase' END"),
    Field("MatchTier", MATCHED.format("0"), INTEGER),
    Field("PlanRateID", "plan_rate_id", INTEGER),
    Field("PurchaseDiscount", "0::DECIMAL(38, 18)", NUMBER, digits=MINOR),
    Field("PurchasePrice", "amount", NUMBER, digits=MINOR),
    _unit("PurchaseUnitPrice", "unit_price", digits=MINOR),
    _unit("Quantity", "quantity", digits="0"),
    Field("QuantityType", "'item'"),
    Field("RatePeriodID", "rate_period_id", INTEGER),
    Field("SalesCurrency", "sale_currency"),
    Field("SalesDiscount", MATCHED.format("0::DECIMAL(38, 18)"), NUMBER, digits=SALE_MINOR),
    Field("SalesInvoiceID", "sale_invoice_number"),
    Field("SalesLineId", "sale_line_id", INTEGER),
    Field("SalesPrice", "sale_amount", NUMBER, digits=SALE_MINOR),
    _unit("SalesUnitPrice", "sale_unit_price", digits=SALE_MINOR),
    Field("SKU", "coalesce(sku, '')"),
    Field("SourceLineCount", "CASE WHEN is_rounding THEN 0 ELSE 1 END", INTEGER),
    Field("StartDate", "start_date", COMPACT_DAY),
    Field("SubPONumber", "line_po_number"),
    Field("TaxPercentage", "tax_rate::DECIMAL(38, 18)", NUMBER, digits="2"),
    Field("UID", UID),
)

SUBSCRIPTION = (
    Field("StartDate", "subscription_start", COMPACT_DAY),
    Field("SubscriptionEndDate", "subscription_end", COMPACT_DAY),
    Field("SubscriptionID", "subscription_no", INTEGER),
    Field("SubscriptionName", "coalesce(subscription_name, '')"),
    Field("SubscriptionPONumber", "subscription_po_number"),
)

CUSTOMER = (
    Field("AccountID", "account_no", INTEGER),
    Field("CompanyName", "coalesce(customer_name, '')"),
    Field("CustomerCostCenter", "customer_center"),
    Field("CustomerNumber", "customer_number"),
)

HEADER = (
    Field("Currency", "currency"),
    Field("Date", "invoice_date", COMPACT_DAY),
    Field("Description", kind=EMPTY),
    Field("ExpirationDate", "coalesce(due_date, invoice_date)", COMPACT_DAY),
    Field("InvoiceID", "invoice_number"),
    Field("Language", "receiver.language"),
    Field("LanguageCode", "receiver.language_code"),
    Field("TermsOfPaymentDays", "payment_terms_days", INTEGER),
    Field("Type", "CASE document_type WHEN 'CreditNote' THEN 'credit' ELSE 'invoice' END"),
    Field("TypeIdentifier", "CASE document_type WHEN 'CreditNote' THEN 80 ELSE 20 END", INTEGER),
)

RECEIVER = (
    Field("AccountID", "receiver.account_no", INTEGER),
    Field("Address", "receiver.address"),
    Field("City", "receiver.city"),
    Field("CompanyName", "receiver.name"),
    Field("ContactFirstName", "receiver.contact_first_name"),
    Field("ContactLastName", "receiver.contact_last_name"),
    Field("ContactMiddleName", "receiver.contact_middle_name"),
    Field("Country", "receiver.country"),
    Field("CountryCode", "receiver.country_code"),
    Field("CustomerNumber", "receiver.erp_id"),
    Field("Email", "receiver.email"),
    Field("Fax", kind=EMPTY),
    Field("Telephone", "receiver.telephone"),
    Field("Type", "receiver.role_id", INTEGER),
    Field("VATNumber", "receiver.vat_number"),
    Field("Zip", "receiver.zip"),
)

SENDER = (
    Field("AccountID", "sender.account_no", INTEGER),
    Field("Address", "sender.address"),
    Field("BankAccount", kind=EMPTY),
    Field("BIC", "sender.bic"),
    Field("ChamberOfCommerce", "sender.chamber_of_commerce"),
    Field("City", "sender.city"),
    Field("CompanyName", "sender.name"),
    Field("Country", "sender.country"),
    Field("CountryCode", "sender.country_code"),
    Field("Fax", kind=EMPTY),
    Field("IBAN", "sender.iban"),
    Field("Logo", kind=EMPTY),
    Field("PostalCode", "sender.zip"),
    Field("Telephone", "sender.telephone"),
    Field("VATNumber", "sender.vat_number"),
    Field("Website", kind=EMPTY),
)

TOTALS = (
    Field("LineCount", "line_count", INTEGER),
    Field("LinesMatched", "lines_matched", INTEGER),
    Field("LinesUnmatched", "lines_unmatched", INTEGER),
    Field("PurchasesMatched", "purchases_matched", NUMBER, digits=MINOR),
    Field("PurchasesUnmatched", "purchases_unmatched", NUMBER, digits=MINOR),
    Field("SalesCurrency", "sales_currency"),
    Field("Scope", "'document'"),
    Field("TotalPurchases", "purchases", NUMBER, digits=MINOR),
    Field("TotalSales", "sales", NUMBER, digits="sales_digits"),
)

DOCUMENT = (
    Field("Header", json_object(HEADER), RAW),
    Field("Receiver", json_object(RECEIVER), RAW),
    Field("Sender", json_object(SENDER), RAW),
    Field("Totals", json_object(TOTALS), RAW),
    Field("Warnings", "'[]'", RAW),
)

UNMATCHED = (
    Field("CustomerAccountID", "account_no", INTEGER),
    Field("Description", "description"),
    Field("EndDate", "end_date", COMPACT_DAY),
    Field("InvoiceID", "invoice_number"),
    Field("LineId", "line_id", INTEGER),
    Field("LineSeq", "1", INTEGER),
    Field("MatchKey", "match_key"),
    Field("MatchReason", "'rounding'"),
    Field("SalesPrice", "amount", NUMBER, digits=MINOR),
    Field("StartDate", "start_date", COMPACT_DAY),
    Field("SubscriptionID", "subscription_no", INTEGER),
)


def text_views() -> dict[str, str]:
    """Give the relations of what stands around the lines, as text by name."""
    return {
        "customer_text": f"""
            SELECT ordinal, customer_id, {json_members(CUSTOMER)} AS text
            FROM (
                SELECT
                    ordinal, customer_id, min(account_no) AS account_no,
                    min(customer_name) AS customer_name, min(customer_center) AS customer_center,
                    min(customer_number) AS customer_number
                FROM subscription_part
                GROUP BY ordinal, customer_id
            )""",
        "subscription_text": f"""
            SELECT ordinal, customer_id, subscription_id, {json_members(SUBSCRIPTION)} AS text
            FROM subscription_part""",
        "document_text": f"SELECT ordinal, {json_members(DOCUMENT)} AS text FROM document_part",
    }


def line_sql() -> str:
    """Give the query of the price lines as text, with what opens and closes around each.

    Every document's first text starts with a comma; the nesting is Invoice, Customer,
    Subscription, PriceLine.
    """
    return f"""
        SELECT concat(
            CASE WHEN opens_document THEN ',{{"Customers":['
                WHEN opens_subscription THEN '' ELSE ',' END,
            CASE WHEN opens_customer THEN concat(
                CASE WHEN opens_document THEN '' ELSE ',' END,
                '{{', customer_text, ',"Subscriptions":['
            ) ELSE '' END,
            CASE WHEN opens_subscription THEN concat(
                CASE WHEN opens_customer THEN '' ELSE ',' END, '{{"PriceLines":['
            ) ELSE '' END,
            {json_object(LINE)},
            CASE WHEN closes_subscription THEN concat('],', subscription_text, '}}') ELSE '' END,
            CASE WHEN closes_customer THEN ']}}' ELSE '' END,
            CASE WHEN closes_document THEN concat('],', document_text, '}}') ELSE '' END
        ) AS text
        FROM (SELECT * FROM printed_line ORDER BY ordinal, line_id)"""


def unmatched_sql() -> str:
    """Give the query of the sales lines without a purchase line as text."""
    return f"SELECT {json_object(UNMATCHED)} AS text FROM unmatched_sale"


def report_json(report: Mapping[str, Any]) -> str:
    """Give MatchReport from its figures."""
    lines, matched = report["lines"], report["matched"]
    counts = [("matched", matched), ("unmatched_purchase", lines - matched)]
    statuses = [
        f'{{"Lines":{count},"MatchStatus":"{status}"}}' for status, count in counts if count
    ]
    tiers = [f'{{"Lines":{matched},"MatchTier":0}}'] if matched else []
    return (
        f'{{"PurchaseLineCount":{lines},"SalesInGroups":0.00,"SalesLineCount":{matched},'
        f'"SalesUnmatched":{report["sales_unmatched"]},"Statuses":[{",".join(statuses)}],'
        f'"Tiers":[{",".join(tiers)}]}}'
    )
