"""JSON lines cut by their shape: the same cells, lines and faults as decoding each line gives."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from intake_case import GOOD, Stage, cells, json_object
from pyarrow import parquet

from tieout.errors import FileRefused
from tieout.intake import json_records, vendor_text
from tieout.intake.containers import Container, records_of
from tieout.intake.json_shapes import learn_shape

NEVER = 1 << 40  # lines of one shape: fewer are decoded
STRINGS = [
    "",
    "plain",
    'a "quoted" word',
    "back\\slash",
    "\\",
    '\\"',
    '":"',
    '","Total":9,"x":"',
    '{"a": 1}',
    "}{][",
    "two\nlines\tand \r",
    "\x00\x1b\x1e\x7f",
    "Zoë € \U0001f600 \u2028",
    " spaces ",
    "null",
    "1.10",
]
BARE = [
    *("0", "-0", "1.10", "0E-20", "-7.10833e-05", "1E+3", "9223372036854780001", "0.00", "1e999"),
    *("0.1234567890123456789012", "true", "false", "null", "[]", "{}", '["x", "y"]', '[[1],[""]]'),
    *('{"Total": 3, "é": [true, null]}', '{"a":{"b":"}"}}', '[{"Total":"\\"}]"}]', '"\\u0041\\/"'),
    *('"\\ud83d\\ude00"', '"\\u0000"'),
]
KEYS = ["PartnerId", "Total", "Sub total", 'q"k', "é", "back\\", "x:", "{", "tags", ""]


@dataclass(frozen=True)
class Line:
    """One object as a line of text, and its cells by key."""

    text: str
    cells: dict[str, str]


def some_value(dice: random.Random) -> tuple[str, str]:
    """Give a value as JSON text, and the cell that it is read as."""
    if dice.random() < 0.5:
        text = dice.choice(STRINGS)
        return json.dumps(text, ensure_ascii=dice.random() < 0.5), text
    token = dice.choice(BARE)
    cell = json.loads(token) if token.startswith('"') else token
    return token, "" if token == "null" else str(cell)


def some_line(dice: random.Random, keys: list[str], *, marks: tuple[str, str]) -> Line:
    values = {key: some_value(dice) for key in keys}
    colon, comma = marks
    text = comma.join(f"{json.dumps(key)}{colon}{token}" for key, (token, _) in values.items())
    return Line("{" + text + "}", {key: cell for key, (_, cell) in values.items()})


def some_lines(dice: random.Random) -> list[Line]:
    """Give objects of few shapes: keys left out, in another order, spaced in another way."""
    shapes = [
        (dice.sample(KEYS, dice.randint(1, len(KEYS))), dice.choice([(":", ","), (": ", ", ")]))
        for _ in range(dice.randint(1, 4))
    ]
    return [
        some_line(dice, keys, marks=marks)
        for keys, marks in dice.choices(shapes, k=dice.randint(20, 120))
    ]


def spoiled(dice: random.Random, text: str) -> str:
    """Change a line in one or two places, so that most are no JSON and some are other JSON."""
    for _ in range(dice.randint(1, 2)):
        at = dice.randrange(len(text))
        sign = dice.choice([*'"\\{}[]:,0-e.n \t\r\x01', "", "\\u00", '"Total":1,', "1,2", "é"])
        text = text[:at] + sign + text[at + dice.randint(0, 2) :]
    return text


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Read JSON lines through small blocks, by their shapes or each line decoded."""
    monkeypatch.setattr(vendor_text, "BLOCK_BYTES", 1_777)
    monkeypatch.setattr(json_records, "HEAD_BLOCKS", 1)

    def run(text: str, *, least: int, whole: bool = True) -> object:
        monkeypatch.setattr(json_records, "LINES_LEAST", least)
        source = tmp_path / "lines"
        source.write_text(text, "utf-8", newline="")
        try:
            opened = Container(source, name="lines", whole=whole).opened()
            records = records_of(opened)
            table = pa.concat_tables([records.schema.empty_table(), *records.groups()]).to_pydict()
        except FileRefused as refusal:
            return str(refusal)
        bad = records.misshapen_table().to_pydict()
        return {"header": opened.header, "cells": table, "bad": bad, "skipped": records.skipped}

    return run


@pytest.mark.parametrize("seed", range(40))
def test_lines_give_the_cells_they_were_written_from(
    read: Callable[..., object], seed: int
) -> None:
    dice = random.Random(seed)
    lines = some_lines(dice)
    end = dice.choice(["\n", "\r\n"])
    found = read(end.join(line.text for line in lines) + dice.choice(["", end]), least=1)
    keys = list(dict.fromkeys(key for line in lines for key in line.cells))
    filled = [line for line in lines if any(line.cells.values())]
    assert isinstance(found, dict)
    assert found["header"] == tuple(keys)
    assert found["skipped"] == len(lines) - len(filled)
    for at, key in enumerate(keys):
        assert found["cells"][f"c{at}"] == [line.cells.get(key, "") for line in filled]


@pytest.mark.parametrize("seed", range(120))
def test_spoiled_lines_are_read_as_decoding_each_reads_them(
    read: Callable[..., object], seed: int
) -> None:
    dice = random.Random(1000 + seed)
    texts = [
        spoiled(dice, line.text) if dice.random() < 0.2 else line.text for line in some_lines(dice)
    ]
    text = "\n".join(texts) + "\n"
    exact = read(text, least=NEVER)
    assert read(text, least=1) == exact
    hoped = read(text, least=1, whole=False)
    assert isinstance(hoped, str) or hoped == exact


def test_a_key_that_the_first_blocks_lack_is_a_column_all_the_same(stage: Stage) -> None:
    common = [json_object({"CustomerName": json.dumps("long" * 500)})] * 6000
    text = "\n".join([*common, json_object({"Later": "7.10"}), *common[:20]])
    staged = stage(text)
    assert staged.header == (*GOOD, "Later")
    assert cells(staged, "Later") == [""] * 6000 + ["7.10"] + [""] * 20


def test_a_key_that_stands_twice_far_below_the_first_blocks_is_refused(stage: Stage) -> None:
    common = [json_object({"CustomerName": json.dumps("long" * 500)})] * 6000
    twice = json_object()[:-1] + ', "Subtotal": 99}'
    with pytest.raises(FileRefused) as caught:
        stage("\n".join([*common, twice]))
    assert caught.value.code == "duplicate_header"


def test_a_format_is_recognised_by_a_key_far_below_the_first_blocks(stage: Stage) -> None:
    names = set(GOOD) - {"TermAndBillingCycle"}
    lacking = json.dumps({name: GOOD[name] for name in names} | {"CustomerName": "long" * 500})
    staged = stage("\n".join([*[lacking] * 6000, json_object()]))
    assert (staged.format, staged.loaded) == ("ms_nce_recon", 6001)


def test_bad_lines_among_many_shapes_keep_their_numbers(stage: Stage) -> None:
    plain, spaced = json_object(spaced=False), json_object({"AlternateId": "null"})
    staged = stage("\n".join([plain, spaced, "{", "", plain, '{"a": 01}', spaced] * 40))
    numbers = parquet.read_table(staged.cells, columns=["row_number", "line"]).to_pydict()
    kept = [at for at in range(1, 281) if at % 7 in (1, 2, 5, 0)]
    assert numbers["line"] == kept
    assert numbers["row_number"] == [at - (at + 3) // 7 for at in kept]
    rejected = parquet.read_table(staged.rejected_row).to_pydict()
    assert rejected["line"] == [at for at in range(1, 281) if at % 7 in (3, 6)]


@pytest.mark.parametrize("line", [b"", b"[1]", b'{"a":1,"a":2}', b'{"a":', b'{"a"\t:1}', b"{}"])
def test_a_line_that_is_no_plain_object_is_no_shape(line: bytes) -> None:
    assert learn_shape(line) is None


def test_most_lines_of_a_file_are_cut_and_not_decoded(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    decode = json_records._row

    def count(text: bytes) -> json_records.Row | None:
        counted.append(1)
        return decode(text)

    monkeypatch.setattr(json_records, "_row", count)
    nested = {"Tags": '{"env": ["a", "b"]}', "CustomerName": json.dumps('Zoë "x"\n')}
    stage("\n".join([json_object(), json_object(nested), json_object(spaced=False)] * 300) + "\n")
    assert not counted


@pytest.mark.parametrize(
    "token",
    [
        *("01", "1.", "+1", ".5", "--1", "1e", "1 2", "tru", "nul", "NaN", "'1'", "0x1", "١"),
        *("[1,]", '{"a"}', '"\\ud800"', '"\\x"', '"\t"', '"a"b', '"a""b"', "1,2", "[", "}"),
    ],
)
def test_one_bad_token_among_good_lines_is_a_bad_row(stage: Stage, token: str) -> None:
    good, bad = json_object({"Total": "1.10"}), json_object({"Total": token})
    staged = stage("\n".join([*[good] * 20, bad, *[good] * 20]))
    (code,) = parquet.read_table(staged.rejected_row)["code"].to_pylist()
    assert (staged.loaded, code) == (40, "bad_json")
    assert cells(staged, "Total") == ["1.10"] * 40
