"""A conversation with the mail server in which no mail is sent, to find out whether one could be.

Apart from `smtp`, whose connection it opens: what is tried here is what the relay does, up to the first message.
"""

import smtplib
import ssl
from datetime import UTC, datetime, timedelta

from briefing.config import smtp as config
from briefing.config.smtp import StartTls
from briefing.model import Finding, Level, Retry
from briefing.send.smtp import Smtp

_SOON = timedelta(days=14)


def probe(settings: config.Smtp, *, now: datetime, seconds: float, tls: ssl.SSLContext | None = None) -> Finding:
    """Connect, encrypt and log in as configured, and say goodbye; no answer is waited for longer than `seconds`."""
    smtp = Smtp(settings, timeout=seconds, tls=tls)
    try:
        connection = smtp.open()
        if isinstance(connection, Retry):
            return Finding(
                "smtp", Level.FAIL, connection.reason, "see site.smtp; mail waits in the outbox for five days"
            )
        return _judged(settings, connection, now)
    finally:
        smtp.close()


def _judged(settings: config.Smtp, connection: smtplib.SMTP, now: datetime) -> Finding:
    where, ends = f"{settings.host}:{settings.port}", _valid_until(connection)
    if ends is not None and ends - now < _SOON:
        fact = f"the certificate of the mail server {where} ends on {ends:%Y-%m-%d}"
        return Finding("smtp", Level.WARN, fact, "renew it, or tell whoever runs the server")
    told = ["took the login" if settings.user else "answers, and asks for no login", _protection(settings, connection)]
    told += [f"certificate valid until {ends:%Y-%m-%d}"] if ends else []
    size = connection.esmtp_features.get("size", "")
    told += [f"mail up to {int(size) / 1e6:,.0f} MB"] if size.isdecimal() and int(size) else []
    return Finding("smtp", Level.OK, f"{where} {', '.join(told)}")


def _protection(settings: config.Smtp, connection: smtplib.SMTP) -> str:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return "not encrypted"
    checked = "" if settings.starttls is not StartTls.OPTIONAL else " with an unchecked certificate"
    return f"{connection.sock.version()}{checked}"


def _valid_until(connection: smtplib.SMTP) -> datetime | None:
    """Return when the certificate ends; None without one, and of one that nobody checked Python tells nothing."""
    certificate = connection.sock.getpeercert() if isinstance(connection.sock, ssl.SSLSocket) else None
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
