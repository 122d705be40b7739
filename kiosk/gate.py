"""The operator's PIN is asked for, or set where there is none yet, before anything that only an operator may do."""

from collections.abc import Callable
from functools import partial
from math import ceil

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QWidget

from core.errors import DoorwardError
from core.pin import LEAST_DIGITS, MOST_DIGITS, Guard, hashed, matches
from core.store import Store
from kiosk import theme
from kiosk.controls import Notice, button, column, field, label, row
from kiosk.jobs import Jobs
from kiosk.notice import put_up
from kiosk.veil import Veil

ASK = "Type the operator's PIN."
SET = f"There is no operator's PIN yet. Choose one of {LEAST_DIGITS} digits or more, and type it twice."
KEYS = "123456789 0⌫"
ERASE = "⌫"
COUNT_MS = 250


class Gate:
    """Opens an operator's page over `window` for whoever knows the PIN. `notice` stands on each of them."""

    def __init__(
        self, store: Store, jobs: Jobs, window: QWidget, guard: Guard | None = None, *, notice: str = ""
    ) -> None:
        self._store, self._jobs, self._window = store, jobs, window
        self._guard = guard or Guard()
        self._notice = notice

    def open(self, page: Callable[[], QDialog]) -> None:
        """Shows what `page` makes, once the PIN was right."""
        pin = PinDialog(self._store, self._guard, self._jobs, self._window)
        pin.accepted.connect(lambda: self._open(page()))
        self._show(pin)

    def _open(self, page: QDialog) -> None:
        put_up(self._notice, page)
        self._show(page)

    def _show(self, dialog: QDialog) -> None:
        """Over a window that is dimmed meanwhile; gone once it is closed."""
        veil = Veil(self._window)
        dialog.finished.connect(veil.deleteLater)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class PinDialog(QDialog):
    """Accepted once the PIN was right, or a first one was stored."""

    def __init__(self, store: Store, guard: Guard, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Operator")
        self._store, self._guard, self._jobs = store, guard, jobs
        self._stored: str | None = None
        self.lead = label("One moment…")
        self.pin = field("PIN", longest=MOST_DIGITS, secret=True)
        self.again = field("PIN once more", longest=MOST_DIGITS, secret=True)
        self.notice = Notice()
        self.cancel = button("&Cancel", self.reject)
        self.go = button("C&ontinue", self._submit, look="primary", default=True)
        self._countdown = QTimer(self, interval=COUNT_MS)
        self._countdown.timeout.connect(self._count_down)
        self._lay_out()
        self.again.hide()
        self._allow(typing=False)
        jobs.run(self, store.operator_pin, self._loaded, self._unavailable)

    def _lay_out(self) -> None:
        form = (label("Operator", look="heading"), self.lead, self.pin, self.again, self.notice)
        whole = row(column(*form, None, row(self.cancel, self.go)), column(self._keypad(), None), gap=theme.WIDE)
        whole.setStretch(0, 1)
        whole.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.setLayout(whole)
        self.resize(640, 360)

    def _keypad(self) -> QWidget:
        """For where there is no keyboard; it types where the cursor is and never takes the focus."""
        keypad = QWidget()
        grid = QGridLayout(keypad)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP)
        for place, key in enumerate(KEYS):
            if key != " ":
                made = button(key, partial(self._press, key), look="key")
                made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                made.setAccessibleName("Erase a digit" if key == ERASE else key)
                grid.addWidget(made, place // 3, place % 3)
        return keypad

    def _press(self, key: str) -> None:
        target: QLineEdit = self.again if self.again.hasFocus() else self.pin
        if key == ERASE:
            target.backspace()
        elif target.isEnabled():
            target.insert(key)

    def _loaded(self, stored: str | None) -> None:
        self._stored = stored
        self.lead.setText(ASK if stored else SET)
        self.again.setVisible(stored is None)
        self._allow(typing=True)
        self._count_down()

    def _unavailable(self, error: DoorwardError) -> None:
        self.lead.clear()
        self.notice.bad(str(error))

    def _submit(self) -> None:
        pin, again, stored = self.pin.text(), self.again.text(), self._stored
        self._allow(typing=False)
        self.notice.plain("One moment…")
        if stored is None:
            self._jobs.run(self, partial(_set, self._store, pin, again), lambda _: self.accept(), self._refused)
        else:
            self._jobs.run(self, partial(matches, pin, stored), self._checked, self._refused)

    def _checked(self, right: bool) -> None:  # noqa: FBT001 - the answer is all there is
        self._guard.note(right=right)
        if right:
            self.accept()
            return
        self._retry()
        self.notice.bad("That is not the PIN.")
        self._count_down()

    def _refused(self, error: DoorwardError) -> None:
        self._retry()
        self.notice.bad(str(error))

    def _retry(self) -> None:
        self.pin.clear()
        self.again.clear()
        self._allow(typing=True)

    def _count_down(self) -> None:
        """Keeps the fields shut while too many wrong PINs are waited off."""
        pause = self._guard.pause()
        if pause:
            self._allow(typing=False)
            self._countdown.start()
            self.notice.bad(f"Too many wrong PINs. Wait {ceil(pause)} seconds.")
        elif self._countdown.isActive():
            self._countdown.stop()
            self.notice.clear()
            self._retry()

    def _allow(self, *, typing: bool) -> None:
        for widget in (self.pin, self.again, self.go):
            widget.setEnabled(typing)
        if typing:
            self.pin.setFocus()


def _set(store: Store, pin: str, again: str) -> None:
    store.set_operator_pin(hashed(pin, again))
