"""`tieout serve`: both APIs and the portal, until Ctrl-C or SIGTERM."""

import sys
from contextlib import closing

import click

from tieout.serve.app import create_app
from tieout.serve.cli import Shell
from tieout.serve.logs import write_logs
from tieout.serve.metrics import Metrics, serving_metrics
from tieout.serve.server import listening, serve_until_told
from tieout.serve.settings import Settings
from tieout.serve.shared_moments import WORKERS_MAX
from tieout.serve.workers import Workers, shared_by_workers


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
@click.option(
    "--workers",
    type=click.IntRange(1, WORKERS_MAX),
    help="How many processes answer, on one socket; default TIEOUT_WORKERS or 1.",
)
@click.pass_obj
def serve(
    shell: Shell, host: str | None, port: int | None, *, address: str | None, workers: int | None
) -> None:
    """Serve both APIs and the portal.

    SIGTERM and Ctrl-C end it: nobody new is heard, answers that are being sent are finished.
    """
    given = {"host": host, "port": port, "metrics": address, "workers": workers}
    settings = shell.settings.model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    write_logs(sys.stderr)
    if settings.workers > 1:
        _serve_by_workers(shell, settings)
        return
    metrics = Metrics()
    with serving_metrics(metrics, settings.metrics) as place:
        shell.say(f"serving {shell.house.home} on http://{settings.host}:{settings.port}")
        if place is not None:
            shell.say(f"metrics on {place}")
        app = create_app(shell.house, settings, metrics=metrics)
        serve_until_told(app, settings, metrics=metrics)


def _serve_by_workers(shell: Shell, settings: Settings) -> None:
    """Serve by several processes, which this one watches over."""
    house = shell.house
    settings.reading_house(house)  # refused here, once, and not by each worker
    house.catalog.close()
    with closing(listening(settings)) as listener, shared_by_workers(listener) as shared:
        workers = Workers(settings, shared)
        with serving_metrics(workers, settings.metrics) as place:
            host, port = listener.getsockname()[:2]
            shell.say(f"serving {house.home} on http://{host}:{port} by {settings.workers} workers")
            if place is not None:
                shell.say(f"metrics on {place}")
            workers.run()
