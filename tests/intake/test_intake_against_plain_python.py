"""The same file read by a plain loop in Python: numbers, lines, amounts and faults must agree."""

import csv
import io
import random
from decimal import Decimal

import pytest
from intake_case import GOOD, Stage, vendor_file
from pyarrow import parquet

from tieout.errors import NotANumber
from tieout.intake import csv_records, records, vendor_text
from tieout.money import parse_number


def some_number(dice: random.Random) -> str:
    whole = "".join(dice.choices("0123456789", k=dice.randint(0, 22)))
    fraction = "".join(dice.choices("0001234567890", k=dice.choice([0, 1, 2, 2, 10, 18, 19, 21])))
    exponent = dice.choice(["", "", "e", "E"])
    power = f"{exponent}{dice.choice(['', '+', '-'])}{dice.randint(0, 25)}" if exponent else ""
    point = "." if fraction else dice.choice(["", "."])
    guard, sign = dice.choice(["", "'"]), dice.choice(["", "-", "+"])
    return f"{guard}{sign}{whole}{point}{fraction}{power}"


def amount_or_code(cell: str) -> Decimal | str:
    text = cell.removeprefix("'")
    if not text:
        return "missing_required"
    try:
        value = parse_number(text)
    except NotANumber:
        return "bad_number"
    scaled = value * 10**18
    fits = abs(value) < 10**20 and scaled == scaled.to_integral_value()
    return value if fits else "amount_overflow"


def test_two_thousand_numbers_read_like_the_exact_parser_reads_them(stage: Stage) -> None:
    dice = random.Random(20211001)
    cells = [some_number(dice) for _ in range(2000)]
    staged = stage(vendor_file(*({"Subtotal": cell} for cell in cells)))
    found: dict[object, object] = {}
    for row in parquet.read_table(staged.vendor_line).to_pylist():
        found[row["row_number"]] = row["subtotal"]
    for row in parquet.read_table(staged.rejected_row).to_pylist():
        found[row["row_number"]] = row["code"]
    assert found == {at: amount_or_code(cell) for at, cell in enumerate(cells, start=1)}
    assert {"missing_required", "bad_number", "amount_overflow"} <= {str(v) for v in found.values()}


def some_file(dice: random.Random) -> str:
    header, *_ = vendor_file().splitlines(keepends=True)
    texts = [
        "plain",
        "two\nlines",
        "",
        "a\r\nb\r\nc",
        'a "quoted" word',
        "comma, semicolon;",
        "Zoë€",
    ]
    parts = [header]
    for _ in range(dice.randint(200, 900)):
        kind = dice.random()
        end = dice.choice(["\n", "\r\n"])
        if kind < 0.05:
            parts.append(end)
        elif kind < 0.15:
            parts.append(dice.choice(["a,b", 'x,"y\nz"', "1," * 50 + '"\n\n"']) + end)
        else:
            names = dice.choices(["CustomerName", "ProductName", "PromotionId"], k=2)
            change = {name: dice.choice(texts) for name in names}
            change["Subtotal"] = dice.choice(["1.00", "1.00", "bad"])
            parts.append(vendor_file(change).split("\r\n", 1)[1].removesuffix("\r\n") + end)
    return "".join(parts)


def read_plainly(text: str) -> list[tuple[int, int, str]]:
    """Give row number, first line and fate of every record, by the csv module's own line count."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines)
    next(reader)
    found: list[tuple[int, int, str]] = []
    number = 0
    while True:
        line = reader.line_num + 1
        cells = next(reader, None)
        if cells is None:
            return found
        if not cells:
            continue
        number += 1
        if len(cells) != len(GOOD):
            found.append((number, line, "wrong_cell_count"))
        else:
            found.append((number, line, "bad_number" if cells[18] == "bad" else "loaded"))


@pytest.mark.parametrize("seed", range(4))
def test_row_numbers_and_lines_agree_over_many_small_blocks(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(csv_records, "BLOCK_BYTES", 9_000)
    monkeypatch.setattr(records, "ROWS_PER_GROUP", 37)
    monkeypatch.setattr(vendor_text, "BLOCK_BYTES", 1_777)
    text = some_file(random.Random(seed))
    staged = stage(text)
    cells = parquet.read_table(staged.cells).to_pylist()
    lines = {row["row_number"]: row["line"] for row in cells}
    loaded = parquet.read_table(staged.vendor_line).to_pylist()
    fates = [(row["row_number"], lines[row["row_number"]], "loaded") for row in loaded]
    rejected = parquet.read_table(staged.rejected_row).to_pylist()
    fates += [(row["row_number"], row["line"], row["code"]) for row in rejected]
    assert sorted(fates) == read_plainly(text)
