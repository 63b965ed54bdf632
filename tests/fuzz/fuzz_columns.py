"""First inputs and mutations of workbooks and of Parquet files."""

import io
import random
from collections.abc import Sequence

import pyarrow as pa
from fuzz_mutation import WORDS, either, flipped, tokens, zipped
from intake_case import GOOD
from pyarrow import parquet
from xlsx_case import MAIN, good_row, header, row, text_cell, workbook

XML_TOKEN = rb"<[^>]*>|[^<]+"
CELL_TOKEN = rb"<c\b[^>]*/>|<c\b.*?</c>"
VALUE_TOKEN = rb'\b[rst]="[^"]*"|>[^<]+<'
CELLS: tuple[bytes, ...] = (
    *(b"<c/>", b"<c><v>1.50</v></c>", b'<c t="e"><v>#N/A</v></c>', b"<c><f>1+1</f><v>2</v></c>"),
    *(b'<c t="s"><v>%d</v></c>' % number for number in (0, 3, 12, 99)),
    *(
        b'<c s="1"><v>%s</v></c>' % day
        for day in (b"44470", b"59", b"60.25", b"0.5", b"1E9", b"-1")
    ),
    *(b"<c><v>%s</v></c>" % word for word in WORDS if word.isascii() and word.isalnum()),
    *(
        b"<c><v>%s</v></c>" % word
        for word in (b"0.10000000000000001", b"566890000000000000", b"-0")
    ),
    *(
        b"<c><is><t>x</t></is></c>",
        b'<c t="str"><v> _x000D_ </v></c>',
        b'<c t="inlineStr"><is><t xml:space="preserve"> a </t><r><t> b </t></r></is></c>',
        b'<c t="d"><v>2021-10-01</v></c>',
    ),
    b'<c t="inlineStr"><is><r><t> a</t></r><rPh><t>b</t></rPh><r><t>_x005F_c </t></r></is></c>',
)
VALUES: tuple[bytes, ...] = (
    *(b't="s"', b't="str"', b't="b"', b't="e"', b's="1"', b's="2"', b'r="3"', b'r="B2"', b'r="Z9"'),
    *(b">%s<" % word for word in WORDS if word.isalnum()),
    *(b'date1904="1"', b'state="hidden"', b'numFmtId="46"', b'numFmtId="22"', b'name="S2"'),
)
XML_WORDS: tuple[bytes, ...] = (
    *(b"<c>", b"</c>", b"<c/>", b"<v>", b"</v>", b"<row>", b"</row>", b"<is><t>", b"</t></is>"),
    *(b'<c t="s">', b'<c t="e">', b'<c t="b">', b'<c t="str">', b'<c t="d">', b'<c s="1">'),
    *(b'<c r="XFD1048576">', b'<c r="A1">', b'<c s="2">', b'<c s="99">', b'<row r="3">'),
    *(b"<!-- x -->", b"<![CDATA[1.50]]>", b"<?x y?>", b"&amp;", b"&#10;", b"&#0;", b"<r><t>"),
    *(b"<rPh>", b"</rPh>", b"44470.75", b"0.10000000000000001", b"566890000000000000", b"1E+400"),
    *(b"2", b"-1", b"<f>1</f>", b"_x000D_", b"<v>0</v>", b'<c t="s"><v>1</v></c>', b"&x;"),
)  # fmt: skip
NEEDED = (
    *("InvoiceNumber", "ChargeType", "Subtotal", "Total", "Currency", "SubscriptionId"),
    *("ChargeStartDate", "ChargeEndDate", "TermAndBillingCycle", "EffectiveUnitPrice"),
    *("BillableQuantity", "CustomerName"),
)


def xlsx_seeds() -> list[bytes]:
    """Give workbooks of texts, numbers, dates, shared texts, gaps and several sheets."""
    names = [text_cell(name) for name in NEEDED]
    texts = [GOOD[name] for name in NEEDED]
    odd = [*texts[:2], "<c><v>40.50</v></c>", "<c><f>6*7</f><v>42</v></c>", *texts[4:]]
    odd[6], odd[7] = '<c s="1"><v>44470</v></c>', '<c s="2"><v>44500.75</v></c>'
    rows = row(1, names) + row(2, texts) + row(4, odd) + row(5, [*texts, "more"])
    shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
    numbers = [f'<c t="s"><v>{at}</v></c>' for at in range(len(texts))]
    table = f'<sst xmlns="{MAIN}">{shared}<si><r><t>a </t></r><r><t>b</t></r></si></sst>'
    return [
        workbook(rows),
        workbook("", row(1, names) + row(2, texts), hidden="S1"),
        workbook(row(1, names) + row(2, numbers), texts=table),
        workbook(header() + good_row(2)),
    ]


def parquet_seeds() -> list[bytes]:
    """Give tables of texts, and of the types that numbers and dates come in."""
    columns = {name: [GOOD[name]] * 3 for name in NEEDED}
    table = pa.table(columns)
    typed = table
    for name, kind in (
        *(("Subtotal", pa.decimal128(38, 18)), ("Total", pa.float64())),
        *(("ChargeStartDate", pa.date32()), ("BillableQuantity", pa.int64())),
    ):
        at = typed.schema.get_field_index(name)
        typed = typed.set_column(at, name, typed[name].cast(kind))
    nested = table.append_column("Tags", pa.array([{"a": 1}, None, {"a": 2}]))
    return [_written(one) for one in (table, typed, nested)]


def _written(table: pa.Table, **options: object) -> bytes:
    out = io.BytesIO()
    parquet.write_table(table, out, **options)
    return out.getvalue()


KINDS: Sequence[pa.DataType] = (
    *(pa.string(), pa.large_string(), pa.binary(), pa.string_view()),
    *(pa.dictionary(pa.int32(), pa.string()), pa.large_binary()),
    *(pa.int64(), pa.uint64(), pa.int8(), pa.float32(), pa.float64(), pa.float16(), pa.bool_()),
    *(pa.decimal128(38, 18), pa.decimal128(5, 0), pa.decimal256(60, 20), pa.decimal128(10, 2)),
    *(pa.date32(), pa.date64(), pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.timestamp("s")),
    *(pa.time32("ms"), pa.time64("us"), pa.null(), pa.binary(2)),
)  # fmt: skip


def parquet_changed(content: bytes, dice: random.Random) -> bytes:
    """Change types, values, rows, names and the way a table is written; at times its bytes."""
    if dice.random() < 0.35:
        return flipped(content, dice)
    try:
        table = parquet.read_table(io.BytesIO(content)).slice(0, 200)
        changed = _changed(table, dice)
        return _written(
            changed,
            compression=dice.choice(("none", "snappy", "zstd", "gzip")),
            row_group_size=dice.choice((1, 2, 1000)),
            use_dictionary=dice.random() < 0.5,
            data_page_version=dice.choice(("1.0", "2.0")),
            use_deprecated_int96_timestamps=dice.random() < 0.1,
        )
    except (pa.ArrowException, OSError, ValueError, OverflowError, TypeError, KeyError):
        return flipped(content, dice)


def _changed(table: pa.Table, dice: random.Random) -> pa.Table:
    at = dice.randrange(table.num_columns)
    name, column = table.schema.names[at], table.column(at)
    match dice.randrange(6):
        case 0 | 1:
            return table.set_column(at, name, column.cast(dice.choice(KINDS), safe=False))
        case 2 | 3:
            values = column.cast(pa.string()).to_pylist()
            words = [dice.choice(WORDS).decode("utf-8", "ignore") for _ in values]
            kept = [
                dice.choice((value, value, word, None))
                for value, word in zip(values, words, strict=True)
            ]
            return table.set_column(at, name, pa.array(kept, pa.string()))
        case 4:
            return pa.concat_tables([table, table.slice(dice.randrange(table.num_rows + 1))])
    if dice.random() < 0.5:
        return table.append_column(dice.choice((name, name.lower(), "x\n")), column)
    return table.remove_column(at)


workbook_changed = zipped(
    either(
        tokens(CELL_TOKEN, words=CELLS * 3),
        tokens(CELL_TOKEN, words=CELLS * 3),
        tokens(VALUE_TOKEN, words=VALUES * 3),
        tokens(XML_TOKEN, words=XML_WORDS),
    )
)
