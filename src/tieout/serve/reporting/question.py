"""The query string of the Reporting API: what is asked, in our words."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from tieout.report.rows import RowView
from tieout.report.visibility import DIRECTIONS, GENERAL, PREVIEW, Wanted
from tieout.serve.problems import Reason, ReportingProblem, bad_parameter
from tieout.serve.settings import Settings

IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
PRINTED = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
EXPANDS = {"correctiondetails": "corrections", "alldetails": "all"}
FILTERS = (
    *("direction", "invoiceId", "invoiceNumber", "subscriptionId", "currency", "statusId"),
    *("invoiceDateFrom", "invoiceDateTill", "strict", "format"),
)
ROW_ONLY = ("expand", "residual")
NOT_SERVED = ("limit", "cursor", "numbers", "csvGuard", "changedSince", "clip")
OTHER_FORMATS = ("ndjson", "csv", "parquet")
HEADER_SAFE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Question:
    """One call: which invoices, which view of them, and the names that were ignored."""

    wanted: Wanted
    view: RowView
    ignored: tuple[str, ...]
    normal: tuple[tuple[str, str], ...]  # the parameters, sorted, for the ETag


def read_question(request: Request, settings: Settings, *, preview: bool, rows: bool) -> Question:
    """Read the query of an invoice endpoint. Raises ReportingProblem naming the parameter."""
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        given[name].append(value)
    known = (*FILTERS, *ROW_ONLY) if rows else FILTERS
    ignored = _unknown(given, known)
    one = {name: _single(name, values) for name, values in given.items() if name in known}
    _format(request, one)
    expand = _expand(given) if rows else "none"
    residual = one.get("residual", "field")
    if residual not in ("field", "row"):
        raise bad_parameter("residual", "is field or row")
    view = RowView(
        expand=expand,
        residual=residual,
        correction_scope=settings.correction_details_scope,
        credit_grouping=settings.credit_grouping,
        subscription_id=_match("subscriptionId", one.get("subscriptionId"), pattern=IDENTIFIER),
    )
    normal = sorted((name, value) for name, values in given.items() for value in values)
    return Question(_wanted(one, given, preview=preview), view, ignored, tuple(normal))


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
    if not accepts(request.headers.get("accept", "*/*"), "application/json"):
        raise ReportingProblem(code="NOT_ACCEPTABLE")
    return values


def identifier(name: str, value: str) -> str:
    """Give an id as it is; raises the 400 of a malformed one."""
    return _match(name, value, pattern=IDENTIFIER) or ""


def _unknown(given: Mapping[str, Sequence[str]], known: Sequence[str]) -> tuple[str, ...]:
    for name in given:
        if name in NOT_SERVED:
            raise bad_parameter(name, "is not served yet")
    unknown = tuple(sorted(name for name in given if name not in known))
    if unknown and _flag("strict", _single("strict", given.get("strict", ["false"]))):
        names = [name if HEADER_SAFE.fullmatch(name) else "?" for name in unknown]
        raise ReportingProblem(
            code="UNKNOWN_PARAMETER",
            detail="the query names a parameter that this endpoint does not know",
            errors=[Reason(parameter=name, reason="unknown parameter") for name in names],
        )
    return tuple(name if HEADER_SAFE.fullmatch(name) else "?" for name in unknown)


def _single(name: str, values: Sequence[str]) -> str:
    if len(values) > 1 and name not in ("statusId", "expand"):
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
        return date.fromisoformat(value if ISO_DAY.fullmatch(value) else "").isoformat()
    except ValueError:
        raise bad_parameter(name, "is not a date as yyyy-MM-dd") from None


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


def _format(request: Request, one: Mapping[str, str]) -> None:
    """Let JSON pass; the parameter wins over the header."""
    wanted = one.get("format")
    if wanted in OTHER_FORMATS:
        raise bad_parameter("format", "other than json is not served yet")
    if wanted not in (None, "json"):
        raise ReportingProblem(
            code="BAD_FORMAT",
            detail="format accepts json",
            errors=[Reason(parameter="format", reason="unknown value")],
        )
    if wanted is None and not accepts(request.headers.get("accept", "*/*"), "application/json"):
        raise ReportingProblem(code="NOT_ACCEPTABLE")


def accepts(header: str, media_type: str) -> bool:
    """Whether an Accept header lets a media type through; the most specific range decides.

    >>> accepts("text/csv, application/json;q=0", "application/json")
    False
    """
    ranges = (media_type, media_type.split("/", maxsplit=1)[0] + "/*", "*/*")
    found: dict[str, bool] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [piece for piece in parameters if piece.startswith("q=")]
        found[name] = not any(not weight[2:].strip("0.") for weight in weights)
    return next((found[name] for name in ranges if name in found), False)
