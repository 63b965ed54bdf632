"""Consolidated lines and digests of hand-made detail lines, against plain Python."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any
from uuid import UUID, uuid5

import pyarrow as pa
import pytest
from channel import half_away, text

from tieout.engine.duckdb import Engine, session
from tieout.invoice import NAMESPACE, consolidate_hops
from tieout.invoice.digest import shortest_texts
from tieout.tables import AMOUNT, CHARGE, DETAIL_LINE

PERIOD = "2026-10"
HOPS = (("vendor", "distributor"), ("distributor", "reseller"))
# (chain, subscription, class, vendor's row id, total, what the next seller asks for it); the vendor
# repeats "row" within one invoice, and "row!" sorts before "row|" although "row" is shorter
LINES: tuple[tuple[int, str, int, str | None, str, str], ...] = (
    (1, "moved", 3, "row", "10.005", "11.0055"),
    (2, "moved", 3, "row", "-0.0000001", "-0.00000011"),
    (1, "moved", 3, "row!", "2.5", "2.75"),
    (1, "moved", 2, None, "0", "0"),
    (2, "stays", 3, "z", "-3.335", "-3.6685"),
    (2, "stays", 3, None, "0.005", "0.0055"),
)
DAY = 20_362  # 2025-10-01 in days since 1970


def _charge(number: int, subscription: str, class_id: int, row_id: str | None) -> dict[str, Any]:
    nothing = dict.fromkeys(CHARGE.names)
    return nothing | {
        "charge_no": number,
        "subscription_id": subscription,
        "customer_id": "customer",
        "file_id": "f",
        "row_number": number,
        "match_key": f"mk_{number}",
        "vendor_invoice_number": "V1",
        "vendor_invoice_row_id": row_id,
        "charge_type": "addQuantity",
        "charge_kind": "add_quantity",
        "charge_type_id": class_id,
        "is_usage": False,
        "charge_start_date": DAY + number,
        "charge_end_date": DAY + 30,
        "cycle_start": DAY,
        "cycle_end": DAY + 30,
        "quantity": Decimal(1),
    }


def _detail(number: int, hop: int, total: str) -> dict[str, Any]:
    seller, buyer = HOPS[hop - 1]
    amounts = ("unit_price", "effective_unit_price", "total_price")
    return dict.fromkeys(DETAIL_LINE.names) | {
        **dict.fromkeys(amounts, Decimal(total)),
        "hop": hop,
        "seller_id": seller,
        "buyer_id": buyer,
        "contract_id": f"contract-{hop}",
        "currency": "EUR",
        "vendor": "vendor",
        "charge_no": number,
        "policy": "hop-exact@1",
    }


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    charges, details, sets = [], [], []
    for number, (chain, subscription, class_id, row_id, *totals) in enumerate(LINES, start=1):
        charges.append(_charge(number, subscription, class_id, row_id))
        details += [_detail(number, hop, total) for hop, total in enumerate(totals, start=1)]
        place = ("moved", "stays").index(subscription)
        sets.append(
            {"charge_no": number, "chain_no": chain, "set_no": chain * 100 + place * 10 + class_id}
        )
    with session(tmp_path_factory.mktemp("engine")) as opened:
        opened.register("charge", pa.Table.from_pylist(charges, CHARGE))
        opened.register("detail_line", pa.Table.from_pylist(details, DETAIL_LINE))
        opened.register("place", pa.Table.from_pylist(sets))
        opened.view("placed_charge", "SELECT * FROM charge JOIN place USING (charge_no)")
        opened.table(
            "chain_hop",
            "SELECT DISTINCT chain_no, hop, vendor, seller_id, buyer_id, contract_id, currency,"
            " invoice_order_id FROM detail_line JOIN place USING (charge_no)",
        )
        opened.table("minor_grain", f"SELECT 'EUR' AS currency, {10**16}::BIGINT AS grain")
        for hop in consolidate_hops(opened, period=PERIOD):
            opened.table(f"made_{hop}", "SELECT * FROM hop_invoice_line ORDER BY line_no")
        yield opened


@pytest.mark.parametrize("hop", [1, 2])
def test_sets_of_two_chains_on_one_invoice_are_one_row(engine: Engine, hop: int) -> None:
    expected: dict[tuple[str, int], list[Fraction]] = {}
    for _, subscription, class_id, _, *totals in LINES:
        expected.setdefault((subscription, class_id), []).append(Fraction(totals[hop - 1]))
    rows = engine.arrow(f"SELECT * FROM made_{hop}").to_pylist()
    found = {(row["subscription_id"], row["charge_type_id"]): row for row in rows}
    assert len(rows) == len(found) == len(expected)
    for key, amounts in expected.items():
        row = found[key]
        assert Fraction(row["detail_total"]) == sum(amounts)
        assert Fraction(row["total_price"]) == half_away(sum(amounts, Fraction()), 2)
        assert row["source_line_count"] == len(amounts)
        assert row["match_key"] is None or len(amounts) == 1
    assert [row["line_no"] for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("hop", [1, 2])
def test_a_digest_covers_the_lines_sorted_by_bytes(engine: Engine, hop: int) -> None:
    parties = [str(hop), *HOPS[hop - 1], "vendor", "EUR", PERIOD]
    invoice_id = uuid5(UUID(NAMESPACE), "\x1f".join(parties))
    lines = []
    for number, (_, _, _, row_id, *totals) in enumerate(LINES, start=1):
        line_id = row_id or str(uuid5(invoice_id, f"detail\x1fmk_{number}"))
        amount = text(Fraction(totals[hop - 1]))
        day = f"2025-10-{number + 1:02d}"
        lines.append(f"{line_id}|addQuantity|{day}|2025-10-31|1|{amount}|{amount}|EUR\n")
    expected = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    found = engine.one(
        "SELECT invoice_id::VARCHAR AS invoice_id, output_digest FROM invoice_key"
        f" JOIN invoice_said USING (invoice_no) WHERE hop = {hop}"
    )
    assert found == {"invoice_id": str(invoice_id), "output_digest": expected}


def test_amounts_are_written_in_their_shortest_form() -> None:
    drawn = Random(18)
    units = [0, 1, -1, 10**11, -(10**12), 10**18, -(10**20), 10**38 - 1, 1 - 10**38]
    units += [drawn.randint(-(10**width), 10**width) for width in range(38) for _ in range(40)]
    amounts = pa.array([Decimal(n).scaleb(-18) for n in units], AMOUNT)
    assert shortest_texts(amounts).to_pylist() == [text(Fraction(n, 10**18)) for n in units]
    assert shortest_texts(amounts[7:]).to_pylist() == [text(Fraction(n, 10**18)) for n in units[7:]]
