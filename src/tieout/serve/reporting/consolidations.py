"""The Reporting API, version 2: summary invoices (`invoice-consolidations`)."""

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tieout.engine.duckdb import Engine, define_macros
from tieout.report.rows import RowPage
from tieout.report.visible_summaries import SummariesWanted, visible_summaries
from tieout.serve.admission import admit
from tieout.serve.export.forms import Sheet
from tieout.serve.export.json_text import DAY, INTEGER, NUMBER, RAW, Field
from tieout.serve.problems import bad_parameter
from tieout.serve.reporting.answer import Call, Found, answer_call
from tieout.serve.reporting.endpoints import CONSOLIDATIONS
from tieout.serve.reporting.openapi import described
from tieout.serve.reporting.paging import Page, cut_list, held
from tieout.serve.reporting.query import PathId, Query, identifier, read_query
from tieout.serve.reporting.reach import viewer_of
from tieout.serve.reporting.row_json import SELLER, amount
from tieout.serve.reporting.window import Dated, window_of
from tieout.serve.reporting.window import described as described_window
from tieout.serve.sealed import digest
from tieout.serve.settings import Surroundings

PERIOD = ("invoiceYear", "invoiceMonth")
KNOWN = (*PERIOD, "invoiceConsolidationId", "clip")
YEAR = re.compile(r"(?!0000)[0-9]{4}", re.ASCII)
MONTH = re.compile(r"0?[1-9]|1[0-2]", re.ASCII)
STATE = ("summary_id", "status_id", "revision")
PROVIDER = "is_provider"
SUMMARY = (
    Field("invoiceConsolidationId", "summary_id"),
    Field("invoiceConsolidationNumber", "summary_number"),
    Field("invoiceDate", "invoice_date", DAY),
    Field("statusId", "status_id", INTEGER),
    Field("status", "status"),
    Field("providerId", "seller_id"),
    Field("consumerId", "buyer_id"),
    Field("currency", "currency"),
    Field("totalAmount", amount("total_amount"), NUMBER, digits="minor_digits"),
    Field("roundingResidual", amount("rounding_residual"), NUMBER),
    Field("invoiceIds", "invoice_ids", RAW, when=PROVIDER),
    Field("includedCount", "included_count", INTEGER, when=PROVIDER),
    Field("skippedCount", "skipped_count", INTEGER, when=SELLER),
    Field("skipped", "skipped", RAW, when=SELLER),
)


def add_consolidations(app: FastAPI, surroundings: Surroundings) -> None:
    """Add the endpoint to the application of version 2."""

    def answer(request: Request, requester_id: PathId) -> Response:
        call = _asked(request, requester_id=requester_id, surroundings=surroundings)
        summaries = Summaries(call, _dated(call.query), surroundings)
        return answer_call(call, summaries.find, surroundings=surroundings)

    add = partial(app.add_api_route, CONSOLIDATIONS.path, answer)
    said = described(KNOWN, version=CONSOLIDATIONS.version, fields=SUMMARY, is_dated=True)
    add(methods=["GET"], name=CONSOLIDATIONS.name, response_class=Response, **said)
    add(methods=["HEAD"], include_in_schema=False)


def _asked(request: Request, *, requester_id: str, surroundings: Surroundings) -> Call:
    """Check key, scope, role and reach; give the call."""
    catalog, settings = surroundings.house.catalog, surroundings.settings
    key = admit(request, surroundings)
    key.open(CONSOLIDATIONS.name)
    query = read_query(request, KNOWN, strict=True)
    requester = identifier("requesterId", requester_id)
    viewer = viewer_of(catalog, key, requester=requester, preview=False, settings=settings)
    return Call(request, CONSOLIDATIONS, key, viewer, query)


def _dated(query: Query) -> Dated:
    """Read the period. Raises the 400 of a month without a year, and of what is none."""
    year, month = (next(iter(query.all(name)), None) for name in PERIOD)
    single = tuple(name for name in ("invoiceConsolidationId",) if query.all(name))
    clip = query.flag("clip")
    if month is not None and year is None:
        raise bad_parameter("invoiceMonth", "needs invoiceYear")
    if year is not None and not YEAR.fullmatch(year):
        raise bad_parameter("invoiceYear", "is not a year as yyyy")
    if month is not None and not MONTH.fullmatch(month):
        raise bad_parameter("invoiceMonth", "is one of 1 to 12")
    if year is None:
        return Dated(single=single, clip=clip)
    begin, end = (1, 12) if month is None else (int(month), int(month))
    first = dt.date(int(year), begin, 1).isoformat()
    last = dt.date(int(year), end, monthrange(int(year), end)[1]).isoformat()
    named = {"invoiceYear" if month is None else "invoiceMonth": first}
    return Dated(first, last, named=named, single=single, clip=clip)


@dataclass(frozen=True)
class Summaries:
    """The summary invoices that a call asks for."""

    call: Call
    dated: Dated
    surroundings: Surroundings

    def find(self, page: Page) -> Found:
        """Find those of the period within the window."""
        window = window_of(self.dated, self.surroundings.settings, today=page.day)
        found = self._between(window.first, window.last)
        state = digest(*zip(*(found[name].to_pylist() for name in STATE), strict=True))
        page = held(page, state)
        first = window.first or (found["invoice_date"][0].as_py() if found.num_rows else None)
        return Found(
            page,
            partial(self._lay, found, page=page),
            days=(first or window.last, window.last),
            window=described_window(window, self.dated, has=self._has),
        )

    def _has(self, first: str | None, last: str | None) -> bool:
        return bool(self._between(first, last).num_rows)

    def _between(self, first: str | None, last: str | None) -> pa.Table:
        wanted = SummariesWanted(first, last, self.call.query.text("invoiceConsolidationId"))
        catalog = self.surroundings.house.catalog
        return visible_summaries(catalog, self.call.viewer, wanted=wanted)

    def _lay(self, found: pa.Table, engine: Engine, *, page: Page) -> tuple[RowPage, Sheet]:
        define_macros(engine, "tieout.report", names=["amount_text"])
        engine.register("visible_summary", found)
        cut, clause = cut_list(found.num_rows, page, limit=self.call.query.limit)
        return cut, Sheet(SUMMARY, f"SELECT * FROM visible_summary ORDER BY ordinal {clause}")
