"""The invoice endpoints: path, scope and what each lists."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoint:
    """One path of a version: what it lists, and whether of drafts."""

    name: str
    rows: bool
    preview: bool
    version: str = "v1"

    @property
    def kind(self) -> str:
        """What it lists, as in the path."""
        return "invoice-rows" if self.rows else "invoice-headers"

    @property
    def label(self) -> str:
        """What a file of it is called."""
        return f"{self.kind}-preview" if self.preview else self.kind

    @property
    def path(self) -> str:
        """The path under the API's prefix."""
        return f"/invoices/{self.kind}/{{requester_id}}" + ("/preview" if self.preview else "")


V1 = (
    Endpoint("v1.invoice-headers", rows=False, preview=False),
    Endpoint("v1.invoice-headers.preview", rows=False, preview=True),
    Endpoint("v1.invoice-rows", rows=True, preview=False),
    Endpoint("v1.invoice-rows.preview", rows=True, preview=True),
)
