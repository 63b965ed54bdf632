"""Which dates are answered (reporting-api.md 2.4), and what is said about the others."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tieout.serve.months import months_before
from tieout.serve.problems import Reason, ReportingProblem
from tieout.serve.settings import Settings

UNLIMITED = "unlimited"
Months = int | str


@dataclass(frozen=True)
class Dated:
    """What a question says of dates: the span it names, both ends included, and by what words.

    `named` has its dates by parameter; `single` are the parameters that name one document.
    """

    first: str | None = None
    last: str | None = None
    named: Mapping[str, str | None] = field(default_factory=dict)
    single: tuple[str, ...] = ()
    clip: bool = False


@dataclass(frozen=True)
class Window:
    """The dates of one answer, both ends included; no first day: as far back as any.

    `start` is the earliest day that may be asked for. `ends_today`: no last day was named.
    """

    months: Months
    start: str | None
    first: str | None
    last: str
    ends_today: bool
    is_cut: bool = False

    def described(self, *, older: bool, newer: bool) -> str:
        """Give the `Tieout-Window` header."""
        members = [f"from={self.first}"] if self.first else []
        members += [f"till={self.last}", f"months={self.months}"]
        members += [f"older={older}".lower(), f"truncated={self.is_cut}".lower()]
        if newer:
            members.append("newer=true")
        return "; ".join(members)


def window_of(dated: Dated, settings: Settings, *, today: dt.date) -> Window:
    """Give the window of a question.

    Raises ReportingProblem where it names an earlier date and does not ask for the part inside.
    """
    start, first, last = _start(settings, today=today), dated.first, dated.last
    early = [name for name, day in dated.named.items() if start and day and day < start]
    window = Window(
        settings.reporting_window_months if start else UNLIMITED,
        start,
        max(filter(None, (start, first)), default=None),
        last or max(today.isoformat(), first or ""),
        ends_today=last is None,
        is_cut=bool(early),
    )
    if early and not dated.clip:
        raise outside(window.start, names=early)
    return window


def described(
    window: Window, dated: Dated, *, has: Callable[[str | None, str | None], bool]
) -> str:
    """Give the `Tieout-Window` header of an answer.

    `has` tells whether the question, without its own dates, has anything between two days, either
    of which may be open. Raises ReportingProblem where the question names one document, and that
    lies before the start.
    """

    def any_before(day: str) -> bool:
        return has(None, _day_beside(day, days=-1))

    if dated.single and window.start and any_before(window.start):
        if not dated.clip:
            raise outside(window.start, names=dated.single)
        window = replace(window, is_cut=True)
    return window.described(
        older=bool(window.first) and any_before(window.first or ""),
        newer=window.ends_today and has(_day_beside(window.last, days=1), None),
    )


def outside(
    start: str | None,
    *,
    names: tuple[str, ...] | list[str],
    hint: str = "; clip=true gives what lies inside",
) -> ReportingProblem:
    """Give the 400 of parameters that name what lies before the start."""
    return ReportingProblem(
        code="OUTSIDE_WINDOW",
        detail=f"the earliest invoice date answered is {start}{hint}",
        errors=[Reason(parameter=name, reason=f"lies before {start}") for name in names],
    )


def _start(settings: Settings, *, today: dt.date) -> str | None:
    months = settings.reporting_window_months
    if months == UNLIMITED or today < settings.reporting_window_from:
        return None
    return months_before(today, int(months)).isoformat()


def _day_beside(day: str, *, days: int) -> str:
    """Give the day before or after; the first and the last of all days stay."""
    try:
        return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()
    except OverflowError:
        return day
