"""`tieout bench`: the benchmark, with its floor measured in the same run."""

from pathlib import Path
from typing import Any

import click

from tieout.errors import Conflict
from tieout.serve.cli import Shell


@click.command()
@click.option(
    "--rows",
    type=int,
    help="Rows of the month; default 1000000, 100000 for --answers, 2000 for --together.",
)
@click.option("--customers", type=int, help="How many customers it is for; one to 50 rows.")
@click.option("--prices", default=0, show_default=True, help="Rows of the price list.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("bench-out"), show_default=True
)
@click.option(
    "--shapes", is_flag=True, help="Only load the month: as CSV, gzip, JSON lines, with bad rows."
)
@click.option(
    "--answers", is_flag=True, help="Bill a month of one reseller and time the service's answers."
)
@click.option(
    "--together",
    is_flag=True,
    help="Ask everything at once while months are loaded and run: errors, torn reads, memory.",
)
@click.option("--clients", default=200, show_default=True, help="Clients of --together.")
@click.option("--seconds", default=300, show_default=True, help="How long --together takes.")
@click.option("--workers", default=2, show_default=True, help="Workers of --together.")
@click.pass_obj
def bench(
    shell: Shell,
    /,
    *,
    rows: int | None,
    customers: int | None,
    prices: int,
    folder: Path,
    clients: int,
    seconds: int,
    workers: int,
    **what: bool,
) -> None:
    """Make a month of ROWS rows, bill it, and time every stage."""
    from tieout_bench import (  # noqa: PLC0415 - the benchmark is imported only when it runs
        run_answers,
        run_bench,
        run_shapes,
        run_together,
    )

    if what["together"]:
        asked = {"clients": clients, "seconds": seconds, "workers": workers}
        result, show = run_together(rows=rows or 2_000, folder=folder, **asked), _print_together
    elif what["answers"]:
        result, show = run_answers(rows=rows or 100_000, folder=folder), _print_answers
    elif what["shapes"]:
        result, show = run_shapes(rows=rows or 1_000_000, folder=folder), _print_shapes
    else:
        result, show = (
            run_bench(rows=rows or 1_000_000, folder=folder, customers=customers, prices=prices),
            _print_stages,
        )
    if shell.json:
        shell.print_json(result)
    show(shell, result)
    if result.get("faults"):
        raise Conflict(reason=f"{len(result['faults'])} faults, the first: {result['faults'][0]}")


def _print_together(shell: Shell, result: dict[str, Any]) -> None:
    shell.table(
        f"{result['clients']} clients for {result['seconds']} seconds: {result['answers']} answers,"
        f" {result['answersPerSecond']} a second, beside {result['written']}",
        ["worker", "first third MiB>", "middle>", "last>", "most>"],
        rows=[
            (
                *(one["worker"], one["firstThirdMiB"], one["middleThirdMiB"]),
                *(one["lastThirdMiB"], one["mostMiB"]),
            )
            for one in result["workers"]
        ],
    )
    shell.table(
        "milliseconds",
        ["question", "answers>", "median>", "most>"],
        rows=[
            (name, *(one[part] for part in ("answers", "median", "most")))
            for name, one in result["milliseconds"].items()
        ],
    )


def _print_answers(shell: Shell, result: dict[str, Any]) -> None:
    shell.table(
        f"one reseller's month; floor: to_json {result['floorLinesPerSecond']} lines a second",
        ["form", "lines>", "bytes>", "seconds>", "x floor>", "first byte s>", "above idle MiB>"],
        rows=[
            (
                *(one["form"], one["lines"], one["bytes"], one["seconds"], one["ratio"]),
                *(one["firstByteSeconds"], one["aboveIdleMiB"]),
            )
            for one in result["large"]
        ],
    )
    small = result["smallMilliseconds"]
    shell.table(
        "one customer's invoice, milliseconds",
        ["answer", "median>", "99th percentile>"],
        rows=[(name, one["median"], one["p99"]) for name, one in small.items()],
    )


def _print_shapes(shell: Shell, result: dict[str, Any]) -> None:
    shell.table(
        f"loading {result['rows']} rows",
        ["shape", "bytes>", "rejected>", "seconds>", "x csv>", "CPU s>", "x csv>"],
        rows=[
            (
                *(s["shape"], s["bytes"], s["rejected"]),
                *(s["seconds"], s["ratio"], s["cpuSeconds"], s["cpuRatio"]),
            )
            for s in result["shapes"]
        ],
    )


def _print_stages(shell: Shell, result: dict[str, Any]) -> None:
    shell.table(
        f"{result['rows']} rows; floor {result['floorSeconds']} s;"
        f" whole run {result['ratio']} x the floor",
        ["stage", "seconds>", "x floor>", "peak MiB>"],
        rows=[(s["stage"], s["seconds"], s["ratio"], s["peakMemoryMiB"]) for s in result["stages"]],
    )
