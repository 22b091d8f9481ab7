"""The links by which an alert is answered: signed, each for one action on one event by one address, for a time.

Pure. Apart from `signing`, whose receivers know the key: these come back to us, and nobody else can read or make them.
They name nobody: who was told is a keyed hash. Whoever reads a link can use it.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from briefing.model import Action, AnswerLinks, Flaw

_LONGEST = 1000  # characters; what is longer is none of ours


@dataclass(frozen=True, slots=True)
class Claim:
    """What a link says: an event, and to whom it was told."""

    event: str
    ear: str


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links and reads them; `base` is our public address, without a slash at its end."""

    base: str
    secret: bytes = field(repr=False)
    lasting: timedelta

    def to(self, event: str, delivery: str, now: datetime) -> AnswerLinks:
        """Return the links for whoever gets the delivery of this key."""
        claim = [event, self.ear(delivery), int((now + self.lasting).timestamp())]
        acknowledge, mute = (f"{self.base}/{action}/{self._signer(action).dumps(claim)}" for action in Action)
        return AnswerLinks(str(acknowledge), str(mute))

    def read(self, action: Action, token: str, now: datetime) -> Claim | Flaw:
        """Return what a token says, if we signed it for this action and its time is not over."""
        if len(token) > _LONGEST:
            return Flaw.FORGED
        try:
            event, ear, expires = self._signer(action).loads(token)
        except (BadData, ValueError):
            return Flaw.FORGED
        return Claim(event, ear) if now < datetime.fromtimestamp(expires, UTC) else Flaw.EXPIRED

    def ear(self, delivery: str) -> str:
        """Return what stands for the address of the delivery of this key."""
        return hmac.new(self.secret, b"ear " + delivery.encode(), hashlib.sha256).hexdigest()[:16]

    def _signer(self, action: Action) -> URLSafeSerializer:
        how = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        return URLSafeSerializer(self.secret, salt=f"briefing.{action}", signer_kwargs=how)
