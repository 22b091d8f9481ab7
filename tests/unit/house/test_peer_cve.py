"""What was found in services like this one, asked of this one: one test for each that touches what exists here.

The ids are those of the projects named beside them. `pytest -k peer_cve` runs them alone.
"""

import ast
import asyncio
import base64
import hashlib
import hmac
import re
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from briefing import cli, dial
from briefing.address import refusal
from briefing.check import check
from briefing.collect import opml, parse, sanitize, urls
from briefing.collect.fetch import Fetcher
from briefing.errors import ParseError, RenderError
from briefing.model import EventKind, Failed, Mail, Request
from briefing.render import email, mime
from briefing.render.email import Renderer
from briefing.render.notice import notice
from briefing.send.text import escape_slack
from tests.unit.render import samples

SOURCE = Path(__file__).parents[3] / "src" / "briefing"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INNER = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
_JOINED = (ast.JoinedStr, ast.BinOp, ast.Call)  # a constant, by its name or written out, is none of these
MARKUP = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'"
HEADERS = {"sender": "Briefing <briefing@example.org>", "recipient": "r@example.com", "date": NOW}


def fetched(url: str, *, private: bool = False) -> object:
    async def ask() -> object:
        async with Fetcher(spacing=timedelta(0)) as way_out:
            return await way_out.get(Request(url, allow_private=private), now=NOW)

    return asyncio.run(ask())


def problems(folder: Path, feeds: str) -> str:
    path = folder / "feeds.yaml"
    path.write_text(f"version: 1\n{feeds}", encoding="utf-8")
    return " ".join(f"{problem.severity} {problem.message}" for problem in check(path, {}).problems)


def alert(title: str) -> Mail:
    event = samples.event(EventKind.ITEM, item=samples.item(title, source=title))
    return Renderer().notice_mail(notice(event, locale="en", zone="UTC"), desk=samples.DESK)


@pytest.mark.parametrize("ip", INNER)
def test_peer_cve_2026_27696_changedetection_no_request_leads_inwards(ip: str) -> None:
    host = f"[{ip}]" if ":" in ip else ip
    outcome = fetched(f"http://{host}:8080/")
    assert isinstance(outcome, Failed)
    assert "may not be dialled" in outcome.reason


@pytest.mark.parametrize("ip", ["100.64.0.0", "100.64.0.1", "100.100.100.200", "100.127.255.255"])
def test_peer_cve_ghsa_gwph_fp79_379w_changedetection_carrier_addresses_are_inner_ones(ip: str) -> None:
    assert refusal(ip)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1\\@example.org/",
        "http://example.org@127.0.0.1/",
        "http://127.0.0.1%00.example.org/",
        "http://127.0.0.1#@example.org/",
        "http://127.0.0.1?@example.org/",
        "http://127.0.0.1\t/",
        "http://127.0.0.1\r\nHost: example.org/",
        "http:\\\\127.0.0.1\\",
        "http:///127.0.0.1/",
        "//127.0.0.1/",
    ],
)
def test_peer_cve_ghsa_rph4_96w6_q594_changedetection_what_is_judged_is_what_is_dialled(url: str) -> None:
    assert isinstance(fetched(url), Failed)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "FILE:/etc/passwd", " file:///etc/passwd", "file:etc/passwd", "source:file:///etc/passwd"],
)
def test_peer_cve_2024_51483_changedetection_no_file_is_read(tmp_path: Path, url: str) -> None:
    assert isinstance(fetched(url, private=True), Failed)
    assert urls.absolute(url, "https://example.org/") is None or "file:" not in str(urls.absolute(url, None) or "")
    assert "error" in problems(tmp_path, f'feeds: {{a: "{url}"}}\nstories: {{s: {{title: S}}}}\n')


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        " file:///etc/passwd",
        "fi&#9;le:///etc/passwd",
        "file:etc/passwd",
        "feed:file:///etc/passwd",
        "feed:FILE:/etc/passwd",
        "source:file:///etc/passwd",
        "&#x66;ile:///etc/passwd",
        "\x01file:///etc/passwd",
        "//etc/passwd",
        "/etc/passwd",
    ],
)
def test_peer_cve_2024_51998_changedetection_no_file_comes_in_by_a_list_of_feeds(url: str) -> None:
    document = f'<opml version="2.0"><body><outline text="T" type="rss" xmlUrl="{url}"/></body></opml>'
    (named,) = opml.read(document.encode())
    found = cli.opml.sort([named], {})
    assert (found.added, len(found.refused)) == ({}, 1)


def test_peer_cve_2026_29039_changedetection_no_query_language_reads_files() -> None:
    """Nothing of ours evaluates XPath or XSLT, and a document's own inclusions stay words."""
    used = [path for path in SOURCE.rglob("*.py") if re.search(r"\.xpath\(|XSLT\(|etree\.XPath", path.read_text())]
    assert used == []
    body = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>T</title>'
    body += b"<item><title>t &x;</title><description>&x;</description></item></channel></rss>"
    with suppress(ParseError):
        assert "root:" not in repr(parse.feed(body, None, "https://n.example/"))


def _overridden(folder: Path, body: str) -> Path:
    templates = folder / "templates"
    (templates / "alert").mkdir(parents=True)
    (templates / "alert" / "body.txt").write_text(body, encoding="utf-8")
    return templates


@pytest.mark.parametrize(
    "body",
    [
        "{{ env }}{{ environ }}{{ os.environ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ notice.__class__.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.environ }}",
        "{{ self.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../../etc/passwd' %}",
    ],
)
def test_peer_cve_2025_49136_listmonk_2026_33981_changedetection_a_template_reads_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setenv("CANARY", "canary-in-the-environment")
    try:
        event = samples.event(EventKind.ITEM)
        words = notice(event, locale="en", zone="UTC")
        text = Renderer(_overridden(tmp_path, body)).notice_mail(words, desk=samples.DESK).text
    except RenderError as refused:
        text = str(refused)
    assert "canary-in-the-environment" not in text
    assert "root:" not in text
    assert "<class" not in text
    assert "builtins" not in text


def test_peer_cve_2025_52558_changedetection_2023_27592_miniflux_an_error_is_words() -> None:
    event = samples.event(EventKind.FEED_DOWN, item=None, detail=MARKUP, feed=None)
    words = notice(event, locale="en", zone="UTC")
    html = Renderer().notice_mail(words, desk=samples.DESK).html
    assert "<img" not in html
    assert "<script" not in html
    assert "<" not in escape_slack(MARKUP)


def test_peer_cve_2025_62780_changedetection_and_freshrss_9146_a_title_breaks_no_template() -> None:
    mail = alert(MARKUP)
    issue = samples.issue(samples.story(items=(samples.item(MARKUP, source=MARKUP),)))
    for html in (mail.html, Renderer().issue(issue, desk=samples.DESK, recipient=email.Recipient("r@x.org")).html):
        assert "<img" not in html
        assert "<script" not in html
        assert "&lt;img" in html


@pytest.mark.parametrize("name", ["../x", "..", "a/b", "/etc/passwd", "a%2f", "a\\b", "A", "a" * 65, ".hidden"])
def test_peer_cve_ghsa_mh42_m7cg_49fr_changedetection_2022_23497_freshrss_an_id_is_no_path(
    tmp_path: Path, name: str
) -> None:
    said = problems(tmp_path, f'feeds: {{"{name}": "https://example.org/f"}}\nstories: {{s: {{title: S}}}}\n')
    assert "error" in said


class Sly(AbstractResolver):
    """A name server that gives a public address first and an inner one ever after."""

    def __init__(self) -> None:
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        ip = "93.184.215.14" if self.asked == 1 else "127.0.0.1"
        return [ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


def test_peer_cve_fe2bfb27_miniflux_a_name_that_changes_its_mind_is_judged_by_what_is_dialled() -> None:
    names = dial.GuardedNames(Sly())
    [first] = asyncio.run(names.resolve("sly.example", 80))
    assert first["host"] == "93.184.215.14"
    with pytest.raises(dial.AddressRefusedError):
        asyncio.run(names.resolve("sly.example", 80))
    with pytest.raises(dial.AddressRefusedError):
        dial.open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80)))


@pytest.mark.parametrize(
    "markup",
    [
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        '<button formaction="javascript:alert(1)">x</button>',
        '<form action="https://e.example"><input type=submit formaction="javascript:alert(1)"></form>',
        '<a href="javascript&colon;alert(1)">x</a>',
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    ],
)
def test_peer_cve_2025_32015_freshrss_2021_23980_bleach_markup_is_cleaned_and_stays_so(markup: str) -> None:
    once = sanitize.html(markup, "https://n.example/")
    assert not re.search(r"<(?:iframe|button|form|input|svg|math|style|img|noscript)|javascript|onerror=", once)
    assert sanitize.html(once, "https://n.example/") == once


@pytest.mark.parametrize(
    "inner",
    [b"<author>a@" + b"a." * 50_000 + b"</author>", b"<description>" + b"<!--" * 50_000 + b"</description>"],
    ids=["an address", "comments"],
)
@pytest.mark.timeout(10)
def test_peer_cve_feedparser_562_no_expression_runs_away(inner: bytes) -> None:
    body = b'<rss version="2.0"><channel><title>T</title><item><title>t</title>' + inner + b"</item></channel></rss>"
    assert len(parse.feed(body, None, "https://n.example/").items) <= 1


def test_peer_cve_feedparser_107_bytes_are_never_taken_for_the_name_of_a_file() -> None:
    with pytest.raises(ParseError):
        parse.feed(b"/etc/passwd", None, "https://n.example/")


@pytest.mark.parametrize("value", ["=?utf-8?q?a=0D=0ABcc:_e@x.org?=", "a\r\nBcc: e@x.org", "a> BCC:<e@y.org"])
def test_peer_cve_2024_6923_and_2023_27043_cpython_no_words_become_a_header_or_a_recipient(value: str) -> None:
    sent = mime.build(Mail(value, "t\n", "<p>t</p>\n"), mime.MailHeaders(message_id="<a@x.org>", **HEADERS))  # type: ignore[arg-type]
    assert not re.search(rb"^(?i:bcc):", sent, re.MULTILINE)
    taken = {**HEADERS, "recipient": f"r@example.com{value}"}
    with pytest.raises(RenderError):
        mime.build(Mail("s", "t\n", "<p>t</p>\n"), mime.MailHeaders(message_id="<a@x.org>", **taken))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", ["", "cut", "other"])
def test_peer_cve_2024_21491_svix_a_signature_that_is_cut_is_no_signature(change: str) -> None:
    secret = base64.b64encode(b"a secret for this test alone").decode()
    hook, now = Webhook(secret), datetime.now(tz=UTC)
    right = hook.sign("id", now, "{}")
    stamped = {"webhook-id": "id", "webhook-timestamp": str(int(now.timestamp()))}
    hook.verify("{}", {**stamped, "webhook-signature": right})
    wrong = {"": "", "cut": right[:-4], "other": right.replace("v1,", "v2,")}
    with pytest.raises(WebhookVerificationError):
        hook.verify("{}", {**stamped, "webhook-signature": wrong[change]})


@pytest.mark.parametrize("body", ["a\r.\rMAIL FROM:<e@x.org>", "a\n.\nRCPT TO:<e@x.org>", "a\r\n.\r\nDATA", "a\r.\nx"])
def test_peer_cve_2024_27305_aiosmtpd_no_body_holds_a_bare_line_end(body: str) -> None:
    sent = mime.build(Mail("s", body, body), mime.MailHeaders(message_id="<a@x.org>", **HEADERS))  # type: ignore[arg-type]
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", sent)


def test_peer_cve_2017_16896_tt_rss_every_query_has_parameters() -> None:
    """No SQL is put together from words: no f-string, no % and no + in anything that is executed."""
    joined = []
    for path in (SOURCE / "store").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("text", "exec_driver_sql"):
                joined += [f"{path.name}:{node.lineno}" for arg in node.args[:1] if isinstance(arg, _JOINED)]
    assert joined == []


def test_peer_cve_83ea3d19_3747e686_miniflux_a_message_id_tells_nothing_of_its_reader() -> None:
    """The ids that strangers see are keyed: without the secret nobody can try addresses on them."""
    key = "issue:daily:2026-11-22:07:00→mailto:r@example.com"
    found = mime.message_id(b"secret", key, "example.org")
    assert hashlib.sha256(key.encode()).hexdigest()[:32] not in found
    assert hmac.new(b"secret", key.encode(), hashlib.sha256).hexdigest()[:32] in found
