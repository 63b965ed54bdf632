"""Who decides, when and why: what every change of money is signed with."""

import datetime as dt
from dataclasses import dataclass

from tieout.pipeline.keep import utc_text
from tieout.store.audit import Signed


@dataclass(frozen=True)
class Word:
    """Who decides, when, and why."""

    by: str
    now: dt.datetime
    reason: str | None = None

    def signed(self, reason: str | None = None) -> Signed:
        """Give it as the audit keeps it; `reason` stands where none was said."""
        return Signed(self.by, utc_text(self.now), self.reason or reason)
