"""Who stands behind which publishers, as an operator knows it.

Apart from `grammar`, which it is a part of: in the form of the map that comes with the program.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from briefing.config.fields import Strict

_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")


def _domain(value: str) -> str:
    if not _HOST.fullmatch(value.lower()):
        raise ValueError(f'"{value}" is no domain: write example.org, without https:// and path')
    return value.lower()


Domain = Annotated[str, AfterValidator(_domain)]


class Family(Strict):
    """Publishers that count as one source: one newsroom or owner, under any of these names."""

    names: list[str] = Field([], description="What it is called in feeds and in other media, in any script.")
    domains: list[Domain] = Field([], description="Its sites, with all subdomains.")
    agency: bool = Field(False, description="true: others print its reports as they are.")

    @model_validator(mode="after")
    def _names_something(self) -> "Family":
        if not self.names and not self.domains:
            raise ValueError("give it names, domains or both")
        return self
