"""The demo's month in the store: drafts give way, verified invoices stay, copies count once."""

import os
import shutil
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, update
from store_case import (
    DEMO,
    LATER,
    MONTH_FILE,
    NOW,
    PERIOD,
    everything,
    gzipped,
    invoices,
    load_month,
    load_reference,
)

from tieout import pipeline
from tieout.errors import Conflict, StoreDiffers
from tieout.store.catalog import run, setting
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

VERIFIED, NEW = 1, 0
# The demo's contracts.csv: which buyers' contracts start verified.
STARTS_VERIFIED = {"northlane", "brightwater", "molenaar", "zuiderzee"}
CENT = Decimal("0.01")
# Havenlab's only good row: 20 seats at 28.10, distributor +5 %.
HAVENLAB_COST = 20 * Decimal("28.10") * Decimal("1.05")
SECRET = "5ec2e7" * 10


def _digest(house: House) -> str:
    """Bill the demo's month with a secret that is the same in every test."""
    with house.catalog.write() as connection:
        which = setting.c.name == "match_key_secret"
        connection.execute(update(setting).where(which).values(value=SECRET))
    pipeline.load_reference(house, DEMO / "reference", now=NOW)
    load_month(house, MONTH_FILE)
    digest: str = pipeline.run_period(house, PERIOD, now=NOW)["outputDigest"]
    return digest


def test_postgresql_gives_the_digest_that_sqlite_gives(postgres_url: str, tmp_path: Path) -> None:
    digests = set()
    for name, url in (("here", None), ("there", postgres_url)):
        house = open_house(tmp_path / name, catalog_url=url)
        upgrade(house.catalog)
        digests.add(_digest(house))
        assert pipeline.verify_store(house)["files"] > 10
        house.catalog.close()
    assert len(digests) == 1


def _tieout(home: Path, *arguments: str, catalog: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TIEOUT_HOME": str(home), "TIEOUT_CATALOG": catalog}
    return subprocess.run(
        [sys.executable, "-m", "tieout.serve.cli", *arguments],
        capture_output=True,
        check=False,
        env=environment,
        text=True,
        timeout=120,
    )


def test_the_program_bills_a_month_with_its_catalog_in_postgresql(
    postgres_url: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for command in (
        ("init",),
        ("reference", "load", str(DEMO / "reference")),
        ("load", str(MONTH_FILE)),
        ("run", PERIOD),
        ("verify-store",),
    ):
        done = _tieout(home, *command, catalog=postgres_url)
        assert done.returncode == 0, done.stderr
    assert not (home / "catalog.sqlite").exists()
    house = open_house(home, catalog_url=postgres_url)
    assert invoices(house)["molenaar"]["total_amount"] == "19.69"  # reporting-api.md 7.4
    house.catalog.close()


def test_contracts_say_which_invoices_start_verified_and_only_those_have_numbers(
    billed: House,
) -> None:
    found = invoices(billed)
    assert {buyer for buyer, i in found.items() if i["status_id"] == VERIFIED} == STARTS_VERIFIED
    for buyer, invoice in found.items():
        assert (invoice["invoice_number"] is not None) == (buyer in STARTS_VERIFIED)
    assert found["northlane"]["invoice_number"] == "G012345678"  # the vendor's own document
    ours = {found[buyer]["invoice_number"] for buyer in STARTS_VERIFIED - {"northlane"}}
    assert ours == {
        "northlane-2021-11-0001",
        "brightwater-2021-11-0001",
        "brightwater-2021-11-0002",
    }


def test_a_rerun_keeps_every_id_number_and_revision(billed: House) -> None:
    before = everything(billed)
    pipeline.run_period(billed, PERIOD, now=LATER)
    assert everything(billed) == before


def test_a_draft_is_replaced_and_what_did_not_change_stays(billed: House, tmp_path: Path) -> None:
    before = invoices(billed)
    exact = HAVENLAB_COST / Decimal("0.80")  # margin 20
    total = Decimal(before["havenlab"]["total_amount"])
    assert total == exact.quantize(CENT, ROUND_HALF_UP)
    load_reference(billed, tmp_path / "dearer", ("price_rules.csv", "margin,20,", "margin,50,"))
    pipeline.run_period(billed, PERIOD, now=LATER)
    after = invoices(billed)
    assert Decimal(after["havenlab"]["total_amount"]) == HAVENLAB_COST / Decimal("0.50")
    assert after["havenlab"]["invoice_id"] == before["havenlab"]["invoice_id"]
    assert (before["havenlab"]["revision"], after["havenlab"]["revision"]) == (1, 2)
    for buyer in set(before) - {"havenlab"}:
        names = ("run_id", "shown_run_id", "input_digest")
        ignored: dict[str, None] = dict.fromkeys(names)
        assert {**after[buyer], **ignored} == {**before[buyer], **ignored}
    assert len({invoice["run_id"] for invoice in after.values()}) == 1


def test_a_run_that_would_change_a_verified_invoice_is_refused_and_changes_nothing(
    billed: House, tmp_path: Path
) -> None:
    load_reference(
        billed,
        tmp_path / "dearer",
        (
            "price_rules.csv",
            "r-molenaar,c-brightwater-molenaar,,markup,10,",
            "r-molenaar,c-brightwater-molenaar,,markup,20,",
        ),
        ("price_rules.csv", "margin,20,", "margin,50,"),
    )
    before = everything(billed)
    number = invoices(billed)["molenaar"]["invoice_number"]
    with pytest.raises(Conflict) as refused:
        pipeline.run_period(billed, PERIOD, now=LATER)
    assert str(refused.value).startswith(f"invoice {number} is verified at 19.69 EUR and would")
    assert everything(billed) == before
    pipeline.verify_store(billed)
    load_reference(billed, tmp_path / "as-before")
    again = pipeline.run_period(billed, PERIOD, now=LATER)
    assert again["outputDigest"] == pipeline.certificate_of(billed, PERIOD)["outputDigest"]
    assert invoices(billed)["molenaar"]["total_amount"] == "19.69"


def test_the_program_refuses_to_change_a_verified_invoice_with_exit_1(
    billed: House, tmp_path: Path
) -> None:
    load_reference(
        billed,
        tmp_path / "dearer",
        (
            "price_rules.csv",
            "r-molenaar,c-brightwater-molenaar,,markup,10,",
            "r-molenaar,c-brightwater-molenaar,,markup,20,",
        ),
    )
    before = everything(billed)
    url = billed.catalog.engine.url.render_as_string(hide_password=False)
    done = _tieout(billed.home, "run", PERIOD, "--json", catalog=url)
    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("tieout: invoice brightwater-2021-11-")
    assert sentence.endswith("verified invoices never change")
    assert everything(billed) == before


def test_a_run_that_would_empty_a_verified_invoice_is_refused(house: House, tmp_path: Path) -> None:
    draft = ("contracts.csv", "brightwater,EUR,1,14,verified", "brightwater,EUR,1,14,new")
    load_reference(house, tmp_path / "reference", draft)
    load_month(house, MONTH_FILE)
    pipeline.run_period(house, PERIOD, now=NOW)
    number = invoices(house)["molenaar"]["invoice_number"]
    unowned = ("subscriptions.csv", "-000000000001,c-bright", "-000000000099,c-bright")
    load_reference(house, tmp_path / "unowned", draft, unowned)
    before = everything(house)
    with pytest.raises(Conflict, match=f"verified invoice {number} would lose its lines"):
        pipeline.run_period(house, PERIOD, now=LATER)
    assert everything(house) == before


def test_a_new_version_of_a_vendor_invoice_replaces_the_old_one_as_a_whole(
    billed: House, tmp_path: Path
) -> None:
    before = invoices(billed)
    version = tmp_path / "version-2.csv"
    text = MONTH_FILE.read_text()
    assert text.count(",28.10,20,562.00,0.00,562.00,") == 1
    text = text.replace(",28.10,20,562.00,0.00,562.00,", ",28.10,30,843.00,0.00,843.00,")
    version.write_text(text.replace(",28.10,Licenses,,20,", ",28.10,Licenses,,30,"))
    report = load_month(billed, version)
    assert report["status"] == "loaded"
    sentence = (
        "invoice G012345678 replaces the version loaded before as a whole:"
        " 1 rows added, 1 removed, 29 unchanged"
    )
    assert sentence in report["notices"]
    done = pipeline.run_period(billed, PERIOD, now=LATER)
    assert (done["vendorLines"], done["parked"], done["invoices"]) == (30, 1, 8)
    found = pipeline.certificate_of(billed, PERIOD)
    assert [entry["file"] for entry in found["inputs"]] == ["version-2.csv"]
    assert (found["rejected"]["count"], found["parked"]["count"]) == (1, 1)
    grown = Decimal("843.00") - Decimal("562.00")
    after = invoices(billed)
    for buyer, factor in (("northlane", Decimal(1)), ("kadewerk", Decimal("1.05"))):
        growth = Decimal(after[buyer]["detail_total"]) - Decimal(before[buyer]["detail_total"])
        assert growth == grown * factor
    assert after["northlane"]["invoice_number"] == before["northlane"]["invoice_number"]
    assert after["molenaar"]["total_amount"] == before["molenaar"]["total_amount"]
    (notice,) = load_month(billed, MONTH_FILE)["notices"]  # the first version comes once more
    assert notice.endswith("nothing changed; the newer version of invoice G012345678 stays")


def test_an_identical_copy_in_another_file_is_not_counted_twice(
    billed: House, tmp_path: Path
) -> None:
    before = pipeline.certificate_of(billed, PERIOD)
    report = load_month(billed, gzipped(tmp_path / "again.csv.gz"))
    assert report["status"] == "loaded"
    sentence = "invoice G012345678 is a copy of what was loaded before and is not counted again"
    assert sentence in report["notices"]
    done = pipeline.run_period(billed, PERIOD, now=LATER)
    assert done["vendorLines"] == 30
    assert (done["inputDigest"], done["outputDigest"]) == (
        before["inputDigest"],
        before["outputDigest"],
    )
    after = pipeline.certificate_of(billed, PERIOD)
    assert after.pop("audit")["entries"] == before.pop("audit")["entries"] + 1  # the load
    assert after == before
    with billed.catalog.read() as connection:
        assert len(connection.execute(select(run.c.run_id)).all()) == 1


def test_a_copy_of_a_store_without_one_of_its_files_is_told_to_be_damaged(
    billed: House, tmp_path: Path
) -> None:
    assert pipeline.collect_orphans(billed) == []
    lost = next((billed.lake.root / "invoice_line").rglob("*.parquet"))
    shutil.move(lost, tmp_path / "lost")
    with pytest.raises(StoreDiffers, match=f"{lost.name}: is missing"):
        pipeline.verify_store(billed)
