"""The way in for who cannot be recognised, or does not want to be: an ID and a PIN, typed at the door."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QWidget

from core.domain import Decision
from core.errors import DoorwardError
from core.pin import MOST_DIGITS, Pins, enter
from kiosk import theme
from kiosk.controls import Notice, button, column, field, label, row
from kiosk.jobs import Jobs
from kiosk.keypad import Keypad
from kiosk.sheet import enlarged

SMALLEST, MOST = (800, 480), 4.8
"""The screen that the console's sizes are made for, and how many times as large all is at most."""
FORM, KEYS = 380, 400  # pixels: the most that the fields and the keys are wide on that screen
IDLE_MS = 30_000
"""After which a page that somebody walked away from is closed, and what was typed forgotten."""


class PinPage(QWidget):
    """Asks for both and hands on what came of it; the door's own screen says whether it opens."""

    entered = Signal(object)
    """A `core.domain.Decision`."""
    left = Signal()

    def __init__(
        self,
        pins: Pins,
        jobs: Jobs,
        *,
        idle_ms: int = IDLE_MS,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self._pins, self._jobs, self._utcnow = pins, jobs, utcnow
        self.heading, self.lead = label("", look="heading"), label("", look="soft")
        self.id_label, self.pin_label = label("", look="what"), label("", look="what")
        self.user_id, self.pin = field("", longest=64), field("", longest=MOST_DIGITS, secret=True)
        self.notice = Notice()
        self.cancel = button("", self.leave)
        self.go = button("", self._submit, look="primary", default=True)
        self.keypad = Keypad(letters=True)
        self._scale = 0.0
        self._idle = QTimer(self, interval=idle_ms, singleShot=True)
        self._idle.timeout.connect(self.leave)
        self._lay_out()
        self._say()
        for edit in (self.user_id, self.pin):
            edit.installEventFilter(self)
            edit.textChanged.connect(self._typed)
        self.user_id.returnPressed.connect(self.pin.setFocus)
        self.pin.returnPressed.connect(self._submit)
        QShortcut(QKeySequence.StandardKey.Cancel, self, self.leave)
        self.setFocusProxy(self.user_id)
        self.user_id.setFocus()
        self._idle.start()

    def leave(self) -> None:
        """Back to the door; nothing typed is kept."""
        self.user_id.clear()
        self.pin.clear()
        self._idle.stop()
        self.left.emit()

    def _typed(self, *_: object) -> None:
        self.notice.clear()
        self._idle.start()

    def _lay_out(self) -> None:
        self.id_label.setBuddy(self.user_id)
        self.pin_label.setBuddy(self.pin)
        self._lines = column(
            None,
            self.heading,
            self.lead,
            self.id_label,
            self.user_id,
            self.pin_label,
            self.pin,
            self.notice,
            None,
            row(self.cancel, self.go),
        )
        self._form = QWidget()
        self._form.setLayout(self._lines)
        self._whole = row(None, self._form, self.keypad, None, gap=theme.WIDE)
        for place, share in enumerate((1, 1000, 1000, 1)):  # in the middle, once both are as large as they may be
            self._whole.setStretch(place, share)
        self._whole.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.setLayout(self._whole)

    def _say(self) -> None:
        """All that is read on the page, in the language of the moment."""
        self.heading.setText(QCoreApplication.translate("door", "Come in with your PIN"))
        self.lead.setText(QCoreApplication.translate("door", "Type your ID, then your PIN."))
        for words, edit, name in (
            (QCoreApplication.translate("door", "Your ID"), self.user_id, self.id_label),
            (QCoreApplication.translate("door", "PIN"), self.pin, self.pin_label),
        ):
            name.setText(words)
            edit.setAccessibleName(words)
            edit.setPlaceholderText("")  # the label says it
        self.cancel.setText(QCoreApplication.translate("door", "Cancel"))
        self.go.setText(QCoreApplication.translate("door", "Open the door"))

    def _submit(self) -> None:
        user_id, pin = self.user_id.text().strip(), self.pin.text()
        if not (user_id and pin):
            (self.pin if user_id else self.user_id).setFocus()
            return
        self._allow(typing=False)
        self._idle.stop()
        self.notice.plain(QCoreApplication.translate("door", "One moment, please"))
        self._jobs.run(self, partial(enter, user_id, pin, self._pins, self._utcnow()), self._answered, self._failed)

    def _answered(self, decision: Decision) -> None:
        self.entered.emit(decision)
        self.leave()

    def _failed(self, _: DoorwardError) -> None:
        """Why is for the operator, who reads it under Health."""
        self.pin.clear()
        self._allow(typing=True)
        self.pin.setFocus()
        self._idle.start()
        self.notice.bad(QCoreApplication.translate("door", "PINs cannot be checked just now. Please ask for help."))

    def _allow(self, *, typing: bool) -> None:
        for widget in (self.user_id, self.pin, self.go):
            widget.setEnabled(typing)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Letters for an ID, digits alone for a PIN."""
        if event.type() == QEvent.Type.FocusIn:
            self.keypad.allow_letters(allowed=watched is self.user_id)
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self._say()
        super().changeEvent(event)

    def _enlarge(self, scale: float) -> None:
        """As read from where one stands, so in shares of the screen rather than in the console's sizes."""
        scale = round(scale, 1)
        if scale != self._scale:
            self._scale = scale
            self.keypad.enlarge(scale)
            self._whole.setSpacing(round(theme.WIDE * scale))
            self._lines.setSpacing(round(theme.GAP * scale))
            self.setStyleSheet(enlarged(scale))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        upright = self.height() > self.width()
        self._whole.setDirection(QBoxLayout.Direction.TopToBottom if upright else QBoxLayout.Direction.LeftToRight)
        across, down = SMALLEST[::-1] if upright else SMALLEST
        self._enlarge(max(1.0, min(self.width() / across, self.height() / down, MOST)))
        for part, most in ((self._form, FORM), (self.keypad, KEYS)):
            part.setMaximumWidth(self.width() if upright else round(most * self._scale))
        for place, share in (
            (0, 1),
            (self._lines.count() - 2, 0 if upright else 1),
        ):  # the buttons lie beside the last keys
            self._lines.setStretch(place, share)
        super().resizeEvent(event)
