"""Faults that only show when rows are seen together: the state in force after the load.

Each check is a `faults_*.sql` file that selects file, row, column and reason. It reads
`now_<resource>` and the relations made here; a check is left out while a file it reads is
incomplete, because a row that could not be read is not a row that is missing.
"""

from collections.abc import Collection
from dataclasses import dataclass

from tieout.engine.duckdb import Engine, literal, sql_text
from tieout.errors import Fault
from tieout.reference.cell import name
from tieout.reference.folder import is_required
from tieout.store.resources import RESOURCES, Resource

REFERENCES = (
    ("contracts", "parent_contract_id", "contracts"),
    ("contracts", "vendor_id", "organizations"),
    ("contracts", "seller_id", "organizations"),
    ("contracts", "buyer_id", "organizations"),
    ("plan_periods", "plan_id", "plans"),
    ("plan_rates", "plan_id", "plans"),
    ("rate_periods", "plan_rate_id", "plan_rates"),
    ("subscriptions", "vendor_id", "organizations"),
    ("subscriptions", "contract_id", "contracts"),
    ("subscriptions", "plan_id", "plans"),
    ("subscriptions", "plan_period_id", "plan_periods"),
    ("subscriptions", "plan_rate_id", "plan_rates"),
    ("subscriptions", "rate_period_id", "rate_periods"),
    ("orders", "contract_id", "contracts"),
    ("price_rules", "contract_id", "contracts"),
    ("price_rules", "customer_id", "organizations"),
    ("price_rules", "subscription_id", "subscriptions"),
    ("price_list", "vendor_id", "organizations"),
    ("exchange_rates", "organization_id", "organizations"),
)
VENDORS = ("contracts", "subscriptions", "price_list")
NOTHING = ", ".join(
    f"CAST(NULL AS {'BIGINT' if column == 'row' else 'VARCHAR'}) AS {name(column)}"
    for column in (
        *("file", "row", "column", "columns", "key", "valid_from", "valid_to", "value", "target"),
    )
)


@dataclass(frozen=True)
class Check:
    """One SQL file of faults, the files it reads, and those it reads only without any fault."""

    name: str
    reads: tuple[str, ...] = ()
    trusts: tuple[str, ...] = ()


CHECKS = (
    Check("faults_repeated_key"),
    Check("faults_empty_validity"),
    Check("faults_overlapping_validity"),
    Check("faults_unknown_reference"),
    Check("faults_vendor_role", reads=("organizations",)),
    Check("faults_payment_terms"),
    Check("faults_parent_party", reads=("contracts",)),
    Check("faults_parent_vendor", reads=("contracts",)),
    Check("faults_parent_cycle", reads=("contracts",)),
    Check("faults_chain_to_vendor", reads=("contracts", "subscriptions"), trusts=("contracts",)),
    Check("faults_consume_subscription", reads=("contracts", "subscriptions")),
    Check("faults_order_of_vendor", reads=("contracts", "orders")),
    Check("faults_fine_rate"),
    Check("faults_rule_value"),
    Check("faults_rule_percent"),
    Check("faults_equal_rank", reads=("price_rules",)),
    Check("faults_vendor_subscription_twice", reads=("subscriptions",)),
)


def cross_faults(
    engine: Engine, *, incomplete: Collection[str], faulty: Collection[str]
) -> list[Fault]:
    """Give every fault between rows of the state in force.

    `incomplete` names resources whose file misses rows or columns, `faulty` those with any fault.
    """
    whole = [resource for resource in RESOURCES.values() if resource.name not in incomplete]
    _make_relations(engine, whole)
    found = []
    for check in CHECKS:
        if set(check.reads) & set(incomplete) or set(check.trusts) & set(faulty):
            continue
        rows = engine.arrow(sql_text("tieout.reference", check.name)).to_pylist()
        found += [Fault(row["file"], row["row"], row["column"], row["reason"]) for row in rows]
    return found


def _make_relations(engine: Engine, whole: list[Resource]) -> None:
    """Name the relations that the general checks read, over resources whose files are whole."""
    names = {resource.name for resource in whole}
    targets = {target for _, _, target in REFERENCES}
    engine.view("row_key", _union([_row_key(resource) for resource in whole]))
    engine.view("validity", _union([_validity(each) for each in whole if each.dated]))
    engine.view(
        "reference_cell",
        _union(
            [
                f"{_cell(owner, column)}, {literal(target)} AS target"
                f" FROM now_{owner} WHERE {column} IS NOT NULL"
                for owner, column, target in REFERENCES
                if {owner, target} <= names
            ]
        ),
    )
    engine.view(
        "known_id",
        _union(
            [
                f"SELECT {literal(target)} AS target, {RESOURCES[target].columns[0]} AS value"
                f" FROM now_{target}"
                for target in sorted(targets)
            ]
        ),
    )
    vendors = [f"{_cell(owner, 'vendor_id')} FROM now_{owner}" for owner in VENDORS]
    engine.view("vendor_cell", _union(vendors))


def _union(selects: list[str]) -> str:
    """Join SELECTs; with none of them, nothing is checked."""
    return " UNION ALL ".join(selects) or f"SELECT {NOTHING} WHERE false"


def _cell(owner: str, column: str) -> str:
    file = literal(RESOURCES[owner].file)
    return f'SELECT {file} AS file, "row", {literal(column)} AS "column", {column} AS value'


def _key(columns: tuple[str, ...]) -> str:
    return "to_json([" + ", ".join(name(column) for column in columns) + "])"


def _row_key(resource: Resource) -> str:
    """Select the keys of the rows in a file; a row whose required key is faulty has none."""
    needed = {each.name for each in resource.fields if is_required(each)}
    complete = " AND ".join(f"{name(key)} IS NOT NULL" for key in resource.keys if key in needed)
    columns = literal(", ".join(resource.keys))
    return (
        f'SELECT {literal(resource.file)} AS file, "row", {literal(resource.keys[0])} AS "column",'
        f" {columns} AS columns, {_key(resource.keys)} AS key"
        f" FROM new_{resource.name} WHERE {complete}"
    )


def _validity(resource: Resource) -> str:
    undated = tuple(key for key in resource.keys if key != "valid_from")
    return (
        f'SELECT {literal(resource.file)} AS file, "row", {_key(undated)} AS key,'
        f" valid_from, valid_to FROM now_{resource.name} WHERE {name(undated[0])} IS NOT NULL"
    )
