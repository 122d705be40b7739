"""Signs that count, and those on buttons, drawn as vectors in a square of 100."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from core.scene import Phase
from kiosk.glyphs import draw_watch, paint_glyph
from kiosk.strokes import fill, square, stroke
from kiosk.theme import Tone


def paint_open(painter: QPainter, area: QRectF, left: float, tone: Tone) -> None:
    """The tick of an open door, with a ring around it of which as much is there as of its time: `left`, 0 to 1."""
    thin = area.width() * 0.13
    paint_glyph(painter, area.adjusted(thin, thin, -thin, -thin), Phase.GRANTED, tone)
    with square(painter, area):
        stroke(painter, QColor(tone.ink), 1.5)
        painter.drawEllipse(QPointF(50, 50), 45.5, 45.5)
        pen = QPen(QColor(tone.ink), 8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(QRectF(4.5, 4.5, 91, 91), 16 * 90, round(16 * 360 * left))  # Qt's sixteenths of a degree


def paint_wait(painter: QPainter, area: QRectF, seconds: int, tone: Tone) -> None:
    """A stopwatch with the seconds that are left."""
    with square(painter, area):
        draw_watch(painter, QColor(tone.ink))
        font = painter.font()
        font.setPixelSize(40 if seconds < 100 else 28)
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(QRectF(12, 18, 76, 76), Qt.AlignmentFlag.AlignCenter, str(seconds))


def paint_sign(painter: QPainter, area: QRectF, sign: str, colour: QColor) -> None:
    """What stands on a button, into the square `area`: `key`, `globe`, `keypad` or `back`."""
    with square(painter, area):
        _SIGNS[sign](painter, colour)


def _key(painter: QPainter, ink: QColor) -> None:
    stroke(painter, ink, 10)
    painter.drawEllipse(QPointF(28, 50), 20, 20)
    painter.drawPolyline(QPolygonF([QPointF(48, 50), QPointF(92, 50), QPointF(92, 68)]))
    painter.drawLine(QPointF(74, 50), QPointF(74, 64))


def _globe(painter: QPainter, ink: QColor) -> None:
    stroke(painter, ink, 7)
    painter.drawEllipse(QPointF(50, 50), 42, 42)
    painter.drawEllipse(QPointF(50, 50), 19, 42)
    painter.drawLine(QPointF(8, 50), QPointF(92, 50))


def _keypad(painter: QPainter, ink: QColor) -> None:
    fill(painter, ink)
    for x in (22, 50, 78):
        for y in (14, 38, 62):
            painter.drawEllipse(QPointF(x, y), 8, 8)
    painter.drawEllipse(QPointF(50, 86), 8, 8)


def _back(painter: QPainter, ink: QColor) -> None:
    stroke(painter, ink, 10)
    painter.drawLine(QPointF(22, 22), QPointF(78, 78))
    painter.drawLine(QPointF(78, 22), QPointF(22, 78))


_SIGNS: dict[str, Callable[[QPainter, QColor], None]] = {
    "key": _key,
    "globe": _globe,
    "keypad": _keypad,
    "back": _back,
}
