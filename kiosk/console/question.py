"""A second step before what cannot be undone."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from kiosk import theme
from kiosk.controls import button, column, label, row
from kiosk.veil import open_over

WIDEST = 520


class Question(QDialog):
    """Over a window that is dimmed meanwhile. `no` has the focus, and Escape means it."""

    def __init__(self, title: str, text: str, *, yes: str, no: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = label(text)
        self.no, self.yes = button(no, self.reject), button(yes, self.accept, look="danger")
        whole = column(label(title, look="heading"), self.text, None, row(None, self.no, self.yes), gap=theme.ROOM)
        whole.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.setLayout(whole)
        self.setAccessibleDescription(text)
        width = min(WIDEST, parent.window().width() - 2 * theme.ROOM)
        self.setFixedSize(width, whole.heightForWidth(width))
        self.no.setFocus()


def ask(title: str, text: str, *, yes: str, no: str, parent: QWidget, act: Callable[[], object]) -> Question:
    """Does `act` if it is answered with `yes`."""
    question = Question(title, text, yes=yes, no=no, parent=parent)
    question.accepted.connect(act)
    open_over(parent.window(), question)
    return question
