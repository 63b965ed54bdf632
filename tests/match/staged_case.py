"""Lines of two independent files and what the staged matcher says of them."""

import datetime as dt
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from tieout.engine.duckdb import Engine, session
from tieout.match.staged import match_staged
from tieout.match.staged.tables import FILED_LINE

SIDES = ("purchase", "sales")


def day(text: str) -> dt.date:
    """Read `0630` as a day of 2026."""
    return dt.date(2026, int(text[:2]), int(text[2:]))


@dataclass(frozen=True)
class Line:
    """One line; by default that of billing-api.md 4, the amount aside."""

    amount: Decimal
    line_id: int = 1
    invoice_id: str = "V-1"
    line_seq: int = 1
    match_key: str | None = None
    subscription_id: str | None = "700101"
    customer_id: str | None = None
    vendor: str | None = None
    rate_period_id: str | None = "9202"
    plan_rate_id: str | None = None
    sku: str | None = "NL-SUITE-1Y"
    start_date: dt.date = dt.date(2026, 6, 1)
    end_date: dt.date = dt.date(2026, 6, 30)
    quantity: Decimal = Decimal(1)
    duration: Decimal = Decimal(1)
    direction: int = 1
    line_kind: str = "recurring"
    reservation_order: str | None = None
    meter_category: str | None = None
    flag: str | None = None
    is_published: bool = True


def line(amount: str, *, period: str = "0601-0630", q: str = "1", **rest: Any) -> Line:
    """Give a line; `period` as 0601-0630, `q` its quantity, a negative amount is given back."""
    start, end = period.split("-")
    rest.setdefault("direction", -1 if amount.startswith("-") else 1)
    made = Line(Decimal(amount), start_date=day(start), end_date=day(end), quantity=Decimal(q))
    return replace(made, **rest)


Place = tuple[str, int, int]  # document, line id, line number
Link = tuple[tuple[Place, ...], tuple[Place, ...], int, str]
LeftOver = tuple[str, Place, str, str]


@dataclass(frozen=True)
class Found:
    """What was said: links with their members, lines left over with side, status and reason."""

    links: frozenset[Link]
    left_over: frozenset[LeftOver]


def place(one: Line) -> Place:
    """Give what a line is known by within its file."""
    return one.invoice_id, one.line_id, one.line_seq


def run(engine: Engine, purchases: Sequence[Line], sales: Sequence[Line]) -> Found:
    """Match the lines."""
    for side, lines in zip(SIDES, (purchases, sales), strict=True):
        rows = [asdict(one) for one in lines]
        engine.register(f"{side}_line", pa.Table.from_pylist(rows, schema=FILED_LINE))
    match_staged(engine)
    members: dict[tuple[object, ...], dict[str, list[Place]]] = defaultdict(
        lambda: {side: [] for side in SIDES}
    )
    for at, row in enumerate(engine.arrow("SELECT * FROM link").to_pylist()):
        link = members[row["match_group_id"] or at, row["tier"], row["status"]]
        for side in SIDES:
            if row[f"{side}_line_id"] is not None:
                names = ("invoice_id", "line_id", "line_seq")
                link[side].append(tuple(row[f"{side}_{name}"] for name in names))
    return Found(
        frozenset(
            (tuple(sorted(sides["purchase"])), tuple(sorted(sides["sales"])), tier, status)  # type: ignore[misc]
            for (_, tier, status), sides in members.items()
        ),
        frozenset(
            (
                row["side"],
                (row["invoice_id"], row["line_id"], row["line_seq"]),
                row["status"],
                row["reason"],
            )
            for row in engine.arrow("SELECT * FROM left_over").to_pylist()
        ),
    )


def matched(purchases: Sequence[Line], sales: Sequence[Line]) -> Found:
    """Match the lines in an engine of their own."""
    with tempfile.TemporaryDirectory() as folder, session(Path(folder)) as engine:
        return run(engine, purchases, sales)


def shuffled(lines: Sequence[Line], *, seed: int) -> list[Line]:
    """Give the lines in another order."""
    return random.Random(seed).sample(lines, k=len(lines))
