"""The words for answers to an alert: who looks after what it is about, and where to say so.

Apart from `notice`, which says what happened.
"""

from dataclasses import replace
from datetime import datetime

from briefing.model import MAIL, Acknowledgement, AnswerLinks, Event, Link, Notice, Silence
from briefing.render.locale import Words
from briefing.render.plain import clip, isolate

NAME = 80  # characters of a name


def acknowledged(one: Acknowledgement, words: Words, now: datetime) -> str:
    """Say who looks after it, since when."""
    when = words.moment(one.at, words.local(now).date())
    return words.gettext("Acknowledged by %(name)s, %(when)s", name=name(one.by, one.channel, words), when=when)


def muted(one: Silence, words: Words, now: datetime) -> str:
    """Say who muted it, until when."""
    when = words.clock(one.expires)
    if words.local(one.expires).date() != words.local(now).date():
        when = f"{words.day(one.expires, words.local(now).date())}, {when}"
    return words.gettext("Muted by %(name)s until %(when)s", name=isolate(one.by, None, words.dir), when=when)


def name(by: str | None, channel: str, words: Words) -> str:
    """Name somebody as they called themselves, else by where they read it."""
    if by:
        return isolate(clip(by, NAME), None, words.dir)
    place = words.gettext("a mail") if channel == MAIL else isolate(channel, None, words.dir)
    return words.gettext("somebody in %(channel)s", channel=place)


def around(said: Notice, event: Event, answers: AnswerLinks | None, words: Words) -> Notice:
    """Say first who looks after it, and last what there is to press."""
    known = (Link(acknowledged(event.acknowledged, words, event.at)),) if event.acknowledged else ()
    said = replace(said, context=(*known, *said.context), answers=answers)
    return replace(said, actions=(*said.actions, *_pressed(answers, words))) if answers else said


def _pressed(answers: AnswerLinks, words: Words) -> tuple[Link, ...]:
    return Link(words.gettext("Acknowledge"), answers.acknowledge), Link(words.gettext("Mute"), answers.mute)
