"""A whole keyboard on the screen, for operators without another one. It types where the focus is, and never has it."""

from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QPushButton, QSizePolicy, QWidget

from kiosk import theme
from kiosk.controls import button, row

LETTERS, MARKS, ACCENTS = "abc", "123", "äöü"
SETS = {
    LETTERS: ("qwertyuiopasdfghjkl'zxcvbnm,.-", 'QWERTYUIOPASDFGHJKL"ZXCVBNM;:_'),
    MARKS: ("1234567890@#&*()+=/?!'\".,:;-_%", "$€£¥§°^~`|<>[]{}\\«»„“”’‘–—…¿¡·"),  # noqa: RUF001 - as they are typed
    ACCENTS: ("äöüßåæøœçñàâáãèéêëîïíìôòóõùûúÿ", "ÄÖÜẞÅÆØŒÇÑÀÂÁÃÈÉÊËÎÏÍÌÔÒÓÕÙÛÚŸ"),
}
"""By what its key says: what thirty keys type, in rows of ten, and what they type after the shift key."""
COLUMNS = 10
SHIFT, ERASE, ENTER, SPACE, AWAY = "⇧", "⌫", "⏎", " ", "⌄"
NAMES = {SHIFT: "Shift", ERASE: "Erase a character", ENTER: "Enter", SPACE: "Space", AWAY: "Hide the keyboard"}


class Keyboard(QWidget):
    """Letters, digits and marks, accents: a key leads to each. Shift is for one key."""

    closed = Signal()
    """Somebody needs it no more."""

    def __init__(self) -> None:
        super().__init__()
        self._set, self._shifted = LETTERS, False
        self.keys = [self._key("", partial(self._type, place)) for place in range(3 * COLUMNS)]
        """Those that type a character."""
        self.sets = {name: self._key(name, partial(self.show_set, name)) for name in SETS}
        self.shift = self._key(SHIFT, lambda: self._show(self._set, shifted=not self._shifted))
        self.shift.setCheckable(True)
        self.space = self._key(SPACE, lambda: _send(Qt.Key.Key_Space, " "))
        self.erase = self._key(ERASE, lambda: _send(Qt.Key.Key_Backspace))
        self.erase.setAutoRepeat(True)
        self.enter = self._key(ENTER, lambda: _send(Qt.Key.Key_Return, "\r"))
        self.away = self._key(AWAY, self.closed.emit)
        self._lay_out()
        self.show_set(LETTERS)

    def show_set(self, name: str, *_: object) -> None:
        """One of SETS."""
        self._show(name, shifted=False)

    def _show(self, name: str, *, shifted: bool) -> None:
        self._set, self._shifted = name, shifted
        for key, character in zip(self.keys, SETS[name][shifted], strict=True):
            key.setText(character.replace("&", "&&"))
            key.setAccessibleName(character)
        for each, key in self.sets.items():
            key.setEnabled(each != name)
        self.shift.setChecked(shifted)

    def _type(self, place: int, *_: object) -> None:
        character = SETS[self._set][self._shifted][place]
        _send(Qt.Key.Key_unknown, character)
        if self._shifted:
            self.show_set(self._set)

    def _key(self, says: str, act: object) -> QPushButton:
        made = button(says, act, look="key")  # type: ignore[arg-type]
        made.setAccessibleName(NAMES.get(says, says))
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return made

    def _lay_out(self) -> None:
        whole = QGridLayout(self)
        whole.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        whole.setSpacing(theme.GAP // 2)
        for place, key in enumerate(self.keys):
            whole.addWidget(key, place // COLUMNS, place % COLUMNS)
        below = row(self.shift, *self.sets.values(), self.space, self.erase, self.enter, self.away, gap=theme.GAP // 2)
        below.setStretch(below.indexOf(self.space), 1)
        whole.addLayout(below, 3, 0, 1, COLUMNS)


def _send(key: Qt.Key, text: str = "") -> None:
    """As a keyboard would, to whatever has the focus."""
    target = QApplication.focusWidget()
    if target is not None:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))
