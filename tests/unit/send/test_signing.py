"""Signatures as an independent reading of Standard Webhooks computes them, and secrets that cannot sign."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from briefing.clock import utc_now
from briefing.send.signing import flaw, sign

NOW = datetime(2026, 11, 22, 8, 12, 4, 900_000, tzinfo=UTC)
KEYS = (b"k" * 24, b"another key of 30 bytes exactl")
SECRETS = tuple("whsec_" + base64.b64encode(key).decode() for key in KEYS)


def by_hand(key: bytes, content: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def test_the_headers_are_those_of_the_specification() -> None:
    headers = sign(SECRETS[0], message_id="msg_1", now=NOW, body='{"a":"سپاه"}'.encode())
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1795335124",
        "webhook-signature": by_hand(KEYS[0], 'msg_1.1795335124.{"a":"سپاه"}'.encode()),
    }


def test_two_secrets_sign_side_by_side() -> None:
    headers = sign(" ".join(SECRETS), message_id="msg_1", now=NOW, body=b"{}")
    content = b"msg_1.1795335124.{}"
    assert headers["webhook-signature"] == f"{by_hand(KEYS[0], content)} {by_hand(KEYS[1], content)}"


def test_the_published_library_accepts_it_and_refuses_a_changed_body() -> None:
    headers = sign(" ".join(SECRETS), message_id="msg_1", now=utc_now(), body=b'{"a":1}')
    assert Webhook(SECRETS[1]).verify(b'{"a":1}', headers) == {"a": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS[1]).verify(b'{"a":2}', headers)


def of(size: int) -> str:
    return "whsec_" + base64.b64encode(b"k" * size).decode()


FLAWS = {
    "empty": "",
    "spaces": "  ",
    "no prefix": of(24).removeprefix("whsec_"),
    "too short": of(23),
    "too long": of(65),
    "not base64": "whsec_!!!!" + "k" * 40,
    "not ASCII": "whsec_" + "п" * 40,
    "one of two bad": f"{of(24)} {of(3)}",
}


@pytest.mark.parametrize("secret", FLAWS.values(), ids=FLAWS.keys())
def test_a_secret_that_cannot_sign_is_named_but_not_repeated(secret: str) -> None:
    words = flaw(secret)
    assert words
    assert not secret.strip() or secret not in words
    with pytest.raises(ValueError, match="signing secret"):
        sign(secret, message_id="msg_1", now=NOW, body=b"{}")


@pytest.mark.parametrize("secret", [of(24), of(64), of(25).rstrip("="), f"{of(24)}  {of(32)}"])
def test_a_secret_that_can_sign_has_no_flaw(secret: str) -> None:
    assert flaw(secret) is None
