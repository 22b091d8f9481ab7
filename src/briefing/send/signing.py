"""Signatures of webhooks by Standard Webhooks, so that a receiver knows that we sent them, and knows a repeat.

Apart from the channel that uses it, because every signed channel to come signs alike.
"""

import base64
import binascii
from datetime import datetime
from functools import lru_cache

from standardwebhooks import Webhook

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes of a secret (Standard Webhooks, "Signature scheme")


def sign(secrets: str, *, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers for a body; several secrets, parted by spaces, sign side by side during a rotation.

    `message_id` is the same for every attempt, `now` is this attempt's. Secrets with a `flaw` raise ValueError.
    """
    text = body.decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signer.sign(message_id, now, text) for signer in _signers(secrets)),
    }


@lru_cache(maxsize=256)
def _signers(secrets: str) -> tuple[Webhook, ...]:
    wrong = flaw(secrets)
    if wrong:
        raise ValueError(wrong)
    return tuple(Webhook(secret) for secret in secrets.split())


def flaw(secrets: str) -> str | None:
    """Return what is wrong with the secrets, without repeating them; None if they can sign."""
    if not secrets.split():
        return "the signing secret is empty"
    if all(secret.startswith(_PREFIX) and _SHORTEST <= _strength(secret) <= _LONGEST for secret in secrets.split()):
        return None
    return f"a signing secret is {_PREFIX} and the base64 of {_SHORTEST} to {_LONGEST} bytes"


def _strength(secret: str) -> int:
    """Return how many bytes the key has, 0 if it cannot be read."""
    digits = secret.removeprefix(_PREFIX).rstrip("=")
    try:
        return len(base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True))
    except (binascii.Error, ValueError):
        return 0
