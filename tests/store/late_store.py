"""Stores with October closed, and what months, rows and explanations tell of late lines."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from late_case import (
    NEXT,
    Told,
    close_october,
    load,
    set_contracts,
    write_lines,
    write_november,
)
from october import FOUR_PARTIES, NOW, PERIOD
from sqlalchemy import select
from stored import stored_lines

from tieout import pipeline
from tieout.pipeline import Word
from tieout.store.catalog import invoice
from tieout.store.house import House

RECOMPUTE = Path(__file__).parents[2] / "bench" / "recompute.py"
LAST = "2021-12"
ANNA = Word(by="anna", now=NOW)
FACTOR = {1: Fraction(1), 2: Fraction(105, 100), 3: Fraction(105 * 110, 10_000)}  # F-CHAIN
CHAIN: dict[str, Any] = {"chain": FOUR_PARTIES, "rules": {2: ("markup", "5"), 3: ("markup", "10")}}
OF_OCTOBER = ("invoice_number", "total_amount", "status_id", "revision", "output_digest")


def closed(house: House, folder: Path) -> None:
    """Bill October, all of it verified; late lines go to the next invoice."""
    close_october(house, folder, **CHAIN)


def held(house: House, folder: Path) -> None:
    """Bill October; the contract of hop 2 holds late lines."""
    close_october(house, folder, late_lines={2: "hold"}, **CHAIN)


def adjusted(house: House, folder: Path) -> None:
    """Bill October; the contract of hop 2 has late lines on adjustments."""
    close_october(house, folder, late_lines={2: "adjustment_invoice"}, **CHAIN)


def half_closed(house: House, folder: Path) -> None:
    """Bill October; hop 2 is verified, hop 3 a draft."""
    close_october(house, folder, status={3: "new"}, **CHAIN)


def all_drafts(house: House, folder: Path) -> None:
    """Bill October; every invoice but the vendor's own starts as a draft."""
    close_october(house, folder, status={2: "new", 3: "new"}, **CHAIN)


def headers(house: House, period: str) -> dict[int, dict[str, Any]]:
    """Give a month's invoices by hop."""
    with house.catalog.read() as connection:
        made = (invoice.c.period == period, invoice.c.source_id == 1)
        rows = connection.execute(select(invoice).where(*made)).mappings()
        return {row["hop"]: dict(row) for row in rows}


def adjustments(house: House) -> list[tuple[Any, ...]]:
    """Give hop, status and total of October's adjustments, in the order they came."""
    names = ("hop", "status_id", "total_amount")
    made = (invoice.c.period == PERIOD, invoice.c.source_id == 5)
    with house.catalog.read() as connection:
        rows = connection.execute(select(invoice).where(*made)).mappings()
        found = sorted(rows, key=lambda row: (row["run_id"], row["hop"]))
    return [tuple(row[name] for name in names) for row in found]


def told(house: House, period: str) -> dict[int, tuple[Any, ...]]:
    """Give what a buyer knows of a month's invoices, by hop."""
    return {
        hop: tuple(one[name] for name in OF_OCTOBER) for hop, one in headers(house, period).items()
    }


def late_sums(house: House, period: str) -> dict[int, dict[str, Fraction]]:
    """Give the detail totals of a month's late lines by hop and the vendor's row id."""
    sums: dict[int, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for line in stored_lines(house, period, kind="detail_line"):
        if line["part"] == f"late {PERIOD}":
            sums[line["hop"]][line["vendor_invoice_row_id"]] += Fraction(line["total_price"])
    return {hop: dict(by_id) for hop, by_id in sums.items()}


def lines_of_files(house: House, period: str) -> list[list[str]]:
    """Give all that a month's run kept of its lines and rows, but for the run's name."""
    return [
        sorted(repr({**row, "run_id": None}) for row in stored_lines(house, period, kind=kind))
        for kind in ("charge", "detail_line", "invoice_line")
    ]


def at_hops(totals: dict[str, str]) -> dict[int, dict[str, Fraction]]:
    """Give what vendor totals come to at each hop of F-CHAIN."""
    return {
        hop: {name: Fraction(total) * factor for name, total in totals.items()}
        for hop, factor in FACTOR.items()
    }


def run(house: House, *periods: str) -> list[dict[str, Any]]:
    """Run months; give their summaries."""
    return [pipeline.run_period(house, period, now=NOW) for period in periods]


def let_go(house: House, folder: Path) -> None:
    """Bill November without what its contract holds of October, and let the contract bill it."""
    load(house, write_november(folder / "november.csv"))
    run(house, NEXT)
    assert late_sums(house, NEXT) == {}
    reference = folder / "reference"
    pipeline.export_reference(house, reference)
    set_contracts(reference, late_lines={2: "next_invoice"})
    pipeline.load_reference(house, reference, now=NOW)
    run(house, PERIOD)


def recomputed(house: House, folder: Path, *periods: str) -> None:
    """Recompute the certificates of months without tieout, and verified invoices with it."""
    assert pipeline.verify_store(house)["invoices"]
    for period in periods:
        path = folder / f"{period}.json"
        path.write_text(json.dumps(pipeline.certificate_of(house, period)))
        done = subprocess.run(
            [sys.executable, RECOMPUTE, path, house.lake.root],
            capture_output=True,
            check=False,
            text=True,
        )
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "agrees"), done.stdout


def tell(house: House, path: Path, lines: Iterable[Told]) -> list[str]:
    """Load another version of October's vendor invoice; give what was said of it."""
    notices = load(house, write_lines(path, lines, number="G012345678"))
    return [one for one in notices if "G012345678" in one]
