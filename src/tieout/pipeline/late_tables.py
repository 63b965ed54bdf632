"""The shape of what runs keep about late lines, beside the border tables. Decision 0030."""

import pyarrow as pa

from tieout.tables import CHARGE, DETAIL_LINE, MAY_BE_NULL, NEVER_NULL, TEXT, schema_of

_NAMED = {
    "entry_key": (TEXT, NEVER_NULL),  # +row hash/n: a line; -key: what takes that line back
    "replaces": (TEXT, MAY_BE_NULL),  # vendor line that this one takes back or stands in place of
    "rated_run_id": (TEXT, MAY_BE_NULL),  # the run that priced it; null: the one that keeps it
}
_ADJUSTS = schema_of(adjusts_invoice_id=(TEXT, MAY_BE_NULL))  # of the line's month at this hop

# Charges of late lines, kept by the run of their own month; numbered among themselves.
# A line that its contract holds is parked; what takes a line back is here, and waits as well.
LATE_CHARGE = pa.schema(
    [*CHARGE, *schema_of(**_NAMED, late_lines=(TEXT, NEVER_NULL))]  # as in contracts.csv
)

# Their detail lines at every hop.
LATE_DETAIL_LINE = pa.schema([*DETAIL_LINE, *_ADJUSTS])

# Of the run that bills them: one row per late line and hop.
CARRIED_LINE = pa.schema(
    [
        *schema_of(
            late_of=(TEXT, NEVER_NULL),  # the line's own month
            charge_no=(pa.int64(), NEVER_NULL),  # key into charge, of the same run
            hop=(pa.int32(), NEVER_NULL),
            **_NAMED,
        ),
        *_ADJUSTS,
    ]
)

# Billed lines that the vendor tells in another place now, or, with null, no more.
TOLD_AGAIN = schema_of(
    billed_file_id=(TEXT, NEVER_NULL),
    billed_row_number=(pa.int64(), NEVER_NULL),
    is_own=(pa.bool_(), NEVER_NULL),  # billed in the line's own month
    file_id=(TEXT, MAY_BE_NULL),
    row_number=(pa.int64(), MAY_BE_NULL),
    currency=(TEXT, NEVER_NULL),
)

# Within a session: the verified invoices of a month from hop 2 on; `order_said` is the order that
# has an invoice of its own, or empty.
CLOSED_INVOICE = schema_of(
    hop=(pa.int32(), NEVER_NULL),
    seller_id=(TEXT, NEVER_NULL),
    buyer_id=(TEXT, NEVER_NULL),
    vendor=(TEXT, NEVER_NULL),
    currency=(TEXT, NEVER_NULL),
    order_said=(TEXT, NEVER_NULL),
)
