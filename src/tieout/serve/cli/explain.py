"""`tieout explain`: one vendor row as it came, and what became of it at every hop."""

from typing import Any

import click

from tieout import pipeline
from tieout.serve.cli import Shell


@click.command()
@click.argument("line")
@click.pass_obj
def explain(shell: Shell, line: str) -> None:
    """Explain a vendor LINE, named by 16 digits of its file and its row number: 0123...-17."""
    found = pipeline.explain_line(shell.house, line)
    if shell.json:
        shell.print_json(found)
    shell.table(
        f"{found['file']}, row {found['rowNumber']}, line {found['line']} ({found['format']})",
        ["column", "cell as it came"],
        rows=[(one["name"], one["cell"]) for one in found["cells"] if one["cell"]],
    )
    for kind in ("rejected", "parked"):
        if found[kind]:
            shell.say(f"{kind}: {_said(found[kind])}")
    for one in found["decisions"]:
        shell.say(f"decided: {_said(one)}")
    if found["vendorLine"]:
        shell.table("read as", ["field", "value"], rows=list(found["vendorLine"].items()))
    if found["hops"]:
        keys = ("hop", "sellerId", "buyerId", "ruleId", "policy", "costTotalPrice", "totalPrice")
        shell.table(
            "priced",
            ["hop>", "seller", "buyer", "rule", "policy", "pays>", "asks>", "currency"],
            rows=[[hop[key] for key in (*keys, "currency")] for hop in found["hops"]],
        )
    elif not (found["rejected"] or found["parked"] or found["decisions"]):
        shell.say("no published run has this line yet")


def _said(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)
