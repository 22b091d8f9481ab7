"""What we can do wrong, as exceptions; what the world does is a value (see `model`).

BriefingError
├─ ConfigError      feeds.yaml or the environment is wrong: every problem at once; exit code 2
├─ FeedError        one feed could not be read; recorded on its row, never stops another
│  ├─ FetchError    the request was refused or broke a cap before a response could be a value
│  └─ ParseError    the bytes are no feed, or reading them took too long or too much
├─ RenderError      a template failed: our bug or the operator's; nothing was enqueued
├─ ListenError      the address where pages are to be served cannot be had
└─ StoreError       the database refused; carries the driver's error as __cause__
   └─ StoreClosedError   the service has ended

No message of these ever carries a secret.
"""

from dataclasses import dataclass


class BriefingError(Exception):
    """Root of all errors that the service raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake or doubt in the configuration, with where it stands and the way out.

    `line` and `col` count from 1; `path` is the dotted place, such as `feeds.analysis.every`.
    """

    severity: str  # "error" or "warning"
    message: str
    path: str
    file: str = ""
    line: int = 0
    col: int = 0
    source: str = ""
    hint: str = ""


class ConfigError(BriefingError):
    """The configuration cannot be used; `problems` lists everything wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = problems[0] if problems else None
        super().__init__(f"{first.message} [{first.path}]" if first else "invalid configuration")


class FeedError(BriefingError):
    """One feed could not be read."""


class FetchError(FeedError):
    """A request was refused by our own rules (address guard, caps) or could not be made."""


class ParseError(FeedError):
    """The bytes could not be read as a feed within the limits."""


class RenderError(BriefingError):
    """A template failed or a message would not have been safe to send."""


class ListenError(BriefingError):
    """Pages cannot be served where feeds.yaml says."""


class StoreError(BriefingError):
    """The database refused; the driver's error is the cause."""


class StoreClosedError(StoreError):
    """The service has ended, and writes nothing any more."""
