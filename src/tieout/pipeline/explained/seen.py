"""What one organization may see of an explained line: a whitelist, hop by hop.

The one rule of visibility decides which hops and whether cost shows (report/visibility.py); what
is not named here is left out. Source: reporting-api.md 4 and 9.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

Found = dict[str, Any]
BOTH = (
    *("sellerId", "buyerId", "contractId", "subscriptionId", "matchKey", "chargeTypeId"),
    *("cycleStart", "cycleEnd", "quantity", "unitPrice", "effectiveUnitPrice", "totalPrice"),
    *("currency", "invoiceLine"),
)
STEPS = ("steps", "unitSteps", "effectiveUnitSteps")
COST = ("ruleId", "policy", "costTotalPrice", "costCurrency", "exchangeRate", *STEPS)
CHOSEN = ("rule", "listPrice", "rate")
LOST = ("otherRules", "otherListPrices", "otherRates")
MATCH = (
    *("day", "dayIs", "subscriptionId", "subscriptionName", "chargeTypeId", "chargeType"),
    *("cycleStart", "cycleEnd", "ruleDay", "ruleDayIs"),
)
OWNER_MATCH = ("vendorSubscriptionId", "entitlementId")
OWNER = (
    *("vendorLineId", "file", "fileId", "format", "rowNumber", "line", "cells", "vendorLine"),
    *("rejected", "parked", "decisions", "late"),
)
OWN_FIGURES = ("unitPrice", "effectiveUnitPrice", "totalPrice")


def as_seen(
    whole: Mapping[str, Any],
    invoices: pa.Table,
    *,
    is_owner: bool = False,
    shows_vendor: bool = True,
) -> Found | None:
    """Give what is seen of a whole explanation by whom the invoices are visible; None if nothing.

    `invoices` has the shape VISIBLE_INVOICE. `is_owner` shows the vendor's row to who owns the
    channel although no invoice holds the line: it is parked or was rejected. Without
    `shows_vendor` the vendor's row is left out, for roles that may not read it.
    """
    seats = [one for one in invoices.to_pylist() if one["run_id"] == whole["runId"]]
    seen = [(hop, seat) for hop in whole["hops"] if (seat := _seat(hop, seats)) is not None]
    is_owner = is_owner or any(seat["vendor_invoice_visible"] for _, seat in seen)
    is_owner = is_owner and shows_vendor
    if not (seen or is_owner):
        return None
    sells = any(seat["cost_visible"] for _, seat in seen)
    found: Found = {name: whole[name] for name in OWNER} if is_owner else {}
    if found.get("parked"):
        found["parked"] = {k: v for k, v in found["parked"].items() if k != "hop"}
    match = whole["match"]
    found["match"] = match and {
        name: match[name] for name in (*MATCH, *(OWNER_MATCH if is_owner else ()))
    }
    if is_owner and match and match["failed"]:
        found["match"]["failed"] = _failure(match["failed"])
    found["proration"] = whole["proration"] if sells else None
    late = whole["late"] or {}
    found["takesBack"] = None
    if late.get("takesBack"):  # the line as it was billed, which both sides of its hops know
        found["takesBack"] = {"period": late["period"], "matchKey": late["takesBack"]["matchKey"]}
    found["hops"] = [_hop(hop, seat) for hop, seat in seen]
    found["differences"] = list(_differences(whole["differences"], seen))
    return found


def _seat(hop: Mapping[str, Any], seats: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Give the visible invoice that a hop of a line stands on."""
    row_of = hop["invoiceLine"]["invoiceId"]
    return next((one for one in seats if one["invoice_id"] == row_of), None)


def _hop(hop: Mapping[str, Any], seat: Mapping[str, Any]) -> Found:
    found = {"direction": seat["direction"]} | {name: hop[name] for name in BOTH}
    if seat["cost_visible"]:
        found |= {name: hop[name] for name in (*COST, *CHOSEN)}
        found |= {name: [one for one in hop[name] if one["inForce"]] for name in LOST}
    return found


def _failure(failed: Mapping[str, Any]) -> Found:
    """Say why a line waits; what fails below the owner's own sale is not its business."""
    is_near = failed["hop"] is None or failed["hop"] <= 2  # noqa: PLR2004 - the owner sells at hop 2
    return {"reason": failed["reason"], "why": failed["why"] if is_near else None}


def _differences(
    found: Iterable[Mapping[str, Any]],
    seen: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> Iterable[Found]:
    """Name the hop by its contract; a buyer hears of its own figures only."""
    seats = {hop["hop"]: (hop["contractId"], seat["cost_visible"]) for hop, seat in seen}
    for one in found:
        contract_id, cost_visible = seats.get(one["hop"], (None, False))
        if contract_id is not None and (cost_visible or one["field"] in OWN_FIGURES):
            yield {"contractId": contract_id} | {k: v for k, v in one.items() if k != "hop"}
