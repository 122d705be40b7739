"""One thread that does what the GUI's is too busy for, the newest wish at a time."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

STOP_SECONDS = 1.0


class Worker(QObject):
    """Runs what `ask` is given; `answered` brings what it returned, in the thread of whoever listens.

    What is asked must not fail, and should not hold Python's lock for long.
    """

    answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wish: Callable[[], object] | None = None
        self._woken = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="picture", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Waits for what is under way. Twice is fine."""
        thread, self._thread = self._thread, None
        with self._woken:
            self._wish = None
            self._woken.notify()
        if thread is not None:
            thread.join(STOP_SECONDS)

    def ask(self, call: Callable[[], object]) -> None:
        """Takes the place of a wish that was not begun yet."""
        with self._woken:
            self._wish = call
            self._woken.notify()

    def _work(self) -> None:
        while True:
            with self._woken:
                self._woken.wait_for(lambda: self._wish is not None or not self._mine())
                if not self._mine():
                    return
                call, self._wish = self._wish, None
            if call is not None:
                self.answered.emit(call())

    def _mine(self) -> bool:
        """Whether this thread is to go on: not after `stop`, also where another was started since."""
        return self._thread is threading.current_thread()
