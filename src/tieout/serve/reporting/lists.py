"""Lists of reference data and exchange rates: the way from a request to what answers it."""

import datetime as dt
import hmac
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pyarrow as pa
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tieout.engine.duckdb import Engine, define_macros
from tieout.report.master import (
    OF_INVOICES,
    PRICED,
    Sight,
    asked_prices,
    define_list,
    priced_sql,
)
from tieout.report.rows import RowPage
from tieout.report.visibility import Wanted, has_invoice, visible_invoices
from tieout.serve.access import AccessRefused
from tieout.serve.admission import admit
from tieout.serve.export.forms import Sheet
from tieout.serve.export.json_text import json_object
from tieout.serve.export.stream import open_engine
from tieout.serve.reporting.answer import Call, Found, answer_call
from tieout.serve.reporting.list_endpoints import ListEndpoint
from tieout.serve.reporting.list_fields import PRICES
from tieout.serve.reporting.list_filters import CODES, Filter, read_filters
from tieout.serve.reporting.list_prices import Prices
from tieout.serve.reporting.list_tenants import ASKED_TENANTS, page_tenants
from tieout.serve.reporting.openapi import described
from tieout.serve.reporting.paging import Page, cut_list, held, pinned
from tieout.serve.reporting.query import PathId, identifier, read_query
from tieout.serve.reporting.reach import check_buyer, viewer_of
from tieout.serve.reporting.window import Dated, window_of
from tieout.serve.reporting.window import described as described_window
from tieout.serve.roles import CUSTOMERS, NOBODY, ROLES
from tieout.serve.sealed import SECRET
from tieout.serve.settings import Surroundings
from tieout.store.reference_rows import snapshot_at

RETIRED = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)  # from when on version 1's rates are deprecated
STATE_TEXT = 32  # characters of the state of invoices, before that of the list
KEPT_MAX = 10_000  # rows of a page that are kept until they are sent; more are found again


def add_lists(
    app: FastAPI, surroundings: Surroundings, *, endpoints: Sequence[ListEndpoint]
) -> None:
    """Add the lists of a version to its application."""
    prices = Prices(surroundings)
    for endpoint in endpoints:
        answer = _answerer(surroundings, endpoint, prices=prices)
        add = partial(app.add_api_route, endpoint.path, answer)
        said = _described(endpoint)
        add(methods=["GET"], name=endpoint.name, response_class=Response, **said)
        add(methods=["HEAD"], include_in_schema=False)


def _described(endpoint: ListEndpoint) -> dict[str, Any]:
    """Give what OpenAPI says of a list beside its path."""
    is_dated = endpoint.relation in OF_INVOICES
    fields = endpoint.fields
    said = described((), version=endpoint.version, fields=fields, is_dated=is_dated)
    said["openapi_extra"]["parameters"][1:1] = [one.described for one in endpoint.filters]
    return said


def _answerer(
    surroundings: Surroundings, endpoint: ListEndpoint, *, prices: Prices
) -> Callable[..., Response]:
    """Give what FastAPI calls with the ids of a path."""

    def answer(request: Request, requester_id: str, *, partner_id: str | None) -> Response:
        ids = (requester_id, partner_id)
        call, values = _asked(request, endpoint, ids=ids, surroundings=surroundings)
        listing = Listing(call, endpoint, values, surroundings, prices)
        response = answer_call(call, listing.find, surroundings=surroundings)
        if endpoint.successor is not None:
            _retire(response, endpoint.successor.format(requester_id=requester_id))
        return response

    def of_requester(request: Request, requester_id: PathId) -> Response:
        return answer(request, requester_id, partner_id=None)

    def of_partner(request: Request, requester_id: PathId, *, partner_id: PathId) -> Response:
        return answer(request, requester_id, partner_id=partner_id)

    return of_partner if endpoint.of_partner else of_requester


def _retire(response: Response, successor: str) -> None:
    """Say that an endpoint is deprecated (RFC 9745), and what takes its place."""
    response.headers["Deprecation"] = f"@{int(RETIRED.timestamp())}"
    links = [f'<{successor}>; rel="successor-version"', response.headers.get("Link")]
    response.headers["Link"] = ", ".join(filter(None, links))


def _asked(
    request: Request,
    endpoint: ListEndpoint,
    *,
    ids: tuple[str, str | None],
    surroundings: Surroundings,
) -> tuple[Call, dict[Filter, str]]:
    """Check key, scope, role and reach; give the call and what it asks."""
    catalog, settings = surroundings.house.catalog, surroundings.settings
    key = admit(request, surroundings)
    role = key.open(endpoint.name)
    if endpoint.asks_partners and role.partners == NOBODY:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    query = read_query(
        request,
        [one.name for one in endpoint.filters],
        repeated=[one.name for one in endpoint.filters if one.kind == CODES],
        strict=endpoint.version != "v1",
    )
    requester = identifier("requesterId", ids[0])
    partner = None if ids[1] is None else identifier("partnerId", ids[1])
    values = read_filters(query, endpoint.filters)
    viewer = viewer_of(catalog, key, requester=requester, preview=False, settings=settings)
    if partner is not None:
        check_buyer(catalog, key, requester=requester, partner=partner)
    call = Call(request, endpoint, key, viewer, query, partner)
    return call, values


@dataclass(frozen=True)
class Listing:
    """The list that a call asks for."""

    call: Call
    endpoint: ListEndpoint
    values: dict[Filter, str]
    surroundings: Surroundings
    prices: Prices

    def find(self, page: Page) -> Found:
        """Find the list in the state that the first page saw: its snapshot, day and invoices."""
        house = self.surroundings.house
        with house.catalog.read() as connection:
            snapshot_id = snapshot_at(connection, page.entry)
        partner = self.call.partner
        sight = Sight(
            self.call.viewer,
            snapshot_id,
            page.day,
            rated=partner or "",
            sees_base=partner is None or partner in self.call.key.organizations,
        )
        state, invoices, window = self._invoices(page)
        seen = Seen(self, sight, invoices)
        with ExitStack() as stack:
            engine = open_engine(stack, self.surroundings)
            seen.define(engine)
            fields = [one for one in self.endpoint.fields if one.name not in PRICES]
            seal = _digest(engine, f"SELECT {json_object(fields)} AS text, ordinal FROM list_row")
            page = held(page, state + self._signed(seal))
            cut, sql = self._cut(engine, page)
            engine.view("page_row", sql)
            told = self._told(engine, sight=sight)
            rows = engine.arrow("SELECT * FROM page_row") if cut.count <= KEPT_MAX else None
        view = None
        if told:
            completed = [one.sort_by("asked_id").to_pylist() for one in told.values()]
            view = self._signed(repr(completed))
        laid = partial(self._lay, seen=seen, found=(cut, rows, told), page=page)
        return Found(page, laid, view=view, window=window)

    def _told(self, engine: Engine, *, sight: Sight) -> dict[str, pa.Table]:
        """Give what completes a page, by the relation that it is read as: prices, tenants."""
        if (name := self.endpoint.relation) not in PRICED:
            return {}
        told = {"quoted_price": self.prices.of(asked_prices(engine, name=name), sight=sight)}
        if name == "subscription":
            asked = engine.arrow(ASKED_TENANTS)
            told["told_tenant"] = page_tenants(self.surroundings, asked=asked, sight=sight)
        return told

    def _invoices(self, page: Page) -> tuple[str, pa.Table | None, str | None]:
        """Give the state and the table of the invoices behind a list, and their window."""
        if self.endpoint.relation not in OF_INVOICES:
            return "", None, None
        catalog, viewer, dated = self.surroundings.house.catalog, self.call.viewer, Dated()
        window = window_of(dated, self.surroundings.settings, today=page.day)
        wanted = Wanted(date_from=window.first, date_till=window.last)
        invoices = visible_invoices(catalog, viewer, wanted=wanted)
        seen = replace(page, state=page.state[:STATE_TEXT])
        invoices, seen = pinned(catalog, invoices, page=seen)

        def has(first: str | None, last: str | None) -> bool:
            return has_invoice(catalog, viewer, wanted=Wanted(date_from=first, date_till=last))

        return seen.state, invoices, described_window(window, dated, has=has)

    def _lay(
        self,
        engine: Engine,
        *,
        seen: "Seen",
        found: tuple[RowPage, pa.Table | None, dict[str, pa.Table]],
        page: Page,
    ) -> tuple[RowPage, Sheet]:
        """Define the rows of the page, again where they are many; say how to read them."""
        cut, rows, told = found
        define_macros(engine, "tieout.report", names=["amount_text"])
        if rows is None:
            seen.define(engine)
            engine.view("page_row", self._cut(engine, page)[1])
        else:
            engine.register("page_row", rows)
        sql = "SELECT * FROM page_row"
        for name, table in told.items():
            engine.register(name, table)
        if told:
            engine.let(viewer=self.call.viewer.organization_id)
            sql = priced_sql(self.endpoint.relation)
        return cut, Sheet(self.endpoint.fields, f"SELECT * FROM ({sql}) ORDER BY ordinal")

    def _cut(self, engine: Engine, page: Page) -> tuple[RowPage, str]:
        """Give the page, and the SQL of its rows."""
        count = int(engine.one("SELECT count(*) AS rows FROM list_row")["rows"])
        cut, clause = cut_list(count, page, limit=self.call.query.limit)
        return cut, f"SELECT * FROM list_row ORDER BY ordinal {clause}"

    def _signed(self, told: str) -> str:
        """Give a digest that nobody can test a guess against: prices may be in it."""
        secret = str(self.surroundings.house.catalog.setting(SECRET)).encode()
        return hmac.digest(secret, b"reporting list\n" + told.encode(), "sha256").hex()[:32]


@dataclass(frozen=True)
class Seen:
    """A list, through whose eyes it is made, and the invoices behind it."""

    listing: Listing
    sight: Sight
    invoices: pa.Table | None

    def define(self, engine: Engine) -> None:
        """Make `list_row`: what is asked for, numbered in the order of the list."""
        endpoint, values = self.listing.endpoint, self.listing.values
        surroundings = self.listing.surroundings
        define_macros(engine, "tieout.report", names=["amount_text"])
        define_list(
            engine,
            surroundings.house,
            name=endpoint.relation,
            sight=self.sight,
            owner=surroundings.owner,
            invoices=self.invoices,
        )
        engine.let(**{one.variable: value for one, value in values.items()})
        wanted = [one.sql for one in values]
        role = ROLES[self.listing.call.key.role]
        if endpoint.relation == "exchange_rate_summary" and role.partners == CUSTOMERS:
            wanted.append("is_customer")
        order = ", ".join(f"{column} NULLS FIRST" for column in endpoint.order)
        engine.table(
            "list_row",
            f"SELECT row_number() OVER (ORDER BY {order}) AS ordinal, *"
            f" FROM {endpoint.relation} WHERE {' AND '.join(wanted) or 'TRUE'}",
        )


def _digest(engine: Engine, sql: str) -> str:
    """Give the digest of the texts of a relation, in their order."""
    joined = "coalesce(string_agg(sha256(text), '' ORDER BY ordinal), '')"
    return str(engine.one(f"SELECT sha256({joined}) AS digest FROM ({sql})")["digest"])
