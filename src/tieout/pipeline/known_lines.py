"""A run's lines with the invoices that they are on, and whether those still say what they said."""

import hashlib
from collections.abc import Sequence

import pyarrow as pa

from tieout.engine.duckdb import Engine, sql_text
from tieout.errors import LawBroken, StoreDamaged
from tieout.invoice.digest import digests_of_invoices, look_at_row_ids
from tieout.store import manifest
from tieout.store.house import House
from tieout.store.late_lines import HELD_BACK
from tieout.store.workflow import Header
from tieout.tables import CHARGE, DETAIL_LINE, PARKED_LINE

MUCH = 10  # a tenth of a run's lines
WAITING = ("parked_line", HELD_BACK)
KNOWN = pa.schema(  # of `known_invoice`; `hop` and `known_no` are numbers, all else text
    [
        pa.field("known_no", pa.int32()),
        pa.field("hop", pa.int32()),
        *(
            pa.field(name, pa.string())
            for name in ("invoice_id", "seller_id", "buyer_id", "vendor", "currency", "order_id")
        ),
    ]
)


def name_lines(
    engine: Engine,
    house: House,
    *,
    run_id: str,
    known: Sequence[Header],
    month_run_id: str | None = None,
) -> None:
    """Name a run's lines, `known_invoice`, all of its invoices, and `known_line`: theirs.

    The lines that are parked are those of the month's run, where it is another one.
    """
    with house.catalog.read() as connection:
        paths = manifest.run_paths(connection, house, run_id=run_id)
        parked = paths
        if month_run_id is not None:
            parked = manifest.run_paths(connection, house, run_id=month_run_id)
    for name, schema in (("detail_line", DETAIL_LINE), ("charge", CHARGE)):
        engine.parquet(f"kept_{name}", paths.get(name, []), schema=schema)
        engine.register(f"no_{name}", schema.empty_table())  # columns younger than the run are null
        both = f"SELECT * FROM no_{name} UNION ALL BY NAME SELECT * FROM kept_{name}"
        engine.view(name, both)
    waiting = [path for kind in WAITING for path in parked.get(kind, [])]
    engine.parquet("parked_line", waiting, schema=PARKED_LINE)
    rows = [{**one, "vendor": one["vendor_id"], "known_no": no} for no, one in enumerate(known)]
    named = [{name: row[name] for name in KNOWN.names} for row in rows]
    engine.register("known_invoice", pa.Table.from_pylist(named, schema=KNOWN))
    engine.view("known_line", sql_text("tieout.pipeline", "known_line"))


def name_of(header: Header) -> str:
    """Name an invoice to a person: its id and its parties."""
    return f"invoice {header['invoice_id']} ({header['seller_id']} to {header['buyer_id']})"


def output_digests(engine: Engine, ready: Sequence[Header]) -> dict[str, str]:
    """Compute the output digests of invoices of the run that `name_lines` named; by id."""
    if not ready:
        return {}
    ids = [one["invoice_id"] for one in ready]
    numbers = pa.array(range(len(ids)), pa.int32())
    engine.register(
        "ready_invoice",
        pa.table({"invoice_id": pa.array(ids, pa.string()), "invoice_no": numbers}),
    )
    engine.view(
        "invoice_key",
        "SELECT *, unhex(replace(invoice_id, '-', '')) AS invoice_bytes FROM ready_invoice",
    )
    engine.view(
        "invoiced_line",
        "SELECT * FROM known_line JOIN charge USING (charge_no)"
        " JOIN invoice_key USING (invoice_id)",
    )
    look_at_row_ids(engine)
    return {ids[number]: digest for number, digest in digests_of_invoices(engine).items()}


def check_digests(
    engine: Engine,
    house: House,
    *,
    ready: Sequence[Header],
    run_id: str,
    known: Sequence[Header],
) -> None:
    """Make sure that documents of a run still say what they said. Raises LawBroken.

    `known` has all documents of the run. Where much of it is asked for and its files are byte for
    byte those that its digests were made from, they are not made again: hashing files takes a
    small part of the time.
    """
    lines, asked = (sum(one["detail_count"] for one in some) for some in (known, ready))
    if asked >= lines // MUCH and _is_as_published(house, run_id=run_id, known=known):
        return
    name_lines(engine, house, run_id=run_id, known=known)
    found = output_digests(engine, ready)
    for one in ready:
        if found.get(one["invoice_id"]) != one["output_digest"]:
            raise LawBroken(
                law=f"{name_of(one)} is verified as it was previewed",
                left=one["output_digest"],
                right=str(found.get(one["invoice_id"])),
            )


def _is_as_published(house: House, *, run_id: str, known: Sequence[Header]) -> bool:
    """Tell whether a run's digests and the files of its lines are those that it published."""
    said = sorted(f"{one['invoice_id']}|{one['output_digest']}\n" for one in known)
    with house.catalog.read() as connection:
        run = manifest.run_by_id(connection, run_id=run_id)
        files = manifest.lake_files(connection, run_id, owner_kind="run")
    if hashlib.sha256("".join(said).encode()).hexdigest() != run["output_digest"]:
        return False
    try:
        for file in files:
            if file.kind in ("charge", "detail_line"):
                house.lake.check(file.path, file.sha256)
    except StoreDamaged:
        return False
    return True
