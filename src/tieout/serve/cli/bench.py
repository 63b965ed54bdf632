"""`tieout bench`: the benchmark, with its floor measured in the same run."""

from pathlib import Path
from typing import Any

import click

from tieout.serve.cli import Shell


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Rows of the generated month.")
@click.option("--customers", type=int, help="How many customers it is for; one to 50 rows.")
@click.option("--prices", default=0, show_default=True, help="Rows of the price list.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("bench-out"), show_default=True
)
@click.option(
    "--shapes", is_flag=True, help="Only load the month: as CSV, gzip, JSON lines, with bad rows."
)
@click.pass_obj
def bench(
    shell: Shell, *, rows: int, customers: int | None, prices: int, folder: Path, shapes: bool
) -> None:
    """Make a month of ROWS rows, bill it, and time every stage."""
    from tieout_bench import (  # noqa: PLC0415 - the benchmark is imported only when it runs
        run_bench,
        run_shapes,
    )

    if shapes:
        result = run_shapes(rows=rows, folder=folder)
    else:
        result = run_bench(rows=rows, folder=folder, customers=customers, prices=prices)
    if shell.json:
        shell.print_json(result)
    elif shapes:
        _print_shapes(shell, result)
    else:
        _print_stages(shell, result)


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
