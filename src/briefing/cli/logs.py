"""Logs: key=value on a terminal, JSON otherwise, on standard error; known secrets are masked wherever they turn up."""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

import structlog
from structlog.stdlib import ProcessorFormatter

from briefing.config.mask import Mask

if TYPE_CHECKING:
    from briefing.config.grammar import Config

_FIRST = ("timestamp", "level", "event")
_Event = MutableMapping[str, Any]
_SHARED: list[Any] = [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
_TO_STDERR: dict[str, Any] = {
    "wrapper_class": structlog.make_filtering_bound_logger(logging.INFO),
    # In one write, also where Python does not buffer: a line is there as a whole or not at all when we are killed.
    "logger_factory": lambda *_: structlog.WriteLogger(sys.stderr),
}


def keep_quiet() -> None:
    """Tell of nothing but what broke, and that on standard error: what a command prints is its own."""
    finish = [structlog.processors.format_exc_info, _writer()]
    structlog.configure(processors=[_broken_only, *_SHARED, *finish], **_TO_STDERR)


def set_up(config: "Config", database: str, *, quiet: bool = False) -> None:
    """Send our events and the libraries' warnings to standard error; `quiet` keeps back all but what broke.

    Secrets are those of the configuration and of the database's URL.
    """
    mask = Mask(config, database)
    finish: list[Any] = [
        structlog.processors.format_exc_info,
        lambda _logger, _name, event: _ordered(mask(dict(event))),
        _writer(),
    ]
    structlog.configure(processors=[*([_broken_only] if quiet else []), *_SHARED, *finish], **_TO_STDERR)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(processors=[ProcessorFormatter.remove_processors_meta, *finish], foreign_pre_chain=_SHARED)
    )
    logging.basicConfig(level=logging.ERROR if quiet else logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(not quiet)


def _writer() -> Any:
    if not sys.stderr.isatty():
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(
        colors="NO_COLOR" not in os.environ, exception_formatter=plain, sort_keys=False, pad_event_to=0
    )


def _ordered(event: _Event) -> _Event:
    """Put first what every event has, and leave out what there is none of."""
    first = {name: event[name] for name in _FIRST if name in event}
    return first | {name: value for name, value in event.items() if name not in first and value is not None}


def _broken_only(_logger: Any, _name: str, event: _Event) -> _Event:
    """Drop what a command that ends soon tells by its own output."""
    if "exc_info" not in event:
        raise structlog.DropEvent
    return event
