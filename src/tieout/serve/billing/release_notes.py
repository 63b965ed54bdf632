"""The original's release notes and known issues as records (billing-api.md 1.6, 1.7)."""

from datetime import date as day
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

VersionId = Annotated[str, Field(pattern=r"^v[1-9][0-9]*$")]


class Record(BaseModel):
    """Part of the file: keys in camel case, none unknown, none left out unless it has a default."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class Settled(Record):
    """An issue that a release settled, and the requirement that holds it settled."""

    key: str
    title: str
    requirement: str


class Release(Record):
    """One release and the issues it settled; `documents` are those a correction touches."""

    id: str = Field(pattern=r"^r[1-9][0-9]*$")
    date: day | None
    kind: Literal["hotfix", "bugfix", "feature", "correction"]
    versions: tuple[VersionId, ...] = Field(min_length=1)
    endpoints: tuple[str, ...]
    breaking: bool
    fields_added: tuple[str, ...]
    documents: tuple[str, ...] = ()
    issues: tuple[Settled, ...]

    @model_validator(mode="after")
    def _names_its_documents(self) -> Self:
        if self.kind == "correction" and not self.documents:
            raise ValueError(f"correction {self.id} must list the documents it touches")
        if self.fields_added and self.kind != "feature":
            raise ValueError(f"{self.id} adds fields, so it is a feature")
        return self


class Affected(Record):
    """Where an issue shows."""

    versions: tuple[VersionId, ...]
    endpoints: tuple[str, ...]


class Issue(Record):
    """A known issue."""

    key: str
    title: str
    state: Literal["open", "fixed"]
    fixed_in: str | None
    affects: Affected
    workaround: str | None
    requirement: str | None
