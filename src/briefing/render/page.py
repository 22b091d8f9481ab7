"""The pages on which an alert is answered. Apart from `email`: a page has a form, and the browser's style sheets.

A page loads nothing and runs nothing; its one style sheet is its own, and told beside it so that it can be allowed.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from markupsafe import Markup

from briefing.errors import RenderError
from briefing.model import Acknowledgement, Action, Event, Flaw, Silence
from briefing.render import answers
from briefing.render.email import Desk
from briefing.render.locale import Words
from briefing.render.notice import notice
from briefing.render.notice_view import notice_view
from briefing.render.template import Templates

log = structlog.get_logger()
_FOLDER = "page"


@dataclass(frozen=True, slots=True)
class Pages:
    """Writes pages in the words of a site, by its operator's templates first."""

    templates: Templates
    desk: Desk

    @classmethod
    def of(cls, desk: Desk, overrides: Path | None) -> "Pages":
        """Return the pages of a desk."""
        return cls(Templates(overrides), desk)

    @property
    def style(self) -> str:
        """The style sheet of every page."""
        return self._file("style.css", {})

    def ask(
        self,
        action: Action,
        event: Event,
        *,
        acknowledged: Acknowledgement | None,
        silence: Silence | None,
        name: str,
        undone: bool,
        now: datetime,
    ) -> str:
        """Write the page behind a link: the question, or what was answered, with the way back."""
        words = self._words()
        told = notice_view(notice(event, locale=self.desk.locale, zone=self.desk.zone), words)
        said, command = "", ""
        if action is Action.ACKNOWLEDGE and acknowledged:
            said, command = answers.acknowledged(acknowledged, words, now), f"briefing acks remove {acknowledged.id}"
        if action is Action.MUTE and silence:
            said, command = answers.muted(silence, words, now), f"briefing silences expire {silence.id}"
        context = {"action": str(action), "told": told, "said": said, "command": command, "name": name}
        return self._page("answer.html", context | {"undone": undone, "subject": told.headline.text})

    def refuse(self, why: Flaw | None, *, later: bool = False) -> str:
        """Write the page of a link that does not work, of an address that leads nowhere, or of what must wait."""
        return self._page("refused.html", {"why": str(why or ""), "later": later, "subject": self.desk.site_name})

    def _page(self, file: str, context: dict[str, object]) -> str:
        style = Markup(self.style)  # noqa: S704 - ours, or the operator's
        return self._file(file, context | {"style": style, "desk": self.desk, "lang": self._words().tag})

    def _file(self, file: str, context: dict[str, object]) -> str:
        """Render by the operator's template; by ours if that fails, for whoever answers cannot mend it."""
        try:
            return self.templates.render(_FOLDER, file, self._words(), context)
        except RenderError as error:
            log.error("page.template", error=str(error))  # noqa: TRY400 - the words say it all
            return Templates().render(_FOLDER, file, self._words(), context)

    def _words(self) -> Words:
        return Words(self.desk.locale, self.desk.zone)
