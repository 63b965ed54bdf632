"""The portal: for now one page that says what is served here."""

from fastapi import FastAPI
from starlette.responses import HTMLResponse

from tieout.serve.problems import reporting_problem
from tieout.serve.settings import Surroundings

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>tieout</title></head>
<body>
<main>
<h1>tieout</h1>
<p>This installation serves invoices of the sales channel. Every call needs an access key.</p>
<ul>
<li>Reporting API v1: <a href="/api/v1/reporting/docs">documentation</a>,
<a href="/api/v1/reporting/openapi.json">OpenAPI</a></li>
<li>Reporting API v2: <a href="/api/v2/reporting/docs">documentation</a>,
<a href="/api/v2/reporting/openapi.json">OpenAPI</a></li>
<li>Billing API v4: <a href="/billing/v4/docs">documentation</a>,
<a href="/billing/v4/openapi.json">OpenAPI</a></li>
<li><a href="/billing/versions.html">Versions of the Billing API</a></li>
<li><a href="/oauth/openapi.json">Tokens for integrations</a> (OAuth 2 client credentials)</li>
<li><a href="/health">Health</a>, <a href="/ready">readiness</a></li>
</ul>
</main>
</body>
</html>
"""


def create(_surroundings: Surroundings) -> FastAPI:
    """Build the portal's application."""
    app = FastAPI(title="tieout portal", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(404, reporting_problem)
    app.add_exception_handler(405, reporting_problem)
    app.add_api_route("/", _page, methods=["GET", "HEAD"])
    return app


def _page() -> HTMLResponse:
    return HTMLResponse(PAGE)
