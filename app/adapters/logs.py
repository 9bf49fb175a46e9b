"""Logging: one JSON line an event; ids and counts, never a name, a face, a secret."""

import logging
import sys

import structlog


def set_up_logging(level: int = logging.INFO) -> None:
    """For a process, once. Pretty on a terminal, JSON elsewhere."""
    tidy = (
        structlog.dev.ConsoleRenderer(colors=True)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            tidy,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
