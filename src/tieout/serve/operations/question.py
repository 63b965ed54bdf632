"""What a move of invoices is asked with: a JSON object of text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tieout.serve.manage.body import read_object
from tieout.serve.problems import ManageProblem

ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII)
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
TEXTS = ("period", "buyer", "inputDigest", "acceptParked", "reason")
OF_VERIFY = ("invoices", *TEXTS)
OF_MOVE = ("invoices", "reason")
INVOICES_MAX = 10_000


@dataclass(frozen=True)
class Wish:
    """Which invoices are to be moved, and what is said with it; None where it was not said."""

    invoices: tuple[str, ...] = ()
    period: str | None = None
    buyer: str | None = None
    input_digest: str | None = None
    accept_parked: str | None = None
    reason: str | None = None


def read_wish(body: bytes, *, known: tuple[str, ...]) -> Wish:
    """Read a body with members of `known`. Raises ManageProblem naming the first at fault."""
    value = read_object(body)
    for name in value:
        if name not in known:
            raise _bad(name[:64], f"is not a member; known are {', '.join(known)}")
    for name in TEXTS:
        if not isinstance(value.get(name, ""), str) or value.get(name) == "":
            raise _bad(name, "is not a text")
    invoices = _invoices(value)
    period = value.get("period")
    if period is not None and not MONTH.fullmatch(period):
        raise _bad("period", "is not a month, YYYY-MM")
    if bool(invoices) == (period is not None):
        members = "'invoices' or 'period'" if "period" in known else "'invoices'"
        raise _bad("invoices", f"give {members}, not both and not neither")
    if invoices and value.get("buyer") is not None:
        raise _bad("buyer", "goes with 'period'")
    return Wish(
        invoices=invoices,
        period=period,
        buyer=value.get("buyer"),
        input_digest=value.get("inputDigest"),
        accept_parked=value.get("acceptParked"),
        reason=value.get("reason"),
    )


def _invoices(value: Mapping[str, Any]) -> tuple[str, ...]:
    listed = value.get("invoices", [])
    if not isinstance(listed, list) or len(listed) > INVOICES_MAX:
        raise _bad("invoices", f"is not a list of at most {INVOICES_MAX} ids")
    for at, one in enumerate(listed):
        if not isinstance(one, str) or not ID.fullmatch(one):
            raise _bad(f"invoices[{at}]", "is not the id of an invoice")
    return tuple(listed)


def _bad(name: str, reason: str) -> ManageProblem:
    return ManageProblem(
        code="BAD_BODY",
        detail=f"'{name}' {reason}",
        errors=[{"parameter": name, "reason": reason}],
    )
