"""The languages we read parts and promises in, in the order they are tried."""

from briefing.detect.english import ENGLISH
from briefing.detect.tongue import Tongue

TONGUES: tuple[Tongue, ...] = (ENGLISH,)
