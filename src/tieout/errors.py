"""Every deliberate error tieout raises, as one tree.

    TieoutError
    ├── Refused                  the whole request is refused, nothing was stored
    │   ├── FileRefused          one vendor file: unknown format, empty, damaged, a missing column
    │   ├── ReferenceRefused     reference data, with every fault in it
    │   ├── LinesRefused         purchase and sales files to match, with every fault in them
    │   ├── TotalsDiffer         a delivery whose sums are not those that a person expects
    │   ├── NotFound             no such period, invoice, file or key
    │   ├── Conflict             a verified invoice would change, or another writer is at work
    │   │   ├── InputsChanged    what an invoice was previewed from is not what is known now
    │   │   ├── RecordChanged    a record of reference data is not what the request expects
    │   │   ├── WriterBusy       another load, run or change is at work on the store
    │   │   ├── WriterLost       the hold on the store was lost while it was at work
    │   │   ├── LeaseLost        a job that went to another worker meanwhile
    │   │   └── JobCancelled     a job that someone asked to end
    │   ├── BackupRefused        a backup that is damaged, or a place that is taken
    │   ├── RequestKeyReused     an idempotency key that came before with another request
    │   └── PolicyRefused        a rounding policy with an unknown step or an incomplete round
    ├── NotANumber               text that is not a plain decimal number
    ├── NotADate                 text that is not an ISO calendar date
    ├── LawBroken                a border did not tie out: a bug or a damaged store, never an input
    ├── StoreDamaged             a lake file is missing or differs from its recorded hash
    ├── StoreDiffers             files or figures of a store are not what was recorded: all of them
    ├── AuditBroken              an entry of the audit was changed, removed or put in
    └── HeadUnknown              no entry of the audit has a hash that was noted elsewhere

Constructors take facts by keyword, keep them as attributes and build the sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class TieoutError(Exception):
    """Anything tieout says no to, with a sentence for a person."""


class Refused(TieoutError):
    """A request that was refused as a whole; nothing was stored."""


class FileRefused(Refused):
    """A vendor file that cannot be loaded at all."""

    def __init__(self, *, file: str, code: str, reason: str) -> None:
        """Keep the file name as given, the refusal code of vendor-formats.md 1, and the cause."""
        self.file, self.code, self.reason = file, code, reason
        super().__init__(f"{file}: {reason} ({code})")


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in a folder of reference data: where it is and why it is one."""

    file: str
    row: int | None
    column: str | None
    reason: str

    def __str__(self) -> str:
        """Say it as `price_rules.csv row 3, column 'value': '12,5' is not a number`."""
        where = self.file
        if self.row is not None:
            where += f" row {self.row}"
        if self.column is not None:
            where += f", column '{self.column}'"
        return f"{where}: {self.reason}"


FAULTS_MAX = 200  # of price sheets, which may have a fault in every row; the others are counted


class FaultsFound(Refused):
    """Files refused row by row: the faults found in them and how many more there are."""

    def __init__(self, *, faults: Sequence[Fault], more: int = 0) -> None:
        """Keep the faults in file and row order."""
        self.faults = tuple(
            sorted(faults, key=lambda f: (f.file, f.row or 0, f.column or "", f.reason))
        )
        self.more = more
        rest = [f"and {more} more faults"] if more else []
        super().__init__("\n".join([*map(str, self.faults), *rest]))


class ReferenceRefused(FaultsFound):
    """Reference data that was refused."""


class LinesRefused(FaultsFound):
    """Purchase and sales lines that cannot be matched before they are repaired."""


class TotalsDiffer(Refused):
    """A delivery of vendor files whose sums are not what a person read on the invoice."""

    def __init__(
        self, *, currency: str, expected: str, subtotal: str, total: str, rejected: str
    ) -> None:
        """Keep the currency, what was expected and what the files say; amounts as text."""
        self.currency, self.expected = currency, expected
        self.subtotal, self.total, self.rejected = subtotal, total, rejected
        super().__init__(
            f"expected {currency} {expected}, but the files say {subtotal} before tax and {total}"
            f" with tax ({rejected} more before tax in rejected rows); nothing was loaded"
        )


class NotFound(Refused):
    """A thing that was asked for by name and is not there."""

    def __init__(self, *, kind: str, name: str) -> None:
        """Keep what kind of thing it is and the name that was asked for."""
        self.kind, self.name = kind, name
        super().__init__(f"no {kind} '{name}'")


class Conflict(Refused):
    """A request that the stored state does not allow."""

    def __init__(self, *, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


class WriterBusy(Conflict):
    """A store on which another writer is at work."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            reason="another load or run is at work on this store; try again when it ends"
        )


class WriterLost(Conflict):
    """A writer whose hold on the store was lost: another may be at work by now."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            reason="the hold on the store was lost with the connection to the catalog; nothing was"
            " published, do it again"
        )


class LeaseLost(Conflict):
    """A worker whose job was taken over by another."""

    def __init__(self, *, job_id: int) -> None:
        """Keep the number of the job."""
        self.job_id = job_id
        super().__init__(
            reason=f"job {job_id} was taken over, since its lease had ended; nothing was published"
        )


class JobCancelled(Conflict):
    """A job that someone asked to end before it published."""

    def __init__(self, *, job_id: int) -> None:
        """Keep the number of the job."""
        self.job_id = job_id
        super().__init__(reason=f"job {job_id} was cancelled")


class RecordChanged(Conflict):
    """A record of reference data that is not the one a request was written for."""

    def __init__(self, *, resource: str, is_there: bool, kind: str = "record") -> None:
        """Keep the resource and whether the record, or the list, is there at all."""
        self.resource, self.is_there, self.kind = resource, is_there, kind
        state = "is not what If-Match or If-None-Match expects" if is_there else "is not there"
        super().__init__(reason=f"the {kind} of {resource} {state}; read it again")


class BackupRefused(Refused):
    """A backup that cannot be written where it should be, or cannot be restored."""

    def __init__(self, *, path: str, reason: str) -> None:
        """Keep the backup or the place in it or for it, and the reason."""
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


class RequestKeyReused(Refused):
    """An idempotency key that was answered before for another request."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("this Idempotency-Key was answered for another body; take a new one")


class InputsChanged(Conflict):
    """An invoice that was previewed from other inputs than those known now."""

    def __init__(self, *, period: str, changes: Sequence[str], more: int = 0) -> None:
        """Keep the period and what changed, each as `kind id: added, removed or changed`."""
        self.period, self.changes, self.more = period, tuple(changes), more
        rest = [f"and {more} more"] if more else []
        listed = "; ".join([*changes, *rest]) or "another release, or another digest was given"
        super().__init__(
            reason=f"what {period} was computed from has changed: {listed};"
            f" run `tieout run {period}` and look at the preview again"
        )


class PolicyRefused(Refused):
    """A rounding policy that cannot be compiled."""

    def __init__(self, *, policy: str, reason: str) -> None:
        """Keep the policy's name and the reason."""
        self.policy, self.reason = policy, reason
        super().__init__(f"policy '{policy}': {reason}")


class NotANumber(TieoutError):
    """Text that is not a decimal number written with ASCII digits."""

    def __init__(self, *, text: str) -> None:
        """Keep the text as read."""
        self.text = text
        super().__init__(f"'{text}' is not a number")


class NotADate(TieoutError):
    """Text that is not a calendar date written yyyy-mm-dd."""

    def __init__(self, *, text: str) -> None:
        """Keep the text as read."""
        self.text = text
        super().__init__(f"'{text}' is not a date")


class LawBroken(TieoutError):
    """A border that did not tie out."""

    def __init__(self, *, law: str, left: str, right: str) -> None:
        """Keep the law's sentence and the two figures that should agree."""
        self.law, self.left, self.right = law, left, right
        super().__init__(f"law broken: {law}: {left} against {right}")


class StoreDamaged(TieoutError):
    """A lake file that is missing or is not what the manifest says."""

    def __init__(self, *, path: str, reason: str) -> None:
        """Keep the path inside the lake and the difference."""
        self.path, self.reason = path, reason
        super().__init__(f"lake file {path}: {reason}")


class StoreDiffers(TieoutError):
    """A store that was checked whole and is not what was recorded."""

    def __init__(self, *, differences: Sequence[str]) -> None:
        """Keep every difference, a sentence each."""
        self.differences = tuple(differences)
        super().__init__("\n".join(self.differences))


class AuditBroken(TieoutError):
    """An audit whose chain of hashes does not hold."""

    def __init__(self, *, entry: int, reason: str) -> None:
        """Keep the number of the first entry that does not fit, and how."""
        self.entry, self.reason = entry, reason
        super().__init__(f"audit entry {entry} {reason}")


class HeadUnknown(TieoutError):
    """A hash that was the newest of the audit once, and that no entry has now."""

    def __init__(self, *, known: str, entries: int) -> None:
        """Keep the hash and the number of entries."""
        self.known, self.entries = known, entries
        super().__init__(
            f"none of the {entries} audit entries has the hash {known}: entries were removed or"
            " written anew since it was noted, or it is another installation's"
        )
