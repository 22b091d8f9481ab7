"""Follows a story across feeds and tells people what is new, once."""

__version__ = "0.1.0"
