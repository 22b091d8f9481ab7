"""The part of the grammar that says how a story follows series, and what it awaits of them."""

from typing import Annotated

from pydantic import Field, model_validator

from briefing.config.fields import Strict
from briefing.config.scalars import Duration


class Expect(Strict):
    """A promise you know of, opened by hand."""

    part: Annotated[int, Field(ge=1)] | None = Field(None, description="Its number.")
    title_like: str | None = Field(None, description="Words of its title.")

    @model_validator(mode="after")
    def _says_what(self) -> "Expect":
        if self.part is None and not self.title_like:
            raise ValueError("say what is expected: part, title_like, or both")
        return self


class SeriesRule(Strict):
    """Watch this story for serialised articles and what they promise."""

    match: str | None = Field(None, description="Title of the series to watch; default: any.")
    expect: Expect | None = Field(
        None, description="An instalment to await although no item promised it; awaited as long as this stands here."
    )
    remind_after: Duration | None = Field(
        None,
        description="When an awaited part counts as overdue, after the day announced or, without one, the promise; "
        "default: 7d, and without a day at least 3 times the series' rhythm.",
    )

    @model_validator(mode="after")
    def _says_of_which(self) -> "SeriesRule":
        if self.expect and not self.expect.title_like and not self.match:
            raise ValueError("a number alone does not say of which series: give match, or expect.title_like")
        return self
