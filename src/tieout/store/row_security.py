"""PostgreSQL's row-level security: for whom a transaction reads, and the role that cannot pass it.

The policies are made by migration 0017. A role that serves is granted the columns below and no
others, and sees the rows of the organizations that `asked_by` names, of nobody where it names none.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import Connection, text

from tieout.errors import Conflict
from tieout.store.catalog import metadata
from tieout.store.resources import RESOURCES

ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
ALL = ()
_VERSIONED = ("from_snapshot", "to_snapshot")
PRICES = frozenset(("unit_price", "erp_price", "price_period"))

# what the role may read of each table; columns with everybody's figures are left out
GRANTED: dict[str, tuple[str, ...]] = {
    "access_key": ALL,
    "audit_entry": ("entry_no", "entry_hash", "subject_kind", "subject_id"),
    "filed_match": ALL,
    "invoice": ALL,
    "lake_file": ("owner_kind", "owner_id", "kind", "path", "hop", "rows"),
    "line_decision": ALL,
    "reference_contracts": ALL,
    "reference_organizations": ALL,
    "reference_plan_periods": ALL,
    "reference_plan_rates": ALL,
    "reference_plans": ALL,
    "reference_price_list": (
        *(name for name in RESOURCES["price_list"].columns if name not in PRICES),
        *_VERSIONED,
    ),
    "reference_rate_periods": ALL,
    "reference_subscriptions": ALL,
    "run": ("run_id", "period", "kind", "is_current", "snapshot_id", "created_at"),
    "setting": ALL,
    "snapshot": ALL,
    "summary_invoice": ALL,
    "vendor_file": ALL,
    "vendor_invoice": ALL,
}

# tables without policies, and why
UNCOVERED = {
    "audit_entry": "whose row it is stands in no column; only ids, numbers and hashes are granted",
    "reference_plan_periods": "the vendor's catalogue: names no organization",
    "reference_plan_rates": "the vendor's catalogue: names no organization",
    "reference_plans": "the vendor's catalogue: names no organization",
    "reference_rate_periods": "the vendor's catalogue: names no organization",
    "setting": "the installation's: what cursors and tokens are signed with",
    "snapshot": "a number, a time and a digest",
}


@dataclass
class Asker:
    """For whom a request is answered, as far as it is known yet: a key, and organizations."""

    key_id: str = ""
    organizations: tuple[str, ...] = ()


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)
TELL = text(
    "SELECT set_config('tieout.key_id', :key_id, true),"
    " set_config('tieout.organizations', :organizations, true)"
)


@contextmanager
def asked_by(asker: Asker) -> Iterator[Asker]:
    """Let what this task and its threads read meanwhile be read for an asker, as it is then."""
    before = _asker.set(asker)
    try:
        yield asker
    finally:
        _asker.reset(before)


def asker() -> Asker:
    """Give for whom is read here: for nobody outside of `asked_by`."""
    return _asker.get() or Asker()


def tell_asker(connection: Connection) -> None:
    """Tell PostgreSQL for whom the transaction that has begun reads; it forgets at the end."""
    found = _asker.get()
    if found is None:
        return
    connection.execute(
        TELL, {"key_id": found.key_id, "organizations": ",".join(found.organizations)}
    )


def grant_serving(connection: Connection, role: str) -> None:
    """Let a role read what serving needs, and nothing else of ours.

    Raises Conflict where there is no such role or it could pass the policies.
    """
    if connection.dialect.name != "postgresql":
        raise Conflict(reason="a serving role needs a catalog on PostgreSQL")
    if not ROLE.fullmatch(role):
        raise Conflict(reason="the name of a role has small letters, digits and underscores")
    found = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    if found is None:
        raise Conflict(reason=f"PostgreSQL has no role '{role}'; make it first: CREATE ROLE")
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {role}"))
    for name in metadata.tables:
        connection.execute(text(f'REVOKE ALL ON "{name}" FROM {role}'))
    for name, columns in GRANTED.items():
        listed = ", ".join(f'"{column}"' for column in columns)
        connection.execute(
            text(f'GRANT SELECT {f"({listed})" if listed else ""} ON "{name}" TO {role}')
        )
    if fault := fault_of(connection, role):
        raise Conflict(reason=fault)


BECOMES = text(
    "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls)"
    " AND pg_has_role(CAST(:role AS name), oid, 'MEMBER') ORDER BY rolname LIMIT 1"
)
OWNED = text(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    " AND relkind IN ('r', 'p') AND relname = ANY(:names)"
    " AND pg_has_role(CAST(:role AS name), relowner, 'MEMBER') ORDER BY relname LIMIT 1"
)
OPEN = text(
    "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    " AND relname = ANY(:names) AND relrowsecurity"
)
READS = text("SELECT has_column_privilege(CAST(:role AS name), :named, :column, 'SELECT')")


def fault_of(connection: Connection, role: str | None = None) -> str | None:
    """Say why a role, by default the connection's own, would not be held by the policies."""
    role = role or str(connection.scalar(text("SELECT current_user")))
    found = connection.scalar(BECOMES, {"role": role})
    if found is not None:
        return f"the role '{role}' passes row-level security: it is or may become '{found}'"
    covered = [name for name in metadata.tables if name not in UNCOVERED]
    owned = connection.scalar(OWNED, {"role": role, "names": list(metadata.tables)})
    if owned is not None:
        return f"the role '{role}' passes row-level security: it owns '{owned}'"
    if connection.scalar(OPEN, {"names": covered}) != len(covered):
        return "row-level security is not on for every table: run `tieout init`"
    for name, columns in GRANTED.items():
        for column in columns or metadata.tables[name].columns.keys():
            asked = {"role": role, "named": f'"{name}"', "column": column}
            if not connection.scalar(READS, asked):
                return f"the role '{role}' cannot read: run `tieout init --serving-role {role}`"
    return None
