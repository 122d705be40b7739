"""The states' signs, drawn as vectors in a square of 100. Each has an outline of its own: colour is never alone."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from core.domain import Phase
from kiosk.strokes import fill, square, stroke
from kiosk.theme import Tone


def paint_glyph(painter: QPainter, area: QRectF, phase: Phase, tone: Tone) -> None:
    """The sign of `phase` into the square `area`, in `tone`'s ink on its ground. A challenge's is in `turnsign`."""
    with square(painter, area):
        _GLYPHS[phase](painter, QColor(tone.ink), QColor(tone.ground))


def paint_camera(painter: QPainter, area: QRectF, colour: str, *, crossed: bool) -> None:
    """A camera into the square `area`, `crossed` out where it gives no picture."""
    with square(painter, area):
        stroke(painter, QColor(colour), 5)
        painter.drawRoundedRect(QRectF(10, 30, 54, 42), 8, 8)
        painter.drawPolygon([QPointF(64, 45), QPointF(90, 32), QPointF(90, 70), QPointF(64, 57)])
        if crossed:
            painter.drawLine(QPointF(16, 88), QPointF(84, 14))


def paint_cross(painter: QPainter, area: QRectF, ground: str, ink: str) -> None:
    """A cross on a disc into the square `area`: what is below goes away when it is pressed."""
    with square(painter, area):
        fill(painter, QColor(ground))
        painter.drawEllipse(QPointF(50, 50), 50, 50)
        stroke(painter, QColor(ink), 11)
        painter.drawLine(QPointF(33, 33), QPointF(67, 67))
        painter.drawLine(QPointF(67, 33), QPointF(33, 67))


def _hourglass(painter: QPainter, ink: QColor, _: QColor) -> None:
    glass = [QPointF(28, 14), QPointF(72, 14), QPointF(28, 86), QPointF(72, 86)]
    stroke(painter, ink, 7)
    painter.drawPolygon(glass)
    painter.drawLine(QPointF(20, 14), QPointF(80, 14))
    painter.drawLine(QPointF(20, 86), QPointF(80, 86))
    fill(painter, ink)
    painter.drawPolygon([QPointF(50, 58), QPointF(64, 80), QPointF(36, 80)])


def _corners(painter: QPainter, ink: QColor) -> None:
    stroke(painter, ink, 7)
    for turn in range(4):
        painter.save()
        painter.translate(50, 50)
        painter.rotate(90 * turn)
        corner = QPainterPath(QPointF(-42, -20))
        corner.lineTo(-42, -34)
        corner.quadTo(-42, -42, -34, -42)
        corner.lineTo(-20, -42)
        painter.drawPath(corner)
        painter.restore()


def _person(painter: QPainter, ink: QColor, _: QColor) -> None:
    _corners(painter, ink)
    fill(painter, ink)
    painter.drawEllipse(QPointF(50, 40), 14, 16)
    shoulders = QPainterPath(QPointF(22, 80))
    shoulders.cubicTo(24, 58, 76, 58, 78, 80)
    shoulders.closeSubpath()
    painter.drawPath(shoulders)


def _eye(painter: QPainter, ink: QColor, ground: QColor) -> None:
    lids = QPainterPath(QPointF(6, 50))
    lids.cubicTo(26, 14, 74, 14, 94, 50)
    lids.cubicTo(74, 86, 26, 86, 6, 50)
    fill(painter, ink)
    painter.drawPath(lids)
    fill(painter, ground)
    painter.drawEllipse(QPointF(50, 50), 19, 19)
    fill(painter, ink)
    painter.drawEllipse(QPointF(50, 50), 9, 9)


def _tick(painter: QPainter, ink: QColor, ground: QColor) -> None:
    fill(painter, ink)
    painter.drawEllipse(QPointF(50, 50), 46, 46)
    stroke(painter, ground, 12)
    painter.drawPolyline(QPolygonF([QPointF(28, 52), QPointF(44, 68), QPointF(73, 34)]))


def _cross(painter: QPainter, ink: QColor, ground: QColor) -> None:
    near, far = 23, 77
    octagon = [(near, 4), (far, 4), (96, near), (96, far), (far, 96), (near, 96), (4, far), (4, near)]
    fill(painter, ink)
    painter.drawPolygon([QPointF(x, y) for x, y in octagon])
    stroke(painter, ground, 12)
    painter.drawLine(QPointF(33, 33), QPointF(67, 67))
    painter.drawLine(QPointF(67, 33), QPointF(33, 67))


def _stopwatch(painter: QPainter, ink: QColor, _: QColor) -> None:
    fill(painter, ink)
    painter.drawRoundedRect(QRectF(38, 2, 24, 11), 4, 4)
    painter.drawRect(QRectF(45, 8, 10, 12))
    stroke(painter, ink, 9)
    painter.drawLine(QPointF(81, 20), QPointF(87, 26))
    stroke(painter, ink, 8)
    painter.drawEllipse(QPointF(50, 56), 38, 38)
    painter.drawPolyline(QPolygonF([QPointF(50, 32), QPointF(50, 57), QPointF(66, 66)]))


def _triangle(painter: QPainter, ink: QColor, ground: QColor) -> None:
    painter.setBrush(ink)
    painter.setPen(QPen(ink, 10, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolygon([QPointF(50, 12), QPointF(92, 86), QPointF(8, 86)])
    stroke(painter, ground, 10)
    painter.drawLine(QPointF(50, 38), QPointF(50, 58))
    painter.drawPoint(QPointF(50, 75))


_GLYPHS: dict[Phase, Callable[[QPainter, QColor, QColor], None]] = {
    Phase.STARTING: _hourglass,
    Phase.IDLE: _person,
    Phase.LOOKING: _eye,
    Phase.GRANTED: _tick,
    Phase.DENIED: _cross,
    Phase.PAUSED: _stopwatch,
    Phase.FAULT: _triangle,
}
