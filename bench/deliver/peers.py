"""What somebody would use instead, as fast as it goes: the limits that the service is measured by."""

import asyncio
import hashlib
import hmac
import smtplib
import threading
from email.message import EmailMessage
from email.policy import SMTP

SENDER = "digest@briefing.example"


def smtplib_prebuilt(port: int, message: bytes, number: int, connections: int = 10) -> None:
    """Send the same bytes so often, over a few reused connections, a thread each."""
    left = list(range(number))

    def work() -> None:
        client = smtplib.SMTP("127.0.0.1", port, "localhost")
        while left:
            try:
                one = left.pop()
            except IndexError:
                break
            client.sendmail(SENDER, [f"reader{one}@example.org"], message)
        client.quit()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def aiosmtplib_built(port: int, text: str, html: str, number: int, connections: int = 10) -> None:
    """Build an EmailMessage for each reader and send it, over a few reused connections."""
    import aiosmtplib

    left = list(range(number))

    async def work() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, use_tls=False)
        await client.connect()
        while left:
            one = left.pop()
            await client.sendmail(SENDER, [f"reader{one}@example.org"], _built(text, html, one))
        await client.quit()

    async def all_of_them() -> None:
        await asyncio.gather(*(work() for _ in range(connections)))

    asyncio.run(all_of_them())


def _built(text: str, html: str, number: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = f"Briefing <{SENDER}>", f"reader{number}@example.org"
    message["Subject"], message["Message-ID"] = "Daily digest — 30 items", f"<d{number}@briefing.example>"
    message["Date"] = "Sun, 22 Nov 2026 12:00:00 +0000"
    message["List-Unsubscribe"] = f"<https://briefing.example/u/{number}>"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message.as_bytes(policy=SMTP)


def aiohttp_bare(url: str, body: bytes, number: int, connections: int = 10) -> None:
    """Post a signed body so often, over a few connections."""
    import aiohttp

    left = list(range(number))

    async def work(session: aiohttp.ClientSession) -> None:
        while left:
            left.pop()
            signature = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
            headers = {"content-type": "application/json", "x-signature": signature}
            async with session.post(url, data=body, headers=headers) as answer:
                await answer.read()

    async def all_of_them() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
            await asyncio.gather(*(work(session) for _ in range(connections)))

    asyncio.run(all_of_them())


def has_aiosmtplib() -> bool:
    """Say whether the one peer that is no dependency is installed."""
    try:
        import aiosmtplib  # noqa: F401
    except ImportError:
        return False
    return True
