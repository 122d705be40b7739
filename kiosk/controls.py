"""The few controls that all pages are made of, with the looks that the stylesheet has for them."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kiosk import theme


def button(text: str, act: Callable[..., object], *, look: str = "", default: bool = False) -> QPushButton:
    """Does `act` when pressed; on Enter in a field too where it is the `default`."""
    made = QPushButton(text)
    made.setObjectName(look)
    made.setAutoDefault(default)
    made.setDefault(default)
    made.clicked.connect(act)
    return made


def tool(text: str, act: Callable[..., object], picture: QIcon, *, look: str = "tool") -> QToolButton:
    """One with a picture, beside its text until it is told otherwise."""
    made = QToolButton()
    made.setText(text)
    made.setObjectName(look)
    made.setIcon(picture)
    made.setIconSize(QSize(theme.ICON, theme.ICON))
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.clicked.connect(act)
    return made


def label(text: str, *, look: str = "", buddy: QWidget | None = None) -> QLabel:
    """Plain text, wrapped. With a `buddy`, & marks the key that leads there."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setObjectName(look)
    if buddy is not None:
        made.setBuddy(buddy)
    made.setText(text)
    return made


def field(name: str, *, longest: int, secret: bool = False) -> QLineEdit:
    """One line to type in, named for screen readers."""
    made = QLineEdit()
    made.setObjectName("field")
    made.setMaxLength(longest)
    made.setAccessibleName(name)
    if secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
        made.setPlaceholderText(name)
        made.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
    return made


def column(*parts: QWidget | QBoxLayout | None, gap: int = theme.GAP) -> QVBoxLayout:
    """From the top down; None is room that stretches."""
    made = QVBoxLayout()
    _fill(made, parts, gap)
    return made


def row(*parts: QWidget | QBoxLayout | None, gap: int = theme.GAP) -> QHBoxLayout:
    """In reading order; None is room that stretches."""
    made = QHBoxLayout()
    _fill(made, parts, gap)
    return made


def card(*parts: QWidget | QBoxLayout | None, gap: int = theme.GAP) -> QFrame:
    """What belongs together, from the top down, on a surface of its own."""
    made = QFrame()
    made.setObjectName("card")
    whole = column(*parts, gap=gap)
    whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
    made.setLayout(whole)
    return made


def restyle(widget: QWidget, look: str) -> None:
    """Gives `widget` another look."""
    if widget.objectName() != look:
        widget.setObjectName(look)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Notice(QLabel):
    """What a page answers, on a ground that says good or bad. Out of sight until there is something to say."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.hide()

    def good(self, text: str) -> None:
        self._say("good", text)

    def bad(self, text: str) -> None:
        self._say("bad", text)

    def plain(self, text: str) -> None:
        self._say("soft", text)

    def clear(self) -> None:
        self._say("", "")

    def _say(self, look: str, text: str) -> None:
        restyle(self, look)
        self.setText(text)
        self.setVisible(bool(text))


def _fill(layout: QBoxLayout, parts: tuple[QWidget | QBoxLayout | None, ...], gap: int) -> None:
    layout.setSpacing(gap)
    for part in parts:
        if part is None:
            layout.addStretch()
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
