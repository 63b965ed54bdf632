"""The names of downloaded files: the version in the name is the version served (R-215)."""

from collections.abc import Sequence
from datetime import date


def reporting_file_name(
    label: str, version: str, *, parties: Sequence[str], days: Sequence[str], extension: str
) -> str:
    """Give the name of a Reporting API file: for whom, and its days, both included, if dated.

    >>> reporting_file_name(
    ...     "invoice-rows", "v1", parties=["reseller"], days=("2025-08-23", "2026-11-23"),
    ...     extension="parquet",
    ... )
    'invoice-rows_v1_reseller_2025-08-23_2026-11-23.parquet'
    """
    parts = (label, version, *(party.replace(":", "-") for party in parties), *days)
    return f"{'_'.join(parts)}.{extension}"


def billing_file_name(
    endpoint: str, version: str, *, start: date, end: date, extension: str, page: int = 1
) -> str:
    """Give the name of a Billing API document.

    >>> billing_file_name(
    ...     "invoices", "v4", start=date(2026, 7, 1), end=date(2026, 7, 31), extension="json"
    ... )
    'invoices_v4_20260701-20260731.json'
    """
    suffix = f"_p{page}" if page > 1 else ""
    first, last = (day.isoformat().replace("-", "") for day in (start, end))
    return f"{endpoint}_{version}_{first}-{last}{suffix}.{extension}"
