"""The Reporting API, version 2: invoices, also of one partner, what is behind rows, summaries."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from tieout import __version__
from tieout.serve.access import AccessRefused
from tieout.serve.problems import ReportingProblem, reporting_problem
from tieout.serve.reporting.consolidations import add_consolidations
from tieout.serve.reporting.endpoints import V2
from tieout.serve.reporting.invoices import add_invoices
from tieout.serve.reporting.list_endpoints import V2_LISTS
from tieout.serve.reporting.lists import add_lists
from tieout.serve.reporting.row_sources import add_row_sources
from tieout.serve.settings import Surroundings


def create(surroundings: Surroundings) -> FastAPI:
    """Build the sub-application."""
    app = FastAPI(
        title="tieout Reporting API", version=f"v2 ({__version__})", redirect_slashes=False
    )
    for error in (ReportingProblem, AccessRefused, HTTPException, Exception):
        app.add_exception_handler(error, reporting_problem)
    add_invoices(app, surroundings, endpoints=V2)
    add_row_sources(app, surroundings)
    add_consolidations(app, surroundings)
    add_lists(app, surroundings, endpoints=V2_LISTS)
    return app
