"""Log lines: a constant event and key-value data, never message text, an address or a name."""

import logging
import sys
import traceback

import structlog

from intake.settings import LogSettings


def configure_logs(settings: LogSettings, *, process: str) -> None:
    """Send our lines and the libraries' warnings to standard error, marked with the process.

    A repeat call replaces the set-up.
    """
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _naming(process),
        structlog.processors.ExceptionRenderer(_places_and_kind),
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.JSONRenderer()]
        if settings.format == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # The libraries' chatter holds addresses and texts of messages; their warnings do not.
    root.setLevel(logging.WARNING)


def _places_and_kind(exc_info: structlog.typing.ExcInfo) -> str:
    """Where an exception came from and of which kind it is.

    Not what it says, nor the values of variables: both can hold a resident's words or a key.
    """
    kind, _, places = exc_info
    return "".join([*traceback.format_tb(places), kind.__qualname__])


def _naming(process: str) -> structlog.typing.Processor:
    def name(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event["process"] = process
        return event

    return name
