"""The end of the audit: entries that were cut off there are missed, by whoever cut them off."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from late_case import LATE, arrive
from late_store import all_drafts
from late_store import headers as late_headers
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from store_case import (
    LATER,
    NOW,
    PERIOD,
    everything,
    invoices,
)
from verified_case import WORD, differences, headers, make_verified

from tieout import pipeline
from tieout.errors import AuditBroken, HeadUnknown
from tieout.pipeline import Choice, Word
from tieout.store import audit, guards, migrations
from tieout.store.audit import Event, Signed
from tieout.store.audit_head import audit_head, head_of
from tieout.store.catalog import audit_entry, invoice, run, setting
from tieout.store.catalog_rows import tables_to_fill
from tieout.store.database import Catalog
from tieout.store.house import House
from tieout.store.invoices import replace_invoices

ON_SQLITE = pytest.mark.parametrize("catalog_kind", ["sqlite"])  # what the catalog is has no say
BRAM = Word(by="bram", now=LATER, reason="bank statement 7")


@pytest.fixture
def verified(store_at: Callable[[Callable[[House, Path], object]], House]) -> House:
    """Open a store with verified documents of every origin."""
    return store_at(make_verified)


def cut_after(connection: Connection, entry: int) -> None:
    """Remove the entries after one."""
    connection.execute(delete(audit_entry).where(audit_entry.c.entry_no > entry))


def newest(house: House) -> int:
    return int(pipeline.check_audit(house)["entries"])


def test_a_cut_end_is_missed(verified: House) -> None:
    count = newest(verified)
    with verified.catalog.write() as connection, tables_to_fill(connection):
        cut_after(connection, count - 2)
    said = f"audit entry {count - 1} is missing: the newest one recorded is {count}"
    with pytest.raises(AuditBroken, match=said):
        pipeline.check_audit(verified)
    assert said in differences(verified)


@ON_SQLITE
def test_entries_added_after_a_cut_do_not_hide_it(verified: House) -> None:
    count = newest(verified)
    with verified.catalog.write() as connection, tables_to_fill(connection):
        cut_after(connection, count - 2)
    paid = next(one["invoice_number"] for one in headers(verified) if one["status_id"] == 1)
    pipeline.move_on(verified, [paid], action="pay", word=BRAM)
    with pytest.raises(AuditBroken, match=f"audit entry {count - 1} is missing"):
        pipeline.check_audit(verified)


@ON_SQLITE
def test_who_moves_the_head_back_too_leaves_what_no_entry_tells_of(verified: House) -> None:
    count, last = newest(verified), pipeline.check_audit(verified)["lastHash"]
    with verified.catalog.write() as connection, tables_to_fill(connection):
        told = connection.execute(
            select(audit_entry.c.subject_id).where(audit_entry.c.entry_no > count - 2)
        ).scalars()
        ids = set(told)
        cut_after(connection, count - 2)
        before = select(audit_entry.c.entry_hash).where(audit_entry.c.entry_no == count - 2)
        kept = {"entry_no": count - 2, "entry_hash": connection.scalar(before)}
        connection.execute(update(audit_head).values(**kept))
    assert newest(verified) == count - 2  # the chain itself is whole
    assert len(ids) == 2  # a credit note and a custom invoice were verified last
    assert {one.split("(")[1].split(")")[0] for one in differences(verified)} == ids
    assert all(
        one.endswith("verified, and no audit entry says so") for one in differences(verified)
    )
    with pytest.raises(HeadUnknown, match=f"{count - 2} audit entries has the hash {last}"):
        pipeline.check_audit(verified, known_heads=[last])


@ON_SQLITE
def test_a_head_noted_elsewhere_is_found_again(billed: House) -> None:
    noted = pipeline.check_audit(billed)
    pipeline.verify_invoices(billed, Choice(period=PERIOD, accept_parked="asked"), word=WORD)
    later = pipeline.check_audit(billed, known_heads=[noted["lastHash"]])
    since = later["entries"] - noted["entries"]
    assert later["heads"] == [{"hash": noted["lastHash"], "entriesSince": since}]
    assert since == 4  # one per draft of the month
    now = pipeline.check_audit(billed, known_heads=[later["lastHash"]])
    assert now["heads"] == [{"hash": later["lastHash"], "entriesSince": 0}]


@ON_SQLITE
def test_an_entry_put_behind_the_head_is_noticed(billed: House) -> None:
    with billed.catalog.write() as connection:
        before = head_of(connection)
        audit.record(connection, [Event("pay", "invoice", "x")], signed=Signed("eve", "2021"))
        with tables_to_fill(connection):
            kept = {"entry_no": before.entry_no, "entry_hash": before.entry_hash}
            connection.execute(update(audit_head).values(**kept))
    with pytest.raises(AuditBroken, match=f"entry {before.entry_no + 1} is not the newest"):
        pipeline.check_audit(billed)


@ON_SQLITE
def test_things_that_no_entry_tells_of_are_named(billed: House) -> None:
    with billed.catalog.write() as connection, tables_to_fill(connection):
        one = dict(connection.execute(select(run)).mappings().first() or {})
        connection.execute(run.insert().values(one | {"run_id": "2021-10-forged", "is_current": 0}))
        connection.execute(delete(audit_entry).where(audit_entry.c.subject_kind == "vendor_file"))
    found = differences(billed)
    assert "run 2021-10-forged is there, and no audit entry tells of it" in found
    assert any(said.startswith("vendor_file ") for said in found)


REFUSED = {
    "head back": "UPDATE audit_head SET entry_no = 1,"
    " entry_hash = (SELECT entry_hash FROM audit_entry WHERE entry_no = 1)",
    "head nowhere": "UPDATE audit_head SET entry_no = 999, entry_hash = 'f'",
    "head gone": "DELETE FROM audit_head",
    "an entry again": "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE entry_no = 1",
}
REPLACING = {  # REPLACE would remove what is there without a word
    "another head": "INSERT OR REPLACE INTO audit_head"
    " SELECT 1, entry_no, entry_hash FROM audit_entry WHERE entry_no = 1",
    "another entry": "INSERT OR REPLACE INTO audit_entry SELECT entry_no, at, 'eve', action,"
    " subject_kind, subject_id, reason, before, after, previous_hash, entry_hash FROM audit_entry",
    "another invoice": "INSERT OR REPLACE INTO invoice"
    " SELECT * FROM invoice WHERE buyer_id = 'molenaar'",
    "another series": "INSERT OR REPLACE INTO number_series SELECT seller_id, series, 0"
    " FROM number_series",
}
EMPTYING = {
    f"empty {table}": f"TRUNCATE {table} CASCADE"
    for table in ("audit_entry", "audit_head", "invoice", "number_series", "manual_line")
}


def test_the_database_itself_refuses(billed: House) -> None:
    before = everything(billed)
    own = REPLACING if billed.catalog.is_sqlite else EMPTYING
    for statement in (REFUSED | own).values():
        with pytest.raises(DBAPIError), billed.catalog.write() as connection:
            connection.execute(text(statement))
        assert everything(billed) == before


def test_every_guard_is_watched(house: House) -> None:
    with house.catalog.read() as connection:
        there = set(connection.execute(text(guards.THERE[house.catalog.is_sqlite])).scalars())
        assert guards.missing_guards(connection) == []
    own = guards.ON_SQLITE if house.catalog.is_sqlite else guards.ON_POSTGRESQL
    assert there == {*guards.GUARDS, *own}


def test_a_guard_that_sleeps_is_named(billed: House) -> None:
    with billed.catalog.write() as connection:
        connection.execute(
            text(
                "DROP TRIGGER invoice_is_kept"
                if billed.catalog.is_sqlite
                else "ALTER TABLE invoice DISABLE TRIGGER invoice_is_kept"
            )
        )
    assert differences(billed) == ["the catalog's guard invoice_is_kept is not at work"]


@ON_SQLITE
def test_what_starts_verified_is_in_the_audit_with_its_reason(billed: House) -> None:
    (vendors,) = pipeline.read_audit(billed, subject=invoices(billed)["northlane"]["invoice_id"])[
        "entries"
    ]
    assert (vendors["action"], vendors["reason"]) == ("verify", "the vendor's own document")
    (one,) = pipeline.read_audit(billed, subject=invoices(billed)["molenaar"]["invoice_id"])[
        "entries"
    ]
    header = invoices(billed)["molenaar"]
    assert (one["by"], one["at"]) == ("tieout", NOW.isoformat()[:19] + "Z")
    assert (one["action"], one["reason"]) == ("verify", "its contract starts it so")
    assert one["after"]["status"] == "Verified"
    assert one["after"]["total_amount"] == header["total_amount"]
    assert one["after"]["invoice_number"] == header["invoice_number"]
    assert pipeline.verify_store(billed)["invoices"] == 4
    count = newest(billed)
    pipeline.run_period(billed, PERIOD, now=LATER)  # the same again
    assert newest(billed) == count


@ON_SQLITE
def test_what_changes_in_the_vendors_own_document_is_in_the_audit(
    store_at: Callable[[Callable[[House, Path], object]], House], tmp_path: Path
) -> None:
    house = store_at(all_drafts)
    first = late_headers(house, PERIOD)[1]
    assert first["total_amount"] == "17.05"  # reporting-api.md 7.1
    arrive(house, tmp_path, LATE)
    after = late_headers(house, PERIOD)[1]
    entry = pipeline.read_audit(house, subject=first["invoice_id"])["entries"][-1]
    assert (entry["action"], entry["reason"]) == ("change", "follows the vendor's lines")
    assert [entry[side]["total_amount"] for side in ("before", "after")] == ["17.05", "9.52"]
    assert entry["before"]["output_digest"] == first["output_digest"]
    assert entry["after"]["output_digest"] == after["output_digest"]
    pipeline.verify_store(house)
    with house.catalog.write() as connection, tables_to_fill(connection):
        which = update(invoice).where(invoice.c.hop == 1)
        connection.execute(which.values(total_amount="17.05"))
    number = after["invoice_number"]
    said = f"invoice {number} ({first['invoice_id']}): total_amount is 17.05, audit entry"
    assert any(one.startswith(f"{said} {entry['entry']}") for one in differences(house))
    with house.catalog.write() as connection:
        replace_invoices(connection, [], period=PERIOD, signed=Signed("anna", "2021-11-05"))
    entry = pipeline.read_audit(house, subject=first["invoice_id"])["entries"][-1]
    assert (entry["action"], entry["before"]["invoice_number"]) == ("withdraw", number)
    pipeline.verify_store(house)


def test_a_catalog_of_before_gets_its_head_and_a_day_to_judge_from(
    catalog_url: str,
) -> None:
    catalog = Catalog(catalog_url)
    with catalog.write() as connection:
        migrations.bring_to(connection, "0015")
        names = ("at", "by", "action", "subject_kind", "subject_id", "before", "after")
        kept = dict.fromkeys((*names, "previous_hash"), "") | {"before": "{}", "after": "{}"}
        said = [1, "", "", "", "", "", None, "{}", "{}", ""]  # audit.py: as it is hashed
        hashed = hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
        connection.execute(audit_entry.insert().values(entry_no=1, entry_hash=hashed, **kept))
        connection.execute(
            text("INSERT INTO snapshot (snapshot_id, created_at, digest) VALUES (1, '2021', 'd')")
        )
        migrations.bring_to(connection, migrations.NEWEST)
        assert (head_of(connection).entry_no, head_of(connection).entry_hash) == (1, hashed)
        assert audit.check_chain(connection).entries == 1
        since = connection.scalar(select(setting.c.value).where(setting.c.name == "recorded_since"))
        assert since is not None
        assert since > "2021"
        audit.record(connection, [Event("load", "vendor_file", "x")], signed=Signed("a", "2026"))
        assert audit.check_chain(connection).entries == 2
    catalog.close()


@ON_SQLITE
def test_a_rolled_back_catalog_is_told_by_a_head_noted_elsewhere_alone(
    billed: House, tmp_path: Path, empty_house: Callable[[str], House]
) -> None:
    pipeline.back_up(billed, tmp_path / "backup", now=LATER)
    pipeline.verify_invoices(billed, Choice(period=PERIOD, accept_parked="asked"), word=WORD)
    noted = pipeline.check_audit(billed)["lastHash"]
    older = empty_house("sqlite" if billed.catalog.is_sqlite else "postgres")
    pipeline.restore(older, tmp_path / "backup")
    pipeline.verify_store(older)  # whole, and of before
    with pytest.raises(HeadUnknown):
        pipeline.check_audit(older, known_heads=[noted])
    with older.catalog.read() as connection:
        assert connection.scalar(select(invoice.c.invoice_id).limit(1))
