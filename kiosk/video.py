"""The live picture. A timer peeks at the mailbox; a thread makes what it finds as large as it is seen."""

from functools import partial

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.camera import LatestFrame
from core.domain import Box, Frame, Turn
from core.scene import Phase, Scene
from kiosk import theme
from kiosk.glyphs import paint_camera
from kiosk.oval import Oval, Spot, lying, paint_arrows, paint_oval
from kiosk.picture import Fit, as_qimage, fit, laid, paint_rim
from kiosk.worker import Worker

__all__ = ["Video", "as_qimage", "fit"]

PEEK_MS = 33
VERDICTS = (Phase.GRANTED, Phase.DENIED, Phase.FAULT)


class Video(QWidget):
    """The newest frame of `latest`. With a `guide`, an oval in the state's colour follows the face that it is about.

    Without, all faces of the scene are framed, and with `verdicts` the picture as well once there is one.
    """

    def __init__(
        self,
        latest: LatestFrame,
        *,
        mirror: bool,
        verdicts: bool = True,
        guide: Oval | None = None,
        look: theme.Look = theme.LIGHT,
    ) -> None:
        super().__init__()
        self._look, self._latest, self._mirror, self._guide = look, latest, mirror, guide
        self._verdicts = VERDICTS if verdicts else ()
        self._scene = Scene(Phase.STARTING)
        self._frame: Frame | None = None
        self._image: QImage | None = None
        self._laid = self._view()  # the view that the picture was made for
        self._spot, self._lies = Spot(), Fit(1.0, 0.0, 0.0, 0.0, mirror)
        self.setAccessibleName("Live picture of the camera")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._timer = QTimer(self, interval=PEEK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.peek)
        self._worker = Worker(self)
        self._worker.answered.connect(self._show_picture)
        self.destroyed.connect(partial(Worker.stop, self._worker))  # where nobody hid it before

    @property
    def oval(self) -> QRectF:
        """Where the oval is, in the view."""
        return lying(self._spot, self._picture(), QRectF(self.rect()), mirror=self._mirror)

    @property
    def settled(self) -> bool:
        """Whether there is a picture, and as large as it is seen now."""
        return self._image is not None and self._image.deviceIndependentSize().toSize() == self.size()

    def show_scene(self, scene: Scene) -> None:
        before, self._scene = self._scene, scene
        if self._guide is None:
            self.update()
            return
        self._guide.follow(scene)
        if (scene.phase, scene.asked, scene.progress) != (before.phase, before.asked, before.progress):
            self.update()

    def peek(self) -> None:
        """Takes over the newest frame; paints only where it is another one, or where the oval has moved."""
        frame = self._latest.peek()
        spot = self._guide.step() if self._guide is not None else self._spot
        if frame is self._frame and (spot, self._view()) == (self._spot, self._laid):
            return
        self._frame, self._spot, self._laid = frame, spot, self._view()
        if frame is None:
            self._show_picture(None)
            return
        self._lies = fit((frame.image.shape[0], frame.image.shape[1]), self._view(), mirror=self._mirror)
        make = partial(
            laid,
            frame.image,
            self._lies,
            self.size(),
            ratio=self.devicePixelRatioF(),
            ground=self._look.sunken,
            hole=None if self._guide is None else self.oval,
        )
        if self._worker.running:
            self._worker.ask(make)
        else:
            self._show_picture(make())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self._worker.start()
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.stop()
        self._worker.stop()
        self._frame = self._image = None  # nobody who comes later sees who was here before
        super().hideEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        if self._image is None:
            painter.fillRect(self.rect(), QColor(self._look.sunken))
            self._paint_nothing(painter)
        else:
            painter.drawImage(self.rect(), self._image)
            self._paint_guide(painter, self._guide) if self._guide is not None else self._paint_boxes(painter)
        if self._guide is not None:
            seen = QRectF(self.rect()) if self._image is None else self._picture()
            paint_rim(painter, QRectF(self.rect()), seen, self._look.tones[self._scene.phase].ground)
        elif self._scene.phase in self._verdicts:
            self._paint_edge(painter)
        painter.end()

    def _show_picture(self, image: QImage | None) -> None:
        if image is None or self._frame is not None:  # else the camera was lost meanwhile
            self._image = image
            self.update()

    def _picture(self) -> QRectF:
        """Where all of the picture lies, also what the view cuts off."""
        return QRectF(self._lies.left, self._lies.top, self._lies.width, self._lies.height)

    def _view(self) -> tuple[int, int]:
        return self.height(), self.width()

    def _paint_nothing(self, painter: QPainter) -> None:
        side = min(self.width(), self.height()) * 0.4
        area = QRectF(0, 0, side, side)
        area.moveCenter(QRectF(self.rect()).center())
        paint_camera(painter, area, self._look.rule, crossed=self._scene.phase is Phase.FAULT)

    def _paint_guide(self, painter: QPainter, guide: Oval) -> None:
        scene, oval = self._scene, self.oval
        paint_oval(painter, oval, scene.phase, self._filled(), self._look.tones[scene.phase])
        if scene.phase is Phase.CHALLENGE and scene.asked in (Turn.LEFT, Turn.RIGHT):
            paint_arrows(painter, oval, QRectF(self.rect()), scene.asked, guide.beat)

    def _filled(self) -> float:
        """How much of the oval's line is thick: by the face's size, by the challenge's progress, all with a verdict."""
        if self._scene.phase is Phase.CHALLENGE:
            return self._scene.progress
        return self._spot.fill if self._scene.phase in (Phase.IDLE, Phase.LOOKING) else 1.0

    def _paint_boxes(self, painter: QPainter) -> None:
        if not all(self._scene.size):
            return
        lies = fit(self._scene.size, self._view(), mirror=self._mirror)
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
