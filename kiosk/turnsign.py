"""The sign of a challenge: which way to turn, and how much of it is done. Nothing in it needs a colour to be read."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from core.domain import Turn
from kiosk.strokes import fill, square, stroke
from kiosk.theme import Tone

ARROW = [(10, 37), (46, 5), (46, 22), (90, 22), (90, 52), (46, 52), (46, 69)]
SWAY = 8.0  # how far the arrow goes to and fro
TRACK = QRectF(4, 83, 92, 14)  # of the bar that fills


def paint_turn(painter: QPainter, area: QRectF, asked: Turn, progress: float, tone: Tone, *, sway: float = 0.0) -> None:
    """What is `asked` into the square `area`, with `progress`, 0 to 1, below; `sway`, -1 to 1, moves the arrow.

    An arrow to the screen's left asks for the left: it is that of whoever stands before it, mirrored picture or not.
    The bar fills in reading order.
    """
    ink, ground = QColor(tone.ink), QColor(tone.ground)
    rightwards = painter.layoutDirection() != Qt.LayoutDirection.RightToLeft
    with square(painter, area):
        _progress(painter, ink, progress, rightwards=rightwards)
        if asked == Turn.STRAIGHT:
            _face(painter, ink, ground)
        else:
            _arrow(painter, ink, asked, sway * SWAY)


def _progress(painter: QPainter, ink: QColor, progress: float, *, rightwards: bool) -> None:
    stroke(painter, ink, 3)
    painter.drawRoundedRect(TRACK, 7, 7)
    if progress > 0:
        whole = TRACK.adjusted(3.5, 3.5, -3.5, -3.5)
        done = QRectF(whole)
        done.setWidth(max(whole.height(), whole.width() * min(1.0, progress)))
        if not rightwards:
            done.moveRight(whole.right())
        fill(painter, ink)
        painter.drawRoundedRect(done, 3.5, 3.5)


def _arrow(painter: QPainter, ink: QColor, asked: Turn, moved: float) -> None:
    stroke(painter, ink, 4)
    painter.setBrush(ink)
    points = [QPointF(x + moved if asked == Turn.LEFT else 100 - x - moved, y) for x, y in ARROW]
    painter.drawPolygon(QPolygonF(points))


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
