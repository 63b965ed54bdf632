"""The endpoints of both versions: path, scope and what a file of each is called."""

from dataclasses import dataclass, replace
from typing import Self

REQUESTER = "/requesters/{requester_id}"
PARTNER = f"{REQUESTER}/partners/{{partner_id}}"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One path of a version: `name` is its scope, `label` what a file of it is called."""

    name: str
    path: str
    label: str
    version: str


@dataclass(frozen=True, kw_only=True)
class InvoiceEndpoint(Endpoint):
    """One that lists rows of invoices, or their headers.

    `preview`: of drafts. `asks_preview`: of drafts where the query says so.
    """

    rows: bool
    preview: bool = False
    asks_preview: bool = False

    @property
    def of_partner(self) -> bool:
        """Whether it lists what stands between the requester and one partner."""
        return "{partner_id}" in self.path

    def of_drafts(self) -> Self:
        """Give the same path as one of drafts, with a scope and file names of its own."""
        return replace(
            self, name=f"{self.name}.preview", label=f"{self.label}-preview", preview=True
        )


def _v1(kind: str, *, preview: bool) -> InvoiceEndpoint:
    general = InvoiceEndpoint(
        name=f"v1.{kind}",
        path=f"/invoices/{kind}/{{requester_id}}",
        label=kind,
        version="v1",
        rows=kind == "invoice-rows",
    )
    if not preview:
        return general
    return replace(general.of_drafts(), path=f"{general.path}/preview")


def _v2(kind: str, *, place: str, scope: str, label: str) -> InvoiceEndpoint:
    return InvoiceEndpoint(
        name=f"v2.{scope}.{kind}",
        path=f"{place}/invoices/{kind}",
        label=f"{label}-{kind}",
        version="v2",
        rows=kind == "rows",
        asks_preview=True,
    )


V1 = (
    _v1("invoice-headers", preview=False),
    _v1("invoice-headers", preview=True),
    _v1("invoice-rows", preview=False),
    _v1("invoice-rows", preview=True),
)
V2 = (
    _v2("headers", place=REQUESTER, scope="invoices", label="invoice"),
    _v2("rows", place=REQUESTER, scope="invoices", label="invoice"),
    _v2("headers", place=PARTNER, scope="partners.invoices", label="partner-invoice"),
    _v2("rows", place=PARTNER, scope="partners.invoices", label="partner-invoice"),
)
_ROW = f"{REQUESTER}/invoices/rows/{{row_id}}"
SOURCES = Endpoint(
    name="v2.invoices.rows.sources", path=f"{_ROW}/sources", label="row-sources", version="v2"
)
EXPLANATION = Endpoint(
    name="v2.invoices.rows.explanation",
    path=f"{_ROW}/explanation",
    label="row-explanation",
    version="v2",
)
CONSOLIDATIONS = Endpoint(
    name="v2.invoice-consolidations",
    path=f"{REQUESTER}/invoice-consolidations",
    label="invoice-consolidations",
    version="v2",
)
VENDOR_RAW = Endpoint(
    name="v1.vendor-raw",
    path="/invoices/vendor-raw/{requester_id}",
    label="vendor-raw",
    version="v1",
)
VENDOR_RAW_SUMMARY = Endpoint(
    name="v1.vendor-raw.summary",
    path=f"{VENDOR_RAW.path}/summary",
    label="vendor-raw-summary",
    version="v1",
)
