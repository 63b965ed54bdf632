"""The shape of every border table: types, units, nullability.

A border table is what one stage of the river hands to the next. Amounts, quantities and rates are
DECIMAL(38,18); vendor unit prices DECIMAL(38,24). `*_digits` says how many decimals the vendor
printed, null where the shortest form is printed. Both ends of every period are included.
"""

import pyarrow as pa

AMOUNT = pa.decimal128(38, 18)
PRICE = pa.decimal128(38, 24)
TEXT, DATE, DIGITS = pa.string(), pa.date32(), pa.uint8()


def schema_of(**columns: tuple[pa.DataType, bool]) -> pa.Schema:
    """Give the schema of columns with their type and whether they may be null."""
    return pa.schema([pa.field(name, kind, nullable) for name, (kind, nullable) in columns.items()])


MAY_BE_NULL, NEVER_NULL = True, False

VENDOR_LINE = schema_of(
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
    pricing_subtotal=(AMOUNT, MAY_BE_NULL),  # the amount in the pricing currency
    list_amount=(AMOUNT, MAY_BE_NULL),  # before discount
    discount_total=(AMOUNT, MAY_BE_NULL),
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
    partner_earned_credit_rate=(AMOUNT, MAY_BE_NULL),  # 15 % is 0.15
    price_adjustment_description=(TEXT, MAY_BE_NULL),
    credit_reason_code=(TEXT, MAY_BE_NULL),
)

REJECTED_ROW = schema_of(
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

# One row per vendor line that found its subscription, its chain and its prices; never at rest.
MATCHED_LINE = schema_of(
    pricing_id=(pa.int64(), NEVER_NULL),  # key into hop_price: one row per hop
    hops=(pa.int64(), NEVER_NULL),
    chain_no=(pa.int64(), NEVER_NULL),  # key into chain_hop: one row per hop
    set_no=(pa.int64(), NEVER_NULL),  # of the lines of one chain, subscription and charge class
    file_no=(pa.int32(), NEVER_NULL),  # key into taken_file
    row_number=(pa.int64(), NEVER_NULL),
    vendor=(TEXT, NEVER_NULL),
    match_key=(TEXT, NEVER_NULL),
    subscription_id=(TEXT, NEVER_NULL),  # ours
    customer_id=(TEXT, NEVER_NULL),  # organization id of the end customer
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
    charge_type_id=(pa.int32(), NEVER_NULL),  # reporting-api.md 5.2
    is_usage=(pa.bool_(), NEVER_NULL),
    charge_start_date=(DATE, MAY_BE_NULL),
    charge_end_date=(DATE, MAY_BE_NULL),
    cycle_start=(DATE, MAY_BE_NULL),  # of the charge cycle that the charge start falls in
    cycle_end=(DATE, MAY_BE_NULL),  # of the charge cycle that the charge end falls in
    days_billed=(pa.int32(), NEVER_NULL),
    days_cycle=(pa.int32(), NEVER_NULL),  # the divisor that reproduces the vendor's price
    profile=(TEXT, NEVER_NULL),  # exact, nce-a or nce-b; usage and one-time are exact
    credit_hop=(pa.int32(), MAY_BE_NULL),  # whose seller keeps the partner earned credit
    credit_left=(AMOUNT, MAY_BE_NULL),  # the price after the credit: 0.85 where the credit is 15 %
    credit_hops=(pa.int32(), MAY_BE_NULL),  # the first hops, whose buyers get the credit
    quantity=(AMOUNT, NEVER_NULL),
    quantity_digits=(DIGITS, MAY_BE_NULL),
    unit_price=(AMOUNT, MAY_BE_NULL),
    unit_price_digits=(DIGITS, MAY_BE_NULL),
    effective_unit_price=(AMOUNT, MAY_BE_NULL),
    effective_unit_price_digits=(DIGITS, MAY_BE_NULL),
    total_price=(AMOUNT, NEVER_NULL),
    total_price_digits=(DIGITS, MAY_BE_NULL),
    sign=(pa.int32(), NEVER_NULL),  # -1, 0 where the vendor gives it free, or 1
)

# What a matched line is at every hop, once per run, in the order of the chain.
CHARGE = schema_of(
    charge_no=(pa.int64(), NEVER_NULL),  # 1, 2, ... within the run
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
    origin=(TEXT, MAY_BE_NULL),  # null: a vendor line; manual or custom: typed by a person
    part=(TEXT, MAY_BE_NULL),  # what stands in groups of its own: corrections, late lines
    credits_row_id=(TEXT, MAY_BE_NULL),  # the consolidated line that this one takes back
)

# The hops of a run's chains; never at rest. `placed_charge`: `charge` with its chain_no and set_no.
CHAIN_HOP = schema_of(
    chain_no=(pa.int64(), NEVER_NULL),  # within the run
    hop=(pa.int32(), NEVER_NULL),
    vendor=(TEXT, NEVER_NULL),
    seller_id=(TEXT, NEVER_NULL),
    buyer_id=(TEXT, NEVER_NULL),
    contract_id=(TEXT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    invoice_order_id=(TEXT, MAY_BE_NULL),  # the order that has an invoice of its own here
)

# One row per charge and hop: who sells it to whom, and for how much.
DETAIL_LINE = schema_of(
    hop=(pa.int32(), NEVER_NULL),
    seller_id=(TEXT, NEVER_NULL),
    buyer_id=(TEXT, NEVER_NULL),
    contract_id=(TEXT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    vendor=(TEXT, NEVER_NULL),
    charge_no=(pa.int64(), NEVER_NULL),  # key into charge, of the same run
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
    discount_total=(AMOUNT, MAY_BE_NULL),  # what the price is below the gross, a magnitude
    line_uid=(TEXT, MAY_BE_NULL),  # where another system gave the line an id
    invoice_order_id=(TEXT, MAY_BE_NULL),  # as in CHAIN_HOP
)

# One row per invoice, subscription and charge class: rounded once.
INVOICE_LINE = schema_of(
    invoice_id=(TEXT, NEVER_NULL),
    row_id=(TEXT, NEVER_NULL),
    hop=(pa.int32(), NEVER_NULL),
    seller_id=(TEXT, NEVER_NULL),
    buyer_id=(TEXT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    vendor=(TEXT, NEVER_NULL),
    contract_id=(TEXT, NEVER_NULL),
    invoice_order_id=(TEXT, MAY_BE_NULL),  # as in CHAIN_HOP
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
    origin=(TEXT, MAY_BE_NULL),  # custom: one custom charge; else null
    part=(TEXT, MAY_BE_NULL),  # as `part` of the charges behind it
    credits_row_id=(TEXT, MAY_BE_NULL),
    details=(TEXT, MAY_BE_NULL),  # the text of a custom charge
    adjusts_invoice_id=(TEXT, MAY_BE_NULL),  # of late lines: the invoice of their own month
)

PARKED_LINE = schema_of(
    file_id=(TEXT, NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),
    invoice_number=(TEXT, MAY_BE_NULL),
    reason=(TEXT, NEVER_NULL),  # reference-data.md 2
    hop=(pa.int32(), MAY_BE_NULL),  # null when no hop failed
    amount=(AMOUNT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    line_key=(TEXT, NEVER_NULL),
)

# Vendor lines with an amount that has no room at a hop; within one session, never at rest.
TOO_WIDE_LINE = schema_of(
    file_no=(pa.int32(), NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),
    hop=(pa.int32(), NEVER_NULL),
)

# One row per decision in force that sets a vendor line aside; from the catalog, never at rest.
LINE_DECISION = schema_of(
    file_id=(TEXT, NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),
    reason=(TEXT, MAY_BE_NULL),
    decided_by=(TEXT, NEVER_NULL),
    decided_at=(TEXT, NEVER_NULL),
)

# One row per billed line that is set aside: law 1 and law 2 count it beside parked lines.
SET_ASIDE_LINE = schema_of(
    file_no=(pa.int32(), NEVER_NULL),
    file_id=(TEXT, NEVER_NULL),
    row_number=(pa.int64(), NEVER_NULL),
    vendor=(TEXT, NEVER_NULL),
    invoice_number=(TEXT, MAY_BE_NULL),
    line_key=(TEXT, NEVER_NULL),
    row_hash=(TEXT, NEVER_NULL),
    amount=(AMOUNT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    reason=(TEXT, MAY_BE_NULL),
    decided_by=(TEXT, NEVER_NULL),
    decided_at=(TEXT, NEVER_NULL),
)
