"""The query string of the Reporting API: names, values, and how rows are to be written."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path
from starlette.requests import Request

from tieout import pipeline
from tieout.serve.export.forms import MEDIA_TYPES, Form
from tieout.serve.negotiation import said, weight_of
from tieout.serve.problems import Reason, ReportingProblem, bad_parameter

IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
PRINTED = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
COUNT = re.compile(r"[0-9]{1,18}", re.ASCII)
HEADER_SAFE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
LIMIT_MAX = 10_000
# an id in a path: OpenAPI has its pattern, `identifier` refuses what does not fit
PathId = Annotated[str, Path(json_schema_extra={"pattern": f"^{IDENTIFIER.pattern}$"})]
TRANSPORT = ("format", "numbers", "limit", "cursor", "csvGuard", "strict")


@dataclass(frozen=True)
class Query:
    """The parameters that an endpoint knows, as they came, and in what form rows are wanted.

    `given` are all parameters but `cursor`, `ignored` the names that are not known.
    """

    values: Mapping[str, tuple[str, ...]]
    form: Form
    limit: int | None
    cursor: str | None
    ignored: tuple[str, ...]
    given: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a parameter."""
        return self.values.get(name, ())

    def text(self, name: str, *, pattern: re.Pattern[str] = IDENTIFIER) -> str | None:
        """Give a value that fits a pattern; raises the 400 of one that does not."""
        value = next(iter(self.all(name)), None)
        return None if value is None else matched(name, value, pattern=pattern)

    def flag(self, name: str) -> bool:
        """Give a truth, false where it is not named."""
        return self.one_of(name, "false", "true") == "true"

    def one_of(self, name: str, *allowed: str) -> str:
        """Give one of the values that a parameter may have, by default the first."""
        return _one_of(name, self.all(name), allowed=allowed)

    def day(self, name: str) -> str | None:
        """Give a date as ISO text."""
        value = next(iter(self.all(name)), None)
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(value if ISO_DAY.fullmatch(value) else "").isoformat()
        except ValueError:
            raise bad_parameter(name, "is not a date as yyyy-MM-dd") from None

    def moment(self, name: str) -> str | None:
        """Give a moment as the catalog writes it, to the second."""
        value = next(iter(self.all(name)), None)
        if value is None:
            return None
        try:
            moment = dt.datetime.fromisoformat(value if MOMENT.fullmatch(value) else "")
            return pipeline.utc_text(moment)
        except (ValueError, OverflowError):
            raise bad_parameter(name, "is not a date-time as yyyy-MM-ddThh:mm:ssZ") from None


def read_query(
    request: Request, known: Sequence[str], *, repeated: Sequence[str] = (), strict: bool
) -> Query:
    """Read a query of known names beside those of TRANSPORT. Raises ReportingProblem naming one.

    The `repeated` names may come several times. Unknown ones are refused where `strict`, or where
    the query itself says so; else they are ignored and named.
    """
    pairs = request.query_params.multi_items()
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        given[name].append(value)
    names = (*known, *TRANSPORT)
    values = {name: tuple(found) for name, found in given.items() if name in names}
    unknown = sorted(name for name in given if name not in names)
    for name in ("strict", *values):
        if len(values.get(name, ())) > 1 and name not in repeated:
            raise bad_parameter(name, "is given more than once")
    asks_strict = _one_of("strict", values.get("strict", ()), allowed=("false", "true")) == "true"
    ignored = tuple(name if HEADER_SAFE.fullmatch(name) else "?" for name in unknown)
    if ignored and (strict or asks_strict):
        raise ReportingProblem(
            code="UNKNOWN_PARAMETER",
            detail="the query names a parameter that this endpoint does not know",
            errors=[Reason(parameter=name, reason="unknown parameter") for name in ignored],
        )
    return Query(
        values,
        _form(request, values),
        limit=_limit(values.get("limit", ())),
        cursor=next(iter(values.get("cursor", ())), None),
        ignored=ignored,
        given=tuple((name, value) for name, value in pairs if name != "cursor"),
    )


def identifier(name: str, value: str) -> str:
    """Give an id as it is; raises the 400 of a malformed one."""
    return matched(name, value, pattern=IDENTIFIER)


def matched(name: str, value: str, *, pattern: re.Pattern[str]) -> str:
    """Give a value that fits a pattern; raises the 400 of one that does not."""
    if not pattern.fullmatch(value):
        raise bad_parameter(name, "is malformed")
    return value


def _one_of(name: str, values: Sequence[str], *, allowed: Sequence[str]) -> str:
    value = next(iter(values), allowed[0])
    if value not in allowed:
        raise bad_parameter(name, f"is {' or '.join(allowed)}")
    return value


def _limit(values: Sequence[str]) -> int | None:
    if not values:
        return None
    if not COUNT.fullmatch(values[0]) or not 1 <= int(values[0]) <= LIMIT_MAX:
        raise bad_parameter("limit", f"is a number from 1 to {LIMIT_MAX}")
    return int(values[0])


def _form(request: Request, values: Mapping[str, Sequence[str]]) -> Form:
    """Give the form; the parameter wins over the header, where the first of equals is taken."""
    wanted = next(iter(values.get("format", ())), None)
    if wanted is None:
        accept = said(request, "accept") if "accept" in request.headers else "*/*"
        wanted = max(MEDIA_TYPES, key=lambda name: weight_of(accept, MEDIA_TYPES[name]))
        if not weight_of(accept, MEDIA_TYPES[wanted]):
            raise ReportingProblem(code="NOT_ACCEPTABLE")
    elif wanted not in MEDIA_TYPES:
        raise ReportingProblem(
            code="BAD_FORMAT",
            detail=f"format accepts {', '.join(MEDIA_TYPES)}",
            errors=[Reason(parameter="format", reason="unknown value")],
        )
    numbers = _one_of("numbers", values.get("numbers", ()), allowed=("number", "string"))
    guard = _one_of("csvGuard", values.get("csvGuard", ()), allowed=("off", "excel"))
    return Form(wanted, quotes_numbers=numbers == "string", guards_formulas=guard == "excel")
