"""The operator's room: what there is at the left, one page of it at a time, and always the way back to the door."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QScrollArea, QStackedWidget, QWidget

from core.domain import Role
from kiosk import theme
from kiosk.console.head import Head
from kiosk.console.rail import Rail
from kiosk.controls import Notice, column, row

CLOSED = "Locked: nobody is let in, by face or by PIN."
RESTING = "Meanwhile nobody is let in by face."
TOUCHES = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
    QEvent.Type.TouchUpdate,
}
"""What somebody does who is still there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page, made when it is first opened; `role`: who may open it."""

    title: str
    make: Callable[[], QWidget]
    role: Role = Role.OPERATOR


def allowed(pages: Sequence[Entry], role: Role) -> list[Entry]:
    """An administrator may all, an operator what is an operator's."""
    return [page for page in pages if role is Role.ADMINISTRATOR or page.role is role]


class Console(QWidget):
    """Shows `pages`, and leaves by itself after `lock_after` minutes in which nobody touched anything.

    Each page is kept until the console is closed. `standing` is said over all of them.
    """

    left = Signal()
    lock_wanted = Signal(bool)
    fullscreen_wanted = Signal(bool)
    closed_wanted = Signal()

    def __init__(
        self,
        pages: Sequence[Entry],
        *,
        lock_after: float,
        standing: str = "",
        look: theme.Look = theme.LIGHT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("console")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # it speaks English, whatever the door does
        self._entries = {entry.title: entry for entry in pages}
        self._pages: dict[str, QScrollArea] = {}
        self._stack = QStackedWidget()
        self._locked = self._resting = False
        self._standing, self._away = standing, ""
        self.notice = Notice()
        self._rail = Rail(self._entries, self.left.emit, self.open, look)
        self._head = Head(
            lambda: self.lock_wanted.emit(not self._locked),
            lambda: self.fullscreen_wanted.emit(not self.window().isFullScreen()),
            self.closed_wanted.emit,
            look,
        )
        self.tabs, self.back, self.standing = self._rail.tabs, self._rail.back, self._head.standing
        self.lock, self.fullscreen, self.shut = self._head.lock, self._head.fullscreen, self._head.shut
        self._lay_out()
        self.show_locked(locked=False)
        self._idle = QTimer(self, interval=round(lock_after * 60_000), singleShot=True)
        self._idle.timeout.connect(self._leave)
        if pages:
            self.open(pages[0].title)

    def open(self, title: str) -> QWidget:
        """Shows the page of that title, and returns it. Raises KeyError where there is none."""
        if title not in self._pages:
            self._pages[title] = _scrolling(self._entries[title].make(), title)
            self._stack.addWidget(self._pages[title])
        self._stack.setCurrentWidget(self._pages[title])
        self.tabs[title].setChecked(True)
        self._head.title.setText(title)
        page = self._pages[title].widget()
        assert page is not None  # noqa: S101 - it was put there
        return page

    def show_locked(self, *, locked: bool) -> None:
        """Whether the door is locked to everybody."""
        self._locked = locked
        self._say_standing()
        self._head.show_locked(locked=locked)

    def show_resting(self, *, resting: bool) -> None:
        """Whether faces are not looked at, since the page that is shown has somebody at the camera."""
        self._resting = resting
        self._say_standing()

    def show_away(self, away: str) -> None:
        """`away`: what is to be said of the database while it is away."""
        if away != self._away:
            self._away = away
            self._say_standing()

    def show_fullscreen(self, *, fullscreen: bool) -> None:
        self._head.show_fullscreen(fullscreen=fullscreen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() in TOUCHES:
            self._idle.start()
        return super().eventFilter(watched, event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Where somebody is: on the list, at the page that is shown."""
        super().focusInEvent(event)
        shown = next((tab for tab in self.tabs.values() if tab.isChecked()), self.back)
        shown.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._rail.fit(narrow=self.width() < theme.NARROW)
        self._head.fit(narrow=self.width() < theme.NARROW + 2 * theme.FORM // 3)
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self.show_fullscreen(fullscreen=self.window().isFullScreen())
        _application().installEventFilter(self)
        self._idle.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        _application().removeEventFilter(self)
        self._idle.stop()
        super().hideEvent(event)

    def _say_standing(self) -> None:
        resting = self._resting and not self._locked
        said = (CLOSED if self._locked else "", RESTING if resting else "", self._away, self._standing)
        self._head.say_standing("\n".join(filter(None, said)))

    def _leave(self) -> None:
        """Also out of a question that a page still asks."""
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible():
                dialog.reject()
        self.left.emit()

    def _lay_out(self) -> None:
        page = column(self._head, self.notice, self._stack, gap=0)
        page.setStretch(2, 1)
        whole = row(self._rail, page, gap=0)
        whole.setStretch(1, 1)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        order = (self.back, *self.tabs.values(), self.lock, self.fullscreen, self.shut, self._stack)
        for before, after in pairwise(order):
            self.setTabOrder(before, after)


def _application() -> QObject:
    app = QApplication.instance()
    assert app is not None  # noqa: S101 - there is no widget without one
    return app


def _scrolling(page: QWidget, name: str) -> QScrollArea:
    """`page`, with bars where there is too little room for it. Those on it have the focus, not the area."""
    area = QScrollArea(widgetResizable=True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setAccessibleName(name)
    area.setAlignment(Qt.AlignmentFlag.AlignLeft)
    page.setMaximumWidth(theme.PAGE)
    area.setWidget(page)
    for ground in (area.viewport(), page):
        ground.setAutoFillBackground(False)  # the console has one
    return area
