"""The reference of feeds.yaml with a few mistakes made in it on purpose: each mutation knows what it broke, and where.

Apart from `broken_files`, whose mistakes were made by hand. Lines of the reference are changed in place, so that what
stands on which line is never in doubt; two mutations never touch one line.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.broken_files import MAIN, Broken, Mistake

REFERENCE = (Path(__file__).parents[1] / "docs" / "feeds.reference.yaml").read_text(encoding="utf-8")
_WORDS = "SMTP_PASSWORD MEMBERS_PASSWORD MEMBERS_TOKEN HOOK_KEY TELEGRAM_TOKEN NTFY_TOPIC NTFY_TOKEN"
ENVIRON = dict.fromkeys(_WORDS.split(), "x") | {
    "SLACK_URL": "https://hooks.example.org/x",
    "TEAMS_URL": "https://teams.example.org/x",
    "DISCORD_URL": "https://discord.example.org/x",
    "DISCORD_FORUM_URL": "https://discord.example.org/y",
    "MATTERMOST_URL": "https://mattermost.example.org/x",
    "GOOGLE_CHAT_URL": "https://chat.example.org/x",
    "APPRISE_URL": "json://apprise.example.org/x",
    "HOOK_SECRET": "whsec_" + "QUJD" * 10,
    "OLD_HOOK_SECRET": "whsec_" + "QUJD" * 11,
}

# keys with a value on their line, which nothing else depends on
_OPTIONAL = re.compile(
    "contact|operator|unsubscribe|postal_address|timezone|locale|port|starttls|connections|full_text|rights|since|every"
    "|user_agent|jitter|timeout|max_size|per_host|spacing|throttle|lang|independent|allow_private|exclude|part|title_like"
    "|remind_after|sources|within|days|template|max_items|send_when_empty|continue|group|repeat|headers|event"
)
_WRONG = {
    "soon": ("every since timeout spacing group repeat within remind_after", '"soon" is not a duration'),
    "2 MB": ("max_size", '"2 MB" is not a size'),
    "lots": ("jitter", '"lots" is not a percentage'),
    "many": ("port connections per_host max_items sources part", '"many" is not a whole number'),
    "7": ("independent allow_private send_when_empty continue", '"7" is neither true nor false'),
    "sometimes": ("full_text rights starttls throttle event", '"sometimes" is not one of'),
    "Moon/Base": ("timezone", 'no time zone named "Moon/Base"'),
    "7am": ("at until", '"7am" is not a time of day'),
    "1": ("title exclude contact locale lang user_agent title_like", "must be text, not a number"),
    "nobody": ("operator unsubscribe", '"nobody" is not an e-mail address'),
    "example.org": ("base_url", '"example.org" is not an address'),
}
_NEEDED = dict.fromkeys(("from", "host", "url", "stories", "to", "secret", "chat", "token", "until"), '"{}" is missing')
_NEEDED |= dict.fromkeys(("at", "cron"), "give either at")
_NAMES = {"members": "feed", "irgc-coup": "story", "iran": "list", "newsroom": "channel", "desk": "channel"}
_LINE = re.compile(r"(\s+)(?:- )?([a-z_]+):( +)([^#\s].*?)(?=\s+#|$)")


def _misspelt(lines: list[str], at: int, found: re.Match[str]) -> Mistake | None:
    key, col = found[2], found.start(2)
    if not _OPTIONAL.fullmatch(key):
        return None
    lines[at] = f"{lines[at][: found.end(2)]}{key[-1]}{lines[at][found.end(2) :]}"
    return Mistake(MAIN, at + 1, col + 1, f'unknown key "{key}{key[-1]}"', f'did you mean "{key}"?')


def _mistyped(lines: list[str], at: int, found: re.Match[str]) -> Mistake | None:
    for value, (keys, words) in _WRONG.items():
        if found[2] in keys.split():
            lines[at] = lines[at][: found.start(4)] + value + lines[at][found.end(4) :]
            return Mistake(MAIN, at + 1, found.start(4) + 1, words)
    return None


def _left_out(lines: list[str], at: int, found: re.Match[str]) -> Mistake | None:
    if found[2] not in _NEEDED or "- " in found[0][: found.start(2)] or "default:" in lines[at]:
        return None
    lines[at] = "#" + lines[at]
    around = next(number for number in range(at, -1, -1) if _depth(lines[number]) < found.start(2))
    inside = len(lines[around]) - len(lines[around].lstrip(" -"))
    return Mistake(MAIN, around + 1, inside + 1, _NEEDED[found[2]].format(found[2]))


def _astray(lines: list[str], at: int, found: re.Match[str]) -> Mistake | None:
    for name, noun in _NAMES.items():
        if named := re.search(rf"(?<![\w@.-]){name}(?![\w@.-])", found[4]):
            col = found.start(4) + named.start()
            lines[at] = f"{lines[at][:col]}nowhere{lines[at][col + len(name) :]}"
            return Mistake(MAIN, at + 1, col + 1, f'no {noun} named "nowhere"')
    return None


def _depth(line: str) -> int:
    """Return how deep a line is indented; nothing is deeper than a comment."""
    return 1000 if line.lstrip().startswith("#") or not line else len(line) - len(line.lstrip())


_MUTATIONS = (_misspelt, _mistyped, _left_out, _astray)


def mutated(count: int) -> Iterator[Broken]:
    """Yield so many broken references, the same in each run: one to four mistakes in each."""
    for seed in range(count):
        chance = Random(seed)
        lines, mistakes = REFERENCE.splitlines(), dict[int, Mistake]()
        wanted = chance.randint(1, 4)
        while len(mistakes) < wanted:
            at, mutate = chance.randrange(len(lines)), chance.choice(_MUTATIONS)
            found = _LINE.match(lines[at])
            if found and at not in mistakes and (made := mutate(lines, at, found)):
                mistakes[at] = made
        content = "".join(f"{line}\n" for line in lines).encode()
        yield Broken(f"the reference, mutated by {seed}", {MAIN: content}, list(mistakes.values()), ENVIRON)
