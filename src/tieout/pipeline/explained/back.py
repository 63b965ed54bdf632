"""What takes a billed line back: the figures of that line turned round, and why."""

from collections.abc import Mapping
from typing import Any

TURNED = ("costTotalPrice", "effectiveUnitPrice", "totalPrice")  # a hop's unit price stays
Hop = Mapping[str, Any]


def turned(hop: Hop) -> dict[str, Any]:
    """Turn the amounts of a hop round, as texts, digit for digit.

    >>> turned({"totalPrice": "-31.5", "costTotalPrice": "0", "effectiveUnitPrice": None})
    {'totalPrice': '31.5', 'costTotalPrice': '0', 'effectiveUnitPrice': None}
    """
    return {**hop, **{name: _opposite(hop[name]) for name in TURNED if name in hop}}


def taken_back(hop: Hop) -> dict[str, Any]:
    """Tell a hop of a billed line as what takes it back: its way to the price, then the turn."""
    back = turned(hop)
    turns = {"steps": "totalPrice", "effectiveUnitSteps": "effectiveUnitPrice"}
    for steps, name in turns.items():
        if hop[steps]:
            value = back[name]
            last = {"step": "take_back", "text": f"taken back: {value}", "value": value}
            back[steps] = [*hop[steps], last]
    return back


def why_taken_back(vendor_line: Mapping[str, Any], *, replaced_by: str | None) -> str:
    """Say why a billed line is taken back."""
    invoice = vendor_line["invoiceNumber"]
    now = f"a newer version of vendor invoice {invoice}" if invoice else "a newer vendor file"
    if replaced_by:
        return f"{now} has another line in its place: {replaced_by}"
    return f"{now} has it no more"


def _opposite(text: str | None) -> str | None:
    if text is None or text == "0":
        return text
    return text[1:] if text.startswith("-") else f"-{text}"
