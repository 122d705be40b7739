"""One thing's state in the strip: a lamp, and words that say the same."""

from enum import Enum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from kiosk import theme
from kiosk.controls import row


class Health(Enum):
    """How a thing is: a disc in the colour for good, a ring, a square in the colour for bad."""

    WELL = "well"
    IDLE = "idle"
    ILL = "ill"

    def colour(self, look: theme.Look) -> str:
        return {Health.WELL: look.good, Health.IDLE: look.ink_soft, Health.ILL: look.bad}[self]


class Lamp(QWidget):
    """A sign beside a status. The words say the same."""

    def __init__(self, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self._look = look
        self.setFixedSize(12, 12)
        self._health = Health.IDLE

    def show_health(self, health: Health) -> None:
        self._health = health
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self._health.colour(self._look))
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.setPen(colour)
        painter.setBrush(colour if self._health is not Health.IDLE else Qt.BrushStyle.NoBrush)
        if self._health is Health.ILL:
            painter.drawRect(area)
        else:
            painter.drawEllipse(area)
        painter.end()


class Status(QWidget):
    """A lamp and its words."""

    def __init__(self, text: str, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self._lamp = Lamp(look)
        self._label = QLabel(text, textFormat=Qt.TextFormat.PlainText)
        whole = row(self._lamp, self._label)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)

    @property
    def text(self) -> str:
        return self._label.text()

    def yields(self) -> None:
        """Lets its words be cut where the others leave no room for them."""
        self._label.setMinimumWidth(1)

    def say(self, text: str, health: Health) -> None:
        self._label.setText(text)
        self._lamp.show_health(health)
