"""`tieout job`: work for `tieout work` to do, queued, looked at and cancelled."""

from pathlib import Path
from typing import Any

import click

from tieout import pipeline
from tieout.serve.cli import Shell
from tieout.serve.cli.decisions import BY, RUN_BY
from tieout.serve.cli.export import books_asked
from tieout.serve.cli.load import month, wishes_asked
from tieout.store.job_table import JOB_STATES

ATTEMPTS = click.option(
    "--attempts",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How often it is begun when workers die or disks are full. A refusal is final.",
)


@click.group()
def job() -> None:
    """Queue work, look at it and cancel it; `tieout work` does it."""


@job.group()
def submit() -> None:
    """Queue a job: it is kept in the catalog until a worker has done it."""


@submit.command("run")
@click.argument("period", callback=month)
@RUN_BY
@ATTEMPTS
@click.pass_obj
def submit_run(shell: Shell, period: str, *, by: str, attempts: int) -> None:
    """Bill a calendar month (YYYY-MM), as `tieout run` does."""
    _submit(shell, "run", attempts=attempts, period=period, by=by)


@submit.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@wishes_asked
@RUN_BY
@ATTEMPTS
@click.pass_obj
def submit_load(
    shell: Shell,
    files: tuple[Path, ...],
    *,
    period: str | None,
    invoice_number: str | None,
    expected: dict[str, str],
    accept_mismatch: bool,
    by: str,
    attempts: int,
) -> None:
    """Load vendor FILES or folders of them, as `tieout load` does.

    They are read when a worker takes the job: leave them where they are until it is done, in a
    place that every worker sees by the same name.
    """
    _submit(
        shell,
        "load",
        attempts=attempts,
        files=[str(file.absolute()) for file in files],
        period=period,
        invoiceNumber=invoice_number,
        expected=expected,
        acceptMismatch=accept_mismatch,
        by=by,
    )


@submit.command("reference")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@BY
@ATTEMPTS
@click.pass_obj
def submit_reference(shell: Shell, folder: Path, *, by: str, attempts: int) -> None:
    """Load the CSV files of FOLDER, as `tieout reference load` does."""
    _submit(shell, "reference", attempts=attempts, folder=str(folder.absolute()), by=by)


@submit.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@ATTEMPTS
@click.pass_obj
def submit_export(shell: Shell, folder: Path, *, attempts: int) -> None:
    """Write the reference data in force to a new FOLDER, as `tieout reference export` does."""
    _submit(shell, "export", attempts=attempts, folder=str(folder.absolute()))


@submit.command("postings")
@click.argument("period", callback=month)
@books_asked
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file."
)
@ATTEMPTS
@click.pass_obj
def submit_postings(
    shell: Shell,
    period: str,
    *,
    syntax: str,
    party: str | None,
    drafts: bool,
    out: Path,
    attempts: int,
) -> None:
    """Write a month (YYYY-MM) as double-entry postings, as `tieout export postings` does."""
    asked = {"period": period, "syntax": syntax, "party": party, "drafts": drafts}
    _submit(shell, "postings", attempts=attempts, file=str(out.absolute()), **asked)


def _submit(shell: Shell, kind: str, *, attempts: int, **arguments: Any) -> None:
    found = pipeline.submit_job(shell.house, kind, arguments=arguments, attempts=attempts)
    if shell.json:
        shell.print_json(found)
    shell.say(f"job {found['jobId']} is queued; `tieout work` does it")


@job.command("list")
@click.option("--state", type=click.Choice(JOB_STATES), help="Only these.")
@click.pass_obj
def listed(shell: Shell, *, state: str | None) -> None:
    """List jobs, the newest first, at most 100."""
    found = pipeline.list_jobs(shell.house, state=state)
    if shell.json:
        shell.print_json({"jobs": found})
    rows = [
        (
            one["jobId"],
            one["kind"],
            _what(one),
            _state(one),
            _tries(one),
            one["owner"],
            one["error"],
        )
        for one in found
    ]
    shell.table(
        "jobs", ["job>", "kind", "what", "state", "attempts>", "worker", "last said"], rows=rows
    )


@job.command()
@click.argument("job_id", type=click.IntRange(min=1))
@click.pass_obj
def show(shell: Shell, job_id: int) -> None:
    """Show a job: its state, its worker, how far it is, its result."""
    found = pipeline.find_job(shell.house, job_id)
    if shell.json:
        shell.print_json(found)
    said = {**found, "arguments": _what(found), "state": _state(found), "attempts": _tries(found)}
    shell.table(
        f"job {job_id}",
        ["", ""],
        rows=[(name, value) for name, value in said.items() if value is not None],
    )


@job.command()
@click.argument("job_id", type=click.IntRange(min=1))
@click.pass_obj
def cancel(shell: Shell, job_id: int) -> None:
    """End a job. One that runs ends before its next phase; what was published stands."""
    found = pipeline.cancel_job(shell.house, job_id)
    if shell.json:
        shell.print_json(found)
    shell.say(f"job {job_id} is {_state(found)}")


def _what(one: dict[str, Any]) -> str:
    asked = one["arguments"]
    return " ".join(asked["files"]) if "files" in asked else asked.get("period") or asked["folder"]


def _state(one: dict[str, Any]) -> str:
    is_ending = one["cancelAsked"] and one["state"] == "running"
    return "running, to be cancelled" if is_ending else str(one["state"])


def _tries(one: dict[str, Any]) -> str:
    return f"{one['attempts']} of {one['attemptsMax']}"
