"""While there is much to send a second process sends it: the same messages, each once, and nothing lost if it dies."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from briefing import helper
from briefing.clock import utc_now
from briefing.config import smtp as config
from briefing.config.alerts import MailChannel, SlackChannel, TelegramChannel, WebhookChannel
from briefing.helper import Helper
from briefing.model import Dead, Delivered, EventKind, Mail, Notice, Retry, Verdict
from briefing.outlet import FarEnds, Letter, Outlet, Posting
from briefing.outlets import _LEAVING, Much, Outlets
from briefing.render.mime import MailHeaders
from briefing.send.channels import CHANNELS
from briefing.send.channels.outgoing import THREAD
from briefing.send.http import Poster
from demo.chat_sink import SECRET, ChatSink
from demo.chat_vendors import BOT, CHAT
from demo.smtp_sink import END, SmtpSink
from tests.integration.world import NOON
from tests.integration.world import until as until_then

MANY = Much(messages=5, seconds=60, idle=60)
until = partial(until_then, seconds=30)  # a process starts slowly on a machine that is busy
LONG = "A long line of words that many letters share. " * 200


def letter(number: int = 1, text: str = LONG, **headers: str) -> Letter:
    own = {"sender": "Desk <desk@example.org>", "recipient": f"reader{number}@example.org"} | headers
    return Letter(
        Mail(f"Subject {number}", f"{text}\n", f"<p>{text}</p>\n"),
        MailHeaders(message_id=f"<{number}@example.org>", date=NOON, **own),
    )


def far_ends(mail: SmtpSink, chat: ChatSink | None = None, folder: Path | None = None) -> FarEnds:
    channels = (
        {
            "hook": WebhookChannel.model_construct(
                type="webhook", url=SecretStr(chat.webhook_url), secret=SecretStr(SECRET), allow_private=True
            ),
            "slack": SlackChannel.model_construct(type="slack", url=SecretStr(chat.slack_url), allow_private=True),
            "phones": TelegramChannel.model_validate(
                {"type": "telegram", "token": BOT, "chat": CHAT, "api": chat.url, "allow_private": True}
            ),
            "letters": MailChannel.model_construct(type="mail"),
        }
        if chat
        else {}
    )
    smtp = config.Smtp.model_validate({"host": mail.host, "port": mail.port, "starttls": "off", "connections": 4})
    return FarEnds("desk@example.org", folder or Path("outbox"), None if folder else smtp, channels)


@asynccontextmanager
async def outlets(ends: FarEnds, much: Much | None = MANY) -> AsyncIterator[Outlets]:
    async with Poster() as poster, Outlets(ends, Outlet(ends, poster=poster, clock=utc_now), much=much) as made:
        yield made


@asynccontextmanager
async def helped(ends: FarEnds) -> AsyncIterator[tuple[Outlets, int]]:
    """Yield outlets after so many mails that a helper sends, and its pid."""
    with capture_logs() as logs:
        async with outlets(ends) as made:
            await all_of(made, range(1000, 1000 + MANY.messages))
            await until(lambda: any(entry["event"] == "helper.begins" for entry in logs))
            await until(lambda: made._helper)
            (pid,) = [entry["pid"] for entry in logs if entry["event"] == "helper.begins"]
            yield made, pid


async def all_of(made: Outlets, numbers: Sequence[int], text: str = LONG) -> list[Verdict]:
    """Send mails, as many at a time as there are connections."""
    turn = asyncio.Semaphore(5)

    async def send(number: int) -> Verdict:
        async with turn:
            return await made.mail(letter(number, text))

    return list(await asyncio.gather(*map(send, numbers)))


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a story, and wait for every helper of it to be gone: a loop that ends first leaves its process behind."""

    async def played() -> None:
        await story()
        await until(lambda: not _LEAVING)

    asyncio.run(played())


def runs(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_helper_sends_what_we_would_and_each_once() -> None:
    async def story() -> None:
        with SmtpSink() as mail, SmtpSink() as plain:
            async with helped(far_ends(mail)) as (made, pid):
                texts = [LONG + str(number % 80) for number in range(200)]
                sent = [await all_of(made, [number], text) for number, text in enumerate(texts[:100])]
                sent.append(await all_of(made, range(100, 200)))
                assert {type(one) for part in sent for one in part} == {Delivered}
                assert runs(pid)
            async with outlets(far_ends(plain), None) as alone:
                for number, text in enumerate(texts[:100]):
                    await all_of(alone, [number], text)
                await all_of(alone, range(100, 200))
            theirs = sorted(one.content for one in mail.received if b"@example.org>" in one.content)
            ours = sorted(one.content for one in plain.received)
            assert len(theirs) == len(ours) + MANY.messages
            assert set(ours) < set(theirs)
            assert len(mail.received) == len({one.recipients for one in mail.received})
        assert not runs(pid)

    play(story)


def test_a_helper_hands_on_what_a_message_follows_and_what_it_is_called() -> None:
    async def story() -> None:
        async with ChatSink() as chat:
            with SmtpSink() as mail:
                async with helped(far_ends(mail, chat)) as (made, _):
                    payload = CHANNELS["telegram"].payload(Notice(EventKind.ITEM, "Docks open", thread="docks"), "")
                    follows = {THREAD: payload[THREAD] | {"reference": "77"}}
                    verdict = await made.post(Posting("phones", payload | follows, "msg_1"))
        assert verdict == Delivered("answered 200 OK", "1")
        assert chat.posts[0].json["reply_parameters"]["message_id"] == 77

    play(story)


def test_one_that_ends_does_so_when_nothing_is_left_and_we_go_on() -> None:
    async def story() -> None:
        with SmtpSink() as mail, capture_logs() as logs:
            async with outlets(far_ends(mail), Much(messages=5, seconds=60, idle=0.3)) as made:
                await all_of(made, range(5))
                await until(lambda: "helper.ends" in [entry["event"] for entry in logs])
                assert {type(one) for one in await all_of(made, range(5, 8))} == {Delivered}
            assert len(mail.received) == 8
            (begun,) = [entry["pid"] for entry in logs if entry["event"] == "helper.begins"]
            assert not runs(begun)

    play(story)


def test_words_that_stay_and_html_that_changes_are_never_taken_for_each_other() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with helped(far_ends(mail)) as (made, _):
                for number in range(140):
                    one = letter(number)
                    own = replace(one.words, html=f"<p>{number} {LONG}</p>\n")
                    assert isinstance(await made.mail(one._replace(words=own)), Delivered)
            sent = mail.messages[MANY.messages :]
            assert len(sent) == 140
            for number, message in enumerate(sent):
                plain, html = (part.get_content() for part in message.iter_parts())
                assert plain.strip() == LONG.strip()
                assert html.startswith(f"<p>{number} A long")

    play(story)


def test_one_that_leaves_answers_what_takes_long_first() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            started = await Helper.start(far_ends(mail))
            mail.fail(END, "250 late", delay=1.5)
            sending = asyncio.create_task(started.mail(letter()))
            await until(lambda: END in mail.commands)
            await started.leave()
            assert sending.done()
            assert isinstance(await sending, Delivered)
            assert not runs(started.pid)

    play(story)


def test_what_comes_after_the_end_is_sent_all_the_same_and_starts_nobody() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with outlets(far_ends(mail)) as made:
                await all_of(made, range(3))
            async with asyncio.timeout(5):
                assert {type(one) for one in await all_of(made, range(3, 20))} == {Delivered}
            assert made._helping is None
            assert len(mail.received) == 20

    play(story)


def test_a_few_messages_or_none_of_a_server_start_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            for ends, number in ((far_ends(mail), MANY.messages - 1), (far_ends(mail, folder=tmp_path), 50)):
                async with outlets(ends) as made:
                    for one in range(number):
                        await all_of(made, [one])
                    assert made._helping is None

    play(story)


def test_our_own_connections_are_closed_before_its_own_are_opened() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with helped(far_ends(mail)) as (made, _):
                before = mail.connections
                await until(lambda: mail.commands.count("QUIT") == before)
                await all_of(made, range(20))
                assert 0 < mail.connections - before <= 5

    play(story)


@pytest.mark.parametrize("killed", [signal.SIGKILL, signal.SIGSEGV])
def test_what_a_helper_had_when_it_died_is_tried_again(killed: signal.Signals) -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with helped(far_ends(mail)) as (made, pid):
                mail.fail(END, "250 late", delay=5, times=3)
                under_way = asyncio.gather(*(made.mail(letter(number)) for number in range(3)))
                await until(lambda: mail.commands.count(END) >= MANY.messages + 3)
                os.kill(pid, killed)
                verdicts = await under_way
                assert {type(one) for one in verdicts} == {Retry}
                assert all("may come twice" in one.reason for one in verdicts if isinstance(one, Retry))
                assert all(one.down and not one.stop_channel for one in verdicts if isinstance(one, Retry))
                await until(lambda: made._helper is None)
                assert isinstance(await made.mail(letter(77)), Delivered)

    play(story)


def test_what_takes_long_is_still_judged_after_the_parts_around_it_were_built_anew() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with helped(far_ends(mail)) as (made, pid):
                mail.fail(END, "250 late", delay=5)  # longer than a busy machine takes to close the rest
                under_way = asyncio.create_task(made.mail(letter()))
                await until(lambda: mail.commands.count(END) > MANY.messages)
            assert not under_way.done()
            assert isinstance(await under_way, Delivered)
            await until(lambda: not runs(pid))

    play(story)


def test_a_signal_to_the_whole_group_does_not_end_it() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with helped(far_ends(mail)) as (made, pid):
                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    os.kill(pid, number)
                assert isinstance(await made.mail(letter()), Delivered)
                assert runs(pid)

    play(story)


def test_one_that_owes_an_answer_for_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            ends = far_ends(mail)
            started = await Helper.start(ends)
            os.kill(started.pid, signal.SIGSTOP)
            sending = asyncio.create_task(started.mail(letter()))
            await asyncio.sleep(0.05)
            started.look()
            assert not sending.done()
            monkeypatch.setattr(helper, "PATIENCE_SECONDS", 0.01)
            started.look()
            assert isinstance(await sending, Retry)
            assert isinstance(await started.mail(letter()), Retry)
            await started.close()
            assert mail.received == []

    play(story)


def test_channels_are_posted_to_and_judged_alike() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with ChatSink() as chat, helped(far_ends(mail, chat)) as (made, pid):
                text = {"text": "Told", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Told"}}]}
                for name in ("hook", "slack"):
                    assert isinstance(await made.post(Posting(name, text, f"msg_{name}")), Delivered)
                chat.answer(500, times=1)
                failed = await made.post(Posting("hook", text, "msg_3"))
                assert isinstance(failed, Retry)
                assert failed.down
                gone = await made.post(Posting("letters", text, "msg_4"))
                assert gone == Dead("it was to be posted, and its channel is mail now")
                assert chat.invalid == 0
                assert runs(pid)

    play(story)


def test_what_cannot_be_sent_safely_says_so_from_there_too() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with outlets(far_ends(mail), None) as alone, helped(far_ends(mail)) as (made, _):
                crooked = letter(list_id="no list")
                verdict = await made.mail(crooked)
                assert isinstance(verdict, Dead)
                with pytest.raises(Exception, match="not a List-Id") as said:
                    await alone.mail(crooked)
                assert verdict == Dead(str(said.value))

    play(story)


def test_a_mistake_of_ours_in_it_is_logged_here_and_tried_again() -> None:
    async def story() -> None:
        with SmtpSink() as mail:
            async with helped(far_ends(mail)) as (made, _):
                with capture_logs() as logs:
                    verdict = await made.post(Posting("nowhere", {}, "msg_1"))
                assert verdict == Retry("internal error: KeyError")
                assert ["nowhere" in entry["traceback"] for entry in logs if entry["event"] == "helper.broke"] == [True]

    play(story)


def test_where_none_can_be_started_we_send_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        with SmtpSink() as mail, capture_logs() as logs:
            async with outlets(far_ends(mail)) as made:
                await all_of(made, range(10))
                await until(lambda: "helper.refused" in [entry["event"] for entry in logs])
                assert {type(one) for one in await all_of(made, range(10, 20))} == {Delivered}
            assert len([entry for entry in logs if entry["event"] == "helper.refused"]) == 1

    play(story)


ORPHAN = """
import asyncio
from tests.integration.test_helper import far_ends
from briefing.helper import Helper
from demo.smtp_sink import SmtpSink

async def main():
    with SmtpSink() as mail:
        print((await Helper.start(far_ends(mail))).pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def test_it_does_not_outlive_a_service_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        pid = int(service.stdout.readline())
        assert runs(pid)
        service.kill()
    asyncio.run(until(lambda: not runs(pid)))
