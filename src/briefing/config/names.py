"""What an operator knows of names: other spellings in a story's reports, and who stands behind which publishers.

Apart from `grammar`, which it is a part of: both are words to be recognised in what others write.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from briefing.config.fields import Strict

_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")


def _domain(value: str) -> str:
    if not _HOST.fullmatch(value.lower()):
        raise ValueError(f'"{value}" is no domain: write example.org, without https:// and path')
    return value.lower()


def _telling(value: str) -> str:
    if not any(letter.isalnum() for letter in value):
        raise ValueError("a name needs letters or digits")
    return value


Domain = Annotated[str, AfterValidator(_domain)]
Name = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_telling)]


class Family(Strict):
    """Publishers that count as one source: one newsroom or owner, under any of these names."""

    names: list[Name] = Field([], description="What it is called in feeds and in other media, in any script.")
    domains: list[Domain] = Field([], description="Its sites, with all subdomains.")
    agency: bool = Field(False, description="true: others print its reports as they are.")

    @model_validator(mode="after")
    def _names_something(self) -> "Family":
        if not self.names and not self.domains:
            raise ValueError("give it names, domains or both")
        return self
