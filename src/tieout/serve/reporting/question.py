"""The query string of the Reporting API: what is asked, in our words."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from tieout import pipeline
from tieout.report.rows import RowView
from tieout.report.visibility import DIRECTIONS, GENERAL, PREVIEW, Wanted
from tieout.serve.export.forms import MEDIA_TYPES, Form
from tieout.serve.negotiation import weight_of
from tieout.serve.problems import Reason, ReportingProblem, bad_parameter
from tieout.serve.settings import Settings

IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
PRINTED = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
COUNT = re.compile(r"[0-9]{1,18}", re.ASCII)
LIMIT_MAX = 10_000
EXPANDS = {"correctiondetails": "corrections", "alldetails": "all"}
FILTERS = (
    *("invoiceDateFrom", "invoiceDateTill", "clip", "invoiceId", "invoiceNumber"),
    *("subscriptionId", "statusId", "currency", "changedSince", "direction"),
)
ROW_ONLY = ("expand", "residual")
TRANSPORT = ("format", "numbers", "limit", "cursor", "csvGuard", "strict")
REPEATED = ("statusId", "expand")  # names that may come more than once, or are refused elsewhere
NOT_SERVED = ("limit", "cursor", "numbers", "csvGuard", "changedSince", "clip")
HEADER_SAFE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Question:
    """One call: which invoices, which view of them in which form, and what was ignored.

    `given` are the parameters but `cursor`, as they came.
    """

    wanted: Wanted
    view: RowView
    form: Form
    clip: bool
    limit: int | None
    cursor: str | None
    ignored: tuple[str, ...]
    given: tuple[tuple[str, str], ...]


def read_question(request: Request, settings: Settings, *, preview: bool, rows: bool) -> Question:
    """Read the query of an invoice endpoint. Raises ReportingProblem naming the parameter."""
    pairs = request.query_params.multi_items()
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        given[name].append(value)
    known = (*FILTERS, *TRANSPORT, *(ROW_ONLY if rows else ()))
    ignored = _unknown(given, known)
    one = {name: _single(name, values) for name, values in given.items() if name in known}
    return Question(
        _wanted(one, given, preview=preview),
        _view(one, given, settings=settings, rows=rows),
        _form(request, one),
        clip=_flag("clip", one.get("clip", "false")),
        limit=_limit(one.get("limit")),
        cursor=one.get("cursor"),
        ignored=ignored,
        given=tuple((name, value) for name, value in pairs if name != "cursor"),
    )


def read_plain(request: Request, known: Sequence[str]) -> dict[str, str]:
    """Read the query of an endpoint of version 2, each name once; unknown ones are refused."""
    given = request.query_params.multi_items()
    for name, _ in given:
        if name in NOT_SERVED:
            raise bad_parameter(name, "is not served yet")
    if unknown := sorted({name for name, _ in given} - {*known}):
        raise ReportingProblem(
            code="UNKNOWN_PARAMETER",
            detail="the query names a parameter that this endpoint does not know",
            errors=[
                Reason(parameter=name if HEADER_SAFE.fullmatch(name) else "?", reason="unknown")
                for name in unknown
            ],
        )
    values = dict(given)
    if len(values) != len(given):
        raise bad_parameter(next(iter(values)), "is given more than once")
    if values.get("format", "json") != "json":
        reason = Reason(parameter="format", reason="unknown value")
        raise ReportingProblem(code="BAD_FORMAT", detail="format accepts json", errors=[reason])
    if not weight_of(request.headers.get("accept", "*/*"), MEDIA_TYPES["json"]):
        raise ReportingProblem(code="NOT_ACCEPTABLE")
    return values


def identifier(name: str, value: str) -> str:
    """Give an id as it is; raises the 400 of a malformed one."""
    return _match(name, value, pattern=IDENTIFIER) or ""


def _unknown(given: Mapping[str, Sequence[str]], known: Sequence[str]) -> tuple[str, ...]:
    unknown = tuple(sorted(name for name in given if name not in known))
    if _flag("strict", _single("strict", given.get("strict", ["false"]))) and unknown:
        names = [name if HEADER_SAFE.fullmatch(name) else "?" for name in unknown]
        raise ReportingProblem(
            code="UNKNOWN_PARAMETER",
            detail="the query names a parameter that this endpoint does not know",
            errors=[Reason(parameter=name, reason="unknown parameter") for name in names],
        )
    return tuple(name if HEADER_SAFE.fullmatch(name) else "?" for name in unknown)


def _single(name: str, values: Sequence[str]) -> str:
    if len(values) > 1 and name not in REPEATED:
        raise bad_parameter(name, "is given more than once")
    return values[0]


def _wanted(one: Mapping[str, str], given: Mapping[str, Sequence[str]], *, preview: bool) -> Wanted:
    direction = one.get("direction", "all")
    if direction not in DIRECTIONS:
        raise bad_parameter("direction", "is incoming, outgoing or all")
    wanted = Wanted(
        statuses=_statuses(given.get("statusId", ()), PREVIEW if preview else GENERAL),
        direction=direction,
        invoice_id=_match("invoiceId", one.get("invoiceId"), pattern=IDENTIFIER),
        invoice_number=_match("invoiceNumber", one.get("invoiceNumber"), pattern=PRINTED),
        currency=_match("currency", one.get("currency"), pattern=CURRENCY),
        date_from=_day("invoiceDateFrom", one.get("invoiceDateFrom")),
        date_till=_day("invoiceDateTill", one.get("invoiceDateTill")),
        changed_since=_moment("changedSince", one.get("changedSince")),
    )
    if wanted.date_from and wanted.date_till and wanted.date_from > wanted.date_till:
        raise bad_parameter("invoiceDateTill", "lies before invoiceDateFrom")
    return wanted


def _statuses(values: Sequence[str], allowed: Sequence[int]) -> tuple[int, ...]:
    names = {str(status): status for status in allowed}
    if any(value not in names for value in values):
        raise bad_parameter("statusId", f"is one of {', '.join(names)} here")
    return tuple(sorted(names[value] for value in set(values))) or tuple(allowed)


def _match(name: str, value: str | None, *, pattern: re.Pattern[str]) -> str | None:
    if value is not None and not pattern.fullmatch(value):
        raise bad_parameter(name, "is malformed")
    return value


def _day(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value if ISO_DAY.fullmatch(value) else "").isoformat()
    except ValueError:
        raise bad_parameter(name, "is not a date as yyyy-MM-dd") from None


def _moment(name: str, value: str | None) -> str | None:
    """Give a moment as the catalog writes it, to the second."""
    if value is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(value if MOMENT.fullmatch(value) else "")
        return pipeline.utc_text(moment)
    except (ValueError, OverflowError):
        raise bad_parameter(name, "is not a date-time as yyyy-MM-ddThh:mm:ssZ") from None


def _limit(value: str | None) -> int | None:
    if value is None:
        return None
    if not COUNT.fullmatch(value) or not 1 <= int(value) <= LIMIT_MAX:
        raise bad_parameter("limit", f"is a number from 1 to {LIMIT_MAX}")
    return int(value)


def _flag(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise bad_parameter(name, "is true or false")
    return value == "true"


def _expand(given: Mapping[str, Sequence[str]]) -> str:
    values = given.get("expand")
    if values is None:
        return "none"
    if len(values) != 1 or values[0].lower() not in EXPANDS:
        raise ReportingProblem(
            code="BAD_EXPAND",
            detail="expand accepts CorrectionDetails or AllDetails",
            errors=[Reason(parameter="expand", reason="unknown value")],
        )
    return EXPANDS[values[0].lower()]


def _view(
    one: Mapping[str, str], given: Mapping[str, Sequence[str]], *, settings: Settings, rows: bool
) -> RowView:
    residual = one.get("residual", "field")
    if residual not in ("field", "row"):
        raise bad_parameter("residual", "is field or row")
    corrections, others = (day.isoformat() if day else None for day in settings.cut_offs)
    return RowView(
        corrections_until=corrections,
        others_until=others,
        expand=_expand(given) if rows else "none",
        residual=residual,
        correction_scope=settings.correction_details_scope,
        credit_grouping=settings.credit_grouping,
        subscription_id=_match("subscriptionId", one.get("subscriptionId"), pattern=IDENTIFIER),
    )


def _form(request: Request, one: Mapping[str, str]) -> Form:
    """Give the form; the parameter wins over the header, where the first of equals is taken."""
    wanted = one.get("format")
    if wanted is None:
        accept = request.headers.get("accept", "*/*")
        wanted = max(MEDIA_TYPES, key=lambda name: weight_of(accept, MEDIA_TYPES[name]))
        if not weight_of(accept, MEDIA_TYPES[wanted]):
            raise ReportingProblem(code="NOT_ACCEPTABLE")
    elif wanted not in MEDIA_TYPES:
        raise ReportingProblem(
            code="BAD_FORMAT",
            detail=f"format accepts {', '.join(MEDIA_TYPES)}",
            errors=[Reason(parameter="format", reason="unknown value")],
        )
    numbers, guard = one.get("numbers", "number"), one.get("csvGuard", "off")
    if numbers not in ("number", "string"):
        raise bad_parameter("numbers", "is number or string")
    if guard not in ("off", "excel"):
        raise bad_parameter("csvGuard", "is off or excel")
    return Form(wanted, quotes_numbers=numbers == "string", guards_formulas=guard == "excel")
