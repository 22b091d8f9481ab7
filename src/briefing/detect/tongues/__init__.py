"""The languages we read parts and promises in, in the order they are tried."""

from briefing.detect.tongue import Tongue
from briefing.detect.tongues.english import ENGLISH

TONGUES: tuple[Tongue, ...] = (ENGLISH,)
