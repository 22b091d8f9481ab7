"""What may happen at any time: the rules by which sites, people and machines play against the service.

Apart from `life` (the run itself), `far_ends` (what answers) and `reckoning` (what must hold).
"""

import gc
from dataclasses import replace
from datetime import timedelta
from string import ascii_lowercase
from typing import Any

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from briefing.model import Act, LaneStanding
from briefing.store import audience, channels, deliveries, feeds
from tests.integration.computer import Stopped
from tests.integration.documents import Entry
from tests.integration.life import ACTIONS, EDITS, HOUR, READERS, Life, Place

SHOWN = 9  # items of a document
A_RUN, RUNS = 500, 20  # steps in a run at most; runs at least, for the first is always a dull one
TEXT = "What happened is told in so many words."  # too few for one piece to be taken for a copy of another
actions = st.sampled_from([*ACTIONS])
sites = st.sampled_from(["one", "two"])
readers = st.sampled_from(READERS)
few = st.integers(0, SHOWN - 1)
times = st.sampled_from([1, 2, 3, 5, 9, 40])
COMMITS = ["before commit", "after commit"]
TRAPS = [  # an action, a point, and the how manieth time that it comes by
    *(("poll", point, left) for point in (*COMMITS, "fetched") for left in (1, 2, 3, 4)),
    *(("publish", point, left) for point in COMMITS for left in (1, 1, 2)),
    *(("relay", point, left) for point in (*COMMITS, "send", "taken") for left in (1, 2, 4)),
    *(("everything", "turn", left) for left in (3, 9, 15, 25)),
]
SITE_MOODS = ["ok", "ok", "404", "410", "429", "500", "503", "timeout", "garbage", "moved"]
MAIL_MOODS = ["ok", "ok", "down", "refuses us", "later", "never", "slow", "lost"]
HOOK_MOODS = ["ok", "ok", "429", "410", "500", "400", "timeout", "slow", "lost", "500 taken"]


class Machine(Life, RuleBasedStateMachine):
    """Sites, a mail server, a receiver, readers, an operator, and a computer that may fail."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = 0
        self.parts = {"one": 1, "two": 1}
        self.withdrawn: dict[str, list[Entry]] = {"one": [], "two": []}
        self.begin()

    # --- sites ------------------------------------------------------------------------------------------------------

    def word(self) -> str:
        """Return a word that no other piece has."""
        number, self.pieces = self.pieces, self.pieces + 1
        return "kex" + "".join(ascii_lowercase[number // 26**power % 26] for power in (2, 1, 0))

    @rule(name=sites, kind=st.sampled_from(["new", "new", "new", "undated", "old", "future", "part", "promise"]))
    def publish(self, name: str, kind: str) -> None:
        """Put up a piece."""
        word, site = self.word(), self.net.sites[name]
        at = {"undated": None, "old": self.time.wall - timedelta(days=9), "future": self.time.wall + timedelta(days=2)}
        title, text = f"Report {word}", TEXT
        if kind in ("part", "promise"):
            number = self.parts[name]
            title = f"The long serial, Part {number}: {word}"
            text = f"{TEXT} Coming up in Part {number + 1}: the rest." if kind == "promise" else text
            self.parts[name] += 1
        entry = Entry(word, title, at.get(kind, self.time.wall), text)
        self.reckoning.offer(word, name, entry.at)
        site.entries = [entry, *site.entries][:SHOWN]

    @rule(name=sites, place=few, what=st.sampled_from(["text", "title"]))
    def correct(self, name: str, place: int, what: str) -> None:
        """Correct a piece's words."""
        for entry in self.piece(name, place):
            self.show(name, place, replace(entry, **{what: f"{getattr(entry, what)} (corrected)"}))

    @rule(name=sites, place=few)
    def withdraw(self, name: str, place: int) -> None:
        """Take a piece down."""
        self.withdrawn[name] += self.piece(name, place)

    @rule(name=sites, place=few)
    def show_again(self, name: str, place: int) -> None:
        """Show again what was taken down, or another piece in another place."""
        for entry in self.withdrawn[name][-1:] or self.piece(name, place):
            self.show(name, place // 2, entry)
        self.withdrawn[name] = self.withdrawn[name][:-1]

    @precondition(lambda self: self.frozen is None)  # it may hold a document of before
    @rule(name=sites)
    def name_anew(self, name: str) -> None:
        """Give all pieces other guids, but those that moved: nothing but the words would name them."""
        site = self.net.sites[name]
        site.entries = [
            entry
            if "://www." in (entry.link or "")
            else replace(entry, guid=f"{entry.guid}+", link=self.link(name, entry))
            for entry in site.entries
        ]

    @rule(name=sites, place=few)
    def move_piece(self, name: str, place: int) -> None:
        """Move a piece to another host, but none whose guid alone does not name it: it would be another piece."""
        for entry in self.piece(name, place):
            link = self.link(name, entry)
            named = "+" not in entry.guid and "/again/" not in link
            moved = link.replace(f"://{name}", f"://www.{name}") if named else link
            self.show(name, place, replace(entry, link=moved) if named else entry)

    def piece(self, name: str, place: int) -> list[Entry]:
        """Take a piece out of a site's document, if there is one."""
        entries = self.net.sites[name].entries
        return [entries.pop(place % len(entries))] if entries else []

    def show(self, name: str, place: int, entry: Entry) -> None:
        """Put a piece into a site's document."""
        entries = self.net.sites[name].entries
        entries.insert(place % (len(entries) + 1), entry)

    def link(self, name: str, entry: Entry) -> str:
        """Return where a piece leads."""
        return entry.link or f"https://{name}.example/{entry.guid}"

    @precondition(lambda self: self.frozen is None)
    @rule(name=sites, place=few)
    def use_guid_again(self, name: str, place: int) -> None:
        """Give a new piece the guid of another, which is gone."""
        for entry in self.piece(name, place):
            word = self.word()
            self.reckoning.offer(word, name, self.time.wall)
            self.show(
                name,
                place,
                Entry(entry.guid, f"Report {word}", self.time.wall, TEXT, f"https://{name}.example/again/{word}"),
            )

    @rule(name=sites, mood=st.sampled_from(SITE_MOODS), times=times)
    def change_mood(self, name: str, mood: str, times: int) -> None:
        """Let a site fail for a while, or move, or be well again."""
        self.net.sites[name].mood.set(mood, times)

    @rule(name=sites)
    def change_tags(self, name: str) -> None:
        """Let a site give an ETag, or no longer."""
        self.net.sites[name].tags = not self.net.sites[name].tags

    # --- far ends of messages, people -------------------------------------------------------------------------------

    @rule(mood=st.sampled_from(MAIL_MOODS), times=times)
    def change_mail(self, mood: str, times: int) -> None:
        """Let the mail server fail for a while, or be well again."""
        self.net.mail.set(mood, times)

    @rule(mood=st.sampled_from(HOOK_MOODS), times=times)
    def change_hook(self, mood: str, times: int) -> None:
        """Let the receiver fail for a while, or be well again."""
        self.net.hook.set(mood, times)

    @rule(who=st.sampled_from([*READERS, "desk@example.org"]))
    def close_mailbox(self, who: str) -> None:
        """Let an address cease to exist."""
        self.net.nobody.add(who)

    @rule(who=readers)
    def join(self, who: str) -> None:
        """Let a reader subscribe."""
        self.operate(lambda session: self.subscribe(session, who))

    @rule(who=readers)
    def leave(self, who: str) -> None:
        """Let a reader unsubscribe."""
        now = self.time.wall
        self.operate(lambda session: audience.remove(session, address=who, list="readers", now=now))
        self.reckoning.readers.discard(who)

    @rule(who=readers)
    def complain(self, who: str) -> None:
        """Let a reader complain, and be suppressed."""
        now = self.time.wall
        self.operate(lambda session: audience.suppress(session, address=who, reason="complaint", now=now))
        self.reckoning.suppressed.add(who.casefold())

    @rule()
    def retry_dead(self) -> None:
        """Have dead messages tried again, as an operator."""
        self.reckoning.dead.clear()
        self.operate(lambda session: deliveries.perform(session, act=Act.RETRIED, by="ann@desk", now=self.time.wall))

    @rule(name=sites)
    def pause(self, name: Any) -> None:
        """Pause a feed, as an operator."""
        self.operate(lambda session: feeds.pause(session, feed=name))

    @rule(name=sites)
    def resume(self, name: Any) -> None:
        """Resume a feed, also one that is gone."""
        self.operate(lambda session: feeds.resume(session, feed=name, now=self.time.wall))

    @rule()
    def enable(self) -> None:
        """Make a channel live again, as an operator."""
        self.operate(lambda session: channels.put(session, channel="hook", standing=LaneStanding()))

    # --- time and work ----------------------------------------------------------------------------------------------

    @rule(minutes=st.integers(1, 59))
    def minutes_pass(self, minutes: int) -> None:
        """Let time pass."""
        self.later(minutes / 60)

    @rule(hours=st.integers(1, 23))
    def hours_pass(self, hours: int) -> None:
        """Let much time pass."""
        self.later(hours)

    @rule(days=st.integers(1, 4))
    def days_pass(self, days: int) -> None:
        """Let the machine sleep for days."""
        self.later(24 * days)

    def later(self, hours: float) -> None:
        """Let hours pass."""
        self.time.pass_by(hours * HOUR)
        self.latest = max(self.latest, self.time.wall)

    @rule(hours=st.sampled_from([0.02, 1, 5, 24]))
    def set_back(self, hours: float) -> None:
        """Set the clock back, never more than a day behind where it was."""
        self.time.wall = max(self.time.wall - timedelta(hours=hours), self.latest - timedelta(days=1))

    @rule(action=actions)
    def work(self, action: str) -> None:
        """Let the service do what is due."""
        self.do(action)

    @rule(name=sites)
    def work_on(self, name: str) -> None:
        """Let an hour pass, a piece appear, and the service do all that is due."""
        self.time.pass_by(HOUR)
        self.publish(name=name, kind="new")
        self.do("everything")

    @rule(name=sites, hours=st.sampled_from([0.5, 26]), trap=st.sampled_from(TRAPS))
    def crash(self, name: str, hours: float, trap: tuple[str, str, int]) -> None:
        """Cut the power at some point of the work on a new piece, or after it; then it is looked for again."""
        action, point, left = trap
        self.time.pass_by(hours * HOUR)
        self.publish(name=name, kind="new")
        if action in ("publish", "relay"):
            self.do("poll")
        self.process.power.set(point, left)
        if self.do(action):
            self.died()
        if action == "poll":
            self.time.pass_by(HOUR / 3)
            self.do("poll")

    @precondition(lambda self: self.frozen is None)
    @rule(name=sites, left=st.integers(1, 30), minutes=st.sampled_from([0.0, 0.5, 2, 2, 2, 90]))
    def freeze(self, name: str, left: int, minutes: float) -> None:
        """Stop the process in the middle of its work on a new piece; another one goes on a little later."""
        self.time.pass_by(HOUR / 2)
        self.publish(name=name, kind="new")
        self.process.power.set("turn", left, Stopped)
        self.do("everything")
        self.process.power.set("", 0)
        self.time.pass_by(60 * minutes)
        self.do("relay")

    @precondition(lambda self: self.frozen is not None)
    @rule()
    def thaw(self) -> None:
        """Let the process that was stopped go on."""
        self.go_on()

    @rule(edit=st.sampled_from([*EDITS]))
    def restart(self, edit: str) -> None:
        """Restart the service, perhaps with an edited configuration."""
        self.begin_again(edit)

    @invariant()
    def count(self) -> None:
        """Count the step."""
        self.place.steps += 1


def play(place: Place, *, steps: int, seed: int) -> None:
    """Play machines until that many steps are made; the same seed plays the same."""
    gc.collect()
    gc.freeze()  # what is imported by now stays; it need not be looked at again and again
    length = min(A_RUN, steps // RUNS)
    while place.steps < steps:
        settled = settings(
            max_examples=-(-(steps - place.steps) // length),
            stateful_step_count=length,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        made = type("Machine", (Machine,), {"place": place})
        hypothesis.seed(seed)(made)
        run_state_machine_as_test(made, settings=settled)
        seed += 1
