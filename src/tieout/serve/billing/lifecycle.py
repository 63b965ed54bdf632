"""The versions of the Billing API: one registry file, and the status of each, derived from it.

The file is `lifecycle.json` beside this module, or the one that TIEOUT_BILLING_REGISTRY names. It
holds no status: a version's place among the released ones and the recorded moves decide it.
"""

import itertools
import re
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from tieout.errors import Refused
from tieout.serve.billing.release_notes import Issue, Record, Release, VersionId

PREVIEW, CURRENT, MAINTENANCE = "preview", "current", "maintenance"
END_OF_MAINTENANCE, END_OF_LIFE = "end_of_maintenance", "end_of_life"
RETIRING = (END_OF_MAINTENANCE, END_OF_LIFE)
ENDED = f"{END_OF_MAINTENANCE} -> {END_OF_LIFE}"
REPRIEVED = f"{END_OF_MAINTENANCE} -> {MAINTENANCE}"
# how a version moves as newer ones are released; a reprieve may come once, and end with the next
FORWARD = {
    CURRENT: f"{CURRENT} -> {MAINTENANCE}",
    MAINTENANCE: f"{MAINTENANCE} -> {END_OF_MAINTENANCE}",
}
MOVES = ("preview -> current", *FORWARD.values(), ENDED, REPRIEVED)
SUNSET_MOVE = re.compile(r"sunset (null|\d{4}-\d\d-\d\d) -> (null|\d{4}-\d\d-\d\d)", re.ASCII)
StatusId = Literal["preview", "current", "maintenance", "end_of_maintenance", "end_of_life"]
# what each status promises (billing-api.md 1.1): support, bug fixes, features, served
PROMISES: Mapping[str, tuple[bool, bool, bool, bool]] = {
    PREVIEW: (False, True, True, True),
    CURRENT: (True, True, True, True),
    MAINTENANCE: (True, True, False, True),
    END_OF_MAINTENANCE: (True, False, False, True),
    END_OF_LIFE: (False, False, False, False),
}


class RegistryRefused(Refused):
    """A registry of versions that breaks a rule of its own, or a move that would."""

    def __init__(self, *, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(f"Billing API versions: {reason}")


class Rules(Record):
    """How deep fixes go, how long before the end notice is given, what counts as active."""

    bugfix_depth: Literal[1]
    min_notice_days: int = Field(ge=0)
    active_window_days: int = Field(ge=1)
    unsupported: Literal["reject"]


class Status(Record):
    """One status and what it promises."""

    id: StatusId
    label: str
    support: bool
    bugfix: bool
    feature: bool
    served: bool


class Version(Record):
    """One version as the file holds it: dates, what it serves, never its status."""

    id: VersionId
    preview: bool = False
    released: date | None
    deprecated: date | None
    sunset: date | None
    endpoints: tuple[str, ...]
    formats: tuple[Literal["xml", "json", "csv", "ndjson"], ...]
    notes: str

    @property
    def number(self) -> int:
        """The integer of the id."""
        return int(self.id[1:])


class Override(Record):
    """Who ended a version although it had active customers, and why."""

    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class Change(Record):
    """One recorded change of a version."""

    at: date
    version: VersionId
    change: str
    why: str = Field(min_length=1)
    override: Override | None = None


class Registry(Record):
    """Everything that is known of versions, releases and issues; newest first, history oldest."""

    rules: Rules
    statuses: tuple[Status, ...]
    versions: tuple[Version, ...] = Field(min_length=1)
    history: tuple[Change, ...]
    releases: tuple[Release, ...]
    issues: tuple[Issue, ...]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _check_order(self)
        _check_history(self)
        _check_dates(self)
        return self

    @property
    def current(self) -> Version:
        """N: the newest version that is released."""
        return next(one for one in self.versions if not one.preview)

    def status(self, version_id: str) -> StatusId:
        """Derive a version's status from its place and the recorded moves."""
        version, moves = self.version(version_id), self.moves(version_id)
        if version.preview:
            return "preview"
        if moves and moves[-1] == ENDED:
            return "end_of_life"
        released = [one.id for one in self.versions if not one.preview]
        place = released.index(version_id)
        if place == 0:
            return "current"
        if place <= self.rules.bugfix_depth or (moves and moves[-1] == REPRIEVED):
            return "maintenance"
        return "end_of_maintenance"

    def is_served(self, version_id: str) -> bool:
        """Tell whether a version answers with documents."""
        return PROMISES[self.status(version_id)][3]

    def version(self, version_id: str) -> Version:
        """Give a version by id. Raises KeyError for one that is not known."""
        for one in self.versions:
            if one.id == version_id:
                return one
        raise KeyError(version_id)

    def moves(self, version_id: str) -> list[str]:
        """Give a version's recorded moves of status, oldest first."""
        return [
            one.change for one in self.history if one.version == version_id and one.change in MOVES
        ]

    def fixed_versions(self) -> list[str]:
        """Give the versions that bug fixes go to, newest first: N and N-1 (VR-1)."""
        released = [one.id for one in self.versions if not one.preview]
        return released[: self.rules.bugfix_depth + 1]

    def ids(self) -> list[str]:
        """Give every known id, oldest first."""
        return [one.id for one in reversed(self.versions)]

    def served_ids(self) -> list[str]:
        """Give the ids of the versions that are served, oldest first."""
        return [name for name in self.ids() if self.is_served(name)]


def read_registry(place: Path | None = None) -> Registry:
    """Read the registry file and check it. Raises RegistryRefused naming what is wrong."""
    source = place or files("tieout.serve.billing").joinpath("lifecycle.json")
    return parse_registry(source.read_text("utf-8"))


def parse_registry(text: str) -> Registry:
    """Read a registry from its text."""
    try:
        return Registry.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise RegistryRefused(reason=f"{place}: {reason}" if place else reason) from None


def registry_text(registry: Registry) -> str:
    """Give the text of a registry file."""
    return registry.model_dump_json(indent=1, by_alias=True, exclude_unset=True) + "\n"


def _check_order(registry: Registry) -> None:
    """Check ids, their order, and what the statuses promise."""
    numbers = [one.number for one in registry.versions]
    if numbers != sorted(set(numbers), reverse=True):
        raise ValueError("versions stand newest first, each once")
    previews = [one.preview for one in registry.versions]
    if all(previews) or previews != sorted(previews, reverse=True):
        raise ValueError("a preview is newer than every released version, of which there is one")
    told = {one.id: (one.support, one.bugfix, one.feature, one.served) for one in registry.statuses}
    if told != PROMISES or len(registry.statuses) != len(PROMISES):
        raise ValueError("the statuses do not promise what they stand for")
    known = {one.id for one in registry.versions}
    named = [name for one in registry.releases for name in one.versions]
    named += [name for one in registry.issues for name in one.affects.versions]
    named += [one.version for one in registry.history]
    if unknown := set(named) - known:
        raise ValueError(f"{', '.join(sorted(unknown))} is named but is no version")
    releases = [int(one.id[1:]) for one in registry.releases]
    if releases != sorted(set(releases), reverse=True):
        raise ValueError("releases stand newest first, each once")
    fixes = {one.fixed_in for one in registry.issues if one.state == "fixed"}
    if not fixes <= {one.id for one in registry.releases}:
        raise ValueError("a fixed issue names the release that fixed it")


def _check_history(registry: Registry) -> None:
    """Check that the recorded moves are moves, in order, and end where each version stands."""
    days = [one.at for one in registry.history]
    if days != sorted(days):
        raise ValueError("history stands oldest first")
    for one in registry.history:
        if one.change not in MOVES and not SUNSET_MOVE.fullmatch(one.change):
            raise ValueError(f"history: '{one.change}' is no change of a version")
    for version in registry.versions:
        moves = registry.moves(version.id)
        if moves.count(REPRIEVED) > 1:
            raise ValueError(f"{version.id} was reprieved more than once")
        ends = [move.split(" -> ") for move in moves]
        if any(a[1] != b[0] for a, b in itertools.pairwise(ends)):
            raise ValueError(f"the moves of {version.id} do not follow each other")
        if ends and ends[-1][1] != registry.status(version.id):
            raise ValueError(f"{version.id} is {registry.status(version.id)}, history disagrees")
        if registry.status(version.id) == END_OF_LIFE and version.id in registry.fixed_versions():
            raise ValueError(f"{version.id} still gets fixes, so it cannot have ended")


def _check_dates(registry: Registry) -> None:
    """Check that who retires says since when, and that no end comes without notice."""
    for one in registry.versions:
        if (registry.status(one.id) in RETIRING) != (one.deprecated is not None):
            raise ValueError(f"{one.id} says since when it is deprecated exactly when it is")
        if one.sunset is None:
            continue
        if one.deprecated is None:
            raise ValueError(f"{one.id} has a sunset but is not deprecated")
        if (one.sunset - one.deprecated).days < registry.rules.min_notice_days:
            raise ValueError(f"the sunset of {one.id} comes within the notice period")
