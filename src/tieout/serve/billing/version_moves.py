"""Moves of a version's life: each takes a registry and gives the next, whole, or refuses.

Nothing is half moved: a registry that breaks a rule cannot be made.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from tieout.serve.billing.lifecycle import (
    END_OF_MAINTENANCE,
    ENDED,
    FORWARD,
    REPRIEVED,
    Change,
    Override,
    Registry,
    RegistryRefused,
    Version,
    parse_registry,
    registry_text,
)
from tieout.serve.billing.release_notes import Release

SUNSET_NOT_SET, SUNSET_IN_FUTURE, ACTIVE_CUSTOMERS = (
    *("sunset_not_set", "sunset_in_future"),
    "active_customers",
)


def release_version(registry: Registry, version: Version, *, on: date) -> Registry:
    """Release N+1: N goes to maintenance and what was maintained to its end, together (VR-3)."""
    known = {one.id: one for one in registry.versions}
    was_preview = version.id in known and known[version.id].preview
    if version.number != registry.current.number + 1 or (version.id in known and not was_preview):
        raise RegistryRefused(reason=f"{version.id} does not follow {registry.current.id}")
    others, changes = [], []
    if was_preview:
        changes.append(_change(version.id, "preview -> current", at=on, why="released"))
    for one in registry.versions:
        if one.id == version.id:
            continue
        move = FORWARD.get(registry.status(one.id))
        if move is not None:
            why = f"{version.id} released"
            changes.append(_change(one.id, move, at=on, why=why))
        retires = move is not None and move.endswith(END_OF_MAINTENANCE)
        others.append(one.model_copy(update={"deprecated": on}) if retires else one)
    new = version.model_copy(update={"released": on, "preview": False})
    ordered = sorted([new, *others], key=lambda one: one.number, reverse=True)
    return _next(registry, versions=ordered, changes=changes)


def set_sunset(
    registry: Registry, version_id: str, *, sunset: date, on: date, why: str
) -> Registry:
    """Say when a version may end, or move that day later (VR-4, VR-5).

    Raises RegistryRefused for a day within the notice period, unless it only moves later.
    """
    version = _version(registry, version_id)
    if registry.status(version_id) != END_OF_MAINTENANCE:
        raise RegistryRefused(reason=f"{version_id} is not at the end of its maintenance")
    days = registry.rules.min_notice_days
    is_later = version.sunset is not None and sunset > version.sunset
    if not is_later and sunset < on + timedelta(days=days):
        raise RegistryRefused(reason=f"the sunset of {version_id} needs {days} days of notice")
    before = version.sunset.isoformat() if version.sunset else "null"
    change = _change(version_id, f"sunset {before} -> {sunset.isoformat()}", at=on, why=why)
    return _next(registry, versions=_with(registry, version_id, sunset=sunset), changes=[change])


def reprieve(registry: Registry, version_id: str, *, on: date, why: str) -> Registry:
    """Maintain a version once more, until the next one is released; once only (VR-3)."""
    if registry.status(version_id) != END_OF_MAINTENANCE:
        raise RegistryRefused(reason=f"{version_id} is not at the end of its maintenance")
    versions = _with(registry, version_id, deprecated=None, sunset=None)
    changes = [_change(version_id, REPRIEVED, at=on, why=why)]
    return _next(registry, versions=versions, changes=changes)


def blockers(registry: Registry, version_id: str, *, on: date, active_customers: int) -> list[str]:
    """Give what stands against ending a version (VR-4)."""
    sunset = _version(registry, version_id).sunset
    found = []
    if sunset is None:
        found.append(SUNSET_NOT_SET)
    elif on < sunset:
        found.append(SUNSET_IN_FUTURE)
    if active_customers:
        found.append(ACTIVE_CUSTOMERS)
    return found


def end_version(
    registry: Registry,
    version_id: str,
    *,
    on: date,
    active_customers: int,
    override: Override | None = None,
) -> Registry:
    """End a version: from now on it answers 410. Raises RegistryRefused naming what blocks it.

    An override, who and why, is recorded and stands above what blocks; never above the order of
    statuses.
    """
    if registry.status(version_id) != END_OF_MAINTENANCE:
        raise RegistryRefused(reason=f"{version_id} is not at the end of its maintenance")
    found = blockers(registry, version_id, on=on, active_customers=active_customers)
    if found and override is None:
        raise RegistryRefused(reason=f"{version_id} cannot end: {', '.join(found)}")
    why = "no active customer" if override is None else override.reason
    change = _change(version_id, ENDED, at=on, why=why)
    if override is not None:
        change = change.model_copy(update={"override": override})
    return _next(registry, versions=registry.versions, changes=[change])


def publish_release(registry: Registry, release: Release) -> Registry:
    """Add a release; a fix goes to N and N-1, whichever it was tagged for, and to no other."""
    fixed = registry.fixed_versions()
    wanted = [registry.current.id] if release.kind == "feature" else sorted(fixed)
    if not set(release.versions) <= set(wanted):
        raise RegistryRefused(reason=f"{release.id} may only go to {', '.join(wanted)}")
    whole = release.model_copy(update={"versions": tuple(wanted)})
    return _checked(registry.model_copy(update={"releases": (whole, *registry.releases)}))


def _change(version_id: str, change: str, *, at: date, why: str) -> Change:
    return Change(at=at, version=version_id, change=change, why=why)


def _version(registry: Registry, version_id: str) -> Version:
    try:
        return registry.version(version_id)
    except KeyError:
        raise RegistryRefused(reason=f"{version_id} is no version") from None


def _with(registry: Registry, version_id: str, **changes: date | None) -> list[Version]:
    return [
        one.model_copy(update=changes) if one.id == version_id else one for one in registry.versions
    ]


def _next(
    registry: Registry, *, versions: Iterable[Version], changes: Iterable[Change]
) -> Registry:
    """Give the registry after a move, read again as any registry is."""
    history = (*registry.history, *changes)
    return _checked(registry.model_copy(update={"versions": tuple(versions), "history": history}))


def _checked(registry: Registry) -> Registry:
    return parse_registry(registry_text(registry))
