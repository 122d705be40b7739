"""The pool in which pictures are looked at: as many at a time as the cores are good for, a short line before it.

First come, first served. Who finds the line full is told so at once, if possible before a byte of their pictures is
read. Health, people and events do not stand in this line, and are answered meanwhile.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from math import ceil

from fastapi import Request

from core.errors import Busy, Unavailable
from core.pace import Pace

PATIENCE = 10.0  # seconds that a request waits for its turn
USUAL = 0.1  # seconds that a turn is taken to last until one has ended


def at_once(threads: int, *, workers: int = 1) -> int:
    """How many pictures each worker looks at at a time, where each takes so many `threads` of ONNX Runtime (0: all)."""
    cores = os.cpu_count() or 1
    return max(1, cores // ((threads or cores) * workers))


class Turns:
    """`most` at a time, `queue` more wait. `waiting` and `busy` count the requests that do, and those at work.

    A gate and a dependency of routes: as a gate it turns away without reading a body, as a dependency it is the turn.
    """

    def __init__(self, most: int, queue: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.waiting = self.busy = 0
        self._queue = queue
        self._clock = clock
        self._pace = Pace()
        self._turns = asyncio.Semaphore(most)

    async def admit(self, _: Request) -> None:
        """Raises Busy."""
        if self.busy + self.waiting >= self.most + self._queue:
            raise Busy("As many pictures wait as may. Send it again after the seconds in Retry-After.", self._wait())

    async def __call__(self, request: Request) -> AsyncIterator[None]:
        """Raises Busy where others took the last place while the body came, Unavailable for who waited too long."""
        await self.admit(request)
        await self._take()
        began = self._clock()
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1
            self._turns.release()
            self._pace.ended(self._clock(), self._clock() - began)

    async def _take(self) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable("Too many pictures are waiting. Send it again in a few seconds.") from None
        finally:
            self.waiting -= 1

    def _wait(self) -> int:
        """Seconds until the line that is there now has been served."""
        took = self._pace.took(self._clock())
        return max(1, ceil((self.busy + self.waiting) * (USUAL if took is None else took) / self.most))
