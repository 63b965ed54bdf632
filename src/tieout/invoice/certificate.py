"""The tie-out certificate: rows and money at every border, and the laws they must obey."""

from typing import Any

from tieout.engine.duckdb import Engine, sql_text
from tieout.errors import LawBroken

LAWS = {
    "law_rows": "vendor lines = matched + parked + set aside + late; a detail per match and hop",
    "law_money": "vendor lines = hop-1 detail lines + parked + set aside + late, by currency",
    "law_residual": "detail + residual = invoice lines; no residual above half a minor unit",
    "law_keys": "a match key names one line per hop",
}
# what would take a billed line back and is held by its contract waits, and is not billed late
WAITING = (
    "SELECT currency, amount FROM parked_line UNION ALL SELECT currency, amount FROM held_back"
)
LATE = (
    "SELECT line.currency, total_price AS amount FROM late_detail_line AS line"
    " JOIN late_charge AS charge USING (charge_no) WHERE hop = 1 AND late_lines <> 'hold'"
)


def check_laws(engine: Engine) -> None:
    """Check laws 1 to 4 on the relations of a run. Raises LawBroken with both figures."""
    for name in LAWS:
        check_law(engine, name)


def check_law(engine: Engine, name: str) -> None:
    """Check one of LAWS. Raises LawBroken with both figures."""
    broken = engine.arrow(sql_text("tieout.invoice", name) + " LIMIT 1").to_pylist()
    if broken:
        left, right = (str(broken[0][side]) for side in ("left", "right"))
        raise LawBroken(law=LAWS[name], left=left, right=right)


def amounts(engine: Engine, sql: str) -> list[dict[str, str]]:
    """Give `[{"currency", "amount"}]` of a relation with those columns, summed by currency."""
    found: list[dict[str, str]] = engine.arrow(
        "SELECT currency, shortest(sum(amount)) AS amount FROM"
        f" ({sql}) WHERE amount IS NOT NULL GROUP BY currency ORDER BY currency"
    ).to_pylist()
    return found


def certify(
    engine: Engine, *, period: str, input_digest: str, output_digest: str
) -> dict[str, Any]:
    """Give the certificate of a run as JSON values (rulings.md, JSON of the command line)."""
    hops = engine.arrow(sql_text("tieout.invoice", "certificate_hop")).to_pylist()
    inputs = engine.arrow(sql_text("tieout.invoice", "certificate_input")).to_pylist()
    rejected = engine.one("SELECT count(*)::INT AS count FROM rejected_row")["count"]
    parked = engine.one(f"SELECT count(*)::INT AS count FROM ({WAITING})")["count"]
    aside = engine.arrow(sql_text("tieout.invoice", "certificate_set_aside")).to_pylist()
    if rejected or parked:
        status = "quarantine_open"
    elif any(hop["residual"] != "0" for hop in hops):
        status = "tied_with_residual"
    else:
        status = "tied"
    return {
        "period": period,
        "status": status,
        "hops": hops,
        "inputs": inputs,
        "rejected": {
            "count": rejected,
            "amounts": amounts(engine, "SELECT currency, subtotal AS amount FROM rejected_row"),
        },
        "parked": {
            "count": parked,
            "amounts": amounts(engine, WAITING),
        },
        "setAside": {
            "count": len(aside),
            "amounts": amounts(engine, "SELECT currency, amount FROM set_aside_line"),
            "lines": aside,
        },
        "late": {
            "count": engine.one(f"SELECT count(*)::INT AS count FROM ({LATE})")["count"],
            "amounts": amounts(engine, LATE),
        },
        "carriedIn": engine.arrow(sql_text("tieout.invoice", "certificate_carried")).to_pylist(),
        "inputDigest": input_digest,
        "outputDigest": output_digest,
    }
