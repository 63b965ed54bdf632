"""Rows that came one by one, written as the CSV files of a folder: there is one way in."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from tieout.errors import Fault
from tieout.store.resources import RESOURCES, Resource

Rows = Mapping[str, Sequence[Mapping[str, str]]]


def write_folder(folder: Path, rows: Rows) -> list[Fault]:
    """Write rows by resource as CSV files with every column; give the faults of their names.

    A cell that a row does not name is empty. Text that is no Unicode is written as it is and
    found when the file is read. The first row is row 1, as in a file.
    """
    folder.mkdir(parents=True)
    faults = []
    for label, given in rows.items():
        resource = RESOURCES[label]
        faults += _name_faults(resource, given)
        path = folder / resource.file
        with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(resource.columns)
            writer.writerows([row.get(name, "") for name in resource.columns] for row in given)
    return faults


def _name_faults(resource: Resource, rows: Sequence[Mapping[str, str]]) -> list[Fault]:
    known = set(resource.columns)
    faults = []
    for number, row in enumerate(rows, start=1):
        unknown = sorted(row.keys() - known)
        reason = "is not a column of this file"
        faults += [Fault(resource.file, number, column, reason) for column in unknown]
        if not unknown and not any(cell.strip() for cell in row.values()):
            faults.append(Fault(resource.file, number, None, "has no value"))
    return faults
