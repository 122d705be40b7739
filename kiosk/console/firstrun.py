"""What a new door is asked before it is used, a step at a time. Any of it can be done again later."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from kiosk import theme
from kiosk.console.done import Done
from kiosk.console.step import Door, Step
from kiosk.console.steps import Camera, DoorTest, Language, Model, Secret
from kiosk.controls import button, column, label, restyle, row

WIDEST, HIGHEST = 820, 700  # pixels


class FirstRun(QWidget):
    """The steps, one at a time; each may be left as it is, but for a passphrase where there is none yet."""

    finished = Signal()
    attended = Signal(bool)
    """Whether it is shown, and so somebody sits before the camera who does not want to come in."""

    def __init__(self, door: Door, *, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        asked = (Language(door), Camera(door, look), Model(door, look), Secret(door), DoorTest(door))
        self.steps: Sequence[Step] = (*asked, Done(asked, look))
        self.setObjectName("firstrun")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._stack = QStackedWidget()
        for step in self.steps:
            self._stack.addWidget(step)
            step.entered.connect(self._next)
        self.where, self._way = label("", look="small"), Way(len(self.steps), look)
        self.back = button("&Back", lambda: self._go(-1))
        self.next = button("&Next", self._next, look="primary", default=True)
        self._lay_out()
        self._go(0)

    @property
    def step(self) -> Step:
        return self.steps[self._stack.currentIndex()]

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self.attended.emit(self.isVisible())
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self.attended.emit(self.isVisible())
        super().hideEvent(event)

    def _lay_out(self) -> None:
        """In the middle of a wide screen, and not all over a high one."""
        self._held = QFrame()
        self._held.setMaximumSize(WIDEST, HIGHEST)
        self._inside = column(
            self._way, self.where, self._scrolling(), row(self.back, None, self.next), gap=theme.ROOM - 4
        )
        self._inside.setStretch(2, 1)
        self._held.setLayout(self._inside)
        whole = row(self._held)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """On a card of its own, where the screen is larger than that."""
        roomy = self.width() > WIDEST and self.height() > HIGHEST
        restyle(self._held, "card" if roomy else "")
        room = 2 * theme.WIDE if roomy else theme.ROOM
        self._inside.setContentsMargins(room, room, room, room)
        super().resizeEvent(event)

    def _scrolling(self) -> QScrollArea:
        """A keyboard on a small screen leaves little room."""
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName("Step")
        area.setWidget(self._stack)
        for ground in (area.viewport(), self._stack):
            ground.setAutoFillBackground(False)
        return area

    def _next(self) -> None:
        if self._stack.currentIndex() == len(self.steps) - 1:
            self.finished.emit()
        else:
            self.step.notice.clear()
            self.step.leave(partial(self._after, self.step))

    def _after(self, step: Step) -> None:
        """An answer that comes when somebody has gone back meanwhile leads nowhere."""
        if step is self.step:
            self._go(1)

    def _go(self, way: int) -> None:
        self.open(self._stack.currentIndex() + way)

    def open(self, at: int) -> None:
        """Shows one of `steps`, by its place."""
        self._stack.setCurrentIndex(at)
        last = len(self.steps) - 1
        self._way.reach(at + 1)
        self.where.setText(f"Step {at + 1} of {last + 1}")
        self.back.setEnabled(0 < at < last)
        self.next.setText("&Finish" if at == last else "&Next")
        self.setFocusProxy(self.step.focusProxy() or self.next)
        self.setFocus()


class Way(QWidget):
    """How many steps there are, and how many have been reached."""

    def __init__(self, steps: int, look: theme.Look) -> None:
        super().__init__()
        self._steps, self._reached, self._look = steps, 0, look
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def reach(self, steps: int) -> None:
        self._reached = steps
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(theme.FORM, theme.GAP)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        wide = (self.width() - theme.GAP * (self._steps - 1)) / self._steps
        for place in range(self._steps):
            painter.setBrush(QColor(self._look.accent if place < self._reached else self._look.sunken))
            painter.drawRoundedRect(QRectF(place * (wide + theme.GAP), 1, wide, theme.GAP - 2), 3, 3)
        painter.end()
