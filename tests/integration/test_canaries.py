"""Twelve secrets, each really used: the far ends see them, and nothing that is written down or shown holds one.

Everything that tempts a service to tell goes wrong here: refusals that repeat the password, an answer that repeats the
address, a redirect that carries a key along, a host that is not there, mistakes on the lines the secrets stand on, a
template that breaks, a database that refuses the login. Logs are taken at DEBUG, those of the libraries among them.
"""

import asyncio
import json
import logging
import os
import socketserver
import sqlite3
import struct
import threading
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from urllib.parse import quote, quote_plus

import pytest
from aiohttp import web

from demo.chat_sink import ChatSink, Post, Scripted, signed
from demo.feed_server import FeedServer
from demo.smtp_sink import SmtpSink
from tests.integration.command import call
from tests.integration.documents import Entry, rss

SIGNING = b64encode(b"cnry signing key of 7f3a and more").decode()
CANARIES = {
    "smtp password": 'cnry"smtp\\7f3a+/=',
    "feed password": "cnry+basic/7f3a:=é",
    "feed Authorization": "cnry-bearer-7f3a.+/==",
    "feed header from a file": 'cnry "file" 7f3a\\n',
    "feed address password": "cnry-userinfo-7f3a~",
    "feed address key": "cnry+token/7f3a=",
    "feed header from the environment": "cnry/environ/7f3a;é\"'",
    "slack path": "cnry-slack-7f3a",
    "webhook path": "cnry~hook~7f3a",
    "webhook secret": SIGNING,
    "webhook header": "cnry'header'7f3a\"+",
    "database password": "cnry+database/7f3a@",
}
ENVIRON = {
    "SMTP": CANARIES["smtp password"],
    "BASIC": CANARIES["feed password"],
    "BEARER": CANARIES["feed Authorization"],
    "IN_URL": CANARIES["feed address password"],
    "TOKEN": quote(CANARIES["feed address key"], safe=""),
    "ENVIRON": quote(CANARIES["feed header from the environment"]),
    "SLACK": CANARIES["slack path"],
    "HOOK": CANARIES["webhook path"],
    "SIGNING": f"whsec_{SIGNING}",
    "HEADER": CANARIES["webhook header"],
}
CONFIG = """\
version: 1
site:
  from: "Desk <desk@example.org>"
  smtp: {{host: 127.0.0.1, port: {smtp}, starttls: "off", user: desk, password: "${{SMTP}}", connections: 1}}
defaults: {{poll: {{spacing: 0s, timeout: 5s}}}}
lists: {{guild: {{title: The guild}}}}
feeds:
  basic: {{url: "{feeds}/basic", allow_private: true, auth: {{user: desk, password: "${{BASIC}}"}}}}
  bearer: {{url: "{feeds}/bearer", allow_private: true, headers: {{Authorization: "Bearer ${{BEARER}}"}}}}
  header: {{url: "{feeds}/header", allow_private: true, headers: {{X-Desk: "${{file:key.txt}}"}}}}
  environ: {{url: "{feeds}/environ", allow_private: true, headers: {{X-Desk: "${{ENVIRON}}"}}}}
  in-url: {{url: "http://desk:${{IN_URL}}@127.0.0.1:{port}/in-url", allow_private: true}}
  token: {{url: "{feeds}/token?token=${{TOKEN}}", allow_private: true}}
  moved: {{url: "{feeds}/moved?token=${{TOKEN}}", allow_private: true}}
  refused: {{url: "{feeds}/refused?api_key=${{TOKEN}}", allow_private: true, auth: {{user: u, password: "${{BASIC}}"}}}}
  away: {{url: "http://desk:${{IN_URL}}@127.0.0.1:9/away?token=${{TOKEN}}", allow_private: true}}
stories:
  all: {{title: All of it}}
digests:
  daily: {{stories: [all], at: "07:00", to: [me@example.org, {{list: guild}}]}}
channels:
  slack: {{type: slack, url: "{chat}/slack/${{SLACK}}", allow_private: true}}
  hook: {{type: webhook, url: "{chat}/in/${{HOOK}}", secret: "${{SIGNING}}", headers: {{X-Key: "${{HEADER}}"}},
         allow_private: true}}
  desk: {{type: mail, to: desk@example.org}}
routes:
  - to: [slack, hook, desk]
"""
LOGGERS = (
    "httpx", "httpcore", "aiohttp.client", "aiohttp.internal", "asyncio", "sqlalchemy.engine",
    "sqlalchemy.pool", "apscheduler", "alembic", "charset_normalizer", "trafilatura", "watchfiles", "pebble",
)  # fmt: skip


def forms(secret: str) -> set[str]:
    """Return the ways in which a secret may stand in a text."""
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    coded = {quote(secret), quote(secret, safe=""), quote_plus(secret), secret.encode().hex()}
    return {secret, *escaped, *coded, *map(quote, escaped), *_base64(secret.encode())}


def _base64(secret: bytes) -> Iterator[str]:
    """Yield what base64 makes of a secret wherever it begins, without the characters that its neighbours share."""
    for before in range(3):
        coded = b64encode(b"\0" * before + secret).decode().rstrip("=")
        yield coded[(0, 2, 3)[before] : len(coded) - (len(secret) + before) % 3]


FORMS = {name: forms(secret) for name, secret in CANARIES.items()}


def told_by(text: str) -> dict[str, str]:
    """Return the canaries that a text holds, each with what stands around it."""
    found = {}
    for name, ways in FORMS.items():
        for way in ways:
            if (at := text.find(way)) >= 0:
                found[name] = text[max(0, at - 60) : at + 60]
    return found


@dataclass(slots=True)
class Shown:
    """Everything that was written down or shown, by where."""

    texts: dict[str, str] = field(default_factory=dict)

    def leaks(self) -> dict[str, dict[str, str]]:
        return {where: found for where, text in self.texts.items() if (found := told_by(text))}


class Publisher(FeedServer):
    """Puts up a feed at every path, remembers what it was asked, and who ran beside us meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, web.Request] = {}
        self.beside: set[str] = set()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked[request.path] = request
        self.beside |= set(children())
        if request.path == "/moved":
            raise web.HTTPMovedPermanently(f"/there?{request.query_string}")
        if request.path == "/refused":
            return web.Response(status=401, text=f"no: {request.headers['Authorization']} {request.path_qs}")
        at = datetime.now(UTC) - timedelta(hours=1)
        # Links that lead nowhere but to the feed's own address, which must not be handed on with its key.
        entries = [Entry(request.path, f"News of {request.path}", at, link=link) for link in ("#top", "", "?page=2")]
        return web.Response(text=rss(*entries, base=""), content_type="application/rss+xml")


class Receivers(ChatSink):
    """Take every post, wherever it goes, unless told otherwise."""

    def _judged(self, _request: web.Request, _body: bytes) -> tuple[Scripted, tuple[str, ...]]:
        return Scripted(200, "ok"), ()


def children() -> Iterator[str]:
    """Yield the command line of each process below this one."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    below = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    for pid in below - {os.getpid()}:
        try:
            yield (Path("/proc") / str(pid) / "cmdline").read_text()
        except OSError:
            continue


class _Refusing(socketserver.BaseRequestHandler):
    """A PostgreSQL that asks for the password in the clear, and repeats it in its refusal."""

    def handle(self) -> None:
        while True:
            size, code = struct.unpack("!ii", self.request.recv(8))
            rest = self.request.recv(size - 8) if size > 8 else b""
            if code == 196608:  # version 3.0; what comes before asks for encryption
                break
            self.request.sendall(b"N")
        assert b"desk" in rest
        self.request.sendall(b"R" + struct.pack("!ii", 8, 3))
        _, size = struct.unpack("!ci", self.request.recv(5))
        password = self.request.recv(size - 4).rstrip(b"\0")
        self.server.heard.append(password.decode())  # type: ignore[attr-defined]
        words = b"SFATAL\0C28P01\0Mpassword authentication failed for user desk\0D" + password + b"\0\0"
        self.request.sendall(b"E" + struct.pack("!i", len(words) + 4) + words)


@contextmanager
def refusing_database() -> Iterator[tuple[int, list[str]]]:
    """Start it; yield its port and the passwords it was told."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Refusing) as server:
        server.heard = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1], server.heard  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


@dataclass(slots=True)
class Place:
    """The servers around the service, and what it has shown so far."""

    publisher: Publisher
    chat: Receivers
    mail: SmtpSink
    shown: Shown = field(default_factory=Shown)

    async def __call__(self, words: str, **environ: str) -> int:
        """Run a command beside the servers and keep all that it shows."""
        told = await asyncio.to_thread(call, *words.split(), **{**ENVIRON, "PYTHONASYNCIODEBUG": "1", **environ})
        self.shown.texts[f"briefing {words} [{len(self.shown.texts)}]"] = told.stdout + told.stderr
        assert "Traceback" not in told.stderr, told.stderr
        return told.exit_code


@asynccontextmanager
async def place() -> AsyncIterator[Place]:
    async with Publisher() as publisher, Receivers() as chat:
        with SmtpSink(users={"desk": CANARIES["smtp password"]}) as mail:
            yield Place(publisher, chat, mail)


@pytest.fixture
def loud() -> Iterator[None]:
    """Let every library tell all it has to tell."""
    import_module("briefing.app")  # which asks httpx to be quiet, once
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def write_config(at: Place) -> None:
    Path("key.txt").write_text(quote(CANARIES["feed header from a file"]) + "\n", encoding="utf-8")
    ports = {"smtp": at.mail.port, "feeds": at.publisher.url, "port": at.publisher.port, "chat": at.chat.url}
    Path("feeds.yaml").write_text(CONFIG.format(**ports), encoding="utf-8")


async def everything_goes_wrong(at: Place) -> None:
    """Poll, write and deliver, and be refused by everybody, who all repeat what they were given."""
    blob = b64encode(f"\0desk\0{CANARIES['smtp password']}".encode()).decode()
    at.mail.fail("AUTH", f"535 5.7.8 not {CANARIES['smtp password']}, nor {blob}", times=3)
    at.chat.answer(500, f"no {at.chat.url}/in/{CANARIES['webhook path']} {CANARIES['webhook secret']}", times=9)
    await at("run --once --json")
    await at("deliveries list")
    await at("deliveries list --failed --json")
    at.chat._scripted.clear()  # they are asked no more
    await at("channels enable slack")
    at.chat.answer(404, f"/slack/{CANARIES['slack path']}", times=1)
    await at("channels test slack")
    await at("channels list --json")


async def everything_goes_right(at: Place) -> None:
    """Let all commands that show something show it, with every far end well again."""
    for words in (
        "channels enable slack --json", "channels enable hook", "channels test hook --json",
        "send daily --yes", "status", "status --json", "feeds list", "feeds list --json",
        "feeds test token", "feeds test in-url --json", "feeds test away", "feeds test refused --json", "poll --force",
        "config show", "config show --json", "check", "check --json", "items --json", "deliveries list --json",
        "subscribers add a@example.org --list guild --consent form", "subscribers export out.csv",
        "opml export out.opml", "doctor --offline", "doctor --offline --json",
    ):  # fmt: skip
        await at(words)


async def the_file_is_wrong(at: Place) -> None:
    """Write the secrets out, each on a line that also holds a mistake; fill in wrong ones; break a template."""
    with written_out_with_mistakes():
        for words in ("check", "check --json", "status", "feeds list --json"):
            await at(words)
    await at("check", TOKEN="a b", HOOK="", IN_URL=CANARIES["feed address password"] + "@:/")
    with a_broken_template():
        await at("check")
        await at("poll")


@contextmanager
def written_out_with_mistakes() -> Iterator[None]:
    """Put every secret of the environment into feeds.yaml itself, and misspell what stands beside it."""
    path = Path("feeds.yaml")
    whole = text = path.read_text(encoding="utf-8")
    for name, value in ENVIRON.items():
        text = text.replace(f'"${{{name}}}"', json.dumps(value)).replace(f"${{{name}}}", value.replace('"', ""))
    text = text.replace("allow_private: true", "alow_private: 7").replace("connections: 1", "conections: none")
    path.write_text(text, encoding="utf-8")
    yield
    path.write_text(whole, encoding="utf-8")


@contextmanager
def a_broken_template() -> Iterator[None]:
    """Put an alert of the operator's beside feeds.yaml that fails in the middle."""
    alert = Path("templates/alert")
    alert.mkdir(parents=True)
    for name in ("subject.txt", "body.txt", "body.html"):
        (alert / name).write_text("{{ desk.nothing.at.all }}{{ 1 / 0 }}")
    yield
    rmtree("templates")


async def the_database_refuses(at: Place) -> None:
    secret = quote(CANARIES["database password"], safe="")
    with refusing_database() as (port, heard):
        for words in ("status", "run --once --json", "doctor --offline"):
            await at(words, BRIEFING_DATABASE_URL=f"postgresql://desk:{secret}@127.0.0.1:{port}/x")
        assert set(heard) == {CANARIES["database password"]}
    for url in (f"mysql://desk:{secret}@127.0.0.1/x", f"postgresql://desk:{secret}@127.0.0.1:port/x"):
        await at("status --json", BRIEFING_DATABASE_URL=url)


def seen_by_the_far_ends(at: Place) -> Mapping[str, bool]:
    """Return, for each secret but the database's, whether it arrived where it belongs."""
    asked, posts = at.publisher.asked, at.chat.posts
    basic = {p: b64decode(asked[p].headers["Authorization"].partition(" ")[2]).decode() for p in ("/basic", "/in-url")}
    hook = next(post for post in posts if post.path == f"/in/{CANARIES['webhook path']}")
    return {
        "smtp password": bool(at.mail.received),  # it takes mail from nobody else
        "feed password": basic["/basic"] == f"desk:{CANARIES['feed password']}",
        "feed Authorization": asked["/bearer"].headers["Authorization"] == f"Bearer {CANARIES['feed Authorization']}",
        "feed header from a file": asked["/header"].headers["X-Desk"] == quote(CANARIES["feed header from a file"]),
        "feed address password": basic["/in-url"] == f"desk:{CANARIES['feed address password']}",
        "feed address key": asked["/there"].query["token"] == CANARIES["feed address key"],
        "feed header from the environment": asked["/environ"].headers["X-Desk"] == ENVIRON["ENVIRON"],
        "slack path": any(post.path == f"/slack/{CANARIES['slack path']}" for post in posts),
        "webhook path": True,
        "webhook secret": signed(ENVIRON["SIGNING"], _lower(hook), hook.body),
        "webhook header": _lower(hook)["x-key"] == CANARIES["webhook header"],
    }


def _lower(post: Post) -> dict[str, str]:
    return {name.lower(): value for name, value in post.headers.items()}


def keep_what_was_written(at: Place) -> None:
    """Take down the database, dumped and as it lies in its files, every message, every file, and who ran beside us."""
    texts = at.shown.texts
    with sqlite3.connect("briefing.db") as database:
        texts["database"] = "\n".join(database.iterdump())
    database.close()
    for path in Path().rglob("*"):
        if path.is_file() and path.name not in {"feeds.yaml", "key.txt"}:
            texts[f"file {path}"] = path.read_bytes().decode("latin-1") + path.read_bytes().decode("utf-8", "replace")
    for number, one in enumerate(at.mail.received):
        texts[f"mail {number}"] = one.content.decode("utf-8", "replace")
    for number, message in enumerate(at.mail.messages):
        texts[f"words of mail {number}"] = "".join(str(p.get_content()) for p in message.walk() if not p.is_multipart())
    texts |= {f"body of post {number}": post.body.decode() for number, post in enumerate(at.chat.posts)}
    texts |= {f"ps {number}": line for number, line in enumerate(at.publisher.beside)}


def test_peer_cve_2023_22481_freshrss_twelve_secrets_are_used_and_told_to_nobody(
    tmp_path: Path, loud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def story() -> Place:
        async with place() as at:
            write_config(at)
            for scene in (everything_goes_wrong, everything_goes_right, the_file_is_wrong, the_database_refuses):
                await scene(at)
            return at

    at = asyncio.run(story())
    keep_what_was_written(at)

    assert len(CANARIES) == 12
    assert [name for name, arrived in seen_by_the_far_ends(at).items() if not arrived] == []
    assert {post.status for post in at.chat.posts} == {200, 404, 500}
    assert at.publisher.beside  # the children that parse
    logged = "".join(at.shown.texts.values())
    assert "BEGIN (implicit)" in logged
    assert "HTTP Request" in logged  # httpx tells whole addresses
    assert at.shown.leaks() == {}


@pytest.mark.parametrize("name", CANARIES)
def test_a_canary_that_is_planted_is_found(name: str) -> None:
    """The control: the search can fail, in each of its forms."""
    secret = CANARIES[name]
    plants = (
        secret, f"a={quote(secret, safe='')}&", json.dumps({"x": secret}), repr(secret),
        *(b64encode(b"desk"[:n] + b":" + secret.encode() + b"!").decode() for n in range(5)),
    )  # fmt: skip
    assert [plant for plant in plants if name not in told_by(f"some words, {plant}, and more")] == []
    assert told_by("some words and nothing else") == {}
