"""What a new door is asked before it is used: language, camera, model, passphrase, a test of the door. Any of it can be
done again later, under Set up or with doorward-admin."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from kiosk import theme
from kiosk.console.firststeps import Camera, Done, Door, DoorTest, Language, Model, Secret, Step
from kiosk.controls import button, column, label, row


class FirstRun(QWidget):
    """The steps, one at a time; each may be left as it is, but for a passphrase where there is none yet."""

    finished = Signal()
    attended = Signal(bool)
    """Whether it is shown, and so somebody sits before the camera who does not want to come in."""

    def __init__(self, door: Door, *, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self.steps: Sequence[Step] = (
            Language(door),
            Camera(door, look),
            Model(door),
            Secret(door),
            DoorTest(door),
            Done(),
        )
        self._stack = QStackedWidget()
        for step in self.steps:
            self._stack.addWidget(step)
            step.entered.connect(self._next)
        self.where = label("", look="small")
        self.back = button("&Back", lambda: self._go(-1))
        self.next = button("&Next", self._next, look="primary", default=True)
        whole = column(self.where, self._scrolling(), row(self.back, None, self.next), gap=theme.ROOM)
        whole.setStretch(1, 1)
        whole.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.setLayout(whole)
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

    def open(self, at: int) -> None:
        """Shows one of `steps`, by its place."""
        self._stack.setCurrentIndex(at)
        last = len(self.steps) - 1
        self.where.setText(f"Step {at + 1} of {last + 1}")
        self.back.setEnabled(0 < at < last)
        self.next.setText("&Finish" if at == last else "&Next")
        self.setFocusProxy(self.step.focusProxy() or self.next)
        self.setFocus()

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

    def _scrolling(self) -> QScrollArea:
        """A keyboard on a small screen leaves little room."""
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(self._stack.focusPolicy())
        area.setAccessibleName("Step")
        area.setWidget(self._stack)
        for ground in (area.viewport(), self._stack):
            ground.setAutoFillBackground(False)
        return area
