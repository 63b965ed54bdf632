"""A month rated with other reference data, compared with what it came to; nothing is stored."""

import fcntl
import shutil
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tieout.engine.duckdb import Engine, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import Fault, NotFound, PolicyRefused, ReferenceRefused
from tieout.invoice import issue_invoices
from tieout.invoice.certificate import check_laws
from tieout.pipeline.carried import add_carried_lines
from tieout.pipeline.closed import keep_late, name_kept_late
from tieout.pipeline.inputs import SECRET, Inputs, digest_inputs, open_inputs, read_inputs
from tieout.pipeline.known_lines import WAITING
from tieout.pipeline.rated import add_manual_lines, invoice_lines, rate_lines
from tieout.reference import stage_folder
from tieout.rounding import Policy, other_policies, parse_policy, policies
from tieout.store import manifest
from tieout.store.catalog import DRAFTS, VENDOR_LINES, invoice
from tieout.store.house import House
from tieout.store.manifest import Snapshot
from tieout.store.resources import RESOURCES
from tieout.tables import DETAIL_LINE, INVOICE_LINE, PARKED_LINE

POLICIES = "policies.toml"
LAW = "consolidated"  # rounds the invoice total itself (rulings 1)
LINES_MAX = 1000  # of lines that newly wait, or no longer do; all of them are counted


@dataclass(frozen=True)
class Month:
    """What a month is rated from, as it stands, and its run."""

    period: str
    house: House
    inputs: Inputs
    run: Mapping[str, Any] | None
    secret: bytes

    @property
    def base(self) -> Snapshot:
        """The reference data that its run used, else those known now."""
        return self.inputs.current


@dataclass(frozen=True)
class Rated:
    """The Parquet files of one rating that are compared: invoice lines, and lines that wait.

    Those are parked, or would take a line back that is billed (decision 0042).
    """

    invoice_lines: list[Path]
    parked_lines: list[Path]


def what_if(
    house: House, period: str, *, folder: Path, is_upsert: bool = False, watch: Watch = UNWATCHED
) -> dict[str, Any]:
    """Rate a month with the reference files of a folder and compare it with what it came to.

    Each file in the folder stands in the place of the whole file in force when the month ran; with
    `is_upsert` its rows are laid over the rows in force, as loading the folder would. A file
    `policies.toml` changes rounding policies. The figures compared with are those of the published
    run; where files or decisions changed since, or it never ran, the month is rated anew without
    the folder (`comparedWith`). Amounts are text. Raises NotFound for a period without vendor
    invoices, ReferenceRefused with every fault of the folder.
    """
    started = time.monotonic()
    month = _month(house, period)
    others, faults = _policies(folder)
    with _scratch(house) as scratch, session(scratch / "engine", watch=watch) as engine:
        try:
            staged = _staged(engine, month, folder=folder, is_upsert=is_upsert, scratch=scratch)
        except ReferenceRefused as refusal:
            raise ReferenceRefused(faults=[*faults, *refusal.faults]) from None
        if faults:
            raise ReferenceRefused(faults=faults)
        before = _before(engine, house, month=month, scratch=scratch)
        with other_policies(others):
            after = _rate(engine, month, base=staged, folder=scratch / "after")
            verified = _verified_changed(engine, house, period=period)
        _name(engine, before=before[0], after=after)
        found = _compared(engine)
    return {
        "period": period,
        "snapshot": month.base.snapshot_id,
        "comparedWith": before[1],
        "files": _given(folder),
        "policies": sorted(others),
        **found,
        "verifiedChanged": verified,
        "seconds": f"{time.monotonic() - started:.3f}",
    }


def _month(house: House, period: str) -> Month:
    with house.catalog.read() as connection:
        inputs = read_inputs(connection, house, period=period)
        run = manifest.current_run(connection, period=period)
        if run is not None:
            base = manifest.snapshot_files(connection, house, snapshot_id=run["snapshot_id"])
            inputs = replace(inputs, current=base)
    if not inputs.taken:
        raise NotFound(kind="vendor invoice of period", name=period)
    if not inputs.current.snapshot_id:
        raise NotFound(kind="reference data", name="nothing was loaded yet")
    secret = str(house.catalog.setting(SECRET)).encode()
    return Month(period, house, inputs, run, secret)


def _given(folder: Path) -> list[str]:
    """Give the names of the files in a folder that what-if reads."""
    known = {resource.file for resource in RESOURCES.values()} | {POLICIES}
    return sorted(path.name for path in folder.iterdir() if path.name in known)


def _policies(folder: Path) -> tuple[dict[str, Policy], list[Fault]]:
    """Read the policies that a folder changes, with every fault in them."""
    path = folder / POLICIES
    if not path.is_file():
        return {}, []
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("policy", {})
    except (OSError, ValueError) as error:
        return {}, [Fault(POLICIES, None, None, f"cannot be read: {error}")]
    known = sorted(policies().keys() - {LAW})
    found: dict[str, Policy] = {}
    faults = []
    for name, table in tables.items():
        if name not in known:
            reason = f"is not a policy that can be changed; those are {', '.join(known)}"
            faults.append(Fault(POLICIES, None, name, reason))
            continue
        try:
            found[name] = parse_policy(name, table if isinstance(table, dict) else {})
        except PolicyRefused as refusal:
            faults.append(Fault(POLICIES, None, name, refusal.reason))
    return found, faults


def _staged(
    engine: Engine, month: Month, *, folder: Path, is_upsert: bool, scratch: Path
) -> Snapshot:
    """Check the folder and give the reference data that would be in force with it."""
    names = _given(folder) if folder.is_dir() else []
    if names == [POLICIES]:
        return month.base
    given = {label for label, resource in RESOURCES.items() if resource.file in names}
    files = month.base.files
    current = files if is_upsert else {k: v for k, v in files.items() if k not in given}
    staged = stage_folder(engine, folder, current=current, drafts=scratch / "reference")
    return Snapshot(month.base.snapshot_id, staged.files)


def _before(engine: Engine, house: House, *, month: Month, scratch: Path) -> tuple[Rated, str]:
    """Give what the month came to: its run, where that was computed from the same as now."""
    if month.run is not None:
        _open(engine, month, base=month.base)
        name_kept_late(engine, month.inputs.ledger)
        if digest_inputs(engine) == month.run["input_digest"]:
            with house.catalog.read() as connection:
                paths = manifest.run_paths(connection, house, run_id=month.run["run_id"])
            waiting = [path for kind in WAITING for path in paths.get(kind, [])]
            return Rated(paths.get("invoice_line", []), waiting), f"run {month.run['run_id']}"
    rated = _rate(engine, month, base=month.base, folder=scratch / "before")
    why = "changed since its run" if month.run else "it never ran"
    return rated, f"the month rated anew: {why}"


def _open(engine: Engine, month: Month, *, base: Snapshot) -> None:
    open_inputs(engine, replace(month.inputs, current=base), house=month.house)


def _rate(engine: Engine, month: Month, *, base: Snapshot, folder: Path) -> Rated:
    """Rate the month as a run does, into a scratch folder. The laws hold here too."""
    folder.mkdir(parents=True)

    def kept(kind: str, sql: str, *, hop: int | None = None) -> tuple[str, Path]:
        path = folder / f"{kind}-{hop or 0}-{len(list(folder.iterdir()))}.parquet"
        engine.copy(sql, path)
        return kind, path

    _open(engine, month, base=base)
    files = rate_lines(engine, period=month.period, secret=month.secret, keep=kept)
    rated = [path for kind, path in files if kind == "detail_line"]
    added = add_manual_lines(engine, rated, keep=kept) + add_carried_lines(engine, keep=kept)
    detail = [*rated, *(path for kind, path in added if kind == "detail_line")]
    engine.parquet("detail_line", detail, schema=DETAIL_LINE)
    lines = [path for _, path in invoice_lines(engine, period=month.period, keep=kept)]
    engine.parquet("invoice_line", lines, schema=INVOICE_LINE)
    issue_invoices(engine)
    files += keep_late(engine, keep=kept)
    check_laws(engine)
    return Rated(lines, [path for kind, path in files if kind in WAITING])


def _verified_changed(engine: Engine, house: House, *, period: str) -> int:
    """Count the verified invoices from hop 2 on that a run with the folder would change."""
    said = engine.arrow("SELECT invoice_id, output_digest FROM invoice_digest").to_pydict()
    now = dict(zip(said["invoice_id"], said["output_digest"], strict=True))
    query = select(invoice.c.invoice_id, invoice.c.output_digest).where(
        invoice.c.period == period,
        invoice.c.source_id == VENDOR_LINES,
        invoice.c.hop > 1,
        invoice.c.status_id.not_in(DRAFTS),
    )
    with house.catalog.read() as connection:
        return sum(now.get(name) != digest for name, digest in connection.execute(query))


def _name(engine: Engine, *, before: Rated, after: Rated) -> None:
    for side, rated in (("before", before), ("after", after)):
        engine.parquet(f"{side}_line", rated.invoice_lines, schema=INVOICE_LINE)
        engine.parquet(f"{side}_parked", rated.parked_lines, schema=PARKED_LINE)


def _compared(engine: Engine) -> dict[str, Any]:
    """Give the money and margin moved by customer and by hop, and the lines that move."""
    engine.view("moved", sql_text("tieout.pipeline", "what_if_moved"))
    engine.table("replaced", sql_text("tieout.pipeline", "what_if_line"))
    customers = engine.arrow(sql_text("tieout.pipeline", "what_if_customer")).to_pylist()
    hops = engine.arrow(sql_text("tieout.pipeline", "what_if_hop")).to_pylist()
    lines = engine.arrow(f"SELECT * FROM replaced LIMIT {LINES_MAX}").to_pylist()
    totals = engine.arrow(sql_text("tieout.pipeline", "what_if_reason")).to_pylist()
    return {"customers": customers, "hops": hops, "lineTotals": totals, "lines": lines}


@contextmanager
def _scratch(house: House) -> Iterator[Path]:
    """Give a folder of this question's own; what killed ones left is removed first.

    The store's one writer may work meanwhile: nothing here is its, and it clears nothing here.
    """
    root = house.home / "what-if"
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob("*/lock"):
        with left.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(left.parent, ignore_errors=True)
    mine = Path(tempfile.mkdtemp(dir=root))
    try:
        with (mine / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield mine
    finally:
        shutil.rmtree(mine, ignore_errors=True)
