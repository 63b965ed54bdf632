"""The shape of what the staged matcher takes and gives, as `tieout.tables` has it for the river."""

import pyarrow as pa

from tieout.tables import AMOUNT, DATE, MAY_BE_NULL, NEVER_NULL, TEXT, schema_of

# One line of a purchase or a sales file, as independent files are matched: both of one requester,
# period and currency. SKU and rate ids as printed, compared exactly.
FILED_LINE = schema_of(
    invoice_id=(TEXT, NEVER_NULL),
    line_id=(pa.int64(), NEVER_NULL),
    line_seq=(pa.int64(), NEVER_NULL),  # with the two above: known by these within its file
    match_key=(TEXT, MAY_BE_NULL),
    subscription_id=(TEXT, MAY_BE_NULL),
    customer_id=(TEXT, MAY_BE_NULL),  # with vendor: where there is no subscription
    vendor=(TEXT, MAY_BE_NULL),
    rate_period_id=(TEXT, MAY_BE_NULL),  # at most one of the two
    plan_rate_id=(TEXT, MAY_BE_NULL),
    sku=(TEXT, MAY_BE_NULL),
    start_date=(DATE, NEVER_NULL),
    end_date=(DATE, NEVER_NULL),
    quantity=(AMOUNT, NEVER_NULL),  # from 0, below 10^12; so is duration
    duration=(AMOUNT, NEVER_NULL),
    direction=(pa.int32(), NEVER_NULL),  # 1 charged, -1 given back
    line_kind=(TEXT, NEVER_NULL),  # billing-api.md 3.2
    amount=(AMOUNT, NEVER_NULL),  # before tax, signed
    reservation_order=(TEXT, MAY_BE_NULL),
    meter_category=(TEXT, MAY_BE_NULL),
    flag=(TEXT, MAY_BE_NULL),  # cost_only, sale_only or duplicate_conflict: takes no part
    is_published=(pa.bool_(), NEVER_NULL),
)

# One row per pair; one per member of a group, with the other side null.
LINK = schema_of(
    tier=(pa.int32(), NEVER_NULL),
    status=(TEXT, NEVER_NULL),  # matched, matched_by_order or group
    match_group_id=(TEXT, MAY_BE_NULL),  # set where the status is group
    purchase_invoice_id=(TEXT, MAY_BE_NULL),
    purchase_line_id=(pa.int64(), MAY_BE_NULL),
    purchase_line_seq=(pa.int64(), MAY_BE_NULL),
    purchase_amount=(AMOUNT, MAY_BE_NULL),
    sales_invoice_id=(TEXT, MAY_BE_NULL),
    sales_line_id=(pa.int64(), MAY_BE_NULL),
    sales_line_seq=(pa.int64(), MAY_BE_NULL),
    sales_amount=(AMOUNT, MAY_BE_NULL),
)

# A link or a line left over, as it is kept for a party: one row each; the side that is not there is
# null. What the Billing API tells of a sales line stands beside it.
KEPT_LINK = schema_of(
    status=(TEXT, NEVER_NULL),
    tier=(pa.int32(), MAY_BE_NULL),  # set where it is linked
    reason=(TEXT, MAY_BE_NULL),  # set where it is left over
    match_group_id=(TEXT, MAY_BE_NULL),
    purchase_invoice_id=(TEXT, MAY_BE_NULL),
    purchase_line_id=(pa.int64(), MAY_BE_NULL),
    purchase_line_seq=(pa.int64(), MAY_BE_NULL),
    purchase_amount=(AMOUNT, MAY_BE_NULL),
    sales_invoice_id=(TEXT, MAY_BE_NULL),
    sales_line_id=(pa.int64(), MAY_BE_NULL),
    sales_line_seq=(pa.int64(), MAY_BE_NULL),
    sales_amount=(AMOUNT, MAY_BE_NULL),
    sales_date=(DATE, MAY_BE_NULL),  # of its document
    vendor=(TEXT, MAY_BE_NULL),
    customer_id=(TEXT, MAY_BE_NULL),  # ours, where the file's is known
    account_no=(pa.int64(), MAY_BE_NULL),
    subscription_id=(TEXT, MAY_BE_NULL),  # ours, where the file's is known
    subscription_no=(pa.int64(), MAY_BE_NULL),
    description=(TEXT, MAY_BE_NULL),
    start_date=(DATE, MAY_BE_NULL),
    end_date=(DATE, MAY_BE_NULL),
    match_key=(TEXT, MAY_BE_NULL),  # its own
    currency=(TEXT, NEVER_NULL),
    minor_digits=(pa.int64(), NEVER_NULL),
)

LEFT_OVER = schema_of(
    side=(TEXT, NEVER_NULL),  # purchase or sales
    invoice_id=(TEXT, NEVER_NULL),
    line_id=(pa.int64(), NEVER_NULL),
    line_seq=(pa.int64(), NEVER_NULL),
    amount=(AMOUNT, NEVER_NULL),
    status=(TEXT, NEVER_NULL),  # unmatched_purchase, unmatched_sale or conflict_excluded
    reason=(TEXT, NEVER_NULL),  # billing-api.md 5.3
)

# Lines and amounts by side, status, tier (linked) and reason (left over).
MATCH_REPORT = schema_of(
    side=(TEXT, NEVER_NULL),
    status=(TEXT, NEVER_NULL),
    tier=(pa.int32(), MAY_BE_NULL),
    reason=(TEXT, MAY_BE_NULL),
    lines=(pa.int64(), NEVER_NULL),
    amount=(AMOUNT, NEVER_NULL),
)
