"""`tieout explain`: one vendor row as it came, and what became of it at every hop."""

import sys
from typing import Any

import click

from tieout import pipeline
from tieout.report.visibility import OWNED, Viewer
from tieout.serve.cli import REFUSED, Shell
from tieout.serve.cli.explained_text import cells_title, way_lines

SHOWN = 20  # lines of a name that stands for several


@click.command()
@click.argument("line")
@click.option("--as", "party", metavar="ORGANIZATION", help="Only what this organization may see.")
@click.pass_obj
def explain(shell: Shell, line: str, *, party: str | None) -> None:
    """Explain a vendor LINE: its row, its match, and each step of its price at every hop.

    LINE is a vendor line's id (16 digits of its file and its row number: 0123...-17), file:row, a
    row id of the Reporting API, a match key, or the vendor's own row id. A name that stands for
    several lines gives a list. Every figure is recomputed from what the run used; where one is not
    what the run stored the command says so and ends with exit 1.
    """
    viewer = None if party is None else Viewer(party, sees_cost=True, previews=OWNED)
    found = pipeline.explain_named(shell.house, line, viewer=viewer, most=SHOWN)
    differs = any(one["differences"] for one in found["lines"])
    if found["count"] > 1:
        _list(shell, found, name=line)
    else:
        (one,) = found["lines"]
        if shell.json:
            shell.print_json(one)
        _print(shell, one)
    if differs:
        shell.warn("DIFFERENCE: the stored figures are not what the frozen inputs give")
        sys.exit(REFUSED)


def _list(shell: Shell, found: dict[str, Any], *, name: str) -> None:
    """Print the lines that a name stands for, to choose from."""
    candidates = [_candidate(one) for one in found["lines"]]
    if shell.json:
        shell.print_json({"count": found["count"], "candidates": candidates})
    shell.table(
        f"'{name}' stands for {found['count']} lines; explain one of them",
        ["line", "file", "row>", "match key", "charge", "from", "to", "total>", "currency"],
        rows=[list(one.values()) for one in candidates],
    )
    if found["count"] > len(candidates):
        shell.say(f"and {found['count'] - len(candidates)} more")


def _candidate(one: dict[str, Any]) -> dict[str, Any]:
    row, hop = one.get("vendorLine") or {}, one["hops"][-1] if one["hops"] else {}
    return {
        "vendorLineId": one.get("vendorLineId"),
        "file": one.get("file"),
        "rowNumber": one.get("rowNumber"),
        "matchKey": hop.get("matchKey"),
        "chargeType": row.get("chargeType") or (one["match"] or {}).get("chargeType"),
        "chargeStartDate": row.get("chargeStartDate"),
        "chargeEndDate": row.get("chargeEndDate"),
        "totalPrice": hop.get("totalPrice"),
        "currency": hop.get("currency"),
    }


def _print(shell: Shell, one: dict[str, Any]) -> None:
    if "cells" in one:
        shell.table(
            cells_title(one),
            ["column", "cell as it came"],
            rows=[(cell["name"], cell["cell"]) for cell in one["cells"] if cell["cell"]],
        )
    for kind in ("rejected", "parked"):
        if one.get(kind):
            shell.say(f"{kind}: {_said(one[kind])}")
    for decision in one.get("decisions", ()):
        shell.say(f"decided: {_said(decision)}")
    for text in way_lines(one):
        shell.say(text)
    _conclude(shell, one)


def _conclude(shell: Shell, one: dict[str, Any]) -> None:
    shell.say("")
    for differs in one["differences"]:
        where = f"hop {differs['hop']}" if "hop" in differs else differs["contractId"]
        shell.say(
            f"DIFFERENCE at {where}, {differs['field']}: stored {differs['stored']},"
            f" recomputed {differs['recomputed']}",
            style="bold red",
        )
    if one["hops"] and not one["differences"]:
        shell.say("recomputed from what the run used: the same figures that are stored")
    elif not (one["hops"] or one.get("rejected") or one.get("parked") or one.get("decisions")):
        shell.say("no published run has this line yet")


def _said(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)
