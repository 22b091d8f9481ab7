"""The small types of the grammar: ids, addresses, zones; each refuses in words an operator can act on.

Apart from `scalars`, which reads numbers with units: these read names.
"""

import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    HttpUrl,
    SecretStr,
    StringConstraints,
    ValidationError,
)

from briefing.config.scalars import ID_PATTERN

Id = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$")]
_HIGHEST_PORT = 65535
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SELECTOR = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)


def _address(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f'"{value}" is not an e-mail address: {error}') from error


def _own_address(value: str) -> str:
    """Return an address that we write from, or ask to be written to: any server must be able to."""
    if not value.rpartition("@")[0].isascii():
        raise ValueError(f'"{value}" has letters outside ASCII before the @, to which not every server can answer')
    return _address(value)


def domain(value: str) -> str:
    """Return a domain of addresses as it is kept; raise ValueError if it is none."""
    try:
        return validate_email(f"a@{value}", check_deliverability=False).domain
    except EmailNotValidError:
        raise ValueError(f'"{value}" is no domain of addresses: write what follows the @, such as gmail.com') from None


def _mailbox(value: str) -> str:
    name, _, rest = value.rpartition("<")
    if rest.endswith(">") and _:
        _own_address(rest[:-1])
        if any(c in name for c in '\r\n"<>,;@'):
            raise ValueError(f'the name in "{value}" may not hold quotes, commas or angle brackets')
        return value.strip()
    return _own_address(value)


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise ValueError(f'no time zone named "{value}"') from error


def _selector(value: str) -> str:
    if not _SELECTOR.fullmatch(value):
        raise ValueError(f'"{value}" is no selector: letters, digits, "-" and "_", in parts joined by dots')
    return value


def _language(value: str) -> str:
    if not re.fullmatch("[a-z]{2,3}", value):
        raise ValueError(f'"{value}" is no language: write its two or three letters, such as fa')
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port[:6]) <= _HIGHEST_PORT:
        raise ValueError(f'"{value}" is no place to listen at: write HOST:PORT, such as 127.0.0.1:8080')
    return value


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _web(value: SecretStr) -> SecretStr:
    try:
        HttpUrl(value.get_secret_value())
    except ValidationError:
        raise ValueError("this is no web address: one begins with https://, and has a host") from None
    return value


def _with_scheme(value: SecretStr) -> SecretStr:
    if not re.match(r"[a-z][a-z0-9+.-]*://.", value.get_secret_value(), re.IGNORECASE):
        raise ValueError("this is no address that Apprise reads: one begins with a service, such as pover://")
    return value


def _topic(value: SecretStr) -> SecretStr:
    if not _TOPIC.fullmatch(value.get_secret_value()):
        raise ValueError("this is no topic: 1 to 64 letters, digits, hyphens and underscores")
    return value


Address = Annotated[str, AfterValidator(_address)]
OwnAddress = Annotated[str, AfterValidator(_own_address)]
Domain = Annotated[str, AfterValidator(domain)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Zone = Annotated[str, AfterValidator(_zone)]
Selector = Annotated[str, AfterValidator(_selector)]
Language = Annotated[str, AfterValidator(_language)]
Listen = Annotated[str, AfterValidator(_listen)]
Url = HttpUrl
SecretUrl = Annotated[SecretStr, AfterValidator(_web)]  # its words never repeat it
AppriseUrl = Annotated[SecretStr, AfterValidator(_with_scheme)]
Topic = Annotated[SecretStr, AfterValidator(_topic)]  # nor do these
OneOrMany = BeforeValidator(_one_or_many)


class Strict(BaseModel):
    """Unknown keys are mistakes; values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
