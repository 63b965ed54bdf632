"""What is wrong with a folder, a file or a header is said with its place."""

from pathlib import Path

import pytest
from reference_case import GOOD, KNOWN, ORGANIZATIONS, OTHERS, RULES, Faults, Stage, write

from tieout.engine.duckdb import Engine
from tieout.errors import ReferenceRefused
from tieout.reference import stage_folder


def refuse(engine: Engine, folder: Path) -> str:
    with pytest.raises(ReferenceRefused) as refused:
        stage_folder(engine, folder, current={}, drafts=folder.parent / "drafts")
    return str(refused.value)


def test_a_folder_that_is_not_there_is_refused(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert refuse(engine, folder) == f"{folder}: is not a folder that can be read"


def test_a_folder_without_reference_files_is_refused(engine: Engine, tmp_path: Path) -> None:
    folder = write(tmp_path / "empty", {"README.md": "hello"})
    assert refuse(engine, folder) == f"{folder}: holds no reference file; known are {KNOWN}"


def test_an_unknown_csv_file_is_a_fault(engine: Engine, tmp_path: Path) -> None:
    folder = write(tmp_path / "odd", {"plans.csv": GOOD["plans.csv"], "price_rule.csv": "a\n"})
    assert refuse(engine, folder) == (f"price_rule.csv: is not a reference file; known are {KNOWN}")
    assert not (tmp_path / "drafts").exists()


def test_other_files_and_the_mappings_folder_are_left_alone(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "folder0" / "mappings").mkdir(parents=True)
    assert stage({**GOOD, "README.md": "hello"}).counts["plans"] == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n", "is empty"),
        ("plan_id,name\n".encode("utf-16"), "is UTF-16, not UTF-8"),
        (b'plan_id,name\n10,"Seats\n', "has a quote that is opened and never closed"),
    ],
)
def test_a_file_that_is_no_csv_is_a_fault(faults: Faults, text: bytes, reason: str) -> None:
    assert faults(plans=text) == [("plans.csv", None, None, reason)]


def test_a_folder_named_like_a_file_is_a_fault(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "in" / "plans.csv").mkdir(parents=True)
    assert refuse(engine, tmp_path / "in") == "plans.csv: cannot be read"


def test_header_faults_name_the_column(faults: Faults) -> None:
    assert faults(plans="plan_id,Plan ID,colour,\n10,10,red,x\n") == [
        ("plans.csv", None, None, "column 4 has no name"),
        ("plans.csv", None, "colour", "is not a column of this file"),
        ("plans.csv", None, "name", "is required and not in the header"),
        ("plans.csv", None, "plan_id", "is in the header twice"),
    ]


def test_rows_with_a_wrong_number_of_cells_are_named_and_the_others_keep_their_numbers(
    faults: Faults,
) -> None:
    assert faults(plans='plan_id,name\n10,"a\nb"\n1\n\n2,c,d\nx,e\n') == [
        ("plans.csv", 2, None, "has 1 cells, the header has 2"),
        ("plans.csv", 4, None, "has 3 cells, the header has 2"),
        ("plans.csv", 5, "plan_id", "'x' is not a whole number of up to 18 digits"),
    ]


def test_a_cell_that_is_not_utf8_is_named(faults: Faults) -> None:
    assert faults(plans=b"plan_id,name\n10,caf\xe9\n11,\xc3\xa9\n") == [
        ("plans.csv", 1, "name", "is not UTF-8")
    ]


def test_a_nul_character_is_a_fault(faults: Faults) -> None:
    assert faults(plans="plan_id,name\n10,a\0b\n") == [
        ("plans.csv", 1, "name", "has a NUL character")
    ]


def test_faults_of_several_files_are_all_listed(faults: Faults) -> None:
    found = faults(
        organizations=ORGANIZATIONS + "microsoft,vendor,M,,EURO,\n" + OTHERS,
        plans="plan_id,name\n10,\n",
        price_rules=RULES + "r1,c9,,,markup,5,,2021-01-01,\n",
        orders="order_id,order_number,contract_id,date\no1,SO-1,c3,1-10-2021\n",
    )
    assert [fault[:3] for fault in found] == [
        ("orders.csv", 1, "date"),
        ("organizations.csv", 1, "currency"),
        ("plans.csv", 1, "name"),
        ("price_rules.csv", 1, "contract_id"),
    ]


def test_rows_that_could_not_be_read_are_not_missed_elsewhere(faults: Faults) -> None:
    text = "contract_id,purpose\nc1,resell,more\n"
    assert {fault[0] for fault in faults(contracts=text)} == {"contracts.csv"}
