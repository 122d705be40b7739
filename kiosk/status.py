"""How a part is, as a sign: told by its shape, and by its colour as well."""

from enum import Enum

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from kiosk import theme
from kiosk.strokes import fill, square, stroke


class Health(Enum):
    """How a thing is: a disc with a tick, a ring with a dash, a triangle that warns."""

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
        self.setFixedSize(theme.ICON, theme.ICON)
        self._health = Health.IDLE

    def show_health(self, health: Health) -> None:
        self._health = health
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        paint_health(painter, QRectF(self.rect()), self._health, self._look)
        painter.end()


def paint_health(painter: QPainter, area: QRectF, health: Health, look: theme.Look) -> None:
    """Into the square `area`, on a surface."""
    colour, ground = QColor(health.colour(look)), QColor(look.surface)
    with square(painter, area):
        if health is Health.IDLE:
            stroke(painter, colour, 9)
            painter.drawEllipse(QPointF(50, 50), 40, 40)
            painter.drawLine(QPointF(33, 50), QPointF(67, 50))
        elif health is Health.WELL:
            fill(painter, colour)
            painter.drawEllipse(QPointF(50, 50), 45, 45)
            stroke(painter, ground, 11)
            painter.drawPolyline([QPointF(29, 52), QPointF(44, 67), QPointF(72, 35)])
        else:
            stroke(painter, colour, 10)
            painter.setBrush(colour)
            painter.drawPolygon([QPointF(50, 12), QPointF(94, 88), QPointF(6, 88)])
            stroke(painter, ground, 11)
            painter.drawLine(QPointF(50, 38), QPointF(50, 58))
            painter.drawPoint(QPointF(50, 76))
