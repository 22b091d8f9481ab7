"""An issue or a notice as the words of one mail: templates, inlined styles, and the guard on its size.

Apart from `mime`, which puts headers around it: here nobody's address matters except where the foot names a list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from css_inline import CSSInliner

from briefing.errors import RenderError
from briefing.model import Issue, IssueStory, Mail, Notice, Recipient
from briefing.render import sample
from briefing.render.locale import Words
from briefing.render.notice_view import notice_view
from briefing.render.standin import filled, short, stand_in, taken
from briefing.render.template import Templates
from briefing.render.view import issue_view

LIMIT = 75 * 1024  # bytes of HTML: Gmail cuts near 102 KB, measured after transfer encoding
_DAY = "30 xxxxxxxxx 2000"  # in place of any
ALERT = "alert"  # the one template that is no digest's


@dataclass(frozen=True, slots=True)
class Desk:
    """Who speaks: what a digest's mails, or a site's alerts, have in common."""

    digest_title: str
    site_name: str
    sender: str  # mailbox: "Name <address>", or an address
    unsubscribe: str | None = None  # address or mailto:
    postal_address: str | None = None
    zone: str = "UTC"
    locale: str = "en"
    lists: tuple[tuple[str, str], ...] = ()  # (id, title) of each list people can subscribe to

    @property
    def domain(self) -> str:
        """The sender's domain, in ASCII: the right-hand side of every id."""
        domain = self.sender.rpartition("@")[2].rstrip("> ")
        return domain.encode("idna").decode("ascii").lower()


class Renderer:
    """Writes mails; holds the compiled templates and the one inliner."""

    def __init__(self, overrides: Path | None = None) -> None:
        self._templates = Templates(overrides)
        self._inliner = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
        # Readers of one issue differ in the foot alone, and most of them not even there.
        self._written = lru_cache(maxsize=64)(self._write_issue)
        self._text = lru_cache(maxsize=64)(self._write_text)
        self._bears = lru_cache(maxsize=64)(self._bears_stand_ins)

    def issue(self, issue: Issue, *, desk: Desk, recipient: Recipient) -> Mail:
        """Write an issue to one reader, in their language.

        The HTML stays under 75 KiB by counting trailing items, not showing them.
        """
        shown = replace(issue, locale=recipient.locale or issue.locale)
        words = Words(shown.locale, shown.zone)
        return self._written(shown, desk, why(desk, recipient, words, issue), unsubscribe(desk, recipient)).mail

    def form(self, issue: Issue, *, desk: Desk, recipient: Recipient) -> Mail:
        """Write the same with stand-ins for the day of consent, so that readers of all days share one HTML."""
        return self.forms(issue, desk=desk, recipient=recipient)(recipient)

    def forms(self, issue: Issue, *, desk: Desk, recipient: Recipient) -> Callable[[Recipient], Mail]:
        """Return what writes a form to any reader who differs from this one in address and day of consent alone.

        They share the plain text if their days are as long, for its lines break by length.
        """
        shown = replace(issue, locale=recipient.locale or issue.locale)
        words, leave = Words(shown.locale, shown.zone), unsubscribe(desk, recipient)
        # To look up an issue costs a fifth of a millisecond, and to write it one; a list has readers of 700 days.
        written = lru_cache(maxsize=4)(lambda reason: self._written(shown, desk, reason, leave))
        bears = lru_cache(maxsize=4)(lambda reason: self._bears(shown, desk, reason, leave))
        plain = lru_cache(maxsize=32)(lambda form, reason: self._text(written(form), desk, reason, leave))

        def write(reader: Recipient) -> Mail:
            day = words.day(reader.since, issue.nominal) if reader.list and reader.since else ""
            stood, reason = stand_in(day), why(desk, reader, words, issue)
            if stood is None or not bears(reason.replace(day, _DAY)):
                return written(reason).mail
            one_size = short(day)
            form = reason.replace(day, one_size.standing)
            text = plain(form, reason.replace(day, stood.standing))
            return replace(written(form).mail, text=text, own=one_size.own + stood.own)

        return write

    def _bears_stand_ins(self, issue: Issue, desk: Desk, reason: str, leave: str) -> bool:
        """Say whether a template writes the same with stand-ins; one that puts its words in capitals does not.

        Nor does an issue in which a stranger wrote such characters.
        """
        stood = stand_in(_DAY)
        assert stood is not None
        form = self._write_issue(issue, desk, reason.replace(_DAY, stood.standing), leave).mail
        meant = self._write_issue(issue, desk, reason, leave).mail
        if taken(meant.text) or taken(meant.html):
            return False
        same = (form.subject, filled(form.text, stood.own), filled(form.html, stood.own))
        return same == (meant.subject, meant.text, meant.html)

    def notice_mail(
        self, notice: Notice, *, desk: Desk, recipient: Recipient | None = None, issue: Issue | None = None
    ) -> Mail:
        """Write an alert; to a reader about an issue they were sent, with the foot of that."""
        words = Words(desk.locale, desk.zone)
        view = notice_view(notice, words)
        foot = {"why": words.gettext("You get this because your address is set to receive alerts."), "unsubscribe": ""}
        if recipient and issue:
            foot = {"why": why(desk, recipient, words, issue), "unsubscribe": unsubscribe(desk, recipient)}
        return self._mail(ALERT, words, {"notice": view, "desk": desk, **foot}, view.preheader)

    def version(self, template: str) -> str:
        """Return a short name for how a template reads now; it changes with any file it uses."""
        return self._templates.version(template)

    def _write_issue(self, issue: Issue, desk: Desk, reason: str, leave: str) -> "_Written":
        words = Words(issue.locale, issue.zone)

        def write(shown: Issue) -> _Written:
            view = issue_view(shown, words)
            context = {"issue": view, "desk": desk, "why": reason, "unsubscribe": leave}
            return _Written(shown, self._mail(issue.template, words, context, view.preheader))

        return _within_limit(issue, write)

    def _write_text(self, written: "_Written", desk: Desk, reason: str, leave: str) -> str:
        shown, words = written.shown, Words(written.shown.locale, written.shown.zone)
        context = {"issue": issue_view(shown, words), "desk": desk, "why": reason, "unsubscribe": leave}
        inner = {**context, "subject": written.mail.subject, "preheader": written.mail.preheader}
        return _tidy(self._templates.render(shown.template, "body.txt", words, inner))

    def _mail(self, folder: str, words: Words, context: dict[str, object], preheader: str) -> Mail:
        subject = " ".join(self._templates.render(folder, "subject.txt", words, context).split())
        inner = {**context, "subject": subject, "preheader": preheader}
        text = self._templates.render(folder, "body.txt", words, inner)
        html = self._templates.render(folder, "body.html", words, inner)
        return Mail(subject, _tidy(text), self._inliner.inline(html), preheader)


@dataclass(frozen=True, eq=False, slots=True)
class _Written:
    """An issue's mail, and what of the issue there was room for; it is itself alone, so that looking it up is cheap."""

    shown: Issue
    mail: Mail


def check_template(name: str, overrides: Path | None = None) -> None:
    """Render a sample issue, or alert; RenderError with the template's file and line if that fails."""
    renderer = Renderer(overrides)
    desk = Desk("Sample", "Briefing", "briefing@example.org", "briefing@example.org", "1 Sample Street")
    if name == ALERT:
        renderer.notice_mail(sample.notice(), desk=desk)
        return
    for issue in sample.issues(name):
        renderer.issue(issue, desk=desk, recipient=Recipient("reader@example.org"))


def why(desk: Desk, recipient: Recipient, words: Words, issue: Issue) -> str:
    """Say why somebody gets this."""
    if recipient.list is None:
        return words.gettext("You get this because your address is named in the configuration of %(site)s.",
                             site=desk.site_name)  # fmt: skip
    title = dict(desk.lists).get(recipient.list, recipient.list)
    if recipient.since is None:
        return words.gettext("You get this because you subscribed to “%(list)s”.", list=title)
    day = words.day(recipient.since, issue.nominal)
    return words.gettext("You get this because you subscribed to “%(list)s” on %(day)s.", list=title, day=day)


def unsubscribe(desk: Desk, recipient: Recipient) -> str:
    """Return the mailto: link that takes a reader off the list, for the foot and for List-Unsubscribe."""
    if desk.unsubscribe is None:
        return ""
    if desk.unsubscribe.startswith("mailto:"):
        return desk.unsubscribe
    subject = quote(f"unsubscribe {recipient.list}" if recipient.list else "unsubscribe")
    return f"mailto:{desk.unsubscribe}?subject={subject}"


def _within_limit(issue: Issue, write: Callable[[Issue], _Written]) -> _Written:
    """Find by halving how little must be left out; each step leaves out the last thing that is still there."""
    written = write(issue)
    if _fits(written.mail):
        return written
    shorter = list(_shorter(issue))
    low, high = 0, len(shorter) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _fits(write(shorter[middle]).mail) else (middle + 1, high)
    return write(shorter[low]) if shorter else written


def _fits(mail: Mail) -> bool:
    return len(mail.html.encode()) < LIMIT


def _shorter(issue: Issue) -> Iterator[Issue]:
    """Yield the issue ever shorter: first whole articles become excerpts, then developments a number, then parts go."""
    for at in reversed(range(len(issue.stories))):
        for index in reversed(range(len(issue.stories[at].developments))):
            if issue.stories[at].developments[index].lead.html:
                issue = _with(issue, at, _without_markup(issue.stories[at], index))
                yield issue
        if any(part.item.html for part in issue.stories[at].parts):
            bare = tuple(replace(part, item=replace(part.item, html="")) for part in issue.stories[at].parts)
            issue = _with(issue, at, replace(issue.stories[at], parts=bare))
            yield issue
    for at in reversed(range(len(issue.stories))):
        while issue.stories[at].developments:
            share = issue.stories[at]
            *kept, last = share.developments
            issue = _with(issue, at, replace(share, developments=tuple(kept), more=share.more + last.reports))
            yield issue
        issue = _with(
            issue, at, replace(issue.stories[at], previously=(), corrections=issue.stories[at].corrections[:9])
        )
        yield issue
    for at in reversed(range(len(issue.stories))):
        while issue.stories[at].awaited:
            issue = _with(issue, at, replace(issue.stories[at], awaited=issue.stories[at].awaited[:-1]))
            yield issue
        while issue.stories[at].parts:
            share = issue.stories[at]
            issue = _with(issue, at, replace(share, parts=share.parts[:-1], more=share.more + 1))
            yield issue


def _with(issue: Issue, at: int, share: IssueStory) -> Issue:
    return replace(issue, stories=(*issue.stories[:at], share, *issue.stories[at + 1 :]))


def _without_markup(share: IssueStory, index: int) -> IssueStory:
    lines = list(share.developments)
    lines[index] = replace(lines[index], lead=replace(lines[index].lead, html=""))
    return replace(share, developments=tuple(lines))


def _tidy(text: str) -> str:
    """Take trailing spaces and runs of blank lines out of plain text."""
    lines: list[str] = []
    for line in text.strip("\n").splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).rstrip() + "\n"


__all__ = ["LIMIT", "Desk", "RenderError", "Renderer", "check_template"]
