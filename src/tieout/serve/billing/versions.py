"""The versions that can be served and what each serves; `lifecycle.py` says which still are."""

from collections.abc import Mapping
from dataclasses import dataclass

from tieout.serve.billing import v2, v3, v4
from tieout.serve.billing.fields import Registry

DETAILS, ALIAS = "subscriptiondetails", "subscriptionsdetails"
INVOICE_ENDPOINTS = ("invoices", "customerinvoices", "consolidatedinvoices")
KNOWN_ENDPOINTS = (*INVOICE_ENDPOINTS, DETAILS)


@dataclass(frozen=True)
class Version:
    """One version: the endpoints it serves with their registries, its formats and parameters."""

    id: str
    endpoints: tuple[str, ...]
    registries: Mapping[str, Registry]
    all_formats: tuple[str, ...]
    all_parameters: tuple[str, ...]
    has_rate_periods: bool = False  # in `subscriptiondetails`

    def formats(self, endpoint: str) -> tuple[str, ...]:
        """Give the formats of an endpoint; the first is the default."""
        if endpoint == DETAILS:
            return tuple(name for name in self.all_formats if name in ("xml", "json"))
        return self.all_formats

    def parameters(self, endpoint: str) -> tuple[str, ...]:
        """Give the query parameters of an endpoint."""
        if endpoint == DETAILS:
            own = ("party", "subscriptionId", "format")
            return tuple(name for name in own if name != "format" or name in self.all_parameters)
        return self.all_parameters


V4 = Version(
    *("v4", v4.ENDPOINTS, v4.REGISTRIES, v4.FORMATS, v4.PARAMETERS),
    has_rate_periods=True,
)
V3 = Version("v3", v3.ENDPOINTS, v3.REGISTRIES, v3.FORMATS, v3.PARAMETERS)
V2 = Version("v2", v2.ENDPOINTS, v2.REGISTRIES, v2.FORMATS, v2.PARAMETERS)
SERVED = (V4, V3, V2)


def since(endpoint: str) -> str:
    """Give the first version that serves an endpoint."""
    return min(version.id for version in SERVED if endpoint in version.endpoints)
