"""Makes a month to measure with: one vendor invoice and the reference data that places it.

The same number of rows gives the same bytes, on any machine.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

PERIOD = "2026-10"
RESELLERS = 50
ROWS_PER_CUSTOMER = 50
CUSTOMERS_MIN = 100
SUBSCRIPTIONS_PER_CUSTOMER = 10
ROWS_PER_SUBSCRIPTION = 5
REFERENCE = ("organizations", "contracts", "price_rules", "subscriptions", "price_list")


@dataclass(frozen=True)
class Month:
    """Where a generated month lies, and how large it is: rows of each kind."""

    vendor_file: Path
    reference: Path
    rows: int
    customers: int
    subscriptions: int
    prices: int


def make_month(
    folder: Path,
    *,
    rows: int,
    customers: int | None = None,
    prices: int = 0,
    resellers: int = RESELLERS,
) -> Month:
    """Write `month.csv` and `reference/` into a folder.

    Customers grow with rows, from 100 on, unless their number is given; `prices` is the number of
    rows of the price list (none: no such file, and no rule that asks for a list price).
    """
    customers = customers or max(CUSTOMERS_MIN, rows // ROWS_PER_CUSTOMER)
    month = Month(
        vendor_file=folder / "month.csv",
        reference=folder / "reference",
        rows=rows,
        customers=customers,
        subscriptions=customers * SUBSCRIPTIONS_PER_CUSTOMER,
        prices=prices,
    )
    shutil.rmtree(month.reference, ignore_errors=True)
    month.reference.mkdir(parents=True)
    with duckdb.connect() as connection:
        for name, number in (
            ("rows", rows),
            ("blocks", -(-rows // ROWS_PER_SUBSCRIPTION)),
            ("customers", customers),
            ("subscriptions", month.subscriptions),
            ("resellers", resellers),
            ("prices", prices),
        ):
            connection.execute(f"SET VARIABLE {name} = {number}")
        for macro in ("decimal_text", "guid"):
            connection.execute(_sql(macro))
        for table in ("product", "customer", "subscription"):
            connection.execute(f"CREATE TEMP TABLE {table} AS {_sql(table)}")
        connection.execute(f"CREATE TEMP VIEW charge AS {_sql('charge')}")
        for name in REFERENCE if prices else REFERENCE[:-1]:
            _write(connection, _sql(name), path=month.reference / f"{name}.csv")
        _write(connection, _sql("vendor_row"), path=month.vendor_file)
    return month


def _write(connection: duckdb.DuckDBPyConnection, sql: str, *, path: Path) -> None:
    connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT csv, HEADER)")


def _sql(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text("utf-8")
