"""Kill -9 at the two lines where mail is usually lost or doubled; process and servers are real."""

from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from demo.chat_sink import SECRET, ChatSink
from demo.feed_server import FeedServer
from demo.smtp_sink import END, SmtpSink
from tests.e2e.process import CONFIG, Running, servers, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]
RSS = (
    '<rss version="2.0"><channel><title>One</title><link>https://one.example/</link><description>d</description>'
    "<item><guid>1</guid><title>Something new</title><link>https://one.example/1</link><pubDate>{}</pubDate>"
    "<description>Told once.</description></item></channel></rss>"
)


def configure(folder: Path, feeds: FeedServer, chat: ChatSink, mail: SmtpSink, channel: str) -> None:
    feeds.put("/feed", RSS.format(format_datetime(datetime.now(UTC))))
    text = CONFIG.format(
        smtp=mail.port, feed=f"{feeds.url}/feed", hook=chat.webhook_url, secret=SECRET, channel=channel
    )
    (folder / "feeds.yaml").write_text(text)


def test_peer_cve_listmonk_3022_2278_killed_between_commit_and_send_it_is_delivered_after_restart(
    tmp_path: Path,
) -> None:
    with servers() as (feeds, chat), SmtpSink() as mail:
        configure(tmp_path, feeds, chat, mail, "mailbox")
        mail.fail("MAIL", "250 go on", delay=30)
        with Running(tmp_path) as service:
            wait_until(lambda: "MAIL" in mail.commands, tmp_path)
            service.kill()
        assert mail.received == []
        with Running(tmp_path):
            wait_until(lambda: mail.received, tmp_path)

    assert [message["To"] for message in mail.messages] == ["reader@example.org"]


def test_killed_between_send_and_record_it_comes_again_under_the_same_message_id(tmp_path: Path) -> None:
    with servers() as (feeds, chat), SmtpSink() as mail:
        configure(tmp_path, feeds, chat, mail, "mailbox")
        mail.fail(END, "250 taken", delay=30)
        with Running(tmp_path) as service:
            wait_until(lambda: mail.received, tmp_path)
            service.kill()
        with Running(tmp_path):
            wait_until(lambda: len(mail.received) == 2, tmp_path)

    first, second = mail.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_a_webhook_repeats_under_the_same_id_with_the_same_body(tmp_path: Path) -> None:
    with servers() as (feeds, chat), SmtpSink() as mail:
        configure(tmp_path, feeds, chat, mail, "hook")
        chat.answer(500)
        with Running(tmp_path) as service:
            wait_until(lambda: chat.posts, tmp_path)
            service.kill()
        with Running(tmp_path):
            wait_until(lambda: len(chat.posts) >= 2, tmp_path, 20)

    first, second, *_ = chat.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_it_stops_within_ten_seconds_while_a_server_keeps_its_answer_and_sends_after_restart(tmp_path: Path) -> None:
    with servers() as (feeds, chat), SmtpSink() as mail:
        configure(tmp_path, feeds, chat, mail, "mailbox")
        mail.fail(END, "250 taken", delay=30)
        with Running(tmp_path) as service:
            wait_until(lambda: mail.received, tmp_path)
            assert service.stop(10) == 0
        with Running(tmp_path):
            wait_until(lambda: len(mail.received) == 2, tmp_path)

    assert len({message["Message-ID"] for message in mail.messages}) == 1


def test_it_stops_within_ten_seconds_of_sigterm_and_a_second_process_is_refused(tmp_path: Path) -> None:
    with servers() as (feeds, chat), SmtpSink() as mail:
        configure(tmp_path, feeds, chat, mail, "mailbox")
        with Running(tmp_path) as service:
            wait_until(lambda: mail.received, tmp_path)
            with Running(tmp_path) as second:
                assert second._process.wait(20) == 75
            assert service.stop(10) == 0
