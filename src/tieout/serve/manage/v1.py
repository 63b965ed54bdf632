"""The management API, version 1: each reference file as a resource, changes all or nothing.

Decision 0019.
"""

import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tieout import pipeline
from tieout.errors import RecordChanged, Refused
from tieout.pipeline import Stored
from tieout.reference import Rows
from tieout.serve.access import AccessRefused, Key
from tieout.serve.admission import admit
from tieout.serve.manage import openapi
from tieout.serve.manage.answer import (
    list_answer,
    row_answer,
    snapshot_header,
    tag_headers,
    told_row,
)
from tieout.serve.manage.body import JSON_TYPE, read_body, read_changes, read_list, read_row
from tieout.serve.manage.question import (
    Cursors,
    list_tag,
    read_condition,
    read_end,
    read_idempotency_key,
    read_list_condition,
    read_listing,
    read_moment,
    read_place,
    refuse_query,
)
from tieout.serve.negotiation import is_known
from tieout.serve.problems import ManageProblem, manage_problem
from tieout.serve.roles import MANAGE
from tieout.serve.sealed import SECRET
from tieout.serve.settings import Surroundings
from tieout.store.answered import Asked
from tieout.store.audit import Signed
from tieout.store.reference_rows import (
    list_snapshots,
    newest_snapshot,
    read_page,
    read_record,
)
from tieout.store.resources import RESOURCES, Resource

SNAPSHOTS = "snapshots"


def create(surroundings: Surroundings) -> FastAPI:
    """Build the sub-application."""
    app = FastAPI(**openapi.ABOUT, docs_url=None, redoc_url=None, redirect_slashes=False)
    for error in (ManageProblem, Refused, AccessRefused, HTTPException, Exception):
        app.add_exception_handler(error, manage_problem)
    for resource in RESOURCES.values():
        desk = Desk(surroundings, resource)
        _route(
            app,
            f"/{resource.name}",
            GET=(desk.list_rows, openapi.listing(resource)),
            POST=(desk.post_rows, openapi.posting(resource)),
        )
        _route(
            app,
            f"/{resource.name}/{{key:path}}",
            GET=(desk.get_row, openapi.reading(resource)),
            PUT=(desk.put_row, openapi.putting(resource)),
            DELETE=(desk.end_row, openapi.ending(resource)),
        )
    counter = Counter(surroundings)
    _route(app, "/changes", POST=(counter.change, openapi.changing()))
    _route(app, f"/{SNAPSHOTS}", GET=(counter.list_snapshots, openapi.snapshots()))
    return app


def _route(app: FastAPI, path: str, **methods: tuple[Callable[..., Any], dict[str, Any]]) -> None:
    for method, (answer, described) in methods.items():
        name = f"{method} {path}"
        app.add_api_route(
            path,
            answer,
            methods=[method],
            name=name,
            response_class=Response,
            **described,
        )
        if method == "GET":
            app.add_api_route(path, answer, methods=["HEAD"], include_in_schema=False)


class Counter:
    """What is the same for all resources: who asks, changes of several, and snapshots."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Keep what answers are made from."""
        self.surroundings, self.house = surroundings, surroundings.owner

    def open(self, request: Request) -> Key:
        """Give the admin key that was presented, its call counted. Raises AccessRefused."""
        key = admit(request, self.surroundings)
        key.open(MANAGE)
        return key

    def signed(self, key: Key) -> Signed:
        """Sign a change with the key's id."""
        return Signed(f"key {key.key_id}", pipeline.utc_text(self.surroundings.now()))

    def cursors(self, key: Key) -> Cursors:
        """Give what reads and writes the cursors of a key."""
        secret = str(self.house.catalog.setting(SECRET)).encode()
        return Cursors(secret=secret, key_id=key.key_id, now=self.surroundings.now())

    async def change(self, request: Request) -> Response:
        """Create or replace rows of several resources, all of them or none."""
        key = await run_in_threadpool(self.open, request)
        refuse_query(request)
        idempotency_key = read_idempotency_key(request)
        body = await read_body(request)
        asked = Asked(key.key_id, idempotency_key, hashlib.sha256(body).hexdigest())

        def change() -> Response:
            return self.answered(asked, signed=self.signed(key), rows=lambda: read_changes(body))

        return await run_in_threadpool(change)

    def answered(
        self,
        asked: Asked,
        *,
        signed: Signed,
        rows: Callable[[], Rows],
        expects: Callable[[int], None] | None = None,
    ) -> Response:
        """Change rows, or tell again what the same request was answered with."""
        answer, again = pipeline.answer_again(self.house, asked), True
        if answer is None:
            answer, again = pipeline.change_rows(
                self.house, rows(), asked=asked, signed=signed, expects=expects
            )
        headers = snapshot_header(json.loads(answer)["snapshot"]) | {
            "Idempotent-Replayed": "true" if again else "false"
        }
        return Response(answer, headers=headers, media_type=JSON_TYPE)

    def list_snapshots(self, request: Request) -> Response:
        """Give the snapshots, newest first."""
        cursors = self.cursors(self.open(request))
        listing = read_listing(request, SNAPSHOTS, resource=None, cursors=cursors)
        with self.house.catalog.read() as connection:
            newest = newest_snapshot(connection)
            before = listing.after if listing.moment.snapshot is not None else None
            found = list_snapshots(connection, before=before, limit=listing.limit + 1)
        page, after = found[: listing.limit], 0
        if page:
            after = page[-1]["snapshot"]
        cursor = (
            cursors.write(listing, snapshot=listing.moment.at(newest).number, after=after)
            if len(found) > listing.limit
            else None
        )
        return list_answer(request, listing, newest=newest, rows={"snapshots": page}, cursor=cursor)


class Desk(Counter):
    """One resource: its rows listed, and each read, written and ended by its key."""

    def __init__(self, surroundings: Surroundings, resource: Resource) -> None:
        """Keep the resource too."""
        super().__init__(surroundings)
        self.resource = resource

    def list_rows(self, request: Request) -> Response:
        """Give one page of rows as of one snapshot."""
        cursors, resource = self.cursors(self.open(request)), self.resource
        listing = read_listing(request, resource.name, resource=resource, cursors=cursors)
        with self.house.catalog.read() as connection:
            at = listing.moment.at(newest_snapshot(connection))
            page = read_page(
                connection,
                resource,
                at=at,
                cells=dict(listing.cells),
                after=listing.after,
                limit=listing.limit,
            )
        cursor = None
        if page.has_more:
            cursor = cursors.write(listing, snapshot=at.number, after=page.last)
        rows = {"snapshot": at.number, "rows": [told_row(record) for record in page.records]}
        return list_answer(request, listing, newest=at.number, rows=rows, cursor=cursor)

    def get_row(self, request: Request) -> Response:
        """Give one row."""
        self.open(request)
        moment = read_moment(request, self.resource)
        place = read_place(request, self.resource)
        with self.house.catalog.read() as connection:
            at = moment.at(newest_snapshot(connection))
            record = read_record(connection, self.resource, key=place.key, at=at)
        if record is None:
            raise ManageProblem(code="NOT_FOUND")
        if is_known(request, record.tag):
            return Response(status_code=304, headers=tag_headers(record.tag))
        return row_answer(record, snapshot=at.number)

    async def post_rows(self, request: Request) -> Response:
        """Create or replace rows of this resource, all of them or none."""
        key = await run_in_threadpool(self.open, request)
        refuse_query(request)
        idempotency_key, name = read_idempotency_key(request), self.resource.name
        condition = read_list_condition(request)
        body = await read_body(request)
        asked = Asked(
            key.key_id, idempotency_key, hashlib.sha256(f"{name}\n".encode() + body).hexdigest()
        )

        def expect(newest: int) -> None:
            if not condition.fits(list_tag(name, snapshot=newest)):
                raise RecordChanged(resource=name, is_there=True, kind="list")

        def post() -> Response:
            return self.answered(
                asked,
                signed=self.signed(key),
                rows=lambda: read_list(body, label=name),
                expects=expect,
            )

        return await run_in_threadpool(post)

    async def put_row(self, request: Request) -> Response:
        """Create or replace one row."""
        key = await run_in_threadpool(self.open, request)
        refuse_query(request)
        place = read_place(request, self.resource)
        condition = read_condition(request, may_create=True)
        cells = await run_in_threadpool(read_row, await read_body(request))
        for column, cell in zip(self.resource.keys, place.key, strict=True):
            if cells.setdefault(column, cell) != cell:
                reason = "is not that of the address"
                errors = [{"parameter": column, "reason": reason}]
                raise ManageProblem(code="BAD_BODY", detail=f"{column} {reason}", errors=errors)

        def put() -> Stored:
            return pipeline.put_record(
                self.house, place, cells=cells, expects=condition.fits, signed=self.signed(key)
            )

        stored = await run_in_threadpool(put)
        status = HTTPStatus.CREATED if stored.is_new else HTTPStatus.OK
        return row_answer(stored.record, snapshot=stored.snapshot, status=status)

    def end_row(self, request: Request) -> Response:
        """End one row."""
        key = self.open(request)
        valid_to = read_end(request, today=self.surroundings.now().date())
        place = read_place(request, self.resource)
        condition = read_condition(request, may_create=False)
        stored = pipeline.end_record(
            self.house,
            place,
            valid_to=valid_to,
            expects=condition.fits,
            signed=self.signed(key),
        )
        return row_answer(stored.record, snapshot=stored.snapshot)
