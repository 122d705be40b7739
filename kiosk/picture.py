"""How a camera's picture comes to lie in a view, and the same pixels as Qt has them."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QTransform

from core.domain import Box, Image
from kiosk import theme

CROP = 1.75  # how much wider than its view a picture may become, to fill its height
DIMMED = 0.35  # of the shadow, around the oval
ROUND = 0.035  # of the picture's shorter side: the radius of its corners, where there is an oval


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture lies in a view: its left top corner and its size there, and whether it is mirrored."""

    scale: float
    left: float
    top: float
    width: float
    mirror: bool
    height: float = 0.0

    def box(self, box: Box) -> Box:
        """A box in pixels of the picture as it lies in the view."""
        left, top, right, bottom = (side * self.scale for side in box)
        if self.mirror:
            left, right = self.width - right, self.width - left
        return self.left + left, self.top + top, self.left + right, self.top + bottom


def fit(picture: tuple[int, int], view: tuple[float, float], *, mirror: bool = False) -> Fit:
    """Lays a picture of (height, width) centred into a view of (height, width).

    Its whole height is seen; its sides are cut where it is too wide, but no more than `CROP` allows.
    """
    scale = min(view[0] / picture[0], CROP * view[1] / picture[1])
    height, width = picture[0] * scale, picture[1] * scale
    return Fit(scale, (view[1] - width) / 2, (view[0] - height) / 2, width, mirror, height)


def laid(image: Image, lies: Fit, view: QSize, *, ratio: float, ground: str, hole: QRectF | None) -> QImage:
    """The picture as it lies in the view, `ratio` pixels to each of the view's; darkened around `hole`. Any thread."""
    made = QImage(view * ratio, QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(QColor(ground))
    transform = QTransform.fromTranslate(lies.left + (lies.width if lies.mirror else 0), lies.top)
    transform.scale(-lies.scale if lies.mirror else lies.scale, lies.scale)
    painter = QPainter(made)
    painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
    painter.setTransform(transform, combine=True)
    painter.drawImage(QPointF(0, 0), as_qimage(image).convertToFormat(QImage.Format.Format_RGB32))
    painter.resetTransform()
    if hole is not None:
        around = QPainterPath()
        around.addRect(QRectF(0, 0, view.width(), view.height()))
        around.addEllipse(hole)
        painter.setOpacity(DIMMED)
        painter.fillPath(around, QColor(theme.SHADOW))
    painter.end()
    return made


def paint_rim(painter: QPainter, view: QRectF, picture: QRectF, ground: str) -> None:
    """Over all of the view but a round shape of the picture. Clipping the picture would cost more than it does."""
    seen = QRectF(view.intersected(picture).toRect()).adjusted(1, 1, -1, -1)  # whole pixels leave no hairlines
    radius = min(seen.width(), seen.height()) * ROUND
    rim = QPainterPath()
    rim.addRect(view.adjusted(-1, -1, 1, 1))
    rim.addRoundedRect(seen, radius, radius)  # what is in both is in neither
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(rim, QColor(ground))


def as_qimage(image: Image) -> QImage:
    """The same pixels, not copied where their rows are whole; the QImage keeps them alive."""
    whole = np.ascontiguousarray(image)
    height, width = whole.shape[:2]
    return QImage(whole.data, width, height, whole.strides[0], QImage.Format.Format_BGR888)
