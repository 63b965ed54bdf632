"""Logs as JSON, one object a line, of libraries too; what an exception says stands in none."""

import logging
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

from tieout.serve.gate import lines_of_code


def write_logs(stream: TextIO) -> None:
    """Let this process write its logs to a stream."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _WithoutMessages(),
    ]
    renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, renderer], logger_factory=structlog.WriteLoggerFactory(file=stream)
    )
    to_stream = logging.StreamHandler(stream)
    to_stream.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[to_stream], level=logging.INFO, force=True)
    # uvicorn's own access log would write keys that stand in a query
    logging.getLogger("uvicorn.access").disabled = True


class _WithoutMessages:
    """Replaces an exception by where it came from."""

    def __call__(
        self, _logger: object, _name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        error = event.pop("exc_info", None)
        if isinstance(error, tuple):
            error = error[1]
        if isinstance(error, BaseException):
            event["trace"] = lines_of_code(error)
        return event
