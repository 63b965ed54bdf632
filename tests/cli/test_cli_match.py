"""`tieout match`: two files in, what belongs together out; or a bad row is named."""

import random
from pathlib import Path

import pytest
from cli_case import Program

HEADER = (
    "InvoiceID,LineId,MatchKey,SubscriptionID,customer_id,RatePeriodID,PlanRateID,SKU,StartDate,"
    "EndDate,Quantity,Duration,direction,LineKind,amount,currency,flag,published"
)
JUNE = "20260601,20260630"
# M3, M5, M9, M11 and M12 of billing-api.md 5.3, one draft, one key on two lines
PURCHASES = f"""\
V-1,1,,s3,,9202,,X-1,{JUNE},4,1,,recurring,32.00,EUR,,
V-1,2,,s5,,9202,,S,{JUNE},1,1,,recurring,9.00,EUR,,
V-1,3,,s5,,9202,,S,{JUNE},1,1,,recurring,8.00,EUR,,yes
V-1,4,mk_b,s9,,9202,,S,{JUNE},10,1,,recurring,80.00,EUR,,
V-1,5,,s11,,9202,,S,{JUNE},3,1,-1,correction,-12.00,EUR,,
V-1,6,,s12,,9202,,S,{JUNE},1,1,,fee,4.505,EUR,cost_only,
V-1,7,mk_draft,s13,,9202,,S,{JUNE},1,1,,recurring,7.00,EUR,,
V-1,8,mk_two,s14,,9202,,S,{JUNE},1,1,,recurring,7.00,EUR,,
V-1,9,mk_two,s15,,9202,,S,{JUNE},1,1,,recurring,7.00,EUR,,
V-1,10,mk_turned,,c16,,9202,S,{JUNE},1,1,,recurring,7.00,EUR,,
"""
SALES = f"""\
R-1,1,,s3,,9202,,x:1,2026-06-01,2026-06-30,4.0,1.00,1,Recurring,40.00,eur,,
R-1,2,,s5,,9202,,S,{JUNE},1,1,,recurring,10.00,EUR,,
R-1,3,,s5,,9202,,S,{JUNE},1,1,,recurring,11.25,EUR,,
R-1,4,mk_c,s9,,9202,,S,{JUNE},4,1,,recurring,40.00,EUR,,
R-1,5,mk_a,s9,,9202,,S,{JUNE},6,1,,recurring,60.00,EUR,,
R-1,6,,s11,,9202,,S,{JUNE},3,1,,correction,15.00,EUR,,
R-1,7,mk_draft,s13,,9202,,S,{JUNE},1,1,,recurring,9.00,EUR,,no
R-1,8,mk_turned,,c16,,9202,S,{JUNE},1,1,,refund,-9.00,EUR,,
"""
GROUP = "mg_he3uxtjxfyhjfq4tftdwnw4u"  # of mk_a, mk_b, mk_c: tests/match/test_staged_fixture.py
LINKS = f"""\
tier,status,match_group_id,purchase_invoice_id,purchase_line_id,purchase_line_seq,purchase_amount,\
sales_invoice_id,sales_line_id,sales_line_seq,sales_amount
0,matched,,V-1,10,1,7.00,R-1,8,1,-9.00
1,matched_by_order,,V-1,2,1,9.00,R-1,3,1,11.25
1,matched_by_order,,V-1,3,1,8.00,R-1,2,1,10.00
2,matched,,V-1,1,1,32.00,R-1,1,1,40.00
6,group,{GROUP},V-1,4,1,80.00,,,,
6,group,{GROUP},,,,,R-1,4,1,40.00
6,group,{GROUP},,,,,R-1,5,1,60.00
"""
LEFT_OVER = """\
side,invoice_id,line_id,line_seq,amount,status,reason
purchase,V-1,5,1,-12.00,unmatched_purchase,sign_differs
purchase,V-1,6,1,4.505,unmatched_purchase,cost_only
purchase,V-1,7,1,7.00,unmatched_purchase,not_published
purchase,V-1,8,1,7.00,unmatched_purchase,no_counterpart
purchase,V-1,9,1,7.00,unmatched_purchase,no_counterpart
sales,R-1,6,1,15.00,unmatched_sale,sign_differs
sales,R-1,7,1,9.00,unmatched_sale,not_published
"""


def written(folder: Path, name: str, rows: str, *, header: str = HEADER) -> Path:
    """Write a file with a header."""
    path = folder / name
    path.write_text(f"{header}\n{rows}", newline="")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Write both files."""
    return written(tmp_path, "p.csv", PURCHASES), written(tmp_path, "s.csv", SALES)


def test_two_files_give_links_left_overs_and_a_report_without_any_store(
    bare: Program, files: tuple[Path, Path], tmp_path: Path
) -> None:
    said = bare("match", *files, "--out", tmp_path / "out", "--json")
    assert (said.code, bare.home.exists()) == (0, False)
    assert said.json == {
        "currency": "EUR",
        "purchases": {
            "file": str(files[0]),
            "lines": 10,
            "amount": "149.505",
            "linked": 5,
            "leftOver": 5,
        },
        "sales": {
            "file": str(files[1]),
            "lines": 8,
            "amount": "176.25",
            "linked": 6,
            "leftOver": 2,
        },
        "tiers": [
            tier(0, "matched", (1, 1, "7.00", 1, "-9.00")),
            tier(1, "matched_by_order", (2, 2, "17.00", 2, "21.25")),
            tier(2, "matched", (1, 1, "32.00", 1, "40.00")),
            tier(6, "group", (1, 1, "80.00", 2, "100.00")),
        ],
        "leftOver": [
            left("purchase", "cost_only", 1, amount="4.505"),
            left("purchase", "no_counterpart", 2, amount="14.00"),
            left("purchase", "not_published", 1, amount="7.00"),
            left("purchase", "sign_differs", 1, amount="-12.00"),
            left("sale", "not_published", 1, amount="9.00"),
            left("sale", "sign_differs", 1, amount="15.00"),
        ],
        "reusedKeys": [{"side": "purchase", "matchKey": "mk_two", "lines": 2}],
        "signConflicts": 1,
    }
    assert "key mk_two stands on 2 lines" in said.err
    assert "1 pairs of one key have opposite signs" in said.err
    assert (tmp_path / "out/links.csv").read_text() == LINKS
    assert (tmp_path / "out/left_over.csv").read_text() == LEFT_OVER
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "left_over.csv",
        "links.csv",
    ]


def tier(number: int, status: str, figures: tuple[int, int, str, int, str]) -> dict[str, object]:
    """Give an entry of `tiers`."""
    names = ("links", "purchaseLines", "purchaseAmount", "salesLines", "salesAmount")
    return {"tier": number, "status": status, **dict(zip(names, figures, strict=True))}


def left(side: str, reason: str, lines: int, *, amount: str) -> dict[str, object]:
    """Give an entry of `leftOver`."""
    return {
        "side": "sales" if side == "sale" else side,
        "status": f"unmatched_{side}",
        "reason": reason,
        "lines": lines,
        "amount": amount,
    }


def test_files_with_their_rows_in_another_order_say_the_same(
    bare: Program, files: tuple[Path, Path], tmp_path: Path
) -> None:
    first = bare("match", *files, "--json").out
    for path, rows in zip(files, (PURCHASES, SALES), strict=True):
        lines = rows.splitlines()
        written(tmp_path, path.name, "\n".join(random.Random(7).sample(lines, len(lines))))
    assert bare("match", *files, "--out", tmp_path / "out", "--json").out == first
    assert (tmp_path / "out/links.csv").read_text() == LINKS
    assert (tmp_path / "out/left_over.csv").read_text() == LEFT_OVER


def test_a_person_reads_three_tables_and_strict_exits_3_when_a_line_is_left(
    bare: Program, files: tuple[Path, Path], tmp_path: Path
) -> None:
    said = bare("match", *files, "--strict")
    assert said.code == 3
    for words in ("lines EUR", "what belongs together", "what is left over", "sign_differs"):
        assert words in said.out
    whole = written(tmp_path, "one.csv", PURCHASES.splitlines()[0])
    assert bare("match", whole, whole, "--strict").code == 0


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"amount": "1,5"}, "amount", "'1,5' is not a number"),
        ({"amount": "٣"}, "amount", "'٣' is not a number"),
        ({"amount": "1e3"}, "amount", "'1e3' is not a number"),
        (
            {"amount": "0.1234567890123456789"},
            *("amount", "'0.1234567890123456789' has more than 18 decimals"),
        ),
        ({"amount": ""}, "amount", "a value is required"),
        (
            {"quantity": "1234567890123"},
            *("quantity", "'1234567890123' has more than 12 digits before the point"),
        ),
        (
            {"duration": "-1"},
            *("duration", "'-1' is below 0: what is given back has a negative amount"),
        ),
        ({"direction": "-1"}, "direction", "is -1, the amount has the other sign"),
        ({"direction": "+"}, "direction", "'+' is not one of 1, -1"),
        ({"start_date": "20260631"}, "start_date", "'2026-06-31' is not a date (yyyy-mm-dd)"),
        ({"end_date": "20260531"}, "end_date", "is before the start date"),
        ({"line_id": "L1"}, "line_id", "'L1' is not a whole number of up to 18 digits"),
        ({"line_id": "1"}, "line_id", "this line stands in row 1 already"),
        ({"line_kind": "seat"}, "line_kind", "'seat' is not one of setup, recurring, usage,"),
        ({"flag": "x"}, "flag", "'x' is not one of cost_only, sale_only, duplicate_conflict"),
        ({"plan_rate_id": "9"}, "plan_rate_id", "a line has a rate period or a plan rate, not"),
        ({"subscription_id": ""}, "subscription_id", "a subscription or a customer is required"),
        ({"currency": "USD"}, "currency", "is USD, the first line has EUR"),
    ],
)
def test_a_bad_row_is_named_by_file_row_column_and_reason(
    bare: Program, tmp_path: Path, *, cells: dict[str, str], column: str, reason: str
) -> None:
    names = "invoice_id,line_id,subscription_id,rate_period_id,plan_rate_id,start_date,end_date"
    names += ",quantity,duration,direction,line_kind,amount,currency,flag"
    good = f"A,1,s,9202,,{JUNE},1,1,,recurring,1.00,EUR,"
    row = dict(zip(names.split(","), good.split(","), strict=True)) | {"line_id": "2"} | cells
    bad = '"' + '","'.join(row.values()) + '"'
    path = written(tmp_path, "bad.csv", f"{good}\n{bad}", header=names)
    said = bare("match", path, path, "--out", tmp_path / "out")
    assert said.code == 1
    assert f"{path} row 2, column '{column}': {reason}" in said.err
    assert not (tmp_path / "out").exists()


def test_a_wrong_header_and_a_missing_file_are_refused_together(
    bare: Program, tmp_path: Path
) -> None:
    path = written(tmp_path, "p.csv", "1,2\n", header="line_id,price")
    said = bare("match", path, tmp_path / "none.csv")
    assert said.code == 1
    assert f"{path}, column 'price': is not a column of this file" in said.err
    assert f"{path}, column 'amount': is required and not in the header" in said.err
    assert f"{tmp_path / 'none.csv'}: cannot be read" in said.err


def test_a_file_with_a_header_only_has_no_lines(
    bare: Program, files: tuple[Path, Path], tmp_path: Path
) -> None:
    nothing = written(tmp_path, "nothing.csv", "")
    said = bare("match", nothing, files[1], "--json").json
    assert (said["purchases"]["lines"], said["sales"]["leftOver"], said["tiers"]) == (0, 8, [])
    none = bare("match", nothing, nothing, "--json", "--strict")
    assert (none.code, none.json["currency"], none.json["sales"]["amount"]) == (0, None, "0.00")


def test_amounts_print_the_decimals_of_their_currency_or_all_they_have(
    bare: Program, tmp_path: Path
) -> None:
    rows = PURCHASES.splitlines()[0].replace("EUR", "JPY").replace("32.00", "{}")
    yen = written(tmp_path, "yen.csv", rows.format("32"))
    fine = written(tmp_path, "fine.csv", rows.format("99999999999.123456789012345678"))
    said = bare("match", yen, fine, "--json").json
    assert said["purchases"]["amount"] == "32"
    assert said["sales"]["amount"] == "99999999999.123456789012345678"


def test_links_of_documents_that_the_party_does_not_buy_are_not_kept(
    billed: Program, files: tuple[Path, Path]
) -> None:
    said = billed("match", *files, "--keep", "reseller")
    assert said.code == 1
    assert "p.csv row 1, column 'invoice_id': is no issued document that the party buys" in said.err
    assert "s.csv row 1, column 'invoice_date': is needed to keep the links" in said.err
