"""What was done last, in a sentence, with a way back for some seconds."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from core.errors import DoorwardError
from kiosk.console.changes import Change
from kiosk.controls import Notice, button, row
from kiosk.jobs import Jobs

UNDO_MS = 10_000


class UndoBar(QWidget):
    """Out of sight until something was done, and again soon after."""

    undone = Signal(str)
    """The user_id of whom it was about."""

    def __init__(self, jobs: Jobs, *, undo_ms: int = UNDO_MS) -> None:
        super().__init__()
        self._jobs = jobs
        self._change: Change | None = None
        self.notice = Notice()
        self.button = button("&Undo", self._undo)
        QShortcut(QKeySequence.StandardKey.Undo, self, self._undo)
        whole = row(self.notice, self.button)
        whole.setStretch(0, 1)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        self._fade = QTimer(self, interval=undo_ms, singleShot=True)
        self._fade.timeout.connect(self.hide)
        self.hide()

    def offer(self, change: Change) -> None:
        """Says what was done; for those seconds it can be taken back, if it can be at all."""
        self._change = change
        self.notice.good(change.said)
        self.button.setVisible(change.undo is not None)
        self.show()
        self._fade.start()

    def _undo(self) -> None:
        change, self._change = self._change, None
        if change is None or change.undo is None:
            return
        self.button.hide()
        self._jobs.run(self, change.undo, lambda _: self._done(change), self._failed)

    def _done(self, change: Change) -> None:
        self.notice.plain("Taken back.")
        self._fade.start()
        self.undone.emit(change.user_id)

    def _failed(self, error: DoorwardError) -> None:
        self.notice.bad(f"It could not be taken back. {error}")
        self._fade.start()
