"""`tieout versions`: the Billing API's versions, and the moves of their lives."""

import os
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click

from tieout.serve.app import utc_now
from tieout.serve.billing.lifecycle import (
    Override,
    Registry,
    RegistryRefused,
    read_registry,
    registry_text,
)
from tieout.serve.billing.usage import usage_document
from tieout.serve.billing.version_moves import (
    end_version,
    release_version,
    reprieve,
    set_sunset,
)
from tieout.serve.cli import Shell
from tieout.serve.cli.decisions import BY, reason_given

WHY = click.option(
    "--why", required=True, callback=reason_given, help="Why; it stands in the public history."
)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def versions() -> None:
    """Show the Billing API's versions, and move them through their lives.

    Moves change the file that TIEOUT_BILLING_REGISTRY names; a running service reads it when it
    starts again.
    """


@versions.command("list")
@click.pass_obj
def list_(shell: Shell) -> None:
    """List the versions, newest first, with their status and days."""
    _show(shell, read_registry(shell.settings.billing_registry))


@versions.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def copy(shell: Shell, target: Path) -> None:
    """Write the registry that tieout ships to TARGET, as one of your own to begin with."""
    if target.exists():
        raise RegistryRefused(reason=f"{target} exists already")
    _write(target, read_registry())
    if shell.json:
        shell.print_json({"file": str(target)})
    shell.say(f"written; name it in TIEOUT_BILLING_REGISTRY={target}")


@versions.command()
@click.argument("version")
@click.argument("day", type=DAY)
@WHY
@click.pass_obj
def sunset(shell: Shell, version: str, day: datetime, why: str) -> None:
    """Say from which DAY on VERSION may end, or move that day later."""
    _move(shell, lambda it, on: set_sunset(it, version, sunset=day.date(), on=on, why=why))


@versions.command("reprieve")
@click.argument("version")
@WHY
@click.pass_obj
def reprieve_(shell: Shell, version: str, why: str) -> None:
    """Maintain VERSION once more, until the next one is released."""
    _move(shell, lambda it, on: reprieve(it, version, on=on, why=why))


@versions.command()
@click.argument("version")
@click.option("--override", callback=reason_given, help="Why it ends although something blocks it.")
@BY
@click.pass_obj
def end(shell: Shell, version: str, override: str | None, by: str) -> None:
    """End VERSION: it answers 410 from now on. Refused while customers call it."""

    def ended(registry: Registry, on: date) -> Registry:
        if version not in registry.ids():
            raise RegistryRefused(reason=f"{version} is no version")
        used = usage_document(shell.house.catalog, registry, version_id=version, today=on)
        return end_version(
            registry,
            version,
            on=on,
            active_customers=used["activeCustomers"],
            override=Override(by=by, reason=override) if override else None,
        )

    _move(shell, ended)


@versions.command()
@click.argument("version")
@click.pass_obj
def release(shell: Shell, version: str) -> None:
    """Release VERSION, which this tieout can render: older ones move on together."""

    def released(registry: Registry, on: date) -> Registry:
        try:
            new = read_registry().version(version)
        except KeyError:
            raise RegistryRefused(reason=f"this tieout knows no {version}") from None
        return release_version(registry, new, on=on)

    _move(shell, released)


def _move(shell: Shell, move: Callable[[Registry, date], Registry]) -> None:
    """Move the registry of the installation, whole or not at all, and show it."""
    place = shell.settings.billing_registry
    if place is None:
        reason = "name your registry in TIEOUT_BILLING_REGISTRY; `tieout versions copy` makes one"
        raise RegistryRefused(reason=reason)
    moved = move(read_registry(place), utc_now().date())
    _write(place, moved)
    _show(shell, moved)


def _write(target: Path, registry: Registry) -> None:
    """Write a registry beside its place and move it there."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}-", delete=False
        ) as draft:
            draft.write(registry_text(registry))
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).chmod(0o644)
        Path(draft.name).rename(target)
    except OSError as error:
        raise RegistryRefused(reason=f"{target}: {error.strerror}") from None


def _show(shell: Shell, registry: Registry) -> None:
    found = [
        {
            "version": one.id,
            "status": registry.status(one.id),
            "released": one.released and one.released.isoformat(),
            "deprecated": one.deprecated and one.deprecated.isoformat(),
            "sunset": one.sunset and one.sunset.isoformat(),
        }
        for one in registry.versions
    ]
    if shell.json:
        shell.print_json({"versions": found})
    shell.table("Billing API", list(found[0]), rows=[tuple(one.values()) for one in found])
