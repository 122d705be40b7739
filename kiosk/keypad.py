"""Keys on the screen, for where there is no keyboard. They type where the cursor is and never take the focus."""

from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QLineEdit, QPushButton, QSizePolicy, QStackedWidget, QWidget

from kiosk import theme
from kiosk.controls import button

ERASE, MORE = "⌫", "…"
DIGITS = ("123", "456", "789", f"{MORE}0{ERASE}")
SMALL = ("abcdef", "ghijkl", "mnopqr", "stuvwx", f"{MORE}yz-_{ERASE}")
LARGE = ("ABCDEF", "GHIJKL", "MNOPQR", "STUVWX", f"{MORE}YZ.@{ERASE}")
SETS = {DIGITS: "abc", SMALL: "ABC", LARGE: "123"}
"""Each set of keys, and what the key says that leads to the next one."""


class Keypad(QStackedWidget):
    """Digits; with letters allowed, a key leads to those and back."""

    def __init__(self, *, letters: bool = False) -> None:
        super().__init__()
        self._keys: list[tuple[str, QPushButton]] = []
        for keys, leads_to in SETS.items():
            self.addWidget(self._set(keys, leads_to))
        self.allow_letters(allowed=letters)
        self.enlarge(1.0)
        self._name()

    def allow_letters(self, *, allowed: bool) -> None:
        """Whether letters make sense where the cursor is."""
        if not allowed:
            self.setCurrentIndex(0)
        for key, made in self._keys:
            if key == MORE:
                made.setVisible(allowed)

    def enlarge(self, scale: float) -> None:
        """Keys of so many times their usual size, at most."""
        for grid in self.findChildren(QGridLayout):
            grid.setSpacing(round(theme.GAP * scale))
        for _, made in self._keys:
            made.setMaximumSize(round(theme.KEY * scale), round(theme.KEY * scale))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)

    def _set(self, keys: tuple[str, ...], leads_to: str) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP)
        grid.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for row, line in enumerate(keys):
            for column, key in enumerate(line):
                grid.addWidget(self._key(key, leads_to), row, column)
        page.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # digits are in this order in Arabic too
        return page

    def _key(self, key: str, leads_to: str) -> QPushButton:
        made = button(leads_to if key == MORE else key, partial(self._press, key), look="key")
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        policy = made.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        made.setSizePolicy(policy)
        self._keys.append((key, made))
        return made

    def _name(self) -> None:
        names = {
            ERASE: QCoreApplication.translate("door", "Erase a character"),
            MORE: QCoreApplication.translate("door", "Other keys"),
        }
        for key, made in self._keys:
            made.setAccessibleName(names.get(key, key))

    def _press(self, key: str, *_: object) -> None:
        if key == MORE:
            self.setCurrentIndex((self.currentIndex() + 1) % self.count())
            return
        target = QApplication.focusWidget()
        if isinstance(target, QLineEdit) and target.isEnabled():
            target.backspace() if key == ERASE else target.insert(key)
