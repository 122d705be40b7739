"""Above every page of the operator's room: what it is called, what is to be known all the time, and the door's lock."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QWidget

from kiosk import theme
from kiosk.controls import label, row, tool
from kiosk.icons import icon

Act = Callable[..., object]


class Head(QFrame):
    """The title, a standing notice, and buttons that lock the door, fill the screen and close the program."""

    def __init__(self, lock: Act, fill: Act, shut: Act, look: theme.Look) -> None:
        super().__init__()
        self.setObjectName("head")
        self._look = look
        self.title, self.standing = label("", look="title"), label("", look="standing")
        self.title.setWordWrap(False)
        self.lock = tool("", lock, icon("lock", look), look="lock")
        self.fullscreen = tool("", fill, icon("fill", look))
        self.shut = tool("Close Doorward", shut, icon("power", look))
        whole = row(self.title, self.standing, QWidget(), self.lock, self.fullscreen, self.shut)
        whole.setStretch(1, 1000)
        whole.setStretch(2, 1)
        whole.setContentsMargins(theme.ROOM, theme.GAP // 2, theme.GAP // 2, theme.GAP // 2)
        self.setLayout(whole)
        self.fit(narrow=True)

    def fit(self, *, narrow: bool) -> None:
        """Pictures alone where it is narrow; their words are told when they are pointed at."""
        style = Qt.ToolButtonStyle
        self._narrow = narrow
        self.title.setHidden(narrow and not self.standing.isHidden())  # the rail says it as well
        for each in (self.fullscreen, self.shut):
            each.setToolButtonStyle(style.ToolButtonIconOnly if narrow else style.ToolButtonTextBesideIcon)

    def say_standing(self, text: str) -> None:
        self.standing.setText(text)
        self.standing.setVisible(bool(text))
        self.standing.setMaximumWidth(_widest(self.standing))
        self.fit(narrow=self._narrow)

    def show_locked(self, *, locked: bool) -> None:
        does = "Lets people in again" if locked else "Lets nobody in, by face or by PIN"
        self._name(self.lock, "unlock" if locked else "lock", "Unlock the door" if locked else "Lock the door", does)

    def show_fullscreen(self, *, fullscreen: bool) -> None:
        self._name(
            self.fullscreen, "shrink" if fullscreen else "fill", "Leave full screen" if fullscreen else "Full screen"
        )

    def _name(self, button: QToolButton, picture: str, text: str, does: str = "") -> None:
        button.setIcon(icon(picture, self._look))
        button.setText(text)
        button.setAccessibleName(text)
        button.setAccessibleDescription(does)
        button.setToolTip(does or text)


def _widest(words: QLabel) -> int:
    """What its longest line takes."""
    words.ensurePolished()
    lines = (words.fontMetrics().horizontalAdvance(line) for line in words.text().splitlines())
    return max(lines, default=0) + 2 * theme.ROOM  # its padding, and Qt's own indent
