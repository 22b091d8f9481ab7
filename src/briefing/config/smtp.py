"""The part of the grammar that says how mail goes out."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, SecretStr, model_validator

from briefing.config.fields import Domain, Strict, domain
from briefing.config.scalars import Rated


class StartTls(StrEnum):
    """How the connection to the mail server is protected."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    IMPLICIT = "implicit"
    OFF = "off"


class Smtp(Strict):
    """The mail server that takes our messages."""

    host: str = Field(description="Name or address of the mail server; empty: none.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(587, description="587 for STARTTLS, 465 for implicit TLS.")
    starttls: StartTls = Field(StartTls.REQUIRED, description="required, optional, implicit or off.")
    user: str | None = Field(None, description="User name, if the server asks for one.")
    password: SecretStr | None = Field(None, description="Password, best as ${ENV} or ${file:/run/secrets/…}.")
    connections: Annotated[int, Field(ge=1, le=20)] = Field(4, description="Connections used at once.")
    domains: Annotated[dict[Domain, Rated], Field(max_length=20)] = Field(
        default_factory=dict,
        description="How fast mail may go to a domain, such as gmail.com: 20/m; each has a connection of its own.",
    )

    @model_validator(mode="before")
    @classmethod
    def _each_domain_once(cls, given: Any) -> Any:
        domains = given.get("domains") if isinstance(given, dict) else None
        seen: dict[str, str] = {}
        for name in domains if isinstance(domains, dict) else ():
            first = seen.setdefault(_kept(str(name)), str(name))
            if first != name:
                raise ValueError(f'"{name}" and "{first}" are one domain')
        return given


def _kept(name: str) -> str:
    try:
        return domain(name)
    except ValueError:  # told by itself
        return name


def server(smtp: Smtp | None) -> Smtp | None:
    """Take an empty host, such as an unset ${SMTP_HOST:-}, for no server."""
    return smtp if smtp and smtp.host else None
