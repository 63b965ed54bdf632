"""What is said of the vendor invoices of a delivery: copies, new versions, late ones, estimates."""

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.pipeline.explain import line_name

HAPPENED = {
    "copy": "is a copy of what was loaded before and is not counted again",
    "replaces": "replaces the version loaded before as a whole",
    "detail": "is billed from its monthly file; this one is kept as its detail, not billed",
    "outranks": "is billed from this file from the next run on, no longer from its daily file",
}

ESTIMATED = {  # the rows of a month that no invoice bills yet
    "new": "is previewed until a billed file of the month is loaded, and never billed",
    "copy": HAPPENED["copy"],
    "replaces": HAPPENED["replaces"],
    "detail": "is previewed from its monthly file; this one is kept as its detail",
    "outranks": "is previewed from this file from the next run on, no longer from its daily file",
}


def happened_to(
    invoice: Mapping[str, Any], happened: str, *, change: Mapping[str, Any], is_closed: bool
) -> list[str]:
    """Say what became of a vendor invoice, or of an estimate, in the store; nothing where new.

    In a month with verified invoices also what the difference comes to.
    """
    number, period = invoice["invoice_number"], invoice["period"]
    if number is None:
        rows = f"{invoice['rows']} rows, {invoice['currency']} {invoice['subtotal']}"
        return [f"the estimate of {period} ({rows}) {ESTIMATED[happened]}"]
    said = [] if happened == "new" else [f"invoice {number} {HAPPENED[happened]}"]
    rows, amount = f"{invoice['rows']} lines", invoice["subtotal"]
    if happened == "replaces":
        said[0] += (
            f": {change['added']} rows added, {change['removed']} removed,"
            f" {change['unchanged']} unchanged"
        )
        rows, amount = f"{change['added'] + change['removed']} lines", change["difference"]
    if is_closed and happened in ("new", "replaces", "outranks"):
        said.append(
            f"invoice {number}: {rows} differ from what {period} was billed from, by {amount}"
            f" {invoice['currency']}; invoices of that month are verified and stay: `tieout run"
            f" {period}` tells which lines are late"
        )
    return said


def say_lapsed(
    of_file: Mapping[str, dict[str, Any]],
    found: Sequence[Mapping[str, Any]],
    *,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> None:
    """Say which decisions have no line to act on any more: each belongs to its file's line."""
    acting = {one["decision_id"] for one in after}
    for invoice in found:
        named = (invoice["vendor"], invoice["invoice_number"])
        lapsed = [
            line_name(one["file_id"], one["row_number"])
            for one in before
            if one["decision_id"] not in acting and (one["vendor"], one["invoice_number"]) == named
        ]
        for file_id in invoice["file_ids"] if lapsed else ():
            of_file[file_id]["notices"].append(
                f"invoice {invoice['invoice_number']}: what set aside line {', '.join(lapsed)} has"
                " lapsed with that file; every line of this one is billed until a person judges it"
            )
