"""`tieout bench`: the benchmark, with its floor measured in the same run."""

from pathlib import Path

import click

from tieout.serve.cli import Shell


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Rows of the generated month.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("bench-out"), show_default=True
)
@click.pass_obj
def bench(shell: Shell, rows: int, folder: Path) -> None:
    """Make a month of ROWS rows, bill it, and time every stage."""
    from tieout_bench import run_bench  # noqa: PLC0415 - the benchmark is imported only when it runs

    result = run_bench(rows=rows, folder=folder)
    if shell.json:
        shell.print_json(result)
    shell.table(
        f"{result['rows']} rows; floor {result['floorSeconds']} s;"
        f" whole run {result['ratio']} x the floor",
        ["stage", "seconds>", "x floor>", "peak MiB>"],
        rows=[(s["stage"], s["seconds"], s["ratio"], s["peakMemoryMiB"]) for s in result["stages"]],
    )
