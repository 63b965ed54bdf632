"""The audit, read back and checked."""

import json
from collections.abc import Sequence
from typing import Any

from tieout.store import audit
from tieout.store.house import House


def read_audit(house: House, *, subject: str | None = None, after: int = 0) -> dict[str, Any]:
    """Give at most 1,000 entries after a number, perhaps those of one subject id only."""
    with house.catalog.read() as connection:
        found = audit.entries(connection, subject_id=subject, after=after)
    return {
        "entries": [
            {
                "entry": one["entry_no"],
                "at": one["at"],
                "by": one["by"],
                "action": one["action"],
                "subjectKind": one["subject_kind"],
                "subjectId": one["subject_id"],
                "reason": one["reason"],
                "before": json.loads(one["before"]),
                "after": json.loads(one["after"]),
                "hash": one["entry_hash"],
            }
            for one in found
        ]
    }


def newest_entry(house: House) -> int:
    """Give the number of the newest entry, 0 where there is none."""
    with house.catalog.read() as connection:
        return audit.newest(connection)


def check_audit(house: House, *, known_heads: Sequence[str] = ()) -> dict[str, Any]:
    """Recompute the chain of hashes; give the number of entries and the last hash.

    `known_heads` are hashes noted earlier, elsewhere; of each it says how many entries came since.
    Raises AuditBroken at the first entry that was changed, removed or put in, at the end too, and
    HeadUnknown for a hash that no entry has.
    """
    with house.catalog.read() as connection:
        chain = audit.check_chain(connection, known_heads=known_heads)
    heads = [{"hash": one, "entriesSince": chain.since[one]} for one in known_heads]
    return {"entries": chain.entries, "lastHash": chain.last_hash, "heads": heads}
