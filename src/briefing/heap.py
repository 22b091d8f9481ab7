"""Has the C library give back what is no longer used, and the garbage collector pass over what is there for good.

Left alone, glibc takes a large block that was freed as a sign of more to come: from then on it keeps blocks of that
size for the next one, and twice as much at the end of a heap. One document of 10 MB can so cost a service 20 MB for as
long as it runs. And to look through all that a service has imported takes Python over a tenth of a second, in which
nothing else runs.
"""

import ctypes
import gc

# The names are malloc.h's. Once set, they no longer follow what is freed. What asyncio reads a socket into has 256 KiB:
# a block that came from the system and went back to it each time would cost as much as sending a small message.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_BYTES = 512 * 1024
_NEW_OBJECTS = 10_000  # after which it looks for garbage; 700 as by default took 4 % of the pace of messages


def give_back() -> None:
    """Let memory of 512 KiB or more go back to the system as soon as it is free; does nothing without glibc."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_M_TRIM_THRESHOLD, _BYTES)
        tune(_M_MMAP_THRESHOLD, _BYTES)


def settle() -> None:
    """Set apart all that there is now, which a service keeps for as long as it runs: it is no garbage.

    From then on garbage is looked for less often: what a message or a poll leaves behind holds few circles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
