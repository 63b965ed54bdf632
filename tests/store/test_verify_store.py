"""A store held against what was recorded: each difference is named, of files and of figures."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select, update
from store_case import PERIOD, everything
from verified_case import MANIFEST, WORD, differences, headers, make_verified, other_files

from tieout import pipeline
from tieout.errors import StoreDiffers
from tieout.store.catalog import lake_file
from tieout.store.house import House
from tieout.store.lake import hash_file

CENT = Decimal("0.01")
# what the catalog is has no say in it
ON_SQLITE = pytest.mark.parametrize("catalog_kind", ["sqlite"])


@pytest.fixture
def verified(store_at: Callable[[Callable[[House, Path], object]], House]) -> House:
    """Open a store with verified documents of every origin."""
    return store_at(make_verified)


def rewrite(house: House, kind: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change rows of the month's hop-2 file of a kind as one who covers it up: the hash too."""
    run_id = pipeline.published_run(house, PERIOD)
    with house.catalog.read() as connection:
        of_kind = (lake_file.c.kind == kind, lake_file.c.hop == 2)
        row = connection.execute(
            select(lake_file).where(*of_kind, lake_file.c.owner_id == run_id)
        ).one()
    path = house.lake.full(row.path)
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    with house.catalog.write() as connection:
        named = update(lake_file).where(lake_file.c.path == row.path)
        connection.execute(named.values(sha256=hash_file(path)))


def test_a_whole_store_says_how_much_it_holds(verified: House) -> None:
    before = everything(verified)
    found = pipeline.verify_store(verified)
    fixed = [one for one in headers(verified) if one["status_id"] not in (0, 6)]
    assert found == {
        "files": len({path for _, _, _, path, *_ in before["lake_file"]}),
        "invoices": len(fixed),
        "lines": sum(one["row_count"] for one in fixed),
    }
    assert {one["source_id"] for one in fixed} == {1, 4, 5}
    assert everything(verified) == before


@ON_SQLITE
def test_every_damaged_file_is_named(verified: House) -> None:
    lost, changed = (
        next((verified.lake.root / kind).rglob("*.*")) for kind in ("vendor_file", "cells")
    )
    lost.unlink()
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    found = differences(verified)
    assert len(found) == 2
    assert f"{lost.name}: is missing" in found[1]
    assert f"{changed.name}: has hash " in found[0]
    with pytest.raises(StoreDiffers):
        pipeline.rehash_lake(verified)


@ON_SQLITE
def test_what_cannot_be_recomputed_is_said(verified: House) -> None:
    victim = next((verified.lake.root / "detail_line").rglob("*.parquet"))
    victim.write_bytes(b"")
    found = differences(verified)
    assert victim.name in found[0]
    assert [said for said in found if "could not be recomputed" in said] == found[1:]
    assert len(found) == 2


@ON_SQLITE
def test_a_consolidated_line_that_was_changed_is_named(verified: House) -> None:
    changed: dict[str, Any] = {}

    def add_a_cent(rows: list[dict[str, Any]]) -> None:
        rows[0]["total_price"] += CENT
        rows[0]["rounding_residual"] += CENT
        changed.update(rows[0])

    rewrite(verified, "invoice_line", add_a_cent)
    details = [
        Fraction(one["total_price"]) for one in _details(verified, changed["invoice_id"], changed)
    ]
    exact = sum(details, Fraction(0))
    kept = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)
    residual = Fraction(kept) - exact
    (header,) = [one for one in headers(verified) if one["invoice_id"] == changed["invoice_id"]]
    place = (
        f"invoice {header['invoice_number']} ({changed['invoice_id']}),"
        f" subscription {changed['subscription_id']}, charge type {changed['charge_type_id']}"
    )
    assert differences(verified) == [
        f"{place}: total {_plain(kept + CENT)}, recomputed {_plain(kept)}",
        f"{place}: residual {_plain(Fraction(CENT) + residual)}, recomputed {_plain(residual)}",
    ]


def _plain(amount: Decimal | Fraction) -> str:
    exact = Fraction(amount)
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return f"{value.normalize():f}" if value else "0"


def _details(house: House, invoice_id: str, line: dict[str, Any]) -> list[dict[str, Any]]:
    with house.catalog.read() as connection:
        run_id = {one["invoice_id"]: one["run_id"] for one in headers(house)}[invoice_id]
        named = select(lake_file.c.kind, lake_file.c.path).where(lake_file.c.owner_id == run_id)
        paths = connection.execute(named).all()
    rows: dict[str, list[dict[str, Any]]] = {"charge": [], "detail_line": []}
    for kind, path in paths:
        if kind in rows:
            rows[kind] += pq.read_table(house.lake.full(path)).to_pylist()
    group = ("subscription_id", "charge_type_id")
    charges = {
        one["charge_no"] for one in rows["charge"] if all(one[name] == line[name] for name in group)
    }
    party = ("hop", "seller_id", "buyer_id", "currency")
    return [
        one
        for one in rows["detail_line"]
        if one["charge_no"] in charges and all(one[name] == line[name] for name in party)
    ]


@ON_SQLITE
def test_a_detail_line_that_was_changed_shows_in_line_header_and_digest(verified: House) -> None:
    changed: dict[str, Any] = {}

    def double(rows: list[dict[str, Any]]) -> None:
        row = max(rows, key=lambda one: one["total_price"])
        row["total_price"] *= 2
        changed.update(row)

    rewrite(verified, "detail_line", double)
    found = differences(verified)
    of_hop = [
        one
        for one in headers(verified)
        if (one["hop"], one["seller_id"], one["buyer_id"], one["source_id"])
        == (2, changed["seller_id"], changed["buyer_id"], 1)
    ]
    (header,) = of_hop
    name = f"invoice {header['invoice_number']} ({header['invoice_id']})"
    assert found
    assert all(said.startswith(name) for said in found)
    old = Fraction(header["detail_total"])
    new = old + Fraction(changed["total_price"]) / 2
    wanted = f"{name}: sum of its detail lines {_plain(old)}, recomputed {_plain(new)}"
    assert wanted in found
    assert any(f"{name}: output digest {header['output_digest']}, recomputed" in s for s in found)
    assert any("charge type" in said for said in found)


@ON_SQLITE
@pytest.mark.parametrize("owner_kind", ["load", "run", "snapshot"])
def test_a_file_changed_with_its_hash_in_the_manifest_is_noticed(
    verified: House, owner_kind: str
) -> None:
    assert other_files(verified) == []
    with verified.catalog.read() as connection:
        named = connection.execute(
            select(lake_file).where(lake_file.c.owner_kind == owner_kind).limit(1)
        ).mappings()
        file = dict(named.one())
    path = verified.lake.full(file["path"])
    if path.suffix == ".parquet":
        pq.write_table(pq.read_table(path), path, compression="none")
    else:
        path.write_bytes(path.read_bytes() + b"\n")
    with verified.catalog.write() as connection:
        same = lake_file.c.path == file["path"]
        connection.execute(update(lake_file).where(same).values(sha256=hash_file(path)))
    found = other_files(verified)
    assert found
    assert all(one.startswith(f"{MANIFEST} {owner_kind} ") for one in found)
    with pytest.raises(StoreDiffers, match=MANIFEST):
        pipeline.verify_store(verified)


@ON_SQLITE
def test_a_discarded_draft_leaves_nothing_to_notice(verified: House) -> None:
    made = pipeline.charge_by_hand(
        verified,
        pipeline.CustomInvoice(
            [pipeline.Charge(quantity="1", unit_price="2", details="Advice")],
            "c-brightwater-molenaar",
            period=PERIOD,
        ),
        word=WORD,
    )
    pipeline.discard_document(verified, made["invoiceId"], word=WORD)
    assert other_files(verified) == []
    assert pipeline.verify_store(verified)["files"] > 0
