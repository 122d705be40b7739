"""The window at the door: the picture, the one state, the status strip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMainWindow, QWidget

from core.domain import Scene
from kiosk import theme
from kiosk.banner import Banner
from kiosk.controls import column, row
from kiosk.strip import Strip
from kiosk.video import Video

SHARES = {QBoxLayout.Direction.LeftToRight: (62, 38), QBoxLayout.Direction.TopToBottom: (56, 44)}
"""Of picture and banner: beside each other on a wide screen, one above the other on an upright one."""

USUAL = QSize(1280, 800)


class Window(QMainWindow):
    """Shows one scene at a time."""

    def __init__(self, video: Video, strip: Strip, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self.setWindowTitle("Doorward")
        self.video, self.banner, self.strip = video, Banner(look), strip
        self._door = row(self.video, self.banner, gap=0)
        whole = column(self._door, self.strip, gap=0)
        whole.setStretch(0, 1)
        whole.setContentsMargins(0, 0, 0, 0)
        page = QWidget()
        page.setLayout(whole)
        self.setCentralWidget(page)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that no button has the focus until somebody asks for it
        self.setFocus()

    def appear(self, *, fullscreen: bool) -> None:
        """On the whole screen, or in its usual size where that fits. Sizes itself: a bare X has no window manager."""
        if fullscreen:
            self.setGeometry(self.screen().geometry())
            self.showFullScreen()
        else:
            self.resize(USUAL.boundedTo(self.screen().availableSize()))
            self.show()

    def show_scene(self, scene: Scene) -> None:
        self.banner.show_scene(scene)
        self.video.show_scene(scene)
        self.strip.show_scene(scene)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        upright = self.height() > self.width()
        direction = QBoxLayout.Direction.TopToBottom if upright else QBoxLayout.Direction.LeftToRight
        self._door.setDirection(direction)
        for place, share in enumerate(SHARES[direction]):
            self._door.setStretch(place, share)
        super().resizeEvent(event)
