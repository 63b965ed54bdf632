"""Quotes are what a run would bill: held to fractions on generated chains."""

import csv
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path

import pyarrow as pa
import pytest
from channel import MINOR, VENDOR, Hop, Line, Month, make_month, sell, text
from channel_files import write_month
from october import NOW

from tieout import pipeline
from tieout.engine.duckdb import session
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

DAY = dt.date(2026, 4, 10)  # the rates of generated months are those of 29 March
UNIT = Fraction("12.345")


def long_month(seed: int, kind: str = "") -> Month:
    """Give the first month from a seed on with a chain of three hops in several currencies.

    `kind` is that of the rule at the chain's second hop, if it matters.
    """
    for one in count(seed):
        month = make_month(one)
        for chain in month.chains.values():
            is_mixed = len(chain) > 2 and len({hop.currency for hop in chain}) > 1
            if is_mixed and chain[1].kind == (kind or chain[1].kind):
                return month
    raise AssertionError


def priced(month: Month, folder: Path) -> House:
    """Load the month's reference data with one offer in the vendor's price list."""
    write_month(month, folder)
    with (folder / "reference" / "price_list.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        names = ("vendor_id", "product_id", "sku_id", "currency", "unit_price", "valid_from")
        writer.writerows([names, (VENDOR, "P", "0001", month.currency, text(UNIT), "2020-01-01")])
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, folder / "reference", now=NOW)
    return house


def asked(*contracts: str, product: str = "P") -> pa.Table:
    """Ask for the offer under some contracts, each as the last of its chain."""
    known = {"vendor_id": VENDOR, "product_id": product, "sku_id": "0001", "charge_kind": "License"}
    names = (*("subscription_id", "term", "billing_frequency", "segment", "meter_id"), *known)
    columns = {n: pa.array([known.get(n)] * len(contracts), pa.string()) for n in names}
    return pa.table(
        {
            "asked_id": list(contracts),
            "last_contract_id": list(contracts),
            **columns,
            "quantity": pa.array([Decimal(1)] * len(contracts), pa.decimal128(38, 18)),
        }
    )


def quoted(house: House, questions: pa.Table, asker: str) -> dict[tuple[str, str], Fraction]:
    """Give the prices by question and contract."""
    with session(house.home / "quotes") as engine:
        found = pipeline.quote(
            engine, house, asked=questions, snapshot_id=1, asker=asker, day=DAY
        ).to_pylist()
    return {(one["asked_id"], one["contract_id"]): Fraction(one["unit_price"]) for one in found}


def expected(month: Month, chain: tuple[Hop, ...]) -> dict[str, Fraction]:
    """Give the price of one unit at every hop, by fractions alone."""
    amounts = (Fraction(1), UNIT, UNIT, UNIT)
    sold = sell(Line("s", "new", 2, 1, *amounts, month.currency, chain))
    return {hop.contract_id: one.effective for hop, one in zip(chain, sold, strict=True)}


@pytest.mark.parametrize("seed", [1, 100])
def test_a_quote_is_what_one_unit_comes_to_at_each_hop(tmp_path: Path, seed: int) -> None:
    month = long_month(seed)
    house = priced(month, tmp_path)
    chains = {chain[-1].contract_id: chain for chain in month.chains.values()}
    questions = asked(*chains)
    top, last = next(iter(chains.values()))[1], next(iter(chains.values()))[-1]
    for asker in {top.seller, last.seller, last.buyer}:
        told = quoted(house, questions, asker)
        assert told == {
            (question, hop.contract_id): expected(month, chain)[hop.contract_id]
            for question, chain in chains.items()
            for hop in chain
            if asker in (hop.seller, hop.buyer)
        }
    assert {hop.currency for chain in chains.values() for hop in chain} <= set(MINOR)
    house.catalog.close()


def test_what_no_list_and_no_own_price_tells_is_not_known(tmp_path: Path) -> None:
    month = long_month(1, "fixed")
    house = priced(month, tmp_path)
    for chain in month.chains.values():
        own = next((n for n, hop in enumerate(chain) if hop.kind == "fixed"), len(chain))
        told = quoted(house, asked(chain[-1].contract_id, product="none"), chain[-1].seller)
        known = {contract for _, contract in told}
        assert known == {hop.contract_id for hop in chain[own:]} & {
            hop.contract_id for hop in chain if chain[-1].seller in (hop.seller, hop.buyer)
        }
    assert quoted(house, asked(), "nobody") == {}
    house.catalog.close()
