"""The journey of price sheets and exchange rates into the reference data."""

import datetime as dt
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tieout.engine.duckdb import Engine, session
from tieout.errors import Fault, FileRefused, ReferenceRefused
from tieout.intake import StagedSheet, stage_sheet
from tieout.pipeline.keep import utc_text
from tieout.pipeline.reference import MEMORY, current_snapshot, publish
from tieout.reference import Faults, Sheet, stage_sheets
from tieout.store.audit import PROGRAM, Signed
from tieout.store.house import House
from tieout.store.lake import copy_file


@dataclass
class Read:
    """What was read so far: sheets, their originals in the lake's drafts, reports and faults."""

    sheets: list[StagedSheet] = field(default_factory=list)
    originals: list[tuple[Path, str]] = field(default_factory=list)  # and its SHA-256
    reports: list[dict[str, Any]] = field(default_factory=list)
    faults: Faults = field(default_factory=lambda: Faults([]))


def load_prices(
    house: House, files: Sequence[Path], *, now: dt.datetime, by: str = PROGRAM
) -> dict[str, Any]:
    """Load price sheets and exchange rates as one new snapshot, or nothing; the audit says by whom.

    A key of an earlier price gets the new one from its start on; the same files again change
    nothing. Raises ReferenceRefused with the faults of every file.
    """
    read = Read()
    with house.writer(), session(house.scratch, memory=MEMORY) as engine, ExitStack() as drafts:
        current = current_snapshot(house)
        for place, path in enumerate(files):
            copy = drafts.enter_context(house.lake.draft(".original"))
            scratch = house.scratch / f"sheet{place}"
            scratch.mkdir(parents=True, exist_ok=True)
            _read_sheet(engine, path, read=read, copy=copy, scratch=scratch)
        if not read.sheets:
            raise ReferenceRefused(faults=read.faults.listed, more=read.faults.more)
        staged = stage_sheets(
            engine,
            [Sheet(one.name, one.resource, one.path, one.columns) for one in read.sheets],
            faults=read.faults,
            current=current.files,
            drafts=house.scratch / "reference",
        )
        kept = (
            []
            if staged.is_unchanged
            else [
                house.lake.keep(copy, kind="price_sheet", rows=sheet.rows, sha256=file_id)
                for sheet, (copy, file_id) in zip(read.sheets, read.originals, strict=True)
            ]
        )
        done = publish(
            house, staged, current=current, signed=Signed(by, utc_text(now)), beside=kept
        )
    return {**done, "files": read.reports}


def _read_sheet(engine: Engine, path: Path, *, read: Read, copy: Path, scratch: Path) -> None:
    """Read one sheet from its copy; what is wrong with it joins the faults."""
    started = time.monotonic()
    try:
        file_id = copy_file(path, copy)
        sheet = stage_sheet(engine, copy, name=path.name, drafts=scratch)
    except OSError as error:
        read.faults.listed.append(Fault(str(path), None, None, str(error.strerror)))
        return
    except FileRefused as refusal:
        reason = f"{refusal.reason} ({refusal.code})"
        read.faults.listed.append(Fault(path.name, None, None, reason))
        return
    read.sheets.append(sheet)
    read.originals.append((copy, file_id))
    read.faults.listed += sheet.faults
    read.faults.more += sheet.more_faults
    read.reports.append(
        {
            "file": sheet.name,
            "fileId": file_id,
            "format": sheet.format,
            "rows": sheet.rows,
            "leftOut": sheet.left_out,
            "notices": list(sheet.notices),
            "seconds": f"{time.monotonic() - started:.3f}",
        }
    )
