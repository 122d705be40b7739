"""The log of events as server-sent events: each entry once, to as many readers as this process serves."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from anyio import CapacityLimiter, to_thread
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.entries import told
from api.security import Caller, Security
from core.errors import InvalidField, KeyRefused, StoreUnavailable, TooManyStreams
from core.eventfeed import PAGE, EventFeed
from core.logbook import Event, EventFilter, Incident

MOST = 32  # readers at once
POLL = 0.5  # seconds between two looks for what is new
HEARTBEAT = 15.0  # seconds of silence after which it is said how far that was looked through
REST = 1.0  # seconds for which nobody asks a database that failed
THREADS = 4  # for all readers together: a database that hangs is to keep nobody else waiting
AGAIN = 2000  # milliseconds after which a reader that lost us shall come back
Kept = Event | Incident


class Streams:
    def __init__(
        self, feed: EventFeed, security: Security, *, utcnow: Callable[[], datetime], most: int = MOST
    ) -> None:
        self._feed = feed
        self._security = security
        self._utcnow = utcnow
        self._most = most
        self._endings: set[asyncio.Event] = set()
        self._threads = CapacityLimiter(THREADS)
        self._rested = 0.0

    async def begin(self, last: int | None, where: EventFilter, caller: Caller) -> StreamingResponse:
        """What comes after the position `last`, or after now. Raises TooManyStreams, InvalidField, StoreUnavailable."""
        newest = await run_in_threadpool(self._feed.position, self._utcnow())
        if last is not None and last > newest:
            raise InvalidField("Last-Event-ID", "that entry is not in this database; begin anew without it")
        if len(self._endings) >= self._most:
            raise TooManyStreams(f"{self._most} readers follow the events already. Close one, or read GET /events.")
        ending = asyncio.Event()
        self._endings.add(ending)
        lines = self._lines(newest if last is None else last, where, caller, ending)
        return _Stream(lines, lambda: self._endings.discard(ending))

    def end(self) -> None:
        """Lets all readers go; they come back to who takes our place. On the event loop's thread."""
        for ending in self._endings:
            ending.set()

    async def _lines(
        self, position: int, where: EventFilter, caller: Caller, ending: asyncio.Event
    ) -> AsyncIterator[str]:
        yield f"retry: {AGAIN}\nid: {position}\n\n"  # whoever is cut off before the first entry misses none
        said = time.monotonic()
        while not ending.is_set():
            try:
                new, reached = await to_thread.run_sync(self._look, position, where, caller, limiter=self._threads)
            except StoreUnavailable:
                new, reached = [], position  # nothing is lost: it is still beyond that when the database is back
            except KeyRefused:
                return
            if new:
                yield "".join(f"id: {place}\ndata: {told(entry).model_dump_json()}\n\n" for place, entry in new)
            position, now = reached, time.monotonic()
            if not new and now - said >= HEARTBEAT:
                yield f":\nid: {position}\n\n"
            if new or now - said >= HEARTBEAT:
                said = now
            if len(new) < PAGE:
                await _either(ending, POLL)

    def _look(self, position: int, where: EventFilter, caller: Caller) -> tuple[list[tuple[int, Kept]], int]:
        """As EventFeed.after. Raises KeyRefused; StoreUnavailable at once where it has just failed another reader."""
        if time.monotonic() < self._rested:
            raise StoreUnavailable("The database has just failed another reader.")
        try:
            self._security.recheck(caller)
            return self._feed.after(position, self._utcnow(), where=where)
        except StoreUnavailable:
            self._rested = time.monotonic() + REST
            raise


class _Stream(StreamingResponse):
    """Calls `done` when it has ended, however that came about."""

    media_type = "text/event-stream"

    def __init__(self, lines: AsyncIterator[str], done: Callable[[], None]) -> None:
        super().__init__(lines, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._done()


async def _either(ending: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await ending.wait()
    except TimeoutError:
        pass
