"""What only an operator may do is asked for here: the PIN or the passphrase, or a first PIN where there is neither."""

from collections.abc import Callable
from functools import partial
from math import ceil
from typing import Protocol

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QDialog, QWidget

from core.domain import Role
from core.errors import DoorwardError, InvalidField
from core.pin import LEAST_DIGITS, MOST_CHARACTERS, Guard, hashed, matches
from kiosk import theme
from kiosk.controls import Notice, button, column, field, label, row
from kiosk.jobs import Jobs
from kiosk.keyboard import Keyboard
from kiosk.keypad import Keypad
from kiosk.veil import open_over

ASK = "Type the operator's PIN or the administrator's passphrase."
SET = f"There is no operator's PIN yet. Choose one of {LEAST_DIGITS} digits or more, and type it twice."
BESIDE, BELOW = QSize(720, 400), QSize(440, 720)
"""Its size where the keys lie beside the field, and where there is no room for that."""
COUNT_MS = 250
IDLE_MS = 60_000
"""After which a dialog that somebody walked away from is closed."""


class Secrets(Protocol):
    """Where the two hashes are kept. Each may raise StoreUnavailable."""

    def secret(self, role: Role) -> str | None: ...
    def set_secret(self, role: Role, secret_hash: str) -> None: ...


class Gate:
    """Lets through whoever knows a secret, over `window`; everybody, without asking, where it is `free`."""

    def __init__(
        self, secrets: Secrets, jobs: Jobs, window: QWidget, guard: Guard | None = None, *, free: bool = False
    ) -> None:
        self._secrets, self._jobs, self._window = secrets, jobs, window
        self._guard = guard or Guard()
        self._free = free

    def ask(self, passed: Callable[[Role], object]) -> None:
        """Calls `passed` with who it was, once a secret was right. Asks one question at a time."""
        if self._free:
            passed(Role.ADMINISTRATOR)
        elif self._window.findChild(GateDialog) is None:
            dialog = GateDialog(self._secrets, self._guard, self._jobs, self._window)
            dialog.passed.connect(passed)
            dialog.finished.connect(dialog.deleteLater)
            open_over(self._window, dialog)


class GateDialog(QDialog):
    """Accepted once a secret was right, or a first one was stored."""

    passed = Signal(object)
    """The `core.domain.Role`."""

    def __init__(self, secrets: Secrets, guard: Guard, jobs: Jobs, parent: QWidget, idle_ms: int = IDLE_MS) -> None:
        super().__init__(parent)
        self.setWindowTitle("Operator")
        self._secrets, self._guard, self._jobs = secrets, guard, jobs
        self._first = False
        self.lead = label("One moment…")
        self.pin = field("PIN or passphrase", longest=MOST_CHARACTERS, secret=True)
        self.again = field("PIN once more", longest=MOST_CHARACTERS, secret=True)
        self.notice = Notice()
        self.cancel = button("&Cancel", self.reject)
        self.letters = button("&Letters", self._show_letters)
        self.letters.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # who has keys to press needs none on the screen
        self.go = button("C&ontinue", self._submit, look="primary", default=True)
        self._countdown = QTimer(self, interval=COUNT_MS)
        self._countdown.timeout.connect(self._count_down)
        self._idle = QTimer(self, interval=idle_ms, singleShot=True)
        self._idle.timeout.connect(self.reject)
        self._lay_out(parent)
        self._allow(typing=False)
        jobs.run(self, partial(_any, secrets), self._loaded, self._unavailable)

    def _lay_out(self, parent: QWidget) -> None:
        self.keypad, self.keyboard = Keypad(), Keyboard()
        self.keyboard.closed.connect(partial(self._show_letters, shown=False))
        self.heading = label("Operator", look="heading")
        form = (self.heading, self.lead, self.pin, self.again, self.notice)
        beside = row(column(*form, None, row(self.cancel, self.letters, self.go)), self.keypad, gap=theme.WIDE)
        beside.setStretch(0, 1)
        whole = column(beside, self.keyboard, gap=0)
        whole.setStretch(0, 1)
        room = parent.size() - QSize(theme.ROOM, theme.ROOM)
        upright = room.width() < BESIDE.width()
        beside.setDirection(QBoxLayout.Direction.TopToBottom if upright else QBoxLayout.Direction.LeftToRight)
        whole.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.setLayout(whole)
        self._show_letters(shown=False)
        self.again.hide()
        for typed in (self.pin, self.again):
            typed.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)  # a passphrase is no number
            typed.textChanged.connect(lambda *_: self._idle.start())
        self.resize((BELOW if upright else BESIDE).boundedTo(room))
        self._idle.start()

    def _show_letters(self, *_: object, shown: bool = True) -> None:
        """A whole keyboard for a passphrase, or the digits of a PIN."""
        digits, letters = (self.keypad, self.heading, self.lead), (self.keyboard,)
        for gone in digits if shown else letters:  # before the others come: both together need more than a small screen
            gone.hide()
        for there in letters if shown else digits:
            there.show()
        self.letters.setVisible(not shown and not self._first)

    def _loaded(self, any_yet: bool) -> None:  # noqa: FBT001 - the answer is all there is
        self._first = not any_yet
        self.lead.setText(SET if self._first else ASK)
        self.again.setVisible(self._first)
        self.letters.setVisible(not self._first)
        if self._first:
            self.pin.setPlaceholderText("PIN")
            self.pin.setAccessibleName("PIN")
        self._allow(typing=True)
        self._count_down()

    def _unavailable(self, error: DoorwardError) -> None:
        self.lead.clear()
        self.notice.bad(str(error))

    def _submit(self) -> None:
        typed, again = self.pin.text(), self.again.text()
        self._allow(typing=False)
        self.notice.plain("One moment…")
        call = partial(_set_first, self._secrets, typed, again) if self._first else partial(whose, self._secrets, typed)
        self._jobs.run(self, call, self._checked, self._refused)

    def _checked(self, role: Role | None) -> None:
        self._guard.note(right=role is not None)
        if role is not None:
            self.accept()
            self.passed.emit(role)
            return
        self._retry()
        self.notice.bad("That is neither of them.")
        self._count_down()

    def _refused(self, error: DoorwardError) -> None:
        self._retry()
        self.notice.bad(str(error))

    def _retry(self) -> None:
        self.pin.clear()
        self.again.clear()
        self._allow(typing=True)

    def _count_down(self) -> None:
        """Keeps the fields shut while too many wrong ones are waited off."""
        pause = self._guard.pause()
        if pause:
            self._allow(typing=False)
            self._countdown.start()
            self.notice.bad(f"Too many wrong attempts. Wait {ceil(pause)} seconds.")
        elif self._countdown.isActive():
            self._countdown.stop()
            self.notice.clear()
            self._retry()

    def _allow(self, *, typing: bool) -> None:
        for widget in (self.pin, self.again, self.go):
            widget.setEnabled(typing)
        if typing:
            self.pin.setFocus()


def whose(secrets: Secrets, typed: str) -> Role | None:
    """Who knows that secret; None: nobody. Raises StoreUnavailable, and where what is stored is damaged.

    Until there is an administrator's passphrase the operator is all that there is, and may all.
    """
    stored = {role: secrets.secret(role) for role in (Role.ADMINISTRATOR, Role.OPERATOR)}
    damaged: DoorwardError | None = None
    for role, secret_hash in stored.items():
        try:
            if secret_hash is not None and matches(typed, secret_hash):
                return role if stored[Role.ADMINISTRATOR] else Role.ADMINISTRATOR
        except DoorwardError as error:
            damaged = error  # the other one may still be right
    if damaged is not None:
        raise damaged
    return None


def _any(secrets: Secrets) -> bool:
    return any(secrets.secret(role) is not None for role in Role)


def _set_first(secrets: Secrets, pin: str, again: str) -> Role:
    """Raises InvalidField, StoreUnavailable."""
    secret_hash = hashed(pin, again)
    if _any(secrets):
        raise InvalidField("PIN", "somebody has set one meanwhile; close this and type that one")
    secrets.set_secret(Role.OPERATOR, secret_hash)
    return Role.ADMINISTRATOR
