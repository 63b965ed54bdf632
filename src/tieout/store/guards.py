"""The triggers that guard the catalog: each must be there and at work.

Whoever wants to change what is fixed has to drop one first. Made by migrations 0006 to 0016.
"""

from sqlalchemy import Connection, text

GUARDS = (
    *("audit_entry_follows", "audit_entry_is_fixed", "audit_entry_is_kept"),
    *("audit_head_is_kept", "audit_head_moves_on", "audit_head_starts_once"),
    *("invoice_is_joined_once", "invoice_is_kept", "invoice_joins_its_own_summary"),
    *("invoice_keeps_its_figures", "invoice_keeps_its_origin", "invoice_keeps_what_it_shows"),
    *("invoice_moves_one_way", "invoice_moves_with_number", "invoice_starts_unjoined"),
    *("invoice_starts_with_number", "manual_line_is_fixed", "manual_line_is_in_time"),
    *("manual_line_is_kept", "number_series_grows", "number_series_is_kept"),
    *("summary_is_kept", "summary_keeps_its_figures", "summary_moves_one_way"),
    *("summary_moves_with_number", "summary_starts_with_number"),
)
ON_SQLITE = (  # no row is put in the place of one that is fixed
    *("invoice_is_not_replaced", "manual_line_is_not_replaced"),
    *("number_series_is_not_replaced", "summary_is_not_replaced"),
)
ON_POSTGRESQL = (
    *("audit_entry_is_not_emptied", "audit_head_is_not_emptied", "invoice_is_not_emptied"),
    *("manual_line_is_not_emptied", "number_series_is_not_emptied"),
    "summary_invoice_is_not_emptied",
)
THERE = {
    True: "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    False: "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    " AND relnamespace = current_schema()::regnamespace",
}


def missing_guards(connection: Connection) -> list[str]:
    """Say which guards are not there, or were put to sleep."""
    is_sqlite = connection.dialect.name == "sqlite"
    wanted = (*GUARDS, *(ON_SQLITE if is_sqlite else ON_POSTGRESQL))
    there = set(connection.execute(text(THERE[is_sqlite])).scalars())
    return [f"the catalog's guard {one} is not at work" for one in wanted if one not in there]
