"""Where a fuzzed file is read: one engine for all, and the laws that each reading is held to."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import pyarrow as pa
from checked_lines import StagedRows
from plain_records import PlainFile, PlainReading, ends_in_a_quote, same_cell, shown
from pyarrow import parquet

from tieout.engine.duckdb import Engine, session
from tieout.errors import FileRefused
from tieout.intake import Said, StagedFile, stage_file
from tieout.intake.columns import lay_out
from tieout.intake.containers import Container, records_of
from tieout.intake.form import Form
from tieout.intake.formats import FORMS, NO_INVOICE
from tieout.intake.recognition import open_recognised

ReadPlainly = Callable[[bytes, tuple[str, ...]], PlainReading]
NAME = "october.csv"
OUTPUTS = {"cells.parquet", "vendor_line.parquet", "rejected_row.parquet"}
ALWAYS = 1
# the closed list of vendor-formats.md 1, and what decision 0009 added to it
CODES = frozenset(
    (
        *("unknown_format", "ambiguous_format", "missing_column", "duplicate_header", "empty_file"),
        *("damaged_archive", "blob_count_mismatch", "mapping_invalid", "bad_number"),
        "damaged_file",
    )
)


@dataclass
class Desk:
    """One engine and one folder for all inputs of a process.

    Every input is read up to its cells; one in `staged_one_in`, chosen by its bytes, is staged in
    full, which costs a hundred times as much.
    """

    staged_one_in: int = ALWAYS
    cleanup: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        """Make the folder and start the engine."""
        self.folder = Path(tempfile.mkdtemp(prefix="tieout-fuzz-"))
        self.cleanup.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.source, self.drafts = self.folder / "as-received", self.folder / "drafts"
        self.scratch = self.folder / "scratch"
        self.engine: Engine = self.cleanup.enter_context(
            session(self.scratch, threads=1, memory="512MB")
        )

    def check(
        self, content: bytes, read_plainly: ReadPlainly, *, mappings: Sequence[Form] = ()
    ) -> StagedFile | FileRefused | None:
        """Read a file and hold it to plain Python; None where it was not staged in full."""
        self.source.write_bytes(content)
        try:
            self._check_reading(content, read_plainly, mappings=mappings)
        except FileRefused as refusal:
            return _checked_refusal(refusal, content)
        if crc32(content) % self.staged_one_in:
            return None
        return self._stage(content, mappings=mappings)

    def _check_reading(
        self, content: bytes, read_plainly: ReadPlainly, *, mappings: Sequence[Form]
    ) -> None:
        """Read as `stage_file` does, without typing. Raises FileRefused."""
        text, form = open_recognised(
            Container(self.source, name=NAME).opened,
            name=NAME,
            forms=(*FORMS, *mappings),
            elsewhere=NO_INVOICE,
        )
        lay_out(form.columns, text.header, name=NAME)
        records = records_of(text)
        found = pa.concat_tables([records.schema.empty_table(), *records.groups()])
        misshapen = records.misshapen_table()
        assert records.good == found.num_rows
        rows = _rows(found)
        rows += [(row, line, tuple(cells)) for row, line, (cells, *_) in _rows(misshapen)]
        plain = read_plainly(content, text.header)
        if plain is not None:
            _check_records(rows, plain, skipped=records.skipped)

    def _stage(self, content: bytes, *, mappings: Sequence[Form]) -> StagedFile | FileRefused:
        self.drafts.mkdir()
        try:
            staged = stage_file(
                self.engine,
                self.source,
                name=NAME,
                file_id=sha256(content).hexdigest(),
                drafts=self.drafts,
                said=Said(mappings),
            )
            assert {file.name for file in self.drafts.iterdir()} == OUTPUTS
            (form,) = (form for form in (*FORMS, *mappings) if form.code == staged.format)
            _check_staged(staged, form)
        except FileRefused as refusal:
            return refusal
        finally:
            shutil.rmtree(self.drafts)
            assert not any(file.is_file() for file in self.scratch.rglob("*"))
        return staged


def _checked_refusal(refusal: FileRefused, content: bytes) -> FileRefused:
    assert refusal.code in CODES, f"refused as {refusal.code}"
    if "a quote" in refusal.reason and "never ends" in refusal.reason:
        assert ends_in_a_quote(content), refusal.reason
    return refusal


def _rows(table: pa.Table) -> list[tuple[int, int, tuple[str, ...]]]:
    """Give row number, line and cells of each record."""
    columns = [column.to_pylist() for column in table.columns]
    return [(number, line, tuple(cells)) for number, line, *cells in zip(*columns, strict=True)]


def _check_records(
    rows: list[tuple[int, int, tuple[str, ...]]], plain: PlainFile, *, skipped: int
) -> None:
    """Hold the records read to those of plain Python, cell by cell."""
    found = sorted(rows)
    told = [(record.row_number, record.line) for record in plain.records]
    read = [(row, line) for row, line, _ in found]
    assert read == told, f"rows and lines {read} read, plain Python reads {told}"
    assert plain.skipped in (None, skipped), (
        f"{skipped} skipped, plain Python skips {plain.skipped}"
    )
    for (_, _, cells), record in zip(found, plain.records, strict=True):
        if record.cells is None:
            continue
        assert len(cells) == len(record.cells), f"{cells} read, plain Python reads {record.cells}"
        for cell, expected in zip(cells, record.cells, strict=True):
            assert same_cell(expected, cell), f"{cell!r} read, plain Python reads {expected!r}"


def _check_staged(staged: StagedFile, form: Form) -> None:
    """Hold a staged file to the laws: every record a line, a rejected row or skipped by a rule."""
    cells = {row: texts for row, _, texts in _rows(parquet.read_table(staged.cells))}
    lines = parquet.read_table(staged.vendor_line).to_pylist()
    rejects = parquet.read_table(staged.rejected_row).to_pylist()
    assert staged.rows == staged.loaded + staged.rejected
    assert (len(lines), len(rejects)) == (staged.loaded, staged.rejected)
    numbers = [row["row_number"] for row in (*lines, *rejects)]
    assert len(set(numbers)) == len(numbers), "a record became two rows"
    misshapen = [row for row in rejects if row["row_number"] not in cells]
    assert all(row["code"] in ("wrong_cell_count", "bad_json") for row in misshapen)
    if form.style.footer is None and form.style.totals_row is None:
        assert len(cells) + len(misshapen) == staged.rows
    for row in rejects:
        if row["row_number"] in cells:
            assert tuple(row["cells"]) == tuple(map(shown, cells[row["row_number"]]))
    layout = lay_out(form.columns, staged.header, name=NAME)
    StagedRows(form, layout, cells, lines, rejects).check()
