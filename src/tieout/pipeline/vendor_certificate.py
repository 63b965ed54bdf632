"""The certificate of single vendor invoices, computed anew from the lake files of a run."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from tieout.engine.duckdb import session, sql_text
from tieout.errors import Conflict, NotFound
from tieout.money import minor_units, shortest
from tieout.pipeline.inputs import open_inputs, read_inputs
from tieout.pipeline.late_tables import LATE_CHARGE, LATE_DETAIL_LINE
from tieout.report.run_file import name_run_files
from tieout.store import manifest
from tieout.store.house import House

WAITING = ("rejected", "parked", "setAside", "late")
KINDS = ("charge", "detail_line", "parked_line")
LATE = {"late_charge": LATE_CHARGE, "late_detail_line": LATE_DETAIL_LINE}


def vendor_certificates(house: House, period: str, *, number: str | None = None) -> dict[str, Any]:
    """Say of each vendor invoice of a period where its rows and its money are.

    `number` asks for the vendor invoices of one number. Statuses are those of arithmetic.md 7:
    `not_tied` when what was read is not what hop 1 bills with what waits, which a run's laws rule
    out, so it means that the store was changed since. `residualBound` is the most that rounding can
    add at a hop: half a minor unit for each of the `rows` in which lines of the invoice stand,
    perhaps beside those of others. Late lines of other months are told in theirs. Raises NotFound
    when there is no such run or vendor invoice, Conflict when the vendor's files are others by now.
    """
    with house.catalog.read() as connection:
        run = manifest.current_run(connection, period=period)
        inputs = read_inputs(connection, house, period=period)
        paths = manifest.run_paths(connection, house, run_id=run["run_id"]) if run else {}
    if run is None:
        raise NotFound(kind="run of period", name=period)
    if _files(run) != {file.file_id for file in inputs.taken}:
        raise Conflict(reason=f"{period} has other vendor files than its run knows: run it first")
    with session(house.scratch) as engine:
        open_inputs(engine, inputs, house=house)
        for kind, schema in LATE.items():
            engine.run(f"DROP TABLE IF EXISTS {kind}")
            engine.parquet(kind, paths.get(kind, []), schema=schema)
        name_run_files(engine, house, runs=[run["run_id"]], hops=(), kinds=KINDS)
        found = engine.arrow(sql_text("tieout.pipeline", "vendor_certificate")).to_pylist()
    told = [
        _told(list(parts), vendor=vendor, number=invoice)
        for (vendor, invoice), parts in groupby(
            found, key=lambda one: (one["vendor"], one["invoice_number"])
        )
        if number in (None, invoice)
    ]
    if not told and number is not None:
        raise NotFound(kind="vendor invoice of the period", name=number)
    return {"period": period, "runId": run["run_id"], "vendorInvoices": told}


def _files(run: Mapping[str, Any]) -> set[str]:
    return {str(entry["fileId"]) for entry in run["certificate"]["inputs"]}


def _told(parts: Iterable[Mapping[str, Any]], *, vendor: str, number: str) -> dict[str, Any]:
    by_place: dict[str, list[Mapping[str, Any]]] = {}
    for part in parts:
        by_place.setdefault(part["place"], []).append(part)
    hops = by_place.get("hop", [])
    first = [one for one in hops if one["hop"] == 1]
    placed = [*first, *(one for place in WAITING[1:] for one in by_place.get(place, []))]
    read, billed = (_by_currency(lines) for lines in (by_place.get("read", []), placed))
    if read != billed:
        status = "not_tied"
    elif by_place.keys() & {"rejected", "parked"}:
        status = "quarantine_open"
    elif any(_is_finer(one) for one in hops):
        status = "tied_with_residual"
    else:
        status = "tied"
    return {
        "vendor": vendor,
        "vendorInvoiceNumber": number,
        "status": status,
        "read": {"count": _count(by_place.get("read", [])), "amounts": _amounts(read)},
        **{
            place: {
                "count": _count(by_place.get(place, [])),
                "amounts": _amounts(_by_currency(by_place.get(place, []))),
            }
            for place in WAITING
        },
        "hops": [
            {
                "hop": one["hop"],
                "currency": one["currency"],
                "lines": one["lines"],
                "rows": one["rows"],
                "detailTotal": shortest(one["amount"]),
                "residualBound": shortest(one["rows"] * _coin(one["currency"]) / 2),
            }
            for one in hops
        ],
    }


def _coin(currency: str) -> Fraction:
    return Fraction(1, 10 ** (minor_units(currency) or 0))


def _is_finer(line: Mapping[str, Any]) -> bool:
    """Say whether a sum is finer than the smallest coin, so that rounding must add to it."""
    return (Fraction(line["amount"]) / _coin(line["currency"])).denominator != 1


def _count(parts: Iterable[Mapping[str, Any]]) -> int:
    return sum(part["lines"] for part in parts)


def _by_currency(parts: Iterable[Mapping[str, Any]]) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for part in parts:
        amount = sums.get(part["currency"], Fraction(0)) + Fraction(part["amount"] or 0)
        sums[part["currency"]] = amount
    return sums


def _amounts(sums: Mapping[str, Fraction]) -> list[dict[str, str]]:
    return [
        {"currency": currency, "amount": shortest(amount)}
        for currency, amount in sorted(sums.items())
    ]
