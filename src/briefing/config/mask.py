"""Secrets starred out: those of a configuration wherever they turn up, and keys within an address.

Apart from `interpolation`, which fills secrets in: logs, lists, `config show` and whatever is stored of an address
hide the same.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pydantic import BaseModel, HttpUrl, SecretStr

MASK = "***"
_SHORTEST, _SHORTEST_PART = 4, 8  # shorter ones would mask ordinary words
_USER = re.compile(r"(?<=://)[^/?#@]*@")
_PASSWORD = re.compile(r"(?<=://)[^/?#@:]*:([^/?#@]*)@")
_KEY = re.compile(r"(?<=[?&])([^=&#]*(?:key|token|secret|pass|auth|sig|hash)[^=&#]*)=([^&#]+)", re.IGNORECASE)


class Mask:
    """Stars out every secret of a configuration, and of addresses beside it, in text and in whatever holds text."""

    def __init__(self, config: BaseModel, *addresses: str) -> None:
        secrets = chain(_secrets(config), *map(_in_address, addresses))
        forms = {form for secret in secrets for form in _forms(secret)}
        words = sorted(forms, key=len, reverse=True)  # of two that overlap, the longer
        self._pattern = re.compile("|".join(map(re.escape, words)) or r"(?!)")

    def __call__(self, value: Any) -> Any:
        """Return the value without the secrets in it; what is no text stays as it is."""
        if isinstance(value, str):
            return self._pattern.sub(MASK, value)
        if isinstance(value, dict):
            return {key: self(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self(inner) for inner in value]
        return self(str(value)) if isinstance(value, BaseException) else value


def address(url: str) -> str:
    """Return an address without the user, password and keys that stand in it."""
    return _KEY.sub(rf"\1={MASK}", _USER.sub(f"{MASK}@", url))


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, HttpUrl):
        yield from _in_address(str(value))
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _secrets(inner)


def _in_address(url: str) -> Iterator[str]:
    yield from (found[1] for found in _PASSWORD.finditer(url))
    yield from (found[2] for found in _KEY.finditer(url))


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret, and what of it may turn up alone: the token of a header, the path of a chat hook.

    Each as it is, and as addresses and headers write it.
    """
    parts = [*secret.split(), secret.removeprefix("whsec_")]
    if secret.startswith(("http://", "https://")):
        parts.append(urlsplit(secret).path)
    elif "://" in secret:  # an address of Apprise's, whose parts are tokens
        parts += re.split(r"[/@:?&=]+", secret)
    known = [secret] * (len(secret) >= _SHORTEST) + [part for part in parts if len(part) >= _SHORTEST_PART]
    for part in known:
        plain = unquote(part)
        yield from (part, plain, quote(plain), quote(plain, safe=""), quote_plus(plain))
        yield b64encode(part.encode()).decode()
