"""Version 4, the current one: its fields as they are read from the core (billing-api.md 3)."""

from tieout.serve.billing.fields import (
    DAY,
    FIGURE,
    INTEGER,
    MONEY,
    NUMBER,
    PERCENT,
    TEXT,
    UNIT,
    Field,
    Registry,
)

NULL = True
SALE = "sale_digits"

HEADER = (
    Field("InvoiceID", TEXT, "invoice_number"),
    Field("Date", DAY, "invoice_date"),
    Field("ExpirationDate", DAY, "coalesce(due_date, invoice_date)"),
    Field("Currency", TEXT, "currency"),
    Field("TermsOfPaymentDays", INTEGER, "payment_terms_days", NULL),
    Field("Type", TEXT, "CASE document_type WHEN 'CreditNote' THEN 'credit' ELSE 'invoice' END"),
    Field("TypeIdentifier", INTEGER, "CASE document_type WHEN 'CreditNote' THEN 80 ELSE 20 END"),
    Field("Description", TEXT, "description", NULL),
    Field("LanguageCode", TEXT, "receiver.language_code"),
    Field("Language", TEXT, "receiver.language"),
)
SENDER = (
    Field("AccountID", INTEGER, "sender.account_no", NULL),
    Field("CompanyName", TEXT, "sender.name"),
    Field("Address", TEXT, "sender.address", NULL, "Street"),
    Field("PostalCode", TEXT, "sender.zip", NULL),
    Field("City", TEXT, "sender.city", NULL),
    Field("Country", TEXT, "sender.country", NULL),
    Field("CountryCode", TEXT, "sender.country_code", NULL),
    Field("Telephone", TEXT, "sender.telephone", NULL),
    Field("Fax", TEXT, "sender.fax", NULL),
    Field("BankAccount", TEXT, "sender.bank_account", NULL),
    Field("BIC", TEXT, "sender.bic", NULL),
    Field("IBAN", TEXT, "sender.iban", NULL),
    Field("ChamberOfCommerce", TEXT, "sender.chamber_of_commerce", NULL),
    Field("VATNumber", TEXT, "sender.vat_number", NULL),
    Field("Website", TEXT, "sender.website", NULL),
    Field("Logo", TEXT, "sender.logo", NULL),
)
RECEIVER = (
    Field("AccountID", INTEGER, "receiver.account_no", NULL),
    Field("CustomerNumber", TEXT, "receiver.erp_id", NULL),
    Field("CompanyName", TEXT, "receiver.name"),
    Field("ContactFirstName", TEXT, "receiver.contact_first_name", NULL),
    Field("ContactMiddleName", TEXT, "receiver.contact_middle_name", NULL),
    Field("ContactLastName", TEXT, "receiver.contact_last_name", NULL),
    Field("Address", TEXT, "receiver.address", NULL, "Street"),
    Field("Zip", TEXT, "receiver.zip", NULL),
    Field("City", TEXT, "receiver.city", NULL),
    Field("Country", TEXT, "receiver.country", NULL),
    Field("CountryCode", TEXT, "receiver.country_code", NULL),
    Field("Email", TEXT, "receiver.email", NULL),
    Field("Telephone", TEXT, "receiver.telephone", NULL),
    Field("Fax", TEXT, "receiver.fax", NULL),
    Field("Type", INTEGER, "receiver.role_id"),
    Field("VATNumber", TEXT, "receiver.vat_number", NULL),
)
ACCOUNT = (
    Field("AccountID", INTEGER, "account_no", NULL),
    Field("CustomerNumber", TEXT, "customer_number", NULL),
    Field("CompanyName", TEXT, "customer_name"),
)
NAMED = (
    Field("SubscriptionID", INTEGER, "subscription_no", NULL),
    Field("SubscriptionName", TEXT, "subscription_name"),
)
TERM = (
    Field("StartDate", DAY, "subscription_start"),
    Field("SubscriptionEndDate", DAY, "subscription_end", NULL),
    Field("SubscriptionPONumber", TEXT, "subscription_po_number", NULL),
)
PLAN = (
    Field("PlanID", INTEGER, "plan_id", NULL),
    Field("PlanName", TEXT, "plan_name", NULL),
    Field("PlanCategoryName", TEXT, "plan_category", NULL),
    Field("BillingModel", INTEGER, "billing_model"),
)
KNOWN = (
    Field("LineId", INTEGER, "line_id"),
    Field("LineSeq", INTEGER, "line_seq"),
    Field("LineKind", TEXT, "line_kind"),
    Field("MatchKey", TEXT, "match_key"),
)
CATALOGUE = (
    Field("SubPONumber", TEXT, "line_po_number", NULL),
    Field("PlanRateID", INTEGER, "plan_rate_id", NULL),
    Field("RatePeriodID", INTEGER, "rate_period_id", NULL),
    Field("StartDate", DAY, "start_date"),
    Field("EndDate", DAY, "end_date"),
    Field("Quantity", NUMBER, "quantity"),
    Field("QuantityType", TEXT, "'item'", NULL),
)
PRODUCT = (
    Field("UID", TEXT, "uid"),
    Field("SKU", TEXT, "sku"),
    Field("Description", TEXT, "description"),
)
RATE = Field("TaxPercentage", PERCENT, "tax_rate", NULL)
SOURCES = Field("SourceLineCount", INTEGER, "source_line_count")
COUNTED = (
    Field("LineCount", INTEGER, "line_count"),
    Field("Scope", TEXT, "scope"),
)

INVOICES = Registry(
    header=HEADER,
    sender=SENDER,
    receiver=RECEIVER,
    customer=(*ACCOUNT, Field("CostCenter", TEXT, "customer_center", NULL)),
    subscription=(*NAMED, *PLAN, *TERM),
    line=(
        *KNOWN,
        *PRODUCT,
        Field("ConsumerCompanyName", TEXT, "consumer_name", NULL),
        Field("ConsumerCompanyNumber", TEXT, "consumer_number", NULL),
        *CATALOGUE,
        Field("Duration", FIGURE, "duration"),
        Field("DurationType", TEXT, "duration_type"),
        Field("UnitPrice", UNIT, "unit_price"),
        Field("Discount", MONEY, "discount"),
        Field("ExtendedPrice", MONEY, "amount"),
        Field("TaxZoneID", TEXT, "tax_zone", NULL),
        RATE,
        Field("VAT", MONEY, "vat", NULL),
        SOURCES,
    ),
    totals=(
        Field("TotalExclVAT", MONEY, "total_price"),
        Field("TotalVAT", MONEY, "total_vat"),
        Field("TotalInclVAT", MONEY, "total_price + total_vat"),
        *COUNTED,
    ),
    has_warnings=True,
    has_match_report=False,
    root="InvoiceResponse",
)
CONSOLIDATED = Registry(
    header=HEADER,
    sender=SENDER,
    receiver=RECEIVER,
    customer=(*ACCOUNT, Field("CustomerCostCenter", TEXT, "customer_center", NULL)),
    subscription=(*NAMED, *TERM),
    line=(
        *KNOWN,
        Field("MatchStatus", TEXT, "match_status"),
        Field("MatchTier", INTEGER, "match_tier", NULL),
        Field("MatchReason", TEXT, "match_reason", NULL),
        Field("MatchGroupID", TEXT, "match_group_id", NULL),
        *PRODUCT,
        *CATALOGUE,
        Field("Duration", NUMBER, "duration"),
        Field("DurationType", TEXT, "duration_type"),
        Field("PurchaseUnitPrice", UNIT, "unit_price"),
        Field("PurchaseDiscount", MONEY, "discount"),
        Field("PurchasePrice", MONEY, "amount"),
        Field("SalesUnitPrice", UNIT, "sale_unit_price", NULL, digits=SALE),
        Field("SalesDiscount", MONEY, "sale_discount", NULL, digits=SALE),
        Field("SalesPrice", MONEY, "sale_amount", NULL, digits=SALE),
        Field("SalesCurrency", TEXT, "sale_currency", NULL),
        Field("SalesInvoiceID", TEXT, "sale_invoice_number", NULL),
        Field("SalesLineId", INTEGER, "sale_line_id", NULL),
        RATE,
        SOURCES,
    ),
    totals=(
        Field("TotalPurchases", MONEY, "total_price"),
        Field("TotalSales", MONEY, "sales", NULL, digits="sales_digits"),
        Field("SalesCurrency", TEXT, "sales_currency", NULL),
        Field("PurchasesMatched", MONEY, "purchases_matched"),
        Field("PurchasesUnmatched", MONEY, "purchases_unmatched"),
        Field("LinesMatched", INTEGER, "lines_matched"),
        Field("LinesUnmatched", INTEGER, "lines_unmatched"),
        *COUNTED,
    ),
    has_warnings=True,
    has_match_report=True,
    root="ConsolidatedInvoice",
)
UNMATCHED_SALE = (
    Field("InvoiceID", TEXT, "invoice_number"),
    Field("LineId", INTEGER, "line_id"),
    Field("LineSeq", INTEGER, "line_seq"),
    Field("CustomerAccountID", INTEGER, "account_no", NULL),
    Field("SubscriptionID", INTEGER, "subscription_no", NULL),
    Field("Description", TEXT, "description"),
    Field("StartDate", DAY, "start_date"),
    Field("EndDate", DAY, "end_date"),
    Field("SalesPrice", MONEY, "amount"),
    Field("MatchKey", TEXT, "match_key"),
    Field("MatchReason", TEXT, "match_reason"),
)
MATCH_GROUP = (  # then PurchaseLines and SalesLines
    Field("MatchGroupID", TEXT, "match_group_id"),
    Field("SubscriptionID", INTEGER, "subscription_no", NULL),
    Field("PurchaseTotal", MONEY, "purchase_total"),
    Field("SalesTotal", MONEY, "sales_total"),
)
GROUP_LINE = (
    Field("InvoiceID", TEXT, "invoice_number"),
    Field("LineId", INTEGER, "line_id"),
    Field("LineSeq", INTEGER, "line_seq"),
)
REGISTRIES = {
    "invoices": INVOICES,
    "customerinvoices": INVOICES,
    "consolidatedinvoices": CONSOLIDATED,
}
ENDPOINTS = (*REGISTRIES, "subscriptiondetails")
FORMATS = ("xml", "json", "csv", "ndjson")
PARAMETERS = (
    *("startDate", "endDate", "party", "subscriptionId", "customerId", "vendorId"),
    *("lines", "strict", "format", "limit", "cursor"),
)
