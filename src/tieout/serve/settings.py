"""What an installation can be told through `TIEOUT_` variables; read here and nowhere else."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from tieout.engine.duckdb import Instance
from tieout.errors import Conflict
from tieout.serve.export.kept import KeptAnswers
from tieout.serve.shared_moments import WORKERS_MAX
from tieout.store.database import Catalog
from tieout.store.house import House, open_house
from tieout.store.row_security import fault_of

COMPAT_CUT_OFFS = (date(2022, 12, 1), date(2023, 5, 1))  # corrections, others (documented)

MEMORY = re.compile(r"^([1-9][0-9]{0,8})([KMGT]i?B)$", re.ASCII)
UNITS = {f"{sign}B": 1000**n for n, sign in enumerate("KMGT", 1)}
UNITS |= {f"{sign}iB": 1024**n for n, sign in enumerate("KMGT", 1)}

# by package, what every session of an answer knows
ANSWER_MACROS = {
    "tieout.report": ("amount_text",),
    "tieout.serve.billing": (
        *("minor_amount", "number_place", "rounded_to_ten", "xml_text", "xml_clean", "csv_text"),
    ),
}


class Settings(BaseSettings):
    """The settings with their defaults."""

    model_config = SettingsConfigDict(env_prefix="TIEOUT_", frozen=True, extra="ignore")

    home: Path = Path("tieout-data")
    catalog: str | None = None  # an SQLAlchemy URL; by default a SQLite file in `home`
    # the URL by which the reading APIs read it: as a role that row-level security holds
    serve_catalog: str | None = None
    lake: Path | None = None  # by default a folder in `home`
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=WORKERS_MAX)  # processes that answer
    base_url: str = "http://127.0.0.1:8000"  # what problem types start with, and who issues tokens
    token_seconds: int = Field(default=600, ge=60, le=3600)  # how long an access token lives
    metrics: str | None = None  # HOST:PORT of the metrics, on which nobody is asked for a key
    trusted_proxies: str = "127.0.0.1"  # whose X-Forwarded-For and -Proto are believed
    shutdown_seconds: int = Field(default=30, ge=1)  # for answers being sent when told to end
    head_seconds: int = Field(default=10, ge=1)  # for a request's headers to arrive
    body_seconds: int = Field(default=120, ge=1)  # for a request's body to arrive
    send_seconds: int = Field(default=300, ge=1)  # for a reader to take the next piece
    connections: int = Field(default=1000, ge=1)  # that are kept at once
    billing_registry: Path | None = None  # a file like serve/billing/lifecycle.json
    preview_share_with_seller: bool = False
    correction_details_scope: Literal["only", "mixed"] = "only"
    correction_quantity: Literal["lone", "alwaysOne"] = "lone"  # who keeps its own: a lone line
    credit_grouping: Literal["datesSign", "dates", "datesTotal", "none"] = "datesSign"
    # how many months back invoices are answered, and from which day on that holds
    reporting_window_months: Annotated[int, Field(ge=1)] | Literal["unlimited"] = 15
    reporting_window_from: date = date(2026, 8, 1)
    # how many months back vendors' own rows are answered, and the first day that is ever answered
    vendor_raw_months: Annotated[int, Field(ge=1)] | Literal["unlimited"] = 12
    vendor_raw_floor: date = date(2024, 1, 1)
    # invoices up to these days are answered consolidated; `compat` has the documented days
    reporting_profile: Literal["own", "compat"] = "own"
    expand_from_corrections: date | None = None
    expand_from_others: date | None = None
    # of all answers of the service, spilling beyond; each worker has its share
    query_memory: str = Field(default="2GB", pattern=MEMORY.pattern)
    query_threads: int = Field(default=2, ge=1)
    kept_answers_mib: int = Field(default=32, ge=0)  # of small answers, in memory; 0 keeps none
    calls_per_minute: int = Field(default=120, ge=1)  # of one key, at all APIs together
    open_streams: int = Field(default=4, ge=1)  # answers to one key, being made or sent

    @property
    def cut_offs(self) -> tuple[date | None, date | None]:
        """The last days on which corrections, and other lines, are not broken out."""
        corrections, others = COMPAT_CUT_OFFS if self.reporting_profile == "compat" else (None,) * 2
        return self.expand_from_corrections or corrections, self.expand_from_others or others

    def share(self) -> "Settings":
        """Give the settings of one worker: its part of memory and threads."""
        found = MEMORY.fullmatch(self.query_memory)
        assert found is not None, "the pattern of the field"
        kilobytes = int(found[1]) * UNITS[found[2]] // 1000 // self.workers
        return self.model_copy(
            update={
                "query_memory": f"{kilobytes}KB",
                "query_threads": max(self.query_threads // self.workers, 1),
                "kept_answers_mib": self.kept_answers_mib // self.workers,
            }
        )

    def open_house(self) -> House:
        """Open the installation these settings name."""
        return open_house(self.home, catalog_url=self.catalog, lake=self.lake)

    def reading_house(self, house: House) -> House:
        """Give the installation as the reading APIs see it; the same where no role is named.

        Raises Conflict where row-level security would not hold the role.
        """
        if self.serve_catalog is None:
            return house
        catalog = Catalog(self.serve_catalog)
        if catalog.is_sqlite:
            raise Conflict(reason="TIEOUT_SERVE_CATALOG names a role of PostgreSQL, not SQLite")
        with ExitStack() as opened:
            opened.callback(catalog.close)
            with catalog.read() as connection:
                fault = fault_of(connection)
            if fault is not None:
                raise Conflict(reason=fault)
            opened.pop_all()
        return replace(house, catalog=catalog)


@dataclass(frozen=True)
class Surroundings:
    """What every answer is made from: the stores, the settings and the clock (UTC).

    `house` is what a tenant's answer may read. `owner` is the same as its owner, whom row-level
    security does not hold: for changes, for what staff reads, and for what is told in part only
    after it was read as a whole.
    """

    house: House
    settings: Settings
    now: Callable[[], datetime]
    owner: House
    scratch: Path | None = None  # of this process alone; by default `answers`

    @cached_property
    def kept(self) -> KeptAnswers:
        """The small answers that this process gave last."""
        return KeptAnswers(self.settings.kept_answers_mib * 1024**2)

    @cached_property
    def instance(self) -> Instance:
        """The engine that all answers of this process share."""
        return Instance(
            self.scratch or self.house.home / "answers",
            threads=self.settings.query_threads,
            memory=self.settings.query_memory,
            macros=ANSWER_MACROS,
        )

    def close(self) -> None:
        """End the engine, if any answer opened it."""
        opened: Instance | None = self.__dict__.pop("instance", None)
        if opened is not None:
            opened.close()
        if self.house is not self.owner:
            self.house.catalog.close()
