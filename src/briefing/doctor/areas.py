"""What a diagnosis can be narrowed to.

Apart from `examine`, which knows the questions of each: the command line and a shell's completion need the names alone,
at once.
"""

from enum import StrEnum


class Area(StrEnum):
    """A part of an installation that is asked about by itself."""

    CONFIG = "config"
    DATABASE = "database"
    SERVICE = "service"
    FEEDS = "feeds"
    CHANNELS = "channels"
    MAIL = "mail"
