"""JSON lines, arrays and pages: the same rows as CSV, every digit kept, bad lines set aside."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from intake_case import GOOD, Read, Stage, camel, cells, json_object, refusal, vendor_file
from pyarrow import parquet


def as_json_lines(text: str) -> str:
    """Give a CSV text as JSON lines, each cell a string."""
    return "".join(json.dumps(row) + "\n" for row in csv.DictReader(io.StringIO(text, newline="")))


def test_json_lines_of_a_csv_give_the_same_vendor_lines_hashes_included(lines: Read) -> None:
    text = vendor_file(
        {"CustomerName": 'Müller "€"\nback\\slash'},
        {"Subtotal": "7.10833E-05", "Total": "1"},
        {"MpnId": "\x1eodd\x1b"},
    )
    plain, found = lines(text), lines(as_json_lines(text))
    assert len(found) == 3
    same = ("file_id", "vendor_line_id")
    assert [{k: v for k, v in row.items() if k not in same} for row in found] == [
        {k: v for k, v in row.items() if k not in same} for row in plain
    ]


@pytest.mark.parametrize(
    "token",
    [
        "1.385e-05",
        "0.1000",
        "-0",
        "0E-20",
        "0.1234567890123456789012",
        "12345678901234567890.123456789012345678",
        "9223372036854780001",
    ],
)
def test_a_number_keeps_every_digit_as_printed(stage: Stage, token: str) -> None:
    staged = stage(json_object({"EffectiveUnitPrice": token}) + "\n")
    assert cells(staged, "EffectiveUnitPrice") == [token]


def test_amounts_are_exact_where_binary_fractions_are_not(lines: Read) -> None:
    (line,) = lines(json_object({"Subtotal": "12345678901234567.100000000000000001"}))
    assert line["subtotal"] == Decimal("12345678901234567.100000000000000001")


def test_other_values_become_text(stage: Stage) -> None:
    change = {
        "AlternateId": "null",
        "MpnId": "true",
        "PublisherId": "false",
        "ProductQualifiers": '["Trial", {"n": 0.10}]',
        "OrderId": '"\\u00e9\\t\\"x\\""',
    }
    staged = stage(json_object(change))
    found = {name: cells(staged, name) for name in change}
    assert found == {
        "AlternateId": [""],
        "MpnId": ["true"],
        "PublisherId": ["false"],
        "ProductQualifiers": ['["Trial", {"n": 0.10}]'],
        "OrderId": ['é\t"x"'],
    }


def test_the_header_is_the_union_of_keys_in_order_of_appearance(stage: Stage) -> None:
    short = json_object().replace('"OrderId": "o1", ', "", 1)
    staged = stage(f"{short}\n{json_object({'quoteId': '7', 'z': '1'})}\n{json_object({'a': '2'})}")
    names = [name for name in GOOD if name != "OrderId"]
    assert staged.header == (*names, "OrderId", "quoteId", "z", "a")
    assert cells(staged, "OrderId") == ["", "o1", "o1"]
    assert cells(staged, "quoteId") == ["", "7", ""]


def test_camel_case_keys_are_read(lines: Read) -> None:
    members = ", ".join(f'"{camel(name)}": {json.dumps(cell)}' for name, cell in GOOD.items())
    (line,) = lines("{" + members + "}")
    assert (line["subtotal"], line["customer_name"]) == (Decimal("40.00"), "Contoso")


def test_lines_that_are_no_object_are_rejected_with_their_text(stage: Stage) -> None:
    good, late = json_object(), json_object({"Subtotal": '"x"'})
    staged = stage(f'{good}\n\n{{"a": 1,\n[1, 2]\r\n{good}\n  \n{late}\n{{"b"}}')
    assert (staged.rows, staged.loaded, staged.rejected, staged.skipped) == (6, 2, 4, 2)
    rows = parquet.read_table(staged.rejected_row).to_pylist()
    # lines: 1 good, 2 blank, 3 cut off, 4 an array, 5 good, 6 blank, 7 bad amount, 8 no value
    assert [(row["row_number"], row["line"], row["code"]) for row in rows] == [
        (2, 3, "bad_json"),
        (3, 4, "bad_json"),
        (5, 7, "bad_number"),
        (6, 8, "bad_json"),
    ]
    assert [row["cells"] for row in rows[:2]] == [['{"a": 1,'], ["[1, 2]"]]
    assert rows[0]["reason"].startswith("the record is not JSON: ")
    assert rows[1]["reason"] == "the record is JSON, but not an object"
    assert rows[0]["column"] is None


def test_a_broken_first_line_does_not_hide_the_others(stage: Stage) -> None:
    staged = stage(f'{{"PartnerId": "x\n{json_object()}\n')
    assert (staged.loaded, staged.rejected) == (1, 1)


def test_bytes_that_are_not_utf8_are_rejected_not_lost(rejects: Read) -> None:
    text = json_object({"CustomerName": '"Mxller"'}).encode().replace(b"Mxller", b"M\xfcller")
    (row,) = rejects(text + b"\n" + json_object().encode())
    assert (row["code"], row["column"], row["line"]) == ("undecodable_text", "CustomerName", 1)
    assert "M\\xfcller" in row["reason"]


def gzip_members(text: str) -> bytes:
    received = text.encode()
    return gzip.compress(received[:700]) + gzip.compress(received[700:])


@pytest.mark.parametrize(
    "wrap",
    [
        gzip_members,
        lambda text: ("\ufeff" + text).encode(),
        lambda text: ("\ufeff" + text).encode("utf-16-le"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.removesuffix("\n"),
        lambda text: "[" + ",".join(text.splitlines()) + "]",
        lambda text: "[\n  " + "\n ,\n".join(text.splitlines()) + "\n]\n",
        lambda text: '{"totalCount": 2, "items": [' + ",".join(text.splitlines()) + "]}",
        lambda text: (
            '{"links": {"items": [1, "]"]}, "note": "\\"items\\": [", "items": [\n'
            + ",\n".join(text.splitlines())
            + '\n], "attributes": {"objectType": "Collection"}\n}\n'
        ),
        lambda text: json.dumps({"Items": [json.loads(s) for s in text.splitlines()]}, indent=2),
    ],
    ids=[
        *("gzip members", "BOM", "utf-16", "CR LF", "no last line end", "array"),
        *("array over lines", "page", "page with more members", "indented page"),
    ],
)  # fmt: skip
def test_the_same_rows_are_read_whatever_the_wrapping(
    lines: Read, wrap: Callable[[str], str | bytes]
) -> None:
    text = as_json_lines(vendor_file({"CustomerName": 'a],[{"\\'}, {"Tags": "é"}))
    plain, found = lines(text), lines(wrap(text))
    assert [row["row_hash"] for row in found] == [row["row_hash"] for row in plain]
    assert found[0]["customer_name"] == 'a],[{"\\'


def test_the_line_of_an_element_is_its_place_below_a_header(rejects: Read) -> None:
    bad = json_object({"Subtotal": '"x"'})
    rows = rejects(f"[{json_object()},\n\n{bad}, 17, {{bad}}, {json_object()}]")
    assert [(row["row_number"], row["line"], row["code"]) for row in rows] == [
        (2, 3, "bad_number"),
        (3, 4, "bad_json"),
        (4, 5, "bad_json"),
    ]
    assert rows[2]["cells"] == ["{bad}"]


def test_a_manifest_must_be_loaded_as_a_folder(stage: Stage) -> None:
    manifest = {"id": "m", "blobCount": 1, "dataFormat": "compressedJSONLines", "blobs": []}
    for text in (json.dumps(manifest), json.dumps(manifest, indent=2)):
        found = refusal(stage, text)
        assert found.code == "unknown_format"
        assert "manifest of a v2 export" in found.reason
        assert "folder" in found.reason


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("[]", "empty_file", "no rows"),
        ('{"items": []}', "empty_file", "no rows"),
        ("{}\n{}", "empty_file", "no rows"),
        ('{"value": 1,\n"b": 2}', "unknown_format", "no items"),
        ('[{"a": 1}, {"a": ', "damaged_file", "breaks off"),
        ('{"items": [{"a": 1}]', "damaged_file", "not JSON"),
        ('[{"a": 1}] [', "damaged_file", "other text follows"),
        ('{"a": 1}\n{"b": 2}', "unknown_format", "no known format"),
        ('{"a\n{"b', "damaged_file", "no record"),
        (gzip.compress(json_object().encode())[:-9], "damaged_archive", "gzip"),
    ],
)
def test_what_cannot_be_read_is_refused(
    stage: Stage, content: str | bytes, code: str, words: str
) -> None:
    found = refusal(stage, content)
    assert found.code == code
    assert words in found.reason


@pytest.mark.parametrize("spaced", [True, False])
def test_a_key_that_stands_twice_in_an_object_is_refused(stage: Stage, spaced: bool) -> None:
    twice = json_object(spaced=spaced)[:-1] + ',"Subtotal":99}'
    found = refusal(stage, f"{json_object()}\n{twice}")
    assert (found.code, found.reason) == (
        "duplicate_header",
        "the key 'Subtotal' stands twice in one object",
    )


def test_keys_with_escaped_quotes_are_no_duplicates(stage: Stage) -> None:
    assert stage(json_object({'a\\"b': "1", "a\\u0022c": '"\\""'})).header[-2:] == ('a"b', 'a"c')


def test_keys_that_mean_one_column_are_refused(stage: Stage) -> None:
    other = json_object().replace('"Subtotal"', '"subtotal"', 1)
    found = refusal(stage, f"{json_object()}\n{other}")
    assert found.code == "duplicate_header"
    assert "'Subtotal' and 'subtotal'" in found.reason


def test_too_many_keys_are_refused(stage: Stage) -> None:
    found = refusal(stage, "\n".join(f'{{"k{at}": 1}}' for at in range(1001)))
    assert (found.code, "at most 1000" in found.reason) == ("unknown_format", True)


def test_deep_nesting_is_a_bad_row(stage: Stage) -> None:
    deep = '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"
    staged = stage(f"{json_object()}\n{deep}")
    assert (staged.loaded, staged.rejected) == (1, 1)


@pytest.mark.parametrize("join", ["\n", ","])
def test_rows_across_many_blocks_keep_their_order(stage: Stage, join: str) -> None:
    # about 8 MiB, so that the reader's blocks of 2 MiB cut rows, strings and escapes
    rows = [
        json_object({"OrderId": json.dumps(f"o{at}"), "CustomerName": json.dumps('é"\\' * 250)})
        for at in range(3000)
    ]
    text = join.join(rows)
    staged = stage(text if join == "\n" else f"[{text}]")
    assert staged.loaded == 3000
    assert cells(staged, "OrderId") == [f"o{at}" for at in range(3000)]
    assert set(cells(staged, "CustomerName")) == {'é"\\' * 250}
    numbers = parquet.read_table(staged.cells, columns=["line"]).column(0).to_pylist()
    assert numbers == list(range(1, 3001) if join == "\n" else range(2, 3002))


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("sign", ['\\"', "\\\\", "é", "\U0001f600"])
def test_a_block_may_end_anywhere_inside_a_character(stage: Stage, sign: str, shift: int) -> None:
    # the reader takes 2 MiB at a time; the long string lies across the first border
    long = " " * shift + sign * (2_200_000 // len(sign.encode()))
    change = {"CustomerName": f'"{long}"', "OrderId": '"after"'}
    staged = stage(f"[{json_object(change)}, {json_object()}]")
    assert staged.loaded == 2
    assert cells(staged, "CustomerName")[0] == json.loads(f'"{long}"')
    assert cells(staged, "OrderId") == ["after", "o1"]
