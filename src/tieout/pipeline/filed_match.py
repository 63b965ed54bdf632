"""Links of a purchase and a sales file kept for their party, for the Billing API to tell.

Decision 0028.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tieout.engine.duckdb import Engine, define_macros, sql_text
from tieout.errors import Conflict
from tieout.match import let_key
from tieout.pipeline.filed_lines import SIDES, refuse_faults
from tieout.pipeline.inputs import SECRET
from tieout.pipeline.keep import utc_text, write
from tieout.pipeline.match_files import match_files
from tieout.reference import view_current
from tieout.report.visibility import Viewer, Wanted, visible_invoices
from tieout.store import filed_matches, manifest
from tieout.store.house import House
from tieout.store.resources import RESOURCES

PACKAGE = "tieout.pipeline"
KNOWN = ("organizations", "subscriptions")
DOCUMENT = ("invoice_number", "period", "currency")


def keep_match(
    house: House,
    files: tuple[Path, Path],
    *,
    party: str,
    now: dt.datetime,
    out: Path | None = None,
) -> dict[str, Any]:
    """Match a purchase and a sales file as `match_files` does; keep what was found for the party.

    The purchases are lines of issued documents that the party buys, of one month; the links take
    the place of those kept before for this month and currency. Raises as `match_files` does, also
    for lines of other documents and sales without a date, and Conflict when the party's sales of
    the month are in the store already.
    """

    def keep(engine: Engine, paths: Mapping[str, Path]) -> dict[str, Any]:
        return _keep(house, engine, paths=paths, party=party, now=now)

    with house.writer():
        return match_files(*files, scratch=house.scratch, out=out, keep=keep)


def _keep(
    house: House, engine: Engine, *, paths: Mapping[str, Path], party: str, now: dt.datetime
) -> dict[str, Any]:
    viewer = Viewer(organization_id=party, sees_cost=False)
    bought = visible_invoices(house.catalog, viewer, wanted=Wanted(direction="incoming"))
    engine.register("bought_invoice", bought.select(DOCUMENT))
    refuse_faults(engine, paths, name="kept_fault")
    found = engine.arrow(sql_text(PACKAGE, "kept_period")).to_pylist()
    if not found:
        raise Conflict(reason=f"there is no purchase line to keep a link of for {party}")
    said = {"match_id": _match_id(paths, party), "party": party} | found[0]
    with house.catalog.read() as connection:
        if filed_matches.sells_in(connection, party=party, period=said["period"]):
            reason = f"what {party} sells in {said['period']} is in the store already"
            raise Conflict(reason=f"{reason}; its lines have the keys of their purchases")
        if filed_matches.is_current(connection, said["match_id"]):
            return _told(said, status="unchanged")
        current = manifest.latest_snapshot(connection, house)
    for label in KNOWN:
        view_current(engine, RESOURCES[label], path=current.files.get(label))
    let_key(engine, str(house.catalog.setting(SECRET)).encode())
    define_macros(engine, "tieout.match", names=["signed_key"])
    links = write(house, engine, sql=sql_text(PACKAGE, "kept_link"), kind=filed_matches.KIND)
    with house.catalog.write() as connection:
        values = said | {"created_at": utc_text(now)}
        filed_matches.publish(connection, values, links=links)
    return _told(said, status="kept")


def _match_id(paths: Mapping[str, Path], party: str) -> str:
    """Give the same id to the same files of the same party."""
    said = hashlib.sha256(party.encode())
    for side in SIDES:
        with paths[side].open("rb") as stream:
            said.update(hashlib.file_digest(stream, "sha256").digest())
    return said.hexdigest()


def _told(said: Mapping[str, str], *, status: str) -> dict[str, Any]:
    return {
        "matchId": said["match_id"],
        "party": said["party"],
        "period": said["period"],
        "status": status,
    }
