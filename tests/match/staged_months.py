"""Generated months of two files with known truth: who belongs to whom, and in which tier it shows.

A subscription lives through one of the stories below. The keys are stripped and both files are
shuffled; the truth keeps the pairs. `ambiguous` adds stories whose lines look alike on purpose.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from staged_case import Found, Line, Place, line, place, shuffled

Pair = tuple[Line, Line, int | None]  # purchase, its sale, the tier that shows it; None: a group
RATES = ("9201", "9202", "9203", "9301", "9302")


@dataclass
class Month:
    """Both files, the true pairs with the tier each is expected in, and how a line is called."""

    purchases: list[Line] = field(default_factory=list)
    sales: list[Line] = field(default_factory=list)
    truth: dict[tuple[Place, Place], int | None] = field(default_factory=dict)
    kinds: dict[Place, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Quality:
    """Of the 1:1 links of a tier and kind: how many, how many of them wrong, and how certain."""

    links: Counter[tuple[int, str]]
    wrong: Counter[tuple[int, str]]
    wrong_statuses: frozenset[str]
    found: Counter[str]
    true: Counter[str]

    def precision(self, tier: int, kind: str) -> Fraction:
        """Give the share of right links."""
        return 1 - Fraction(self.wrong[tier, kind], self.links[tier, kind])

    def recall(self, kind: str) -> Fraction:
        """Give the share of the true pairs of a kind that were found."""
        return Fraction(self.found[kind], self.true[kind])

    def __str__(self) -> str:
        """Print a line per tier and kind, then one per kind."""
        rows = [
            f"tier {tier} {kind:10} {count:6} links, precision {self.precision(tier, kind)}"
            for (tier, kind), count in sorted(self.links.items())
        ]
        rows += [
            f"{kind:17} {n:6} true pairs, recall {self.recall(kind)}"
            for kind, n in sorted(self.true.items())
        ]
        return "\n".join(rows)


def sold(one: Line, **changed: object) -> Line:
    """Give the sale of a purchase, at a tenth more to the cent."""
    sale = replace(one, amount=(one.amount * Decimal("1.1")).quantize(Decimal("0.01")))
    return replace(sale, **changed)  # type: ignore[arg-type]


def seats(dice: random.Random) -> Iterator[Pair]:
    """Give seats of several rates, some changed inside the month; a line per rate and period."""
    for rate in dice.sample(RATES, k=dice.randint(1, 4)):
        count = dice.randint(1, 40)
        whole = line(f"{count * 8}.00", q=str(count), rate_period_id=rate, sku=f"SKU-{rate}")
        yield whole, sold(whole), 1
        if dice.random() < 0.4:
            first = dice.randint(2, 28)
            part = replace(
                whole,
                amount=Decimal(count),
                start_date=whole.start_date.replace(day=first),
                duration=Decimal(31 - first) / 30,
                line_kind="correction",
            )
            part = replace(part, duration=part.duration.quantize(Decimal("1e-10")))
            yield part, sold(part), 1


def respelled(dice: random.Random) -> Iterator[Pair]:
    """Give lines whose SKU the other system spells its own way."""
    for one, sale, _ in seats(dice):
        yield one, replace(sale, sku=f"{sale.sku}".lower().replace("-", ":")), 2


def anchored(dice: random.Random) -> Iterator[Pair]:
    """Give a yearly price whose cycle starts a day earlier in the other system."""
    count = dice.randint(1, 40)
    one = line(f"{count * 7}.00", q=str(count))
    shifted = line("1.00", period="0531-0629")
    yield one, sold(one, start_date=shifted.start_date, end_date=shifted.end_date), 3


def reservation(dice: random.Random) -> Iterator[Pair]:
    """Give a reservation and its refund, booked elsewhere without a rate on another day."""
    order = f"RO-{dice.randint(1, 99)}"
    one = line("1200.00", line_kind="one_time", reservation_order=order)
    yield one, sold(one), 1
    back = line("-400.00", line_kind="refund", reservation_order=order, rate_period_id="9120")
    day = line("1.00", period="0605-0605")
    yield back, sold(back, rate_period_id=None, start_date=day.start_date, end_date=day.end_date), 4


def credit(dice: random.Random) -> Iterator[Pair]:
    """Give a correction that the other system books as a credit with its own duration."""
    count = dice.randint(1, 40)
    one = line(
        f"-{count * 4}.00",
        period="0616-0630",
        q=str(count),
        duration=Decimal("0.5"),
        line_kind="correction",
    )
    yield one, sold(one, line_kind="credit", rate_period_id=None, duration=Decimal(1)), 5


def meters(dice: random.Random) -> Iterator[Pair]:
    """Give usage by meter, each with an SKU of its own; some share quantity and month."""
    for meter in range(dice.randint(1, 6)):
        one = line(
            f"{dice.randint(1, 900)}.15",
            q=dice.choice(["1", "1", "37.5"]),
            line_kind="usage",
            rate_period_id=None,
            plan_rate_id="9110",
            sku=f"AZ-{meter}",
            meter_category=dice.choice(["Storage", "Compute"]),
        )
        yield one, sold(one), 1


def split(dice: random.Random) -> Iterator[Pair]:
    """Give seats that the other system bills by department: one purchase, two sales, no pair."""
    count = dice.randint(3, 40)
    one = line(f"{count * 8}.00", q=str(count))
    yield one, sold(one, quantity=one.quantity - 1), None
    yield one, sold(one, quantity=Decimal(1)), None


def look_alikes(dice: random.Random) -> Iterator[Pair]:
    """Give lines equal in every compared cell whose prices do not keep their order."""
    count = dice.randint(2, 4)
    for _ in range(count):
        one = line(f"{dice.randint(1, 99)}.00")
        yield one, replace(one, amount=Decimal(dice.randint(1, 99))), 1


STORIES: tuple[Callable[[random.Random], Iterator[Pair]], ...] = (
    *(seats, seats, respelled, anchored, reservation, credit, meters, split),
)


def month(*, subscriptions: int, seed: int, ambiguous: bool = False) -> Month:
    """Give a month; a tenth of its lines has lost the other side, some are flagged."""
    dice, made = random.Random(seed), Month()
    stories = (*STORIES, look_alikes) if ambiguous else STORIES
    numbers = iter(range(1, 100 * subscriptions))
    for number in range(subscriptions):
        story = dice.choice(stories)
        is_thin = story is seats and dice.random() < 0.3
        known: dict[int, Line] = {}
        pairs = list(story(dice))  # kept: a split purchase is one object, twice
        for one, sale, tier in pairs:
            here = {"subscription_id": f"s{number}"}
            if id(one) not in known:
                known[id(one)] = replace(one, line_id=next(numbers), **here)  # type: ignore[arg-type]
                made.purchases.append(known[id(one)])
            bought = known[id(one)]
            made.kinds[place(bought)] = bought.line_kind
            if is_thin and dice.random() < 0.3:  # never sold on
                continue
            sale = replace(sale, invoice_id="R-1", line_id=next(numbers), **here)  # type: ignore[arg-type] # noqa: PLW2901
            made.sales.append(sale)
            made.truth[place(bought), place(sale)] = tier
        if dice.random() < 0.1:
            fee = line(
                "4.50", line_id=next(numbers), subscription_id=f"s{number}", flag="cost_only"
            )
            made.purchases.append(fee)
    made.purchases = shuffled(made.purchases, seed=seed + 1)
    made.sales = shuffled(made.sales, seed=seed + 2)
    return made


def judged(made: Month, found: Found) -> Quality:
    """Compare the 1:1 links that were found with the truth."""
    links: Counter[tuple[int, str]] = Counter()
    wrong: Counter[tuple[int, str]] = Counter()
    right, statuses = Counter[str](), set()
    for purchases, sales, tier, status in found.links:
        if status == "group":
            continue
        kind = made.kinds[purchases[0]]
        links[tier, kind] += 1
        if (purchases[0], sales[0]) in made.truth:
            right[kind] += 1
        else:
            wrong[tier, kind] += 1
            statuses.add(status)
    true = Counter(made.kinds[one] for (one, _), tier in made.truth.items() if tier is not None)
    return Quality(links, wrong, frozenset(statuses), right, true)
