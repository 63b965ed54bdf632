"""The Reporting API, version 1: invoice headers and rows, and vendors' own rows."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from tieout import __version__
from tieout.serve.access import AccessRefused
from tieout.serve.problems import ReportingProblem, reporting_problem
from tieout.serve.reporting.endpoints import V1
from tieout.serve.reporting.invoices import add_invoices
from tieout.serve.reporting.list_endpoints import V1_LISTS
from tieout.serve.reporting.lists import add_lists
from tieout.serve.reporting.vendor_rows import add_vendor_raw
from tieout.serve.settings import Surroundings


def create(surroundings: Surroundings) -> FastAPI:
    """Build the sub-application."""
    app = FastAPI(
        title="tieout Reporting API", version=f"v1 ({__version__})", redirect_slashes=False
    )
    for error in (ReportingProblem, AccessRefused, HTTPException, Exception):
        app.add_exception_handler(error, reporting_problem)
    add_invoices(app, surroundings, endpoints=V1)
    add_lists(app, surroundings, endpoints=V1_LISTS)
    add_vendor_raw(app, surroundings)
    return app
