"""The operator's page that fetches a model pack: its licence first, then the bytes."""

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QDialog, QProgressBar, QWidget

from core import packs
from core.errors import DoorwardError, Stopped
from kiosk import theme
from kiosk.controls import Notice, button, column, label, row
from kiosk.jobs import Jobs
from kiosk.timeleft import seconds_left, time_left

STEPS = 1000  # of the progress bar; bytes would overflow its int
LOOK_MS = 100
MEGABYTE = 1_000_000
LARGEST = QSize(720, 360)


class PackDialog(QDialog):
    """Licence, acceptance, download. Closing it cancels; the recogniser finds the pack by itself."""

    def __init__(
        self,
        name: str,
        root: Path,
        jobs: Jobs,
        parent: QWidget,
        *,
        fetch: Callable[..., object] = packs.fetch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Get the model")
        self._name, self._root, self._jobs, self._fetch, self._clock = name, root, jobs, fetch, clock
        self._cancelled = threading.Event()
        self._so_far: tuple[int, int | None] = (0, None)
        self._first: tuple[int, float] | None = None  # bytes that were here, and when the next ones came
        self.licence = label(" ".join(packs.LICENCE.split()))
        self.bar, self.so_far = QProgressBar(), label("", look="soft")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Download")
        self.notice = Notice()
        self.cancel = button("&Cancel", self.reject)
        self.accept_button = button("&Accept and download", self._start, look="primary")
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._show_progress)
        self._lay_out(parent)
        self._show_bar(shown=False)

    def done(self, result: int) -> None:
        self._cancelled.set()
        self._look.stop()
        super().done(result)

    def _lay_out(self, parent: QWidget) -> None:
        title = label(f"Get the model {self._name}", look="heading")
        buttons = row(None, self.cancel, self.accept_button)
        whole = column(title, self.licence, self.bar, self.so_far, self.notice, None, buttons, gap=theme.ROOM)
        whole.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.setLayout(whole)
        self.resize(parent.size().boundedTo(LARGEST))

    def _start(self) -> None:
        self.accept_button.setEnabled(False)
        self.notice.clear()
        self._first = None
        self._show_bar(shown=True)
        call = partial(self._fetch, self._name, self._root, accepted=True, progress=self._note)
        self._jobs.run(self, call, self._fetched, self._refused)

    def _show_bar(self, *, shown: bool) -> None:
        for part in (self.bar, self.so_far):
            part.setVisible(shown)
        self._look.start() if shown else self._look.stop()

    def _note(self, done: int, total: int | None) -> None:
        """Called on the job's thread; the timer reads it. Raises Stopped once nobody waits for it any more."""
        if self._cancelled.is_set() or self._jobs.stopped:
            raise Stopped(f"The download of {self._name} was cancelled. It goes on from there the next time.")
        self._first = self._first or (done, self._clock())
        self._so_far = done, total

    def _show_progress(self) -> None:
        done, total = self._so_far
        self.bar.setMaximum(STEPS if total else 0)
        self.bar.setValue(round(STEPS * done / total) if total else 0)
        self.so_far.setText(". ".join(filter(None, (progress_words(done, total), self._time_left(done, total)))))

    def _time_left(self, done: int, total: int | None) -> str:
        """As the bytes came since it went on."""
        if self._first is None or total is None:
            return ""
        before, at = self._first
        left = seconds_left(self._clock() - at, done - before, total - before)
        return "" if left is None else time_left(left)

    def _fetched(self, _: object) -> None:
        self._show_bar(shown=False)
        self.accept_button.hide()
        self.cancel.setText("&Close")
        self.notice.good("The model is here. Doorward loads it by itself within a few seconds.")

    def _refused(self, error: DoorwardError) -> None:
        self._show_bar(shown=False)
        self.accept_button.setEnabled(True)
        self.notice.bad(str(error))


def progress_words(done: int, total: int | None) -> str:
    if total is None:
        return f"{done / MEGABYTE:.1f} MB"
    return f"{done / MEGABYTE:.1f} of {total / MEGABYTE:.1f} MB"
