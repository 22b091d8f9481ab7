"""Logs: key=value on a terminal, JSON otherwise, on standard error; known secrets are masked wherever they turn up."""

import logging
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import BaseModel, SecretStr

if TYPE_CHECKING:
    from briefing.config.grammar import Config

MASK = "***"


def set_up(config: "Config", *, quiet: bool = False) -> None:
    """Send our events and the libraries' warnings to standard error; `quiet` keeps all but errors back."""
    secrets = tuple(sorted(set(_secrets(config)), key=len, reverse=True))
    last = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            lambda _logger, _name, event: {k: _masked(v, secrets) for k, v in event.items()},
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole URLs, and a chat hook's URL is a secret


def _masked(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
    return value


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        if len(value.get_secret_value()) >= 4:  # shorter ones would mask ordinary words
            yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)
