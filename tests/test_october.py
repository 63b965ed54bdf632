"""The published October (reporting-api.md 7.1 to 7.4, 8.3), from the vendor's file to the store."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from october import DIRECT, FOUR_PARTIES, bill_october
from sqlalchemy import select
from stored import columns_unlike_tables, stored_lines

from tieout import rate
from tieout.store.catalog import invoice
from tieout.store.house import House

ZERO, TEN, FIXED = ("markup", "0"), ("markup", "10"), ("fixed", "4.00")
F_OCT = "cbccb97a51607fec0da936d60f81c8f6ea72a641e422422a5f1b4d1d1d936dc1"
F_OCT10 = "dbec3698bdbbefb1a3b2eb56f079500ad3d63627f43d251cba7c9caa4a71bc26"
F_OCT4 = "d48f6083a3cd5cfd54f0c7f2f4b6b60e34c70eac66f673a508087d204240801a"
CHAIN_2 = "cc61541ff376afb31ef2839b5f7a5d1d8b6f8708f2a6ded1992794def74944e0"
CHAIN_3 = "6f1bb8ab7bd2644d2d9f3ad4d353d2cea289d2e9af5c8174575aae022ee1134e"


def _header(house: House, hop: int) -> dict[str, Any]:
    with house.catalog.read() as connection:
        row = connection.execute(select(invoice).where(invoice.c.hop == hop)).mappings().one()
        return dict(row)


def _lines(house: House, kind: str, hop: int) -> list[dict[str, Any]]:
    order = "row_number" if kind == "detail_line" else "line_no"
    found = [line for line in stored_lines(house, "2021-10", kind=kind) if line["hop"] == hop]
    return sorted(found, key=lambda line: int(line[order]))


@pytest.mark.parametrize(
    ("rule", "totals", "header", "digest"),
    [
        (
            ZERO,
            "30 -29 20.3 -19.6 33.6 -32.4 27 -26.1 18.27 -17.57 12.55",
            ("17.05", "17.05", "0"),
            F_OCT,
        ),
        (
            TEN,
            "33 -31.9 22.33 -21.56 36.96 -35.64 29.7 -28.71 20.097 -19.327 13.805",
            ("18.75", "18.755", "-0.005"),
            F_OCT10,
        ),
        (
            FIXED,
            "40 -38.7 27.09 -26.18 44.88 -43.32 36.1 -34.8 24.36 -23.45 16.75",
            ("22.73", "22.73", "0"),
            F_OCT4,
        ),
        (
            ("fixed", "3.00"),
            "30 -29 20.3 -19.6 33.6 -32.4 27 -26.1 18.27 -17.57 12.55",
            ("17.05", "17.05", "0"),
            F_OCT,
        ),
    ],
)
def test_the_customers_october_is_the_published_one(
    tmp_path: Path, *, rule: tuple[str, str], totals: str, header: tuple[str, str, str], digest: str
) -> None:
    house = bill_october(tmp_path, rules={2: rule})
    lines = _lines(house, "detail_line", 2)
    assert [line["total_price"] for line in lines] == [Decimal(text) for text in totals.split()]
    found = _header(house, 2)
    assert (found["total_amount"], found["detail_total"], found["rounding_residual"]) == header
    assert (found["cost_amount"], found["row_count"], found["detail_count"]) == ("17.05", 2, 11)
    assert found["output_digest"] == digest


@pytest.mark.parametrize(
    ("rule", "policy", "correction", "residual"),
    [
        (TEN, "", "-14.25", "-0.005"),
        (FIXED, "exact", "-17.29", None),  # -536/31 = -17.29032...
        (FIXED, "reseller", "-17.28", "0"),
        (TEN, "reseller", "-14.24", "0"),
    ],
)
def test_a08_the_policy_of_the_contract_decides_the_correction(
    tmp_path: Path, *, rule: tuple[str, str], policy: str, correction: str, residual: str | None
) -> None:
    house = bill_october(tmp_path, rules={2: rule}, policy=policy)
    fee, merged = _lines(house, "invoice_line", 2)
    assert fee["charge_type_id"] == 2
    assert merged["total_price"] == Decimal(correction)
    assert merged["quantity"] == 1
    assert (merged["charge_start_date"].isoformat(), merged["charge_end_date"].isoformat()) == (
        "2021-10-01",
        "2021-10-31",
    )
    if residual is not None:
        assert merged["rounding_residual"] == Decimal(residual)


@pytest.mark.parametrize("at_once", [4, 2_000_000])
def test_four_parties_share_the_keys_and_see_the_published_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Also where the month is rated in parts: eleven lines, four at once."""
    monkeypatch.setattr(rate, "LINES_AT_ONCE", at_once)
    house = bill_october(
        tmp_path, chain=FOUR_PARTIES, rules={2: ("markup", "5"), 3: ("markup", "10")}
    )
    assert columns_unlike_tables(house, "2021-10") == []
    headers = [_header(house, hop) for hop in (1, 2, 3)]
    assert [h["total_amount"] for h in headers] == ["17.05", "17.9", "19.69"]
    assert [h["detail_total"] for h in headers] == ["17.05", "17.9025", "19.69275"]
    assert [h["output_digest"] for h in headers[1:]] == [CHAIN_2, CHAIN_3]
    second = [_lines(house, "detail_line", hop)[1] for hop in (1, 2, 3)]
    assert [line["total_price"] for line in second] == [
        Decimal(-29),
        Decimal("-30.45"),
        Decimal("-33.495"),
    ]
    assert len({line["match_key"] for line in second}) == 1
    margins = [
        [line["margin_amount"] for line in _lines(house, "invoice_line", hop)] for hop in (2, 3)
    ]
    assert margins == [
        [Decimal("1.50"), Decimal("-0.65")],
        [Decimal("3.15"), Decimal("-1.36")],
    ]


def test_a53_shuffled_rows_and_split_files_change_no_figure_and_no_key(tmp_path: Path) -> None:
    from october import NOW, PERIOD, write_reference, write_vendor_file  # noqa: PLC0415

    from tieout import pipeline  # noqa: PLC0415
    from tieout.store.house import open_house  # noqa: PLC0415
    from tieout.store.migrations import upgrade  # noqa: PLC0415

    house = open_house(tmp_path / "home")
    upgrade(house.catalog)
    reference = write_reference(tmp_path / "reference", chain=DIRECT, rules={2: TEN})
    pipeline.load_reference(house, reference, now=NOW)
    header, *rows = write_vendor_file(tmp_path / "whole.csv").read_text().splitlines(keepends=True)
    parts = [tmp_path / "one.csv", tmp_path / "two.csv"]
    parts[0].write_text("".join([header, *rows[::-2]]))
    parts[1].write_text("".join([header, *rows[-2::-2]]))
    pipeline.load_files(house, [(part.name, part) for part in parts], now=NOW)
    first = pipeline.run_period(house, PERIOD, now=NOW)
    assert _header(house, 2)["output_digest"] == F_OCT10
    keys = {
        line["vendor_invoice_row_id"]: line["match_key"] for line in _lines(house, "detail_line", 2)
    }
    whole = tmp_path / "whole.csv"
    report = pipeline.load_files(house, [(whole.name, whole)], now=NOW)[0]
    assert "copy" in report["notices"][-1]
    again = pipeline.run_period(house, PERIOD, now=NOW)
    assert again["outputDigest"] == first["outputDigest"]
    assert {
        line["vendor_invoice_row_id"]: line["match_key"] for line in _lines(house, "detail_line", 2)
    } == keys
