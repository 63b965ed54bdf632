"""The shape of every border table and of every reference file: types, units, nullability.

A border table is what one stage of the river hands to the next. Amounts, quantities and rates are
DECIMAL(38,18); vendor unit prices DECIMAL(38,24). `*_digits` says how many decimals the vendor
printed, null where the shortest form is printed. Both ends of every period are included.
"""

from dataclasses import dataclass

import pyarrow as pa

AMOUNT = pa.decimal128(38, 18)
PRICE = pa.decimal128(38, 24)
TEXT = pa.string()
DATE = pa.date32()
DIGITS = pa.uint8()


def _schema(**columns: tuple[pa.DataType, bool]) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable) for name, (kind, nullable) in columns.items()])


MAY_BE_NULL, NEVER_NULL = True, False

VENDOR_LINE = _schema(
    file_id=(TEXT, NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),  # record number in the file, the first data record is 1
    row_hash=(TEXT, NEVER_NULL),  # SHA-256 of header names and cells, hex
    vendor=(TEXT, NEVER_NULL),  # organization id of the vendor
    billing_state=(TEXT, NEVER_NULL),  # billed or unbilled
    vendor_invoice_row_id=(TEXT, MAY_BE_NULL),
    invoice_number=(TEXT, MAY_BE_NULL),
    inexact_columns=(TEXT, MAY_BE_NULL),  # comma-separated, columns cut to their scale
    partner_id=(TEXT, MAY_BE_NULL),
    reseller_id=(TEXT, MAY_BE_NULL),
    customer_id=(TEXT, MAY_BE_NULL),
    customer_name=(TEXT, MAY_BE_NULL),
    customer_domain=(TEXT, MAY_BE_NULL),
    product_id=(TEXT, MAY_BE_NULL),
    sku_id=(TEXT, MAY_BE_NULL),  # padded to four characters
    product_name=(TEXT, MAY_BE_NULL),
    sku_name=(TEXT, MAY_BE_NULL),
    product_family=(TEXT, NEVER_NULL),
    subscription_id=(TEXT, MAY_BE_NULL),  # the vendor's
    entitlement_id=(TEXT, MAY_BE_NULL),
    order_id=(TEXT, MAY_BE_NULL),
    order_date=(DATE, MAY_BE_NULL),
    reference_id=(TEXT, MAY_BE_NULL),
    billing_frequency=(TEXT, MAY_BE_NULL),
    subscription_start_date=(DATE, MAY_BE_NULL),
    subscription_end_date=(DATE, MAY_BE_NULL),
    promotion_id=(TEXT, MAY_BE_NULL),
    commitment_id=(TEXT, MAY_BE_NULL),
    charge_type=(TEXT, NEVER_NULL),  # the vendor's word, verbatim
    charge_kind=(TEXT, NEVER_NULL),  # vendor-formats.md 8
    charge_start_date=(DATE, MAY_BE_NULL),
    charge_end_date=(DATE, MAY_BE_NULL),
    usage_date=(DATE, MAY_BE_NULL),
    meter_id=(TEXT, MAY_BE_NULL),
    meter_name=(TEXT, MAY_BE_NULL),
    unit_type=(TEXT, MAY_BE_NULL),
    unit_price=(PRICE, MAY_BE_NULL),  # list price per unit and cycle, pricing currency
    effective_unit_price=(PRICE, MAY_BE_NULL),
    quantity=(AMOUNT, MAY_BE_NULL),
    billable_quantity=(AMOUNT, MAY_BE_NULL),
    subtotal=(AMOUNT, NEVER_NULL),  # before tax, billing currency: the figure that ties out
    tax_total=(AMOUNT, MAY_BE_NULL),
    total=(AMOUNT, MAY_BE_NULL),
    unit_price_digits=(DIGITS, MAY_BE_NULL),
    effective_unit_price_digits=(DIGITS, MAY_BE_NULL),
    billable_quantity_digits=(DIGITS, MAY_BE_NULL),
    subtotal_digits=(DIGITS, MAY_BE_NULL),
    billing_currency=(TEXT, NEVER_NULL),
    pricing_currency=(TEXT, MAY_BE_NULL),
    exchange_rate=(AMOUNT, MAY_BE_NULL),  # pricing to billing currency
    price_adjustment_description=(TEXT, MAY_BE_NULL),
    credit_reason_code=(TEXT, MAY_BE_NULL),
)

REJECTED_ROW = _schema(
    file_id=(TEXT, NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),
    line=(pa.int64(), NEVER_NULL),  # first physical line of the record, the header being line 1
    column=(TEXT, MAY_BE_NULL),  # null for wrong_cell_count
    code=(TEXT, NEVER_NULL),  # closed list of vendor-formats.md 1
    reason=(TEXT, NEVER_NULL),  # a sentence
    cells=(pa.list_(TEXT), NEVER_NULL),
    invoice_number=(TEXT, MAY_BE_NULL),
    currency=(TEXT, MAY_BE_NULL),  # with subtotal: readable and not itself the broken cell
    subtotal=(AMOUNT, MAY_BE_NULL),
)

# One row per vendor line that found its subscription, its chain and its prices.
MATCHED_LINE = _schema(
    file_id=(TEXT, NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),
    line_key=(TEXT, NEVER_NULL),  # the vendor's row id, else the row hash
    line_seq=(pa.int32(), NEVER_NULL),  # 1, or 1..n where a line key repeats
    match_key=(TEXT, NEVER_NULL),
    pricing_id=(pa.int64(), NEVER_NULL),  # key into hop_price: one row per hop
    hops=(pa.int32(), NEVER_NULL),
    subscription_id=(TEXT, NEVER_NULL),  # ours
    customer_id=(TEXT, NEVER_NULL),  # organization id of the end customer
    charge_type_id=(pa.int32(), NEVER_NULL),  # reporting-api.md 5.2
    is_usage=(pa.bool_(), NEVER_NULL),
    cycle_start=(DATE, MAY_BE_NULL),  # of the charge cycle that the charge start falls in
    cycle_end=(DATE, MAY_BE_NULL),  # of the charge cycle that the charge end falls in
    days_billed=(pa.int32(), NEVER_NULL),
    days_cycle=(pa.int32(), NEVER_NULL),  # the divisor that reproduces the vendor's price
    profile=(TEXT, NEVER_NULL),  # exact, nce-a or nce-b; usage and one-time are exact
)

# One row per matched line and hop: narrow, it points at its vendor line.
DETAIL_LINE = _schema(
    hop=(pa.int32(), NEVER_NULL),
    seller_id=(TEXT, NEVER_NULL),
    buyer_id=(TEXT, NEVER_NULL),
    contract_id=(TEXT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    vendor=(TEXT, NEVER_NULL),
    subscription_id=(TEXT, NEVER_NULL),
    customer_id=(TEXT, NEVER_NULL),
    file_id=(TEXT, NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),
    match_key=(TEXT, NEVER_NULL),
    vendor_invoice_number=(TEXT, MAY_BE_NULL),
    vendor_invoice_row_id=(TEXT, MAY_BE_NULL),
    customer_domain=(TEXT, MAY_BE_NULL),
    product_id=(TEXT, MAY_BE_NULL),
    sku_id=(TEXT, MAY_BE_NULL),
    description=(TEXT, MAY_BE_NULL),
    meter_name=(TEXT, MAY_BE_NULL),
    order_id=(TEXT, MAY_BE_NULL),
    order_date=(DATE, MAY_BE_NULL),
    charge_type=(TEXT, NEVER_NULL),
    charge_kind=(TEXT, NEVER_NULL),
    charge_type_id=(pa.int32(), NEVER_NULL),
    is_usage=(pa.bool_(), NEVER_NULL),
    charge_start_date=(DATE, MAY_BE_NULL),
    charge_end_date=(DATE, MAY_BE_NULL),
    cycle_start=(DATE, MAY_BE_NULL),
    cycle_end=(DATE, MAY_BE_NULL),
    quantity=(AMOUNT, NEVER_NULL),
    quantity_digits=(DIGITS, MAY_BE_NULL),
    unit_price=(AMOUNT, MAY_BE_NULL),  # the hop's full price per unit and cycle
    unit_price_digits=(DIGITS, MAY_BE_NULL),
    effective_unit_price=(AMOUNT, MAY_BE_NULL),  # prorated, discounted, signed
    effective_unit_price_digits=(DIGITS, MAY_BE_NULL),
    total_price=(AMOUNT, NEVER_NULL),
    total_price_digits=(DIGITS, MAY_BE_NULL),
    rule_id=(TEXT, MAY_BE_NULL),  # null at hop 1
    policy=(TEXT, NEVER_NULL),  # name@version
    cost_unit_price=(AMOUNT, MAY_BE_NULL),  # cost_*: the seller's purchase, null at hop 1
    cost_effective_unit_price=(AMOUNT, MAY_BE_NULL),
    cost_effective_unit_price_digits=(DIGITS, MAY_BE_NULL),
    cost_total_price=(AMOUNT, MAY_BE_NULL),
    cost_total_price_digits=(DIGITS, MAY_BE_NULL),
    cost_currency=(TEXT, MAY_BE_NULL),
    cost_exchange_rate=(AMOUNT, MAY_BE_NULL),  # purchase currency into `currency`, frozen
)

# One row per invoice, subscription and charge class: rounded once.
INVOICE_LINE = _schema(
    invoice_id=(TEXT, NEVER_NULL),
    row_id=(TEXT, NEVER_NULL),
    hop=(pa.int32(), NEVER_NULL),
    seller_id=(TEXT, NEVER_NULL),
    buyer_id=(TEXT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    vendor=(TEXT, NEVER_NULL),
    contract_id=(TEXT, NEVER_NULL),
    subscription_id=(TEXT, NEVER_NULL),
    customer_id=(TEXT, NEVER_NULL),
    charge_type_id=(pa.int32(), NEVER_NULL),
    is_usage=(pa.bool_(), NEVER_NULL),
    line_no=(pa.int64(), NEVER_NULL),
    charge_start_date=(DATE, MAY_BE_NULL),
    charge_end_date=(DATE, MAY_BE_NULL),
    quantity=(AMOUNT, NEVER_NULL),
    quantity_digits=(DIGITS, MAY_BE_NULL),
    unit_price=(AMOUNT, NEVER_NULL),
    unit_price_digits=(DIGITS, MAY_BE_NULL),
    total_price=(AMOUNT, NEVER_NULL),  # whole minor units of the currency
    detail_total=(AMOUNT, NEVER_NULL),
    rounding_residual=(AMOUNT, NEVER_NULL),  # total_price - detail_total
    source_line_count=(pa.int64(), NEVER_NULL),
    match_key=(TEXT, MAY_BE_NULL),  # only where one vendor line stands behind the row
    vendor_invoice_number=(TEXT, MAY_BE_NULL),
    product_id=(TEXT, MAY_BE_NULL),
    meter_name=(TEXT, MAY_BE_NULL),
    order_id=(TEXT, MAY_BE_NULL),
    order_date=(DATE, MAY_BE_NULL),
    cost_unit_price=(AMOUNT, MAY_BE_NULL),
    cost_unit_price_digits=(DIGITS, MAY_BE_NULL),
    cost_total_price=(AMOUNT, MAY_BE_NULL),
    cost_currency=(TEXT, MAY_BE_NULL),
    cost_exchange_rate=(AMOUNT, MAY_BE_NULL),
    margin_amount=(AMOUNT, MAY_BE_NULL),  # total_price - cost_total_price x cost_exchange_rate
)

PARKED_LINE = _schema(
    file_id=(TEXT, NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),
    invoice_number=(TEXT, MAY_BE_NULL),
    reason=(TEXT, NEVER_NULL),  # reference-data.md 2
    hop=(pa.int32(), MAY_BE_NULL),  # null when no hop failed
    amount=(AMOUNT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    line_key=(TEXT, NEVER_NULL),
)


@dataclass(frozen=True)
class Field:
    """One column of a reference file. `kind` names how its text is checked."""

    name: str
    kind: str = "text"
    required: bool = False
    key: bool = False


@dataclass(frozen=True)
class Resource:
    """One reference file: its columns in order; `dated` rows have valid_from and valid_to."""

    name: str
    fields: tuple[Field, ...]

    @property
    def file(self) -> str:
        """The CSV file's name."""
        return f"{self.name}.csv"

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names in file order."""
        return tuple(field.name for field in self.fields)

    @property
    def dated(self) -> bool:
        """Whether rows hold for a span of days."""
        return "valid_from" in self.columns

    @property
    def keys(self) -> tuple[str, ...]:
        """What a row is known by; a dated row also by its first day."""
        keys = tuple(field.name for field in self.fields if field.key)
        return (*keys, "valid_from") if self.dated else keys


def _resource(name: str, *columns: str) -> Resource:
    """Read `name:kind!` columns: `*` marks the key, `!` a required one."""
    fields = []
    for column in columns:
        bare = column.rstrip("*!")
        label, _, kind = bare.partition(":")
        key = column.endswith("*")
        fields.append(Field(label, kind or "text", required=key or column.endswith("!"), key=key))
    return Resource(name=name, fields=tuple(fields))


_DATED = ("valid_from:date!", "valid_to:date")
_SKUS = ("setup", "recurring", "overuse", "cancellation")

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        _resource(
            "organizations",
            *("organization_id:id*", "account_no:integer", "role:role!", "name!", "country"),
            *("language", "currency:currency", "vat_number", "erp_id", "status:status"),
            *("preferred_currency:currency", "address", "zip", "city", "email", "telephone"),
            *("iban", "bic", "chamber_of_commerce", "contact_first_name", "contact_middle_name"),
            "contact_last_name",
        ),
        _resource(
            "contracts",
            *("contract_id:id*", "parent_contract_id:id", "purpose:purpose!", "type_name"),
            *("number", "reference_number", "vendor_id:id!", "seller_id:id!", "buyer_id:id!"),
            *("currency:currency!", "billing_day:billing_day", "payment_terms_days:integer"),
            *("rounding_policy:policy", "tax_zone", "tax_rate:amount", "cost_center"),
            *("start_status:start_status", "white_label", *_DATED),
        ),
        _resource("plans", "plan_id:integer*", "name!", "category", "billing_model"),
        _resource(
            "plan_periods",
            *("plan_period_id:integer*", "plan_id:integer!", "period", "period_type", "setup_sku"),
            *("subscription_sku", "renewal_sku", "transfer_sku", "cancellation_sku"),
        ),
        _resource(
            "plan_rates",
            *("plan_rate_id:integer*", "plan_id:integer!", "resource_id", "resource_name"),
            *("included_value:amount", "measure_unit", "manufacturer", "mp_number"),
            *(f"{slot}_sku" for slot in _SKUS),
        ),
        _resource(
            "rate_periods",
            *("rate_period_id:integer*", "plan_rate_id:integer!", "period", "period_type"),
            *("billing_period", "billing_period_type", *(f"{slot}_sku" for slot in _SKUS)),
        ),
        _resource(
            "subscriptions",
            *("subscription_id:id*", "subscription_no:integer", "vendor_id:id!"),
            *("vendor_subscription_id!", "entitlement_id", "contract_id:id!", "name!"),
            *("plan_id:integer", "plan_period_id:integer", "plan_rate_id:integer"),
            *("rate_period_id:integer", "product_id", "sku_id", "quantity:amount", "status"),
            *("start_date:date!", "end_date:date", "term", "billing_frequency", "po_number"),
            *("cost_center", "order_id", "consumer_name", "consumer_number", *_DATED),
        ),
        _resource(
            "orders",
            *("order_id*", "order_number!", "vendor_order_id", "contract_id:id!", "date:date!"),
            *("po_number", "invoice_per_order:yes_no"),
        ),
        _resource(
            "price_rules",
            *("rule_id:id*", "contract_id:id!", "customer_id:id", "subscription_id:id"),
            *("product_id", "sku_id", "product_family", "charge_class:charge_class"),
            *("kind:rule_kind!", "value:amount", "currency:currency", "earned_credit:credit"),
            *("discount_code", "charge_free:yes_no", *_DATED),
        ),
        _resource(
            "price_list",
            *("vendor_id:id*", "product_id*", "sku_id*", "term", "billing_plan", "market"),
            *("currency:currency*", "unit_price:amount!", "erp_price:amount", "price_period"),
            *("tier_min:amount", "tier_max:amount", *_DATED),
        ),
        _resource(
            "exchange_rates",
            *("organization_id:optional_id*", "from:currency*", "to:currency*", "source*"),
            *("base_rate:rate!", "surcharge:amount", "date:date*"),
        ),
    )
}
