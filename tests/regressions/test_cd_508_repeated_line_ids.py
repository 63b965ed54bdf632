"""CD-508: repeated line ids are judged by the document's control total, never a 500 (F7)."""

from pathlib import Path

import pytest
from billing_case import reading, told
from hand_charges import Hand, Store, match_key

NUMBER = "D-2026-004711"


def f7(*amounts: str) -> tuple[Hand, ...]:
    return tuple(
        Hand(
            *(5007, amount, amount),
            description="Office suite",
            key=match_key(5007, seq),
        )
        for seq, amount in enumerate(amounts, 1)
    )


@pytest.mark.parametrize(
    ("amounts", "control", "printed", "code", "strict"),
    [
        (("40.00", "40.00"), "40.00", [("1", "40.00")], "duplicate_line_identical", 200),
        (
            *(("40.00", "40.00"), "80.00", [("1", "40.00"), ("2", "40.00")]),
            *("duplicate_line_kept", 200),
        ),
        (("40.00", "40.00"), "", [("1", "40.00")], "duplicate_line_unproven", 409),
        (
            *(("40.00", "55.00"), "95.00", None),
            *("duplicate_line_conflict", 409),
        ),
    ],
    ids=["a1", "a2", "a3", "b"],
)
def test_cd_508_repeated_line_ids(
    tmp_path: Path,
    amounts: tuple[str, str],
    control: str,
    printed: list[tuple[str, str]] | None,
    code: str,
    strict: int,
) -> None:
    consolidated = {NUMBER: control or "40.00"}
    store = Store(
        f7(*amounts), controls=consolidated, documents={NUMBER: {"detail_total": control}}
    )
    with reading(tmp_path, store) as reader:
        document = reader.read("invoices")
        lines = reader.lines("invoices")
        older = reader.get("invoices", "v3")
        assert reader.get("invoices", strict="true").status_code == strict
    assert {line["LineId"] for line in lines} == {"5007"}
    found = told(lines, "LineSeq", "ExtendedPrice")
    if printed is None:
        assert [seq for seq, _ in found] == ["1", "2"]
        assert {amount for _, amount in found} == set(amounts)
    else:
        assert found == printed
    (invoice,) = document["Invoices"]
    assert invoice["Totals"]["TotalExclVAT"] == (control or "40.00")
    (warning,) = invoice["Warnings"]
    assert (warning["Code"], warning["LineIds"]) == (code, ["5007"])
    assert "5007" in warning["Text"]
    assert all(amount in warning["Text"] for amount in amounts)
    assert older.headers["Tieout-Warnings"] == f"{code}=1"
    assert len(older.json()["Invoices"][0]["Customers"][0]["Subscriptions"][0]["PriceLines"]) == (
        len(lines)
    )
