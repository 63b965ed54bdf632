"""Vendor files as they were loaded, by their ids."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, select

from tieout.store import manifest
from tieout.store.catalog import lake_file, vendor_file
from tieout.store.house import House
from tieout.store.vendor_invoices import TakenFile


def loaded_file(
    connection: Connection, house: House, *, file_id: str, numbers: Collection[str]
) -> TakenFile:
    """Give a loaded file, of which a run takes the vendor invoices of some numbers."""
    file = connection.execute(
        select(vendor_file.c.name, vendor_file.c.format)
        .where(vendor_file.c.file_id == file_id)
        .limit(1)
    ).one()
    kept = {one.kind: house.lake.full(one.path) for one in manifest.lake_files(connection, file_id)}
    return TakenFile(
        file_id=file_id,
        name=file.name,
        format=file.format,
        invoice_numbers=tuple(numbers),
        vendor_line=kept["vendor_line"],
        rejected_row=kept.get("rejected_row"),
    )


def loaded_paths(
    connection: Connection, house: House, *, kind: str, file_ids: Collection[str]
) -> dict[str, Path]:
    """Give the lake file of one kind of each of some vendor files, by their ids."""
    rows = connection.execute(
        select(lake_file.c.owner_id, lake_file.c.path)
        .where(
            lake_file.c.owner_kind == "load",
            lake_file.c.kind == kind,
            lake_file.c.owner_id.in_(list(file_ids)),
        )
        .order_by(lake_file.c.owner_id)
    )
    return {row.owner_id: house.lake.full(row.path) for row in rows}
