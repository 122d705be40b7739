"""The oval to fill: where it is, how far it is filled, and how it is drawn over the picture."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, hypot

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from core.domain import Box, Turn
from core.scene import Phase, Scene
from kiosk import theme

HEIGHT = 0.54  # of the picture: an oval around a face at a good distance
ASPECT = 0.74  # its width, of its height
FILLED = 0.6  # of its height: a face as high as that is near enough
MOST = 0.88  # of what is seen of the picture, up or across, that it may take
EDGE = 0.03  # of the shorter side of what is seen: it comes no nearer to the edge
NEARLY = 0.95  # of what fills it that is enough
HIGHER = 0.06  # of a face's height: its box begins at the brow, its oval at the hair
NEAR = 0.08  # of the picture's height: a face as high as that is somebody who comes to the door
EASING = 0.28  # seconds in which it goes most of the way to a face
FAR = 0.08  # of the picture: what a face may be off before the oval jumps, where it must not glide
STILL = 0.002  # of the picture: nearer than that it has arrived
BEAT = 1.2  # seconds in which the arrows beside it light up one after the other
ARROWS = 3
UNLIT = 0.35  # of what an arrow that is lit is seen with


@dataclass(frozen=True, slots=True)
class Spot:
    """The oval's middle, in shares of the picture's width and height, and how far it is filled, 0 to 1."""

    x: float = 0.5
    y: float = 0.5
    fill: float = 0.0


class Oval:
    """Follows the face that the door is about, and stays where the last one was. Glides, unless not `eased`."""

    def __init__(self, *, eased: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._eased, self._clock = eased, clock
        self._at = self._aim = Spot()
        self._moved = clock()

    @property
    def beat(self) -> float | None:
        """How far the arrows have come, 0 to 1; None where nothing is to move."""
        return self._clock() % BEAT / BEAT if self._eased else None

    def follow(self, scene: Scene) -> None:
        box = sought(scene)
        if box is None or not all(scene.size):
            self._aim = Spot(self._aim.x, self._aim.y)
            return
        height, width = scene.size
        tall = box[3] - box[1]
        y = (box[1] + box[3]) / 2 - HIGHER * tall
        self._aim = Spot((box[0] + box[2]) / 2 / width, y / height, min(1.0, tall / height / (HEIGHT * FILLED)))

    def step(self) -> Spot:
        """Where it is now."""
        now = self._clock()
        share = 1 - exp(-max(0.0, now - self._moved) / EASING)
        self._moved = now
        at, aim = self._at, self._aim
        off = hypot(aim.x - at.x, aim.y - at.y)
        if self._eased:
            go = 1.0 if off < STILL else share
            fill = aim.fill if abs(aim.fill - at.fill) < STILL else _between(at.fill, aim.fill, share)
            self._at = Spot(_between(at.x, aim.x, go), _between(at.y, aim.y, go), fill)
        else:
            self._at = aim if off > FAR else Spot(at.x, at.y, aim.fill)
        return self._at


def sought(scene: Scene) -> Box | None:
    """The face to follow: the one that the door is about, or else the nearest that comes near."""
    if scene.subject is not None or not all(scene.size):
        return scene.subject
    near = [box for box in scene.boxes if box[3] - box[1] >= NEAR * scene.size[0]]
    return max(near, key=lambda box: box[3] - box[1], default=None)


def lying(spot: Spot, picture: QRectF, view: QRectF, *, mirror: bool) -> QRectF:
    """The oval in the view where all of the picture lies in `picture`: always within what is seen of it."""
    seen = view.intersected(picture)
    if seen.isEmpty():
        seen = view
    height = min(HEIGHT * picture.height(), MOST * seen.height(), MOST * seen.width() / ASPECT)
    area = QRectF(0, 0, height * ASPECT, height)
    x = 1 - spot.x if mirror else spot.x
    area.moveCenter(QPointF(picture.left() + x * picture.width(), picture.top() + spot.y * picture.height()))
    room = EDGE * min(seen.width(), seen.height())
    seen = seen.adjusted(room, room, -room, -room)
    area.moveLeft(max(seen.left(), min(area.left(), seen.right() - area.width())))
    area.moveTop(max(seen.top(), min(area.top(), seen.bottom() - area.height())))
    return area


def paint_oval(painter: QPainter, area: QRectF, phase: Phase, fill: float, tone: theme.Tone) -> None:
    """A thin line, and over it a thick one as far as it is filled, from below on both sides. Dashed where denied."""
    width = max(theme.FRAME, area.height() * 0.022)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.SHADOW), width))
    painter.drawEllipse(area)
    painter.setPen(QPen(QColor(theme.OTHERS), width / 3))
    painter.drawEllipse(area)
    pen = QPen(QColor(tone.line), width)
    if phase is Phase.DENIED:
        pen.setDashPattern([2.5, 1.5])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if phase is Phase.DENIED else Qt.PenCapStyle.RoundCap)
    if fill > 0:
        fill = 1.0 if fill > NEARLY else fill
        painter.setPen(pen)
        painter.drawArc(area, round(16 * (270 - 180 * fill)), round(16 * 360 * fill))  # Qt's sixteenths of a degree


def paint_arrows(painter: QPainter, area: QRectF, view: QRectF, asked: Turn, beat: float | None) -> None:
    """Arrows beside the oval, to the side that is asked for, one lit after the other; all, without a `beat`.

    Where there is no room beside it they are below or above: never over the face.
    """
    side = area.height() * 0.15
    step = -side * 0.62 if asked == Turn.LEFT else side * 0.62
    first = _first_arrow(area, view, side, step)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place in range(ARROWS):
        lit = beat is None or place == min(ARROWS - 1, int(beat * ARROWS))
        _chevron(painter, first + QPointF(place * step, 0), side, asked, lit=lit)


def _first_arrow(area: QRectF, view: QRectF, side: float, step: float) -> QPointF:
    """Where the one next to the oval goes."""
    beside = area.left() - side * 0.7 if step < 0 else area.right() + side * 0.7
    last = beside + step * (ARROWS - 1)
    if view.left() <= last - side / 2 and last + side / 2 <= view.right():
        return QPointF(beside, area.center().y())
    below = area.bottom() + side * 0.8
    y = below if below + side * 0.6 <= view.bottom() else area.top() - side * 0.8
    return QPointF(area.center().x() - step * (ARROWS - 1) / 2, y)


def _chevron(painter: QPainter, middle: QPointF, side: float, asked: Turn, *, lit: bool) -> None:
    tip = -side / 4 if asked == Turn.LEFT else side / 4
    corners = QPolygonF([middle + QPointF(-tip, -side / 2), middle + QPointF(tip, 0), middle + QPointF(-tip, side / 2)])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    shadow, bright = QColor(theme.SHADOW), QColor(theme.OTHERS)
    bright.setAlphaF(1.0 if lit else UNLIT)
    for colour, width in ((shadow, 0.3), (bright, 0.17)):
        pen = QPen(colour, side * width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(corners)


def _between(here: float, there: float, share: float) -> float:
    return here + (there - here) * share
