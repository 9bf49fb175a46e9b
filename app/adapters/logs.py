"""Logging: one JSON line an event; ids and counts, never a name, a face, a secret."""

import logging
import sys
import traceback
from contextlib import AbstractContextManager
from types import TracebackType
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

DEEP = 5
"""Causes of causes that are told of a fault."""
log = structlog.get_logger()
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def about(**ids: UUID | int | str) -> AbstractContextManager[None]:
    """While the block runs, each line says what it is about, under the same keys
    everywhere: `sitting`, `epoch`, `look`, `view`, `request`.

    Tasks that begin in it take that with them; threads of a pool do not.
    """
    told = {key: it if isinstance(it, int) else str(it) for key, it in ids.items()}
    return bound_contextvars(**told)


def at_node(name: str) -> None:
    """Each line of this process says which media node it is; before tasks begin."""
    structlog.contextvars.bind_contextvars(node=name)


def _places(exc_info: ExcInfo) -> str:
    """Where it happened and of which kind it is, and not what it says: a database's
    fault says whole rows, a parser's what somebody typed."""
    return _told(exc_info[1], DEEP)


def _told(error: BaseException, depth: int) -> str:
    cause = error.__cause__
    if cause is None and not error.__suppress_context__:
        cause = error.__context__
    inner = [cause] if cause is not None else []
    if isinstance(error, BaseExceptionGroup):
        inner += error.exceptions[:DEEP]
    before = [_told(it, depth - 1) for it in inner] if depth else []
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if constraint := getattr(error, "constraint_name", None):
        kind = f"{kind} ({constraint})"
    own = "".join(traceback.format_tb(error.__traceback__)) + kind
    return "\n\nand then:\n".join([*before, own])


TRACES = structlog.processors.ExceptionRenderer(_places)


class _OfLibraries(logging.Handler):
    """What libraries say, as lines of ours: where they say it, and their own words as
    they stand in their code. What they put into them may be a stranger's address, a
    request or a row."""

    def emit(self, record: logging.LogRecord) -> None:
        own = bool(record.args) or record.name == "asyncio"
        say = log.error if record.levelno >= logging.ERROR else log.warning
        say(
            "library_said",
            library=record.name,
            place=f"{record.module}:{record.lineno}",
            said=str(record.msg).partition("\n")[0] if own else "",
            exc_info=record.exc_info or None,
        )


def _fell(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A fault that ends the process, too, has its trace and not its words."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        told = (kind, error, trace)
        log.critical("process_fell", exc_info=told)


def set_up_logging(level: int = logging.INFO) -> None:
    """For a process, once. Pretty on a terminal, JSON elsewhere; libraries' lines and
    what ends the process, too."""
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
            TRACES,
            tidy,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_OfLibraries()])
    sys.excepthook = _fell
