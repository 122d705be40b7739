"""How much of what is given back to the C library it keeps for itself."""

import ctypes
import os

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # malloc.h of glibc
BOUNDS = {ARENA_MAX: 2, MMAP_THRESHOLD: 4 << 20, TRIM_THRESHOLD: 8 << 20}
OWN = ("MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES")


def keep_level() -> None:
    """For a `main()`, before it starts a thread. Does nothing where malloc is not glibc's, or was tuned from outside.

    glibc gives each thread a heap of its own, and keeps up to 64 MiB of each that nobody uses. An engine's threads
    come and go with frames in their hands: nothing is lost, and yet the process grows by some 100 MiB. So threads
    share two heaps, which keep 8 MiB at most, and what is larger than 4 MiB goes straight back to the system.
    """
    if any(name in os.environ for name in OWN):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        for option, bound in BOUNDS.items():
            mallopt(option, bound)
