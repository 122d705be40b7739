"""A database that can be made to go away: a file by a lock on it, a server by a gate before it."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

from core.errors import StoreUnavailable

LOCKING = 20.0  # seconds that a lock may take: transactions come and go
ANSWERING = 5.0  # seconds that the gate may take to open or shut
CHUNK = 65536
SQLITE, MYSQL_PORT = "sqlite:///", 3306


class Outage(Protocol):
    """A database between the two states. `url` is how it is reached."""

    url: str

    def stop(self, hang_up: Callable[[], None]) -> None:
        """Nobody can read or write from now on. Raises StoreUnavailable where that cannot be brought about.

        `hang_up` ends the connections that nobody is using just now.
        """

    def start(self) -> None:
        """Everybody can again. Twice is fine."""

    def close(self) -> None:
        """For good: lets everybody at it, and lets go of what it took."""


def outage(url: str) -> Outage:
    return LockedFile(url) if url.startswith(SQLITE) else Gate(url)


class LockedFile:
    """An SQLite file under a lock that keeps readers out too. They wait for it as long as their time-out is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._path = url.removeprefix(SQLITE)
        self._lock: sqlite3.Connection | None = None

    def stop(self, hang_up: Callable[[], None]) -> None:
        until = time.monotonic() + LOCKING
        lock = self._lock
        while lock is None:
            if time.monotonic() > until:
                raise StoreUnavailable("The database cannot be locked. See what else is using its file.")
            hang_up()
            lock = _locked(self._path)
            if lock is None:
                time.sleep(0.002)
        self._lock = lock

    def start(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()

    def close(self) -> None:
        self.start()


def _locked(path: str) -> sqlite3.Connection | None:
    """None while somebody is at it: SQLite does not wait for a lock of this kind in WAL mode."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # BEGIN EXCLUSIVE by itself lets readers in
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        connection.close()
        return None
    return connection


class Gate:
    """Passes connections on to a server. Stopped, it hangs up on everybody and refuses who comes."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server_at = parts.hostname or "localhost", parts.port or MYSQL_PORT
        self._port = 0
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gate", daemon=True)
        self._thread.start()
        self.start()
        who = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        self.url = parts._replace(netloc=f"{who}127.0.0.1:{self._port}").geturl()

    def stop(self, hang_up: Callable[[], None]) -> None:  # noqa: ARG002 - the gate ends them all
        self._call(self._shut())

    def start(self) -> None:
        self._call(self._open())

    def close(self) -> None:
        self._call(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, act: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(ANSWERING)

    async def _open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or self._server is None:  # it came in while the gate was being shut
            writer.close()
            return
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        with suppress(OSError, asyncio.CancelledError):
            try:
                from_server, to_server = await asyncio.open_connection(*self._server_at)
                await asyncio.gather(_pour(reader, to_server), _pour(from_server, writer))
            finally:
                writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one hangs up; then the other is hung up on."""
    try:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                writer.write(chunk)
                await writer.drain()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
