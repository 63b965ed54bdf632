"""Version 2, made from version 3: without consolidated invoices."""

from tieout.serve.billing import v3

REGISTRIES = {
    endpoint: registry
    for endpoint, registry in v3.REGISTRIES.items()
    if endpoint != "consolidatedinvoices"
}
ENDPOINTS = tuple(endpoint for endpoint in v3.ENDPOINTS if endpoint != "consolidatedinvoices")
FORMATS = v3.FORMATS
PARAMETERS = v3.PARAMETERS
