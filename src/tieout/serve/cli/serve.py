"""`tieout serve`: both APIs and the portal, until Ctrl-C or SIGTERM."""

import sys

import click

from tieout.serve.app import create_app
from tieout.serve.cli import Shell
from tieout.serve.logs import write_logs
from tieout.serve.metrics import Metrics, serving_metrics
from tieout.serve.server import serve_until_told


@click.command()
@click.option("--host", help="The address to listen on; default TIEOUT_HOST or 127.0.0.1.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port to listen on; default TIEOUT_PORT or 8000.",
)
@click.option(
    "--metrics",
    "address",
    metavar="HOST:PORT",
    help="Where Prometheus finds /metrics; default TIEOUT_METRICS or nowhere.",
)
@click.pass_obj
def serve(shell: Shell, host: str | None, port: int | None, *, address: str | None) -> None:
    """Serve both APIs and the portal.

    SIGTERM and Ctrl-C end it: nobody new is heard, answers that are being sent are finished.
    """
    given = {"host": host, "port": port, "metrics": address}
    settings = shell.settings.model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    write_logs(sys.stderr)
    metrics = Metrics()
    with serving_metrics(metrics, settings.metrics) as place:
        shell.say(f"serving {shell.house.home} on http://{settings.host}:{settings.port}")
        if place is not None:
            shell.say(f"metrics on {place}")
        app = create_app(shell.house, settings, metrics=metrics)
        serve_until_told(app, settings, metrics=metrics)
