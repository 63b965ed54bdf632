"""`tieout serve`: both APIs and the portal, until Ctrl-C."""

import logging
import sys

import click
import structlog
import uvicorn

from tieout.serve.app import create_app
from tieout.serve.cli import Shell


@click.command()
@click.option("--host", help="The address to listen on; default TIEOUT_HOST or 127.0.0.1.")
@click.option("--port", type=int, help="The port to listen on; default TIEOUT_PORT or 8000.")
@click.pass_obj
def serve(shell: Shell, host: str | None, port: int | None) -> None:
    """Serve both APIs and the portal."""
    settings = shell.settings
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    logging.getLogger("uvicorn.access").disabled = True
    host, port = host or settings.host, settings.port if port is None else port
    shell.say(f"serving {shell.house.home} on http://{host}:{port}")
    # uvicorn's own access log would write keys that stand in a query
    uvicorn.run(create_app(shell.house, settings), host=host, port=port, access_log=False)
