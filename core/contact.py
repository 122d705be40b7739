"""How long ago the database was last heard of, also across restarts, and whatever is done to the clock on the wall."""

import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from uuid import uuid4

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
TICKS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment by two clocks, in seconds: on the wall since 1970, and ticking since the start of the machine `boot`."""

    wall: float
    ticks: float
    boot: str


@dataclass(frozen=True, slots=True)
class Contact:
    """At `at` what is known of the database was `old` seconds old."""

    at: Instant
    old: float = 0.0

    def age(self, now: Instant) -> float:
        """Seconds. By whichever clock says more: one set back makes nothing younger.

        Infinite where nobody can tell: the machine was started again, and its clock stands at an earlier time.
        """
        if now.boot != self.at.boot and now.wall < self.at.wall:
            return inf
        ticked = now.ticks - self.at.ticks if now.boot == self.at.boot else 0.0
        return self.old + max(now.wall - self.at.wall, ticked, 0.0)


def instant() -> Instant:
    return Instant(time.time(), time.clock_gettime(TICKS), _boot())


@cache
def _boot() -> str:
    with suppress(OSError):
        return BOOT_ID.read_text().strip()
    return uuid4().hex  # of this process alone
