"""The states' signs, drawn as vectors in a square of 100. Each has an outline of its own: colour is never alone."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from core.doorkeeper import DOOR_OPEN
from core.errors import CameraUnavailable, DoorFailed, OfflineTooLong, StoreUnavailable
from core.scene import Phase
from core.sight import BLOWN_OUT, COVERED, FROZEN, SLOW
from kiosk.strokes import fill, square, stroke
from kiosk.theme import Tone


def paint_glyph(painter: QPainter, area: QRectF, phase: Phase, tone: Tone) -> None:
    """The sign of `phase` into the square `area`, in `tone`'s ink on its ground. A challenge's is in `turnsign`."""
    with square(painter, area):
        _GLYPHS[phase](painter, QColor(tone.ink), QColor(tone.ground))


def paint_fault(painter: QPainter, area: QRectF, code: str, tone: Tone) -> None:
    """The sign of what ails the door, by a fault's code, into the square `area`."""
    with square(painter, area):
        _FAULTS.get(code, _triangle)(painter, QColor(tone.ink), QColor(tone.ground))


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
    painter.drawPolygon([QPointF(50, 52), QPointF(71, 85), QPointF(29, 85)])


def _person(painter: QPainter, ink: QColor, _: QColor) -> None:
    """In an oval like the one over the picture."""
    oval = QPainterPath()
    oval.addEllipse(QRectF(15, 3, 70, 94))
    shoulders = QPainterPath(QPointF(10, 100))
    shoulders.cubicTo(14, 62, 86, 62, 90, 100)
    fill(painter, ink)
    painter.drawPath(oval.intersected(shoulders))
    painter.drawEllipse(QPointF(50, 43), 15.5, 18.5)
    stroke(painter, ink, 5)
    painter.drawPath(oval)


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
    draw_watch(painter, ink)
    painter.drawPolyline(QPolygonF([QPointF(50, 32), QPointF(50, 57), QPointF(66, 66)]))


def draw_watch(painter: QPainter, ink: QColor) -> None:
    """A stopwatch without hands, in a square of 100."""
    fill(painter, ink)
    painter.drawRoundedRect(QRectF(38, 2, 24, 11), 4, 4)
    painter.drawRect(QRectF(45, 8, 10, 12))
    stroke(painter, ink, 9)
    painter.drawLine(QPointF(81, 20), QPointF(87, 26))
    stroke(painter, ink, 8)
    painter.drawEllipse(QPointF(50, 56), 38, 38)


def _triangle(painter: QPainter, ink: QColor, ground: QColor) -> None:
    painter.setBrush(ink)
    painter.setPen(QPen(ink, 10, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolygon([QPointF(50, 12), QPointF(92, 86), QPointF(8, 86)])
    stroke(painter, ground, 10)
    painter.drawLine(QPointF(50, 38), QPointF(50, 58))
    painter.drawPoint(QPointF(50, 75))


def _padlock(painter: QPainter, ink: QColor, ground: QColor) -> None:
    stroke(painter, ink, 11)
    shackle = QPainterPath(QPointF(28, 50))
    shackle.lineTo(28, 32)
    shackle.cubicTo(28, 2, 72, 2, 72, 32)
    shackle.lineTo(72, 50)
    painter.drawPath(shackle)
    fill(painter, ink)
    painter.drawRoundedRect(QRectF(14, 44, 72, 52), 9, 9)
    fill(painter, ground)
    painter.drawEllipse(QPointF(50, 65), 8, 8)
    painter.drawRect(QRectF(46, 66, 8, 17))


def _crossed(painter: QPainter, ink: QColor, ground: QColor) -> None:
    """A line through what does not work, with room around it."""
    for colour, width in ((ground, 20.0), (ink, 8.0)):
        stroke(painter, colour, width)
        painter.drawLine(QPointF(14, 90), QPointF(86, 10))


def _no_picture(painter: QPainter, ink: QColor, ground: QColor) -> None:
    fill(painter, ink)
    painter.drawRoundedRect(QRectF(6, 26, 60, 48), 10, 10)
    painter.drawPolygon([QPointF(70, 44), QPointF(94, 28), QPointF(94, 72), QPointF(70, 56)])
    _crossed(painter, ink, ground)


def _no_store(painter: QPainter, ink: QColor, _: QColor) -> None:
    """Two plugs that are apart."""
    fill(painter, ink)
    for turn in (0, 180):
        painter.save()
        painter.translate(50, 50)
        painter.rotate(turn - 45)
        painter.drawRoundedRect(QRectF(14, -17, 22, 34), 8, 8)
        painter.drawRect(QRectF(34, -4, 22, 8))
        if turn:
            painter.drawRoundedRect(QRectF(2, -12, 14, 7), 3, 3)
            painter.drawRoundedRect(QRectF(2, 5, 14, 7), 3, 3)
        painter.restore()


def _door_ajar(painter: QPainter, ink: QColor, ground: QColor) -> None:
    stroke(painter, ink, 7)
    painter.drawPolyline(QPolygonF([QPointF(12, 92), QPointF(12, 8), QPointF(62, 8), QPointF(62, 92)]))
    painter.drawLine(QPointF(4, 92), QPointF(70, 92))
    fill(painter, ink)
    painter.drawPolygon([QPointF(20, 16), QPointF(46, 26), QPointF(46, 98), QPointF(20, 90)])
    painter.drawRoundedRect(QRectF(79, 26, 13, 40), 6, 6)
    painter.drawEllipse(QPointF(85.5, 82), 8, 8)
    fill(painter, ground)
    painter.drawEllipse(QPointF(40, 60), 3.5, 3.5)


_FAULTS: dict[str, Callable[[QPainter, QColor, QColor], None]] = {
    **dict.fromkeys([fault.code for fault in (CameraUnavailable, BLOWN_OUT, COVERED, FROZEN, SLOW)], _no_picture),
    **dict.fromkeys((DoorFailed.code, DOOR_OPEN), _door_ajar),
    **dict.fromkeys((StoreUnavailable.code, OfflineTooLong.code), _no_store),
}
_GLYPHS: dict[Phase, Callable[[QPainter, QColor, QColor], None]] = {
    Phase.STARTING: _hourglass,
    Phase.IDLE: _person,
    Phase.LOOKING: _eye,
    Phase.GRANTED: _tick,
    Phase.DENIED: _cross,
    Phase.PAUSED: _stopwatch,
    Phase.FAULT: _triangle,
    Phase.LOCKED: _padlock,
}
