"""The store held against what was recorded: every lake file, every verified invoice.

A lake file must have the hash that the manifest says, and the manifest must name the files that the
audit says each load, run and snapshot was published with. The audit must be whole to its end,
nothing may be there without an entry, and the triggers that guard the catalog must be at work. The
consolidated lines and residuals of a verified invoice are computed again from its detail lines, the
document's sums from those, its output digest from what the buyer sees; each must be what was kept
when it was verified.
Source: arithmetic.md 7, reporting-api.md 6.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, select

from tieout.engine.duckdb import Engine, after, session, sql_text
from tieout.engine.watch import UNWATCHED, Watch
from tieout.errors import AuditBroken, StoreDamaged, StoreDiffers
from tieout.invoice import rounded_group
from tieout.pipeline.inputs import name_grains
from tieout.pipeline.known_lines import name_lines, output_digests
from tieout.store import audit, manifest
from tieout.store.catalog import DRAFTS, ESTIMATE, invoice
from tieout.store.guards import missing_guards
from tieout.store.house import House
from tieout.store.numbering import broken_series
from tieout.store.published import changed_manifest, changed_runs
from tieout.store.recorded import changed_rows, since_verification, unrecorded
from tieout.store.workflow import Header
from tieout.tables import INVOICE_LINE

FIGURES = ("total_amount", "detail_total", "rounding_residual", "row_count", "detail_count")
OF_COST = ("cost_amount", "cost_currency", "margin_amount")  # null where the lines have none
KINDS = ("charge", "detail_line", "invoice_line")


def verify_store(house: House, *, watch: Watch = UNWATCHED) -> dict[str, int]:
    """Check the whole store; give how many lake files, verified invoices and their lines it has.

    Raises StoreDiffers with every difference.
    """
    named, damaged = _rehash(house)
    differences = list(damaged.values())
    with house.catalog.read() as connection:
        headers = _verified(connection)
        differences += _unlike_audit(connection, headers)
    of_runs: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        of_runs[header["run_id"]].append(header)
    lines = 0
    with session(house.home / "answers", watch=watch) as engine:
        name_grains(engine)
        for run_id, known in sorted(of_runs.items()):
            watch.phase("recompute")
            found, count = _recompute(engine, house, run_id=run_id, known=known, damaged=damaged)
            differences += found
            lines += count
    if differences:
        raise StoreDiffers(differences=differences)
    return {"files": len(named), "invoices": len(headers), "lines": lines}


def _unlike_audit(connection: Connection, headers: Sequence[Header]) -> list[str]:
    """Say what is wrong with the audit, and what in the catalog is not as it says."""
    differences = missing_guards(connection)
    try:
        audit.check_chain(connection)
    except AuditBroken as broken:
        differences.append(str(broken))
    differences += changed_manifest(connection) + changed_runs(connection)
    differences += since_verification(connection, headers)
    differences += broken_series(connection) + changed_rows(connection)
    return differences + unrecorded(connection)


def rehash_lake(house: House) -> int:
    """Rehash every lake file that the manifest names; give their number.

    Raises StoreDiffers with every one that is missing or differs.
    """
    named, damaged = _rehash(house)
    if damaged:
        raise StoreDiffers(differences=list(damaged.values()))
    return len(named)


def _rehash(house: House) -> tuple[Mapping[str, str], dict[str, str]]:
    """Give every named lake file with its hash, and what is wrong with some, by path."""
    with house.catalog.read() as connection:
        named = manifest.named_paths(connection)
    damaged: dict[str, str] = {}
    for path, sha256 in sorted(named.items()):
        try:
            house.lake.check(path, sha256)
        except StoreDamaged as damage:
            damaged[path] = str(damage)
        except OSError as error:
            damaged[path] = f"lake file {path}: cannot be read: {error.strerror}"
    if damaged:
        with (
            house.catalog.read() as connection
        ):  # a draft discarded meanwhile takes its files along
            named = manifest.named_paths(connection)
    return named, {path: said for path, said in damaged.items() if path in named}


def _verified(connection: Connection) -> list[Header]:
    """Give the documents whose figures are fixed, and the vendor's own, by id."""
    rows = connection.execute(
        select(invoice)
        .where(invoice.c.status_id.not_in(DRAFTS), invoice.c.document_type != ESTIMATE)
        .order_by(invoice.c.invoice_id)
    ).mappings()
    return [dict(row) for row in rows]


def _recompute(
    engine: Engine,
    house: House,
    *,
    run_id: str,
    known: Sequence[Header],
    damaged: Mapping[str, str],
) -> tuple[list[str], int]:
    """Compute a run's verified documents again; give the differences and the number of lines."""
    with house.catalog.read() as connection:
        files = manifest.lake_files(connection, run_id, owner_kind="run")
    if any(file.path in damaged for file in files if file.kind in KINDS):
        return [f"run {run_id}: its {len(known)} verified invoices could not be recomputed"], 0
    name_lines(engine, house, run_id=run_id, known=known)
    paths = [house.lake.full(file.path) for file in files if file.kind == "invoice_line"]
    engine.parquet("kept_line", paths, schema=INVOICE_LINE)
    engine.register("no_line", INVOICE_LINE.empty_table())  # columns younger than the run are null
    engine.view("invoice_line", "SELECT * FROM no_line UNION ALL BY NAME SELECT * FROM kept_line")
    engine.view("regrouped_operand", sql_text("tieout.pipeline", "regrouped_operand"))
    rounded = {"rounded_group": rounded_group("regrouped_operand")}
    recomputed = after(rounded, sql_text("tieout.pipeline", "recomputed_line"))
    engine.table("recomputed_line", recomputed)
    columns = {name: [str(one[name]) for one in known] for name in ("invoice_id", *FIGURES)}
    columns |= {name: [one[name] for one in known] for name in OF_COST}
    named = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    engine.register("kept_header", pa.table(named))
    names = {one["invoice_id"]: _name(one) for one in known}
    lines = _differing(engine, "line_difference")
    headers = _differing(engine, "header_difference")
    differences = [f"{names[one['invoice_id']]}{_line(one)}: {_figures(one)}" for one in lines]
    differences += [f"{names[one['invoice_id']]}: {_figures(one)}" for one in headers]
    digests = output_digests(engine, known)
    for one in known:
        found = digests.get(one["invoice_id"])
        if found != one["output_digest"]:
            differences.append(
                f"{_name(one)}: output digest {one['output_digest']}, recomputed {found}"
            )
    count = engine.one("SELECT count(*)::INT AS n FROM recomputed_line")["n"]
    return differences, int(count)


def _differing(engine: Engine, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.arrow(sql_text("tieout.pipeline", name)).to_pylist()
    return found


def _name(header: Header) -> str:
    return f"invoice {header['invoice_number']} ({header['invoice_id']})"


def _line(one: Mapping[str, Any]) -> str:
    part = f", part {one['part']}" if one["part"] else ""
    return f", subscription {one['subscription_id']}, charge type {one['charge_type_id']}{part}"


def _figures(one: Mapping[str, Any]) -> str:
    kept, again = (value if value is not None else "none" for value in (one["kept"], one["again"]))
    return f"{one['name']} {kept}, recomputed {again}"
