"""Inference takes all cores as it is: no more requests at a time than there are of them, the others wait a while."""

import asyncio
from collections.abc import AsyncIterator

from core.errors import Unavailable

PATIENCE = 10.0  # seconds that a request waits for its turn


class Turns:
    """`most` at a time. `waiting` and `busy` count the requests that wait and those that have theirs."""

    def __init__(self, most: int) -> None:
        self._turns = asyncio.Semaphore(most)
        self.waiting = self.busy = 0

    async def take(self) -> AsyncIterator[None]:
        """A dependency. Raises Unavailable for who has waited too long."""
        await self._wait()
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1
            self._turns.release()

    async def _wait(self) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable("Too many pictures are waiting. Send it again in a few seconds.") from None
        finally:
            self.waiting -= 1
