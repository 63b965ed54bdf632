"""Charges typed by hand from billing-api.md, and what they come to by fractions alone."""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

SECRET = b"tieout-fixture-key"
CLASSES = {"recurring": 2, "correction": 3, "refund": 3, "credit": 3, "usage": 4, "one_time": 5}


@dataclass(frozen=True)
class Hand:
    """One charge at two hops; `sale` None: not sold on, `bought` False: only sold."""

    line: int
    unit: str
    sale: str | None = None
    kind: str = "recurring"
    quantity: str = "1"
    direction: int = 1
    days: tuple[str, str] = ("2026-06-01", "2026-06-30")
    discount: str = "0"
    sale_discount: str = "0"
    sku: str | None = "NL-SUITE-1Y"
    slot: str = ""
    description: str = ""
    order: str | None = None
    subscription: str = "700101"
    document: str = "D-2026-004711"
    bought: bool = True
    uid: str | None = None
    key: str | None = None
    amount: str | None = None  # as the vendor keeps it, with all its digits
    sale_amount: str | None = None


@dataclass(frozen=True)
class Store:
    """The lines and what is known of their documents, subscriptions and parties."""

    lines: Sequence[Hand]
    reference: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    controls: dict[str, str] = field(default_factory=dict)  # a document's control total
    vendor_tax: str | None = "21"


def match_key(line: int, seq: int = 1) -> str:
    """Give the key of billing-api.md 5.2 by the standard library."""
    said = "\x1f".join(("V1", "V-2026-06-0001", str(line), str(seq)))
    mac = hmac.digest(SECRET, said.encode(), hashlib.sha256)
    return "mk_" + base64.b32encode(mac[:15]).decode().lower()


def round2(value: Fraction) -> Fraction:
    """Round to cents, half away from zero."""
    cents = (abs(value) * 100 * 2 + 1) // 2
    return Fraction(cents if value >= 0 else -cents, 100)


def days_between(days: tuple[str, str]) -> int:
    """Count days, both included."""
    return (dt.date.fromisoformat(days[1]) - dt.date.fromisoformat(days[0])).days + 1


def amount_of(line: Hand, *, is_sale: bool) -> Fraction:
    """Give I1: direction x (round2(quantity x duration x unit) - discount)."""
    kept = line.sale_amount if is_sale else line.amount
    if kept is not None:
        return Fraction(kept)
    duration = Fraction(days_between(line.days), 30) if line.kind != "one_time" else Fraction(1)
    unit, discount = (
        (line.sale or "0", line.sale_discount) if is_sale else (line.unit, line.discount)
    )
    gross = round2(Fraction(line.quantity) * duration * Fraction(unit))
    return line.direction * (gross - Fraction(discount))
