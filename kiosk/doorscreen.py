"""The screen that people meet: one colour, one sign, a few words; their own picture while somebody is there."""

from dataclasses import replace

from PySide6.QtCore import QMargins
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from core.scene import Phase, Scene
from kiosk import theme
from kiosk.banner import Banner
from kiosk.bar import Bar
from kiosk.controls import column, row
from kiosk.loading import Loading
from kiosk.video import Video

SHARES = {QBoxLayout.Direction.LeftToRight: (55, 45), QBoxLayout.Direction.TopToBottom: (55, 45)}
"""Of picture and banner: beside each other on a wide screen, one above the other on an upright one."""
WIDE = 1.2  # how much wider than high a screen is that has room for both beside each other
MARGIN = 0.03  # of the shorter side
MIRRORED = (Phase.IDLE, Phase.LOOKING, Phase.CHALLENGE, Phase.GRANTED, Phase.DENIED)


class DoorScreen(QWidget):
    """Shows one scene at a time. The whole of it takes the state's colour."""

    def __init__(self, video: Video, banner: Banner, bar: Bar, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self.video, self.banner, self.bar, self._look = video, banner, bar, look
        self.loading = Loading(look)
        self._phase = banner.phase
        self._door = row(video, banner, gap=0)
        self._whole = column(self._door, self.loading, bar, gap=0)
        self._whole.setStretch(0, 1)
        self.setLayout(self._whole)
        self.show_scene(Scene(Phase.STARTING), awake=False)

    def show_scene(self, scene: Scene, *, awake: bool) -> None:
        """`awake`: whether somebody is there. The picture is shown to them, and of them, and else not at all."""
        self.video.show_scene(scene)
        self.banner.show_scene(scene)
        mirror = awake and scene.phase in MIRRORED and all(scene.size)
        if self.video.isHidden() is mirror:
            self.video.setVisible(mirror)
        if scene.phase is not self._phase:
            self._phase = scene.phase
            self.bar.lock(locked=scene.phase is Phase.LOCKED)
            self._dress()

    def _dress(self) -> None:
        tone = self._look.tones[self._phase]
        self.bar.dress(tone)
        self.loading.dress(QColor(tone.ink), self.bar.tall)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._look.tones[self._phase].ground))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        upright = self.height() * WIDE > self.width()
        direction = QBoxLayout.Direction.TopToBottom if upright else QBoxLayout.Direction.LeftToRight
        self._door.setDirection(direction)
        for place, share in enumerate(SHARES[direction]):
            self._door.setStretch(place, share)
        shorter = min(self.width(), self.height())
        margin = round(shorter * MARGIN)
        self._whole.setContentsMargins(QMargins(margin, margin, margin, margin))
        self._whole.setSpacing(margin)
        self.bar.fit(shorter, self.width() - 2 * margin)
        self._dress()
        super().resizeEvent(event)


def calm(scene: Scene) -> Scene:
    """What is said where nobody is near: no advice to whoever passes by."""
    return replace(scene, reason=None, boxes=(), subject=None)
