"""The live picture. A timer peeks at the mailbox; pixels never travel by signal."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPaintEvent, QPen, QShowEvent, QTransform
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.camera import LatestFrame
from core.domain import Box, Frame, Image, Phase, Scene
from kiosk import theme
from kiosk.glyphs import paint_camera

PEEK_MS = 33
CROP = 1.75  # how much wider than its view a picture may become, to fill its height
VERDICTS = (Phase.GRANTED, Phase.DENIED, Phase.FAULT)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture lies in a view: its left top corner and its size there, and whether it is mirrored."""

    scale: float
    left: float
    top: float
    width: float
    mirror: bool

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
    return Fit(scale, (view[1] - width) / 2, (view[0] - height) / 2, width, mirror)


class Video(QWidget):
    """The newest frame of `latest`, with the faces of the scene framed in the state's colour.

    With `verdicts` the picture is framed as well once there is one.
    """

    def __init__(
        self, latest: LatestFrame, *, mirror: bool, verdicts: bool = True, look: theme.Look = theme.LIGHT
    ) -> None:
        super().__init__()
        self._look = look
        self._latest = latest
        self._mirror = mirror
        self._verdicts = VERDICTS if verdicts else ()
        self._scene = Scene(Phase.STARTING)
        self._frame: Frame | None = None
        self._image: QImage | None = None
        self.setAccessibleName("Live picture of the camera")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._badges = QVBoxLayout(self)
        self._badges.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self._badges.addStretch()
        self._timer = QTimer(self)
        self._timer.setInterval(PEEK_MS)
        self._timer.timeout.connect(self.peek)

    def add_badge(self, text: str) -> None:
        """A standing notice over the picture."""
        badge = QLabel(text, textFormat=Qt.TextFormat.PlainText)
        badge.setObjectName("badge")
        self._badges.insertWidget(self._badges.count() - 1, badge, alignment=Qt.AlignmentFlag.AlignLeft)

    def show_scene(self, scene: Scene) -> None:
        self._scene = scene
        self.update()

    def peek(self) -> None:
        """Takes over the newest frame; paints only where it is another one."""
        frame = self._latest.peek()
        if frame is self._frame:
            return
        self._frame = frame
        self._image = None if frame is None else as_qimage(frame.image)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.stop()
        super().hideEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._look.sunken))
        if self._image is None:
            self._paint_nothing(painter)
        else:
            self._paint_picture(painter, self._image)
            self._paint_boxes(painter)
        if self._scene.phase in self._verdicts:
            self._paint_edge(painter)
        painter.end()

    def _fit(self, picture: tuple[int, int]) -> Fit:
        return fit(picture, (self.height(), self.width()), mirror=self._mirror)

    def _paint_nothing(self, painter: QPainter) -> None:
        side = min(self.width(), self.height()) * 0.4
        area = QRectF(0, 0, side, side)
        area.moveCenter(QRectF(self.rect()).center())
        paint_camera(painter, area, self._look.rule, crossed=self._scene.phase is Phase.FAULT)

    def _paint_picture(self, painter: QPainter, image: QImage) -> None:
        lies = self._fit((image.height(), image.width()))
        transform = QTransform.fromTranslate(lies.left + (lies.width if lies.mirror else 0), lies.top)
        transform.scale(-lies.scale if lies.mirror else lies.scale, lies.scale)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setTransform(transform, combine=True)
        painter.drawImage(QPointF(0, 0), image)
        painter.restore()

    def _paint_boxes(self, painter: QPainter) -> None:
        if not all(self._scene.size):
            return
        lies = self._fit(self._scene.size)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for box in self._scene.boxes:
            if box != self._scene.subject:
                _frame_face(painter, lies.box(box), theme.OTHERS, theme.FRAME / 2)
        if self._scene.subject is not None:
            _frame_face(painter, lies.box(self._scene.subject), self._look.tones[self._scene.phase].line, theme.FRAME)

    def _paint_edge(self, painter: QPainter) -> None:
        half = theme.EDGE / 2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_mitred(self._look.tones[self._scene.phase].ground, theme.EDGE))
        painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))


def as_qimage(image: Image) -> QImage:
    """The same pixels, not copied where their rows are whole; the QImage keeps them alive."""
    whole = np.ascontiguousarray(image)
    height, width = whole.shape[:2]
    return QImage(whole.data, width, height, whole.strides[0], QImage.Format.Format_BGR888)


def _frame_face(painter: QPainter, box: Box, colour: str, width: float) -> None:
    left, top, right, bottom = box
    area = QRectF(left, top, right - left, bottom - top)
    radius = area.width() * 0.14
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shade, thickness in ((theme.SHADOW, width * 2), (colour, width)):
        painter.setPen(QPen(QColor(shade), thickness))
        painter.drawRoundedRect(area, radius, radius)


def _mitred(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen
