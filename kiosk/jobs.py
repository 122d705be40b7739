"""Calls that wait (database, hashing, inference, network) off the GUI's thread, their answers back on it."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from core.errors import DoorwardError

log = logging.getLogger(__name__)
T = TypeVar("T")
STOP_SECONDS = 1.5


class Jobs(QObject):
    """Runs each call on a thread of its own. Used from the GUI's thread, where the answers arrive as well."""

    _answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        self._answered.connect(self._deliver)

    @property
    def stopped(self) -> bool:
        """What a long call asks now and then."""
        return self._stopped.is_set()

    def run(
        self,
        owner: QObject,
        call: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[DoorwardError], None],
    ) -> None:
        """Calls `call`, then `done` with what it returned or `failed` with what it raised, while `owner` lives."""
        if self._stopped.is_set():
            return
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._work, args=(owner, call, done, failed), name="job", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Waits for what is under way, 1.5 s at most; no answer arrives any more."""
        self._stopped.set()
        until = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._threads = []

    def _work(
        self,
        owner: QObject,
        call: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[DoorwardError], None],
    ) -> None:
        try:
            answer = partial(done, call())
        except DoorwardError as error:
            answer = partial(failed, error)
        except Exception:
            log.exception("a job of the kiosk failed")
            answer = partial(failed, DoorwardError("That failed; the log says why. Try again."))
        if not self._stopped.is_set():
            self._answered.emit((owner, answer))

    def _deliver(self, job: tuple[QObject, Callable[[], None]]) -> None:
        owner, answer = job
        if isValid(owner) and not self._stopped.is_set():
            answer()
