"""Single rows of reference data changed by a program: checked as a folder, published as one.

The rows become the CSV files of a scratch folder and go the way of `tieout reference load`.
Decision 0019.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tieout.engine.duckdb import session
from tieout.errors import Conflict, Fault, NotFound, RecordChanged, ReferenceRefused
from tieout.pipeline.reference import MEMORY, current_snapshot, publish
from tieout.reference import Rows, stage_folder, write_folder
from tieout.store.answered import Asked, find_answer, keep_answer
from tieout.store.audit import Signed
from tieout.store.house import House
from tieout.store.reference_rows import Record, newest_snapshot, read_record
from tieout.store.resources import Resource

Expects = Callable[[str | None], bool]  # of the tag of the record that is there, none if none is


@dataclass(frozen=True)
class Place:
    """Where one record is: its resource and the cells of the key columns, in their order."""

    resource: Resource
    key: tuple[str, ...]


@dataclass(frozen=True)
class Stored:
    """A record as it is stored now, in which snapshot, and whether it was there before."""

    record: Record
    snapshot: int
    is_new: bool


def answer_again(house: House, asked: Asked) -> str | None:
    """Give what a request was answered with, none when it is new.

    Raises RequestKeyReused when its idempotency key came with another body.
    """
    with house.catalog.read() as connection:
        return find_answer(connection, asked)


def change_rows(
    house: House,
    rows: Rows,
    *,
    asked: Asked,
    signed: Signed,
    expects: Callable[[int], None] | None = None,
) -> tuple[str, bool]:
    """Create or replace rows of several resources, all of them or none.

    Gives the answer as JSON text, and whether it was given before to the same request. `expects`
    is called with the newest snapshot's number and raises what it will. Raises ReferenceRefused
    with every fault, WriterBusy, or RequestKeyReused.
    """
    with house.writer():
        before = answer_again(house, asked)
        if before is not None:
            return before, True
        if expects is not None:
            with house.catalog.read() as connection:
                newest = newest_snapshot(connection)
            expects(newest)

        def remember(connection: Connection, done: dict[str, Any]) -> None:
            keep_answer(connection, asked, answer=json.dumps(done), at=signed.at)

        return json.dumps(_publish_rows(house, rows, signed=signed, also=remember)), False


def put_record(
    house: House, place: Place, *, cells: Mapping[str, str], expects: Expects, signed: Signed
) -> Stored:
    """Create or replace one record.

    Raises RecordChanged when what is there is not what is expected, ReferenceRefused with every
    fault, also when the key is not spelled as it is stored, or WriterBusy.
    """
    with house.writer():
        before = _expected(house, place, expects=expects)
        return _replace(house, place, cells=cells, before=before, signed=signed)


def end_record(
    house: House, place: Place, *, valid_to: str, expects: Expects, signed: Signed
) -> Stored:
    """End one record: `valid_to` is the first day on which it holds no longer.

    Raises NotFound, Conflict when its resource has no dates or it ends by then already, and as
    `put_record` does.
    """
    name = place.resource.name
    with house.writer():
        if not place.resource.dated:
            raise Conflict(reason=f"a record of {name} has no dates, so it cannot end")
        with house.catalog.read() as connection:
            if read_record(connection, place.resource, key=place.key) is None:
                raise NotFound(kind=f"record of {name}", name="/".join(place.key))
        before = _expected(house, place, expects=expects)
        assert before is not None, "it was there under the same lock"
        ends = before.cells["valid_to"]
        if ends and ends <= valid_to:
            raise Conflict(reason=f"this record of {name} ends on {ends} already")
        cells = {**before.cells, "valid_to": valid_to}
        return _replace(house, place, cells=cells, before=before, signed=signed)


def _expected(house: House, place: Place, *, expects: Expects) -> Record | None:
    """Give the record that is there, the expected one. Raises RecordChanged for another."""
    with house.catalog.read() as connection:
        before = read_record(connection, place.resource, key=place.key)
    if not expects(before.tag if before else None):
        raise RecordChanged(resource=place.resource.name, is_there=before is not None)
    return before


def _replace(
    house: House,
    place: Place,
    *,
    cells: Mapping[str, str],
    before: Record | None,
    signed: Signed,
) -> Stored:
    resource = place.resource
    found: list[Record] = []

    def find(connection: Connection, _done: dict[str, Any]) -> None:
        """Read the record back; another one was written where its key is spelled otherwise."""
        stored = read_record(connection, resource, key=place.key)
        if stored is None:
            keys = ", ".join(resource.keys)
            reason = f"the key ({keys}) in the address is not spelled as it would be stored"
            raise ReferenceRefused(faults=[Fault(resource.file, 1, None, reason)])
        found.append(stored)

    done = _publish_rows(house, {resource.name: [cells]}, signed=signed, also=find)
    return Stored(found[0], done["snapshot"], is_new=before is None)


def _publish_rows(
    house: House,
    rows: Rows,
    *,
    signed: Signed,
    also: Callable[[Connection, dict[str, Any]], None],
) -> dict[str, Any]:
    """Write the rows as files, check them with the rows in force, and publish what changed."""
    folder = house.scratch / "posted"
    shutil.rmtree(folder, ignore_errors=True)  # a killed command may have left one
    faults: Sequence[Fault] = write_folder(folder, rows)
    with session(house.scratch, memory=MEMORY) as engine:
        current = current_snapshot(house)
        drafts = house.scratch / "reference"
        try:
            staged = stage_folder(engine, folder, current=current.files, drafts=drafts)
        except ReferenceRefused as refusal:
            raise ReferenceRefused(faults=[*faults, *refusal.faults]) from None
        if faults:
            raise ReferenceRefused(faults=faults)
        return publish(house, staged, current=current, signed=signed, also=also)
