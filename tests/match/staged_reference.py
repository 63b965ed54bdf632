"""The staged matcher as plain Python reads billing-api.md 5.3, line by line: the oracle."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from staged_case import Found, LeftOver, Line, Link, place

Key = Hashable
KeyOf = Callable[[Line], Key | None]
Sides = tuple[list[Line], list[Line]]


def bucket(one: Line) -> Key:
    if one.subscription_id is not None:
        return one.subscription_id
    return one.customer_id, one.vendor


def rate(one: Line) -> Key:
    return one.rate_period_id, one.plan_rate_id


def has_rate(one: Line) -> bool:
    return rate(one) != (None, None)


def charged(one: Line) -> Key:
    return rate(one), one.quantity, one.duration, one.direction, one.line_kind


def is_priced_period(one: Line) -> bool:
    return has_rate(one) and one.line_kind != "usage"


def period(one: Line) -> Key:
    return one.start_date, one.end_date


def meets(one: Line, other: Line) -> bool:
    return one.start_date <= other.end_date and other.start_date <= one.end_date


def tier_1(one: Line) -> Key | None:
    return (bucket(one), one.sku, period(one), charged(one)) if one.sku is not None else None


def tier_2(one: Line) -> Key | None:
    return (bucket(one), period(one), charged(one)) if is_priced_period(one) else None


def tier_4_order(one: Line) -> Key | None:
    if one.reservation_order is None:
        return None
    return bucket(one), one.reservation_order, one.line_kind, one.direction


def tier_4_meter(one: Line) -> Key | None:
    if one.line_kind != "usage" or one.meter_category is None:
        return None
    month = one.start_date.year, one.start_date.month
    return bucket(one), month, one.meter_category, one.direction


def tier_5(one: Line) -> Key | None:
    if one.line_kind not in {"correction", "credit", "refund"}:
        return None
    return bucket(one), one.quantity, period(one), one.direction


def tier_6(one: Line) -> Key | None:
    return (bucket(one), rate(one), one.direction) if has_rate(one) else None


def in_order(one: Line) -> tuple[dt.date, dt.date, Decimal, int, int]:
    """Give the page's order; line ids are unique in these files, so content decides nothing."""
    return one.start_date, one.end_date, abs(one.amount), one.line_id, one.line_seq


class Matching:
    """The lines not yet linked, and the links made so far."""

    def __init__(self, purchases: Sequence[Line], sales: Sequence[Line]) -> None:
        self.taking_part = tuple(
            [one for one in lines if one.flag is None and one.is_published]
            for lines in (purchases, sales)
        )
        self.purchases, self.sales = (list(lines) for lines in self.taking_part)
        self.links: set[Link] = set()

    def link(self, purchases: list[Line], sales: list[Line], *, tier: int, status: str) -> None:
        self.links.add(
            (
                tuple(sorted(map(place, purchases))),
                tuple(sorted(map(place, sales))),
                tier,
                status,
            )
        )
        self.purchases = [one for one in self.purchases if one not in purchases]
        self.sales = [one for one in self.sales if one not in sales]

    def by_key(self, key_of: KeyOf) -> Iterator[Sides]:
        sides: dict[Key, Sides] = defaultdict(lambda: ([], []))
        for at, lines in enumerate((self.purchases, self.sales)):
            for one in lines:
                if (key := key_of(one)) is not None:
                    sides[key][at].append(one)
        yield from sides.values()

    def pair(self, key_of: KeyOf, *, tier: int) -> None:
        for purchases, sales in list(self.by_key(key_of)):
            if len(purchases) != len(sales):
                continue
            status = "matched" if len(purchases) == 1 else "matched_by_order"
            ordered = (sorted(purchases, key=in_order), sorted(sales, key=in_order))
            for bought, sold in zip(*ordered, strict=True):
                self.link([bought], [sold], tier=tier, status=status)

    def group(self, key_of: KeyOf, *, tier: int, equal_sums: bool = False) -> None:
        for purchases, sales in list(self.by_key(key_of)):
            if not purchases or not sales or (equal_sums and total(purchases) != total(sales)):
                continue
            alone = len(purchases) == len(sales) == 1
            self.link(purchases, sales, tier=tier, status="matched" if alone else "group")

    def rounds(self) -> None:
        """Tier 3 as written: rounds of pairs that have only each other, until there are none."""

        def candidates(one: Line, others: list[Line]) -> list[Line]:
            key = bucket(one), charged(one)
            return [
                other
                for other in others
                if is_priced_period(other)
                and (bucket(other), charged(other)) == key
                and meets(one, other)
            ]

        while True:
            found = []
            for one in filter(is_priced_period, self.purchases):
                sold = candidates(one, self.sales)
                if len(sold) == 1 and candidates(sold[0], self.purchases) == [one]:
                    found.append((one, sold[0]))
            for one, other in found:
                self.link([one], [other], tier=3, status="matched")
            if not found:
                return


def total(lines: list[Line]) -> Fraction:
    return sum((Fraction(one.quantity) * Fraction(one.duration) for one in lines), Fraction(0))


def reference(purchases: Sequence[Line], sales: Sequence[Line]) -> Found:
    """Match as the page says, slowly."""
    found = Matching(purchases, sales)
    keys = [[one.match_key for one in lines] for lines in found.taking_part]
    reused = {key for side in keys for key in side if side.count(key) > 1}
    found.pair(lambda one: None if one.match_key in reused else one.match_key, tier=0)
    found.pair(tier_1, tier=1)
    found.pair(tier_2, tier=2)
    found.rounds()
    found.group(tier_4_order, tier=4)
    found.group(tier_4_meter, tier=4)
    found.pair(tier_5, tier=5)
    found.group(tier_6, tier=6, equal_sums=True)
    return Found(frozenset(found.links), frozenset(left_over(found, purchases, sales=sales)))


def left_over(
    found: Matching, purchases: Sequence[Line], *, sales: Sequence[Line]
) -> Iterator[LeftOver]:
    linked = (
        {one for link in found.links for one in link[0]},
        {one for link in found.links for one in link[1]},
    )
    left = (found.purchases, found.sales)
    for at, (side, lines) in enumerate((("purchase", purchases), ("sales", sales))):
        for one in lines:
            if place(one) in linked[at]:
                continue
            status = "unmatched_purchase" if side == "purchase" else "unmatched_sale"
            if one.flag == "duplicate_conflict":
                status = "conflict_excluded"
            twins = {o.match_key for o in (sales, purchases)[at] if not o.is_published} - {None}
            why = reason(one, twins, others=found.taking_part[1 - at], left=left[1 - at])
            yield side, place(one), status, why


def reason(one: Line, twins: set[str | None], *, others: list[Line], left: list[Line]) -> str:
    near = [other for other in left if bucket(other) == bucket(one)]
    before: list[tuple[str, bool]] = [
        (one.flag or "", one.flag is not None),
        ("rounding", one.line_kind == "rounding"),
        ("not_published", not one.is_published or one.match_key in twins),
        ("no_counterpart", bucket(one) not in map(bucket, others)),
        ("counterparts_exhausted", not near),
    ]
    for code, applies in before:
        if applies:
            return code
    narrowing: list[tuple[str, Callable[[Line], bool]]] = [
        ("sign_differs", lambda other: other.direction == one.direction),
        ("rate_differs", lambda other: rate(other) == rate(one)),
        ("period_differs", lambda other: meets(one, other)),
        (
            "quantity_differs",
            lambda other: (other.quantity, other.duration) == (one.quantity, one.duration),
        ),
    ]
    for code, fits in narrowing:
        near = [other for other in near if fits(other)]
        if not near:
            return code
    return "ambiguous_count"
