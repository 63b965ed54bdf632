"""Which invoice dates are answered (reporting-api.md 2.4), and what is said about the others."""

import datetime as dt
from dataclasses import dataclass, replace

from tieout.report.visibility import Viewer, Wanted, has_invoice
from tieout.serve.months import months_before
from tieout.serve.problems import Reason, ReportingProblem
from tieout.serve.reporting.question import Question
from tieout.serve.settings import Settings
from tieout.store.database import Catalog

UNLIMITED = "unlimited"


@dataclass(frozen=True)
class Window:
    """The invoice dates of one answer, both ends included; no first day: as far back as any.

    `start` is the earliest day that may be asked for. `ends_today`: no last day was named.
    """

    months: int | str
    start: str | None
    first: str | None
    last: str
    ends_today: bool
    is_cut: bool = False

    def narrowed(self, wanted: Wanted) -> Wanted:
        """Give what is wanted within these dates."""
        return replace(wanted, date_from=self.first, date_till=self.last)

    def described(self, *, older: bool, newer: bool) -> str:
        """Give the `Tieout-Window` header."""
        members = [f"from={self.first}"] if self.first else []
        members += [f"till={self.last}", f"months={self.months}"]
        members += [f"older={older}".lower(), f"truncated={self.is_cut}".lower()]
        if newer:
            members.append("newer=true")
        return "; ".join(members)


def window_of(question: Question, settings: Settings, *, today: dt.date) -> Window:
    """Give the window of a question.

    Raises ReportingProblem where it names an earlier date and does not ask for the part inside.
    """
    start = _start(settings, today=today)
    first, last = question.wanted.date_from, question.wanted.date_till
    named = {"invoiceDateFrom": first, "invoiceDateTill": last}
    early = [name for name, day in named.items() if start and day and day < start]
    window = Window(
        settings.reporting_window_months if start else UNLIMITED,
        start,
        max(filter(None, (start, first)), default=None),
        last or max(today.isoformat(), first or ""),
        ends_today=last is None,
        is_cut=bool(early),
    )
    if early and not question.clip:
        raise _outside(window, names=early)
    return window


def described(catalog: Catalog, viewer: Viewer, *, question: Question, window: Window) -> str:
    """Give the `Tieout-Window` header of an answer.

    Raises ReportingProblem where the question names one invoice, and that lies before the start.
    """
    wanted = question.wanted
    names = {"invoiceId": wanted.invoice_id, "invoiceNumber": wanted.invoice_number}
    named = [name for name, value in names.items() if value is not None]

    def any_before(day: str) -> bool:
        narrow = replace(wanted, date_from=None, date_till=_day_beside(day, days=-1))
        return has_invoice(catalog, viewer, wanted=narrow)

    def any_after(day: str) -> bool:
        narrow = replace(wanted, date_from=_day_beside(day, days=1), date_till=None)
        return has_invoice(catalog, viewer, wanted=narrow)

    if named and window.start and any_before(window.start):
        if not question.clip:
            raise _outside(window, names=named)
        window = replace(window, is_cut=True)
    return window.described(
        older=bool(window.first) and any_before(window.first or ""),
        newer=window.ends_today and any_after(window.last),
    )


def _start(settings: Settings, *, today: dt.date) -> str | None:
    months = settings.reporting_window_months
    if months == UNLIMITED or today < settings.reporting_window_from:
        return None
    return months_before(today, int(months)).isoformat()


def _outside(window: Window, *, names: list[str]) -> ReportingProblem:
    return ReportingProblem(
        code="OUTSIDE_WINDOW",
        detail=f"the earliest invoice date answered is {window.start};"
        " clip=true gives what lies inside",
        errors=[Reason(parameter=name, reason=f"lies before {window.start}") for name in names],
    )


def _day_beside(day: str, *, days: int) -> str:
    """Give the day before or after; the first and the last of all days stay."""
    try:
        return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()
    except OverflowError:
        return day
