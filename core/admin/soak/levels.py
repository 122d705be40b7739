"""What the process holds, and whether that levels off. Pure, but for `usage`."""

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low

MIB = 2**20
LEAST_SECONDS = 360.0  # six sessions: with fewer, a third of the run may not see each camera
SHARE, ROOM = 0.03, 10 * MIB  # by which the memory may be larger: whichever is more
POOLED = 15  # descriptors of the five connections that a pool may keep, with both of their ends at the soak's gate
AT_REST = "at rest"
RULE = (
    "Memory, threads and file descriptors level off: the first third of the run is for warming up; in the last third, "
    "their medians must not be above those of the second third, the memory's by no more than 3 % or 10 MiB, whichever "
    "is more. Compared by themselves: each camera, and the moments in which the engine is stopped."
)
TOO_SHORT = (
    f"Too short to tell whether memory, threads and file descriptors level off; {LEAST_SECONDS / 60:g} minutes do."
)


@dataclass(frozen=True, slots=True)
class Usage:
    """`memory` is what is resident, in bytes; `threads` are Python's, `tasks` the kernel's, those of libraries too."""

    memory: int
    threads: int
    tasks: int
    descriptors: int


@dataclass(frozen=True, slots=True)
class Counts:
    """All since the beginning. `looks` are the detector's, `dropped` the frames that the mailbox overwrote."""

    frames: int = 0
    looks: int = 0
    dropped: int = 0
    granted: int = 0
    denied: int = 0
    incidents: int = 0
    refused: int = 0
    """Events and incidents that the database did not take."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`at` is in seconds since the beginning; `during` names the camera, or is AT_REST."""

    at: float
    session: int
    during: str
    usage: Usage
    counts: Counts


@dataclass(frozen=True, slots=True)
class Level:
    """One of `Usage` in one state of the door: its medians over the second and the last third of the run."""

    during: str
    what: str
    before: int
    after: int
    room: int

    @property
    def well(self) -> bool:
        return self.after <= self.before + self.room


def levels(samples: Sequence[Sample], seconds: float, *, pooled: int = 0) -> tuple[Level, ...]:
    """By RULE; none for a run of less than LEAST_SECONDS, nor for a state that was not seen in both thirds.

    `pooled`: the descriptors by which a pool of connections may come and go while the engine runs.
    """
    if seconds < LEAST_SECONDS:
        return ()
    states = dict.fromkeys(sample.during for sample in samples)
    return tuple(level for state in states for level in _levels(state, samples, seconds, pooled))


def _levels(state: str, samples: Sequence[Sample], seconds: float, pooled: int) -> Iterable[Level]:
    settled = [sample for sample in samples if sample.during == state and sample.at >= seconds / 3]
    second = [sample.usage for sample in settled if sample.at < seconds * 2 / 3]
    last = [sample.usage for sample in settled if sample.at >= seconds * 2 / 3]
    if not second or not last:
        return
    for what in ("memory", "threads", "tasks", "descriptors"):
        before, after = (median_low(getattr(usage, what) for usage in third) for third in (second, last))
        room = {"memory": max(ROOM, int(SHARE * before)), "descriptors": pooled if state != AT_REST else 0}
        yield Level(state, what, before, after, room.get(what, 0))


def usage() -> Usage:
    """Of this process, now. Linux alone tells."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    status = dict(line.split(":", 1) for line in lines)
    return Usage(
        memory=int(status["VmRSS"].split()[0]) * 1024,
        threads=threading.active_count(),
        tasks=int(status["Threads"]),
        descriptors=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - one name less to make of each
    )
