"""What the C library does with the memory of threads that end."""

import ctypes
import os

M_ARENA_MAX = -8  # malloc.h of glibc
ARENAS = 2


def keep_level() -> None:
    """For a `main()`, before it starts a thread: threads share two heaps. Does nothing where malloc is not glibc's.

    glibc gives each thread a heap of its own, up to eight for each core. An engine's threads come and go, and each new
    one may leave the room of some frames behind in yet another heap: nothing is lost, and yet the process grows.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)
