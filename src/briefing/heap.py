"""Has the C library give back what is no longer used.

Left alone, glibc takes a large block that was freed as a sign of more to come: from then on it keeps blocks of that
size for the next one, and twice as much at the end of a heap. One document of 10 MB can so cost a service 20 MB for as
long as it runs.
"""

import ctypes

# The names are malloc.h's. Both are set to what they are at first; once set, they no longer follow what is freed.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_BYTES = 128 * 1024


def give_back() -> None:
    """Let memory of 128 KiB or more go back to the system as soon as it is free; does nothing without glibc."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_M_TRIM_THRESHOLD, _BYTES)
        tune(_M_MMAP_THRESHOLD, _BYTES)
