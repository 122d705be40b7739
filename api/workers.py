"""Several processes that answer on one socket: started, watched, started again where one ends, and taken down with us.

uvicorn's own supervisor waits half a second before it hears a signal and outlives no parent's death; a kiosk's child
has to be gone within two seconds, with all that it started.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

from core.config import Settings

log = logging.getLogger(__name__)
GRACE = 1.6  # seconds from being asked until what is left is killed
FIRST_WAIT, LONGEST_WAIT = 0.2, 30.0  # seconds before a worker is started again
STEADY = 60.0  # seconds after which it counts as well again
Work = Callable[[Settings, socket.socket], None]
"""What a worker does until it is asked to end: a function of a module, which the new process looks up by its name."""


class Workers:
    """`settings.api.workers` processes that do `work`. To be run on the main thread, which has the signals."""

    def __init__(self, work: Work, settings: Settings, listener: socket.socket) -> None:
        self._context = multiprocessing.get_context("spawn")  # a fork would inherit threads' locks without the threads
        self._work = work
        self._settings = settings
        self._listener = listener
        self._stopping = False
        self._ours, self._theirs = self._context.Pipe(duplex=False)

    def stop(self) -> None:
        """May be called from any thread, and by a signal."""
        self._stopping = True
        self._theirs.send(None)

    def run(self) -> None:
        """Returns when all have ended, within two seconds of being asked."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop())
        places = [_Place(self._start) for _ in range(self._settings.api.workers)]
        try:
            while not self._stopping:
                due = [place.again_in(time.monotonic()) for place in places]
                ended = [place.process.sentinel for place in places if place.process is not None]
                wait([self._ours, *ended], timeout=min((d for d in due if d is not None), default=None))
                if not self._stopping:
                    for place in places:
                        place.look(time.monotonic())
        finally:
            _end([place.process for place in places if place.process is not None])

    def _start(self) -> SpawnProcess:
        process = self._context.Process(target=_worker, args=(self._work, self._settings, self._listener))
        process.start()
        return process


class _Place:
    """Where one worker is, or is due again."""

    def __init__(self, start: Callable[[], SpawnProcess]) -> None:
        self._start = start
        self._pause = 0.0
        self._due = 0.0
        self._since = time.monotonic()
        self.process: SpawnProcess | None = start()

    def again_in(self, now: float) -> float | None:
        """Seconds until it is started again; None while it runs."""
        return None if self.process is not None else max(0.0, self._due - now)

    def look(self, now: float) -> None:
        if self.process is None:
            if now >= self._due:
                self._since, self.process = now, self._start()
        elif not self.process.is_alive():
            first = not self._pause or now - self._since >= STEADY
            self._pause = FIRST_WAIT if first else min(2 * self._pause, LONGEST_WAIT)
            log.error("a worker has ended (exit code %s); another starts in %g s", self.process.exitcode, self._pause)
            self.process.close()
            self.process, self._due = None, now + self._pause


def _end(processes: list[SpawnProcess]) -> None:
    for process in processes:
        process.terminate()
    until = time.monotonic() + GRACE
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def _worker(work: Work, settings: Settings, listener: socket.socket) -> None:
    """Ends with its parent, be that killed: nobody else would end it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), name="parent", daemon=True).start()
    work(settings, listener)
    logging.shutdown()
    os._exit(0)  # all is closed; taking an interpreter with its libraries down takes longer than all before


def _follow(sentinel: int) -> None:
    wait([sentinel])
    signal.raise_signal(signal.SIGTERM)
