"""Invoices are verified, issued and paid: one way, with gapless numbers, recorded in the audit."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from store_case import LATER, MONTH_FILE, NOW, PERIOD, everything, invoices, load_month
from store_case import load_reference as load_edited

from tieout import pipeline
from tieout.errors import AuditBroken, Conflict, InputsChanged, LawBroken, NotFound
from tieout.pipeline import Choice, Word
from tieout.store import manifest
from tieout.store.catalog import audit_entry, invoice, number_series
from tieout.store.house import House

ANNA = Word(by="anna", now=LATER)
# who sells to whom in the demo's month, and what starts verified there
DRAFTS = {"kadewerk", "tulpfabriek", "havenlab", "kadezorg"}


def verify(house: House, **choice: Any) -> dict[str, Any]:
    """Verify drafts of the demo's month as Anna."""
    return pipeline.verify_invoices(house, Choice(**choice), word=ANNA)


def statuses(house: House) -> dict[str, int]:
    """Give the status of each invoice by its buyer."""
    return {buyer: one["status_id"] for buyer, one in invoices(house).items()}


def test_a_month_with_parked_lines_is_held_back_until_a_person_accepts(billed: House) -> None:
    before = everything(billed)
    held = verify(billed, period=PERIOD)
    assert held["verified"] == []
    assert {one["invoiceId"] for one in held["held"]} == {
        one["invoice_id"] for buyer, one in invoices(billed).items() if buyer in DRAFTS
    }
    assert all("NO_SUBSCRIPTION" in one["reason"] for one in held["held"])
    assert everything(billed) == before
    done = verify(billed, period=PERIOD, accept_parked="the owner is asked")
    assert {one["consumerId"] for one in done["verified"]} == DRAFTS
    assert set(statuses(billed).values()) == {1}
    certificate = pipeline.certificate_of(billed, PERIOD)
    assert {one["reason"] for one in certificate["acceptedParked"]} == {"the owner is asked"}
    assert len(certificate["acceptedParked"]) == len(DRAFTS)


@pytest.mark.parametrize("catalog_kind", ["sqlite"])  # what the catalog is has no say
def test_an_invoice_that_no_parked_line_could_belong_to_is_verified_without_a_reason(
    house: House, tmp_path: Path
) -> None:
    rule = "r-havenlab,c-kadewerk-havenlab,,margin,20,,2021-01-01\n"
    load_edited(house, tmp_path / "reference", ("price_rules.csv", rule, ""))
    known = [line for line in MONTH_FILE.read_text().splitlines() if not line.endswith("nob-01")]
    (tmp_path / "known.csv").write_text("\n".join(known))
    load_month(house, tmp_path / "known.csv")
    pipeline.run_period(house, PERIOD, now=NOW)
    verify(house, period=PERIOD, accept_parked="havenlab is asked")
    accepted = pipeline.certificate_of(house, PERIOD)["acceptedParked"]
    of_chain = {invoices(house)["kadewerk"]["invoice_number"]}  # of hav-01, parked at hop 3
    assert {one["invoiceNumber"] for one in accepted} == of_chain
    assert set(statuses(house).values()) == {1}


def test_numbers_of_a_seller_have_no_gap(billed: House) -> None:
    verify(billed, period=PERIOD, buyer="kadewerk", accept_parked="asked")
    verify(billed, period=PERIOD, accept_parked="asked")
    numbers: dict[str, list[str]] = {}
    for one in invoices(billed).values():
        if one["hop"] > 1:
            numbers.setdefault(one["seller_id"], []).append(one["invoice_number"])
    sellers = {"northlane": 2, "brightwater": 3, "kadewerk": 2}
    assert {seller: sorted(found) for seller, found in numbers.items()} == {
        seller: [f"{seller}-2021-11-{n:04d}" for n in range(1, count + 1)]
        for seller, count in sellers.items()
    }


def test_figures_stay_and_a_rerun_of_the_same_inputs_changes_nothing(billed: House) -> None:
    fixed = ("total_amount", "detail_total", "output_digest", "input_digest", "margin_amount")
    before = invoices(billed)
    verify(billed, period=PERIOD, accept_parked="asked")
    after = invoices(billed)
    for buyer in DRAFTS:
        assert [after[buyer][name] for name in fixed] == [before[buyer][name] for name in fixed]
        assert after[buyer]["verified_at"] == "2021-11-04T09:30:00Z"
        assert after[buyer]["revision"] == before[buyer]["revision"] + 1
    pipeline.run_period(billed, PERIOD, now=LATER)
    assert invoices(billed) == after


def test_a_preview_of_other_inputs_is_refused_by_what_changed(house: House, tmp_path: Path) -> None:
    load_edited(house, tmp_path / "one")
    load_month(house, MONTH_FILE)
    preview = pipeline.run_period(house, PERIOD, now=NOW)
    rules = (tmp_path / "one" / "price_rules.csv").read_text()
    (line,) = [row for row in rules.splitlines() if row.startswith("r-molenaar,")]
    changed = line.replace(",markup,10,", ",markup,11,")
    load_edited(house, tmp_path / "two", ("price_rules.csv", line, changed))
    before = everything(house)
    with pytest.raises(InputsChanged) as refused:
        verify(house, period=PERIOD, accept_parked="asked", input_digest=preview["inputDigest"])
    assert len(refused.value.changes) == 1
    assert refused.value.changes[0].startswith("price_rules r-molenaar")
    assert refused.value.changes[0].endswith(": changed")
    assert everything(house) == before
    with pytest.raises(InputsChanged):
        verify(house, period=PERIOD, accept_parked="asked", input_digest="0" * 64)


def test_another_release_is_told_without_names(billed: House) -> None:
    with billed.catalog.write() as connection:
        connection.execute(text("UPDATE run SET input_digest = 'other'"))
    with pytest.raises(InputsChanged, match="another release, or another digest was given"):
        verify(billed, period=PERIOD, accept_parked="asked")


def test_an_invoice_waits_for_the_one_above_it(billed: House) -> None:
    ids = {buyer: one["invoice_id"] for buyer, one in invoices(billed).items()}
    with pytest.raises(Conflict, match=r"not verified yet one hop above: invoice .*kadewerk"):
        verify(billed, names=(ids["havenlab"],), accept_parked="asked")
    held = verify(billed, period=PERIOD, buyer="havenlab", accept_parked="asked")
    assert (held["verified"], len(held["held"])) == ([], 1)
    done = verify(billed, names=(ids["havenlab"], ids["kadewerk"]), accept_parked="asked")
    assert [one["consumerId"] for one in done["verified"]] == ["kadewerk", "havenlab"]


def test_what_cannot_be_verified_is_refused(billed: House) -> None:
    ids = {buyer: one["invoice_id"] for buyer, one in invoices(billed).items()}
    with pytest.raises(NotFound):
        verify(billed, names=("no-such",))
    with pytest.raises(Conflict, match="is Verified already"):
        verify(billed, names=(ids["molenaar"],))
    with pytest.raises(NotFound):
        verify(billed, period="2020-01")
    with pytest.raises(Conflict, match="parked lines of vendor invoice G012345678"):
        verify(billed, names=(ids["kadewerk"],))


def test_issued_refused_by_the_card_paid_and_never_back(billed: House) -> None:
    number = invoices(billed)["molenaar"]["invoice_number"]
    other = invoices(billed)["zuiderzee"]["invoice_number"]
    moved = pipeline.move_on(billed, [number], action="issue", word=ANNA)
    assert [(one["invoiceNumber"], one["statusId"]) for one in moved["moved"]] == [(number, 2)]
    pipeline.move_on(billed, [number], action="card-error", word=ANNA)
    assert statuses(billed)["molenaar"] == 4
    pipeline.move_on(billed, [number], action="pay", word=ANNA)
    row = invoices(billed)["molenaar"]
    assert (row["status_id"], row["issued_at"], row["paid_at"]) == (
        3,
        "2021-11-04T09:30:00Z",
        "2021-11-04T09:30:00Z",
    )
    before = everything(billed)
    for action in ("issue", "card-error", "pay"):
        with pytest.raises(Conflict, match="is Paid"):
            pipeline.move_on(billed, [other, number], action=action, word=ANNA)
    draft = invoices(billed)["kadewerk"]["invoice_id"]
    with pytest.raises(Conflict, match="is New"):
        pipeline.move_on(billed, [draft], action="issue", word=ANNA)
    assert everything(billed) == before


FORBIDDEN = {
    "back": update(invoice).where(invoice.c.buyer_id == "molenaar").values(status_id=0),
    "amount": update(invoice).where(invoice.c.buyer_id == "molenaar").values(total_amount="1"),
    "digest": update(invoice).where(invoice.c.buyer_id == "molenaar").values(output_digest="1"),
    "removed": invoice.delete().where(invoice.c.buyer_id == "molenaar"),
    "skipped": update(invoice).where(invoice.c.buyer_id == "kadewerk").values(status_id=3),
    "no number": update(invoice).where(invoice.c.buyer_id == "kadewerk").values(status_id=1),
    "number again": update(number_series).values(last_number=1),
    "series gone": number_series.delete(),
}


def test_the_database_itself_refuses(billed: House) -> None:
    before = everything(billed)
    for statement in FORBIDDEN.values():
        with pytest.raises(DBAPIError), billed.catalog.write() as connection:
            connection.execute(statement)
        assert everything(billed) == before


def test_every_move_is_in_the_audit_and_a_changed_entry_is_noticed(billed: House) -> None:
    verify(billed, period=PERIOD, accept_parked="asked")
    word = Word(by="bram", now=dt.datetime(2021, 11, 5, tzinfo=dt.UTC), reason="bank statement 7")
    number = invoices(billed)["kadezorg"]["invoice_number"]
    pipeline.move_on(billed, [number], action="pay", word=word)
    found = pipeline.read_audit(billed)["entries"]
    assert [(one["by"], one["action"], one["reason"]) for one in found] == [
        *[("tieout", action, None) for action in ("change", "load", "run")],  # by no person
        ("tieout", "verify", "the vendor's own document"),
        *[("tieout", "verify", "its contract starts it so")] * 3,
        *[("anna", "verify", "asked")] * 4,
        ("bram", "pay", "bank statement 7"),
    ]
    assert found[-1]["before"] == {"status": "Verified"}
    assert found[-1]["after"] == {"status": "Paid", "paid_at": "2021-11-05T00:00:00Z"}
    subject = invoices(billed)["kadezorg"]["invoice_id"]
    own = pipeline.read_audit(billed, subject=subject)["entries"]
    assert [one["action"] for one in own] == ["verify", "pay"]
    checked = pipeline.check_audit(billed)
    assert checked == {"entries": len(found), "lastHash": found[-1]["hash"], "heads": []}
    for statement in (update(audit_entry).values(by="eve"), audit_entry.delete()):
        with pytest.raises(DBAPIError), billed.catalog.write() as connection:
            connection.execute(statement)
    with billed.catalog.write() as connection:  # whoever may change the tables themselves
        on = "" if billed.catalog.is_sqlite else " ON audit_entry"
        connection.execute(text(f"DROP TRIGGER audit_entry_is_fixed{on}"))
        connection.execute(update(audit_entry).where(audit_entry.c.entry_no == 2).values(by="eve"))
    with pytest.raises(AuditBroken, match="entry 2 is not what was recorded"):
        pipeline.check_audit(billed)


def test_an_entry_taken_out_is_noticed(billed: House) -> None:
    verify(billed, period=PERIOD, accept_parked="asked")
    with billed.catalog.write() as connection:
        on = "" if billed.catalog.is_sqlite else " ON audit_entry"
        connection.execute(text(f"DROP TRIGGER audit_entry_is_kept{on}"))
        connection.execute(audit_entry.delete().where(audit_entry.c.entry_no == 3))
    with pytest.raises(AuditBroken, match="entry 3 is missing"):
        pipeline.check_audit(billed)
    with billed.catalog.read() as connection:
        assert connection.scalar(select(invoice.c.invoice_id).limit(1))


def test_lines_that_are_no_longer_what_was_previewed_are_not_verified(billed: House) -> None:
    run_id = invoices(billed)["kadewerk"]["run_id"]
    with billed.catalog.read() as connection:
        paths = manifest.run_paths(connection, billed, run_id=run_id)["detail_line"]
    rows = [pq.read_table(path) for path in paths]
    path, lines = next(one for one in zip(paths, rows, strict=True) if "kadewerk" in str(one[1]))
    at = lines.schema.get_field_index("total_price")
    others = pc.negate(lines["total_price"])
    before = everything(billed)
    original = path.read_bytes()
    pq.write_table(lines.set_column(at, lines.schema.field(at), others), path)
    with pytest.raises(LawBroken, match="verified as it was previewed"):
        verify(billed, period=PERIOD, accept_parked="asked")
    path.write_bytes(original)
    assert everything(billed) == before
    with billed.catalog.write() as connection:
        connection.execute(
            update(invoice).where(invoice.c.buyer_id == "kadewerk").values(output_digest="0" * 64)
        )
    with pytest.raises(LawBroken, match="verified as it was previewed"):
        verify(billed, period=PERIOD, accept_parked="asked")
    assert statuses(billed)["kadewerk"] == 0
