"""The sign of a challenge: which way to turn, and how much of it is done. Nothing in it needs a colour to be read."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPolygonF

from core.domain import Turn
from kiosk.strokes import fill, square, stroke
from kiosk.theme import Tone

ARROW = [(4, 37), (44, 3), (44, 21), (96, 21), (96, 53), (44, 53), (44, 71)]
TRACK = QRectF(4, 83, 92, 14)  # of the bar that fills


def paint_turn(painter: QPainter, area: QRectF, asked: Turn, progress: float, tone: Tone) -> None:
    """What is `asked` into the square `area`, with `progress`, 0 to 1, below.

    An arrow to the screen's left asks for the left: it is that of whoever stands before it, mirrored picture or not.
    """
    ink, ground = QColor(tone.ink), QColor(tone.ground)
    with square(painter, area):
        _progress(painter, ink, progress)
        if asked == Turn.STRAIGHT:
            _face(painter, ink, ground)
        else:
            _arrow(painter, ink, asked)


def _progress(painter: QPainter, ink: QColor, progress: float) -> None:
    stroke(painter, ink, 3)
    painter.drawRoundedRect(TRACK, 7, 7)
    if progress > 0:
        within = TRACK.adjusted(3.5, 3.5, -3.5, -3.5)
        within.setWidth(max(within.height(), within.width() * min(1.0, progress)))
        fill(painter, ink)
        painter.drawRoundedRect(within, 3.5, 3.5)


def _arrow(painter: QPainter, ink: QColor, asked: Turn) -> None:
    stroke(painter, ink, 4)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([QPointF(x if asked == Turn.LEFT else 100 - x, y) for x, y in ARROW]))


def _face(painter: QPainter, ink: QColor, ground: QColor) -> None:
    """A head from the front."""
    fill(painter, ink)
    painter.drawEllipse(QRectF(20, 1, 60, 73))
    painter.drawRoundedRect(QRectF(13, 28, 74, 18), 9, 9)  # its ears
    fill(painter, ground)
    for x in (39, 61):
        painter.drawEllipse(QPointF(x, 34), 4.5, 4.5)
    stroke(painter, ground, 4.5)
    painter.drawArc(QRectF(37, 34, 26, 26), -16 * 140, 16 * 100)  # Qt counts in sixteenths of a degree
