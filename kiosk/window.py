"""The window at the door: the screen that people meet, and whatever page is put over it."""

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from core.domain import Reason
from core.scene import Phase, Scene
from kiosk import theme
from kiosk.banner import Banner
from kiosk.bar import Bar
from kiosk.doorscreen import DoorScreen, calm
from kiosk.oval import sought
from kiosk.steady import Steady
from kiosk.touch import TouchKeyboard
from kiosk.video import Video
from kiosk.wording import Greeting

USUAL = QSize(1280, 800)
AWAKE = 5.0  # seconds that the picture stays after the last face
LOOK_MS = 200  # between two looks at what is due with time alone


class Window(QMainWindow):
    """Shows one scene at a time, steadily, or a page over the door.

    `open_seconds` is how long the door stays open once it was opened. `close_wanted`: somebody tries to close it,
    which only `close()` does.
    """

    close_wanted = Signal()

    def __init__(
        self,
        video: Video,
        bar: Bar,
        look: theme.Look = theme.LIGHT,
        *,
        open_seconds: float = 3.0,
        greeting: Greeting = "full",
        reduced_motion: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Doorward")
        self.video, self.bar = video, bar
        self.banner = Banner(
            look, open_seconds=open_seconds, greeting=greeting, reduced_motion=reduced_motion, clock=clock
        )
        self.door = DoorScreen(video, self.banner, bar, look)
        self._clock, self._steady = clock, Steady()
        self._newest = Scene(Phase.STARTING)
        self._seen_at = float("-inf")
        self._locked = self._closing = False
        self._page: QWidget | None = None
        self._touch = TouchKeyboard(self)
        self._stack = QStackedWidget()
        self._stack.setMinimumSize(1, 1)  # a page does with what there is: the window grows for none
        self._stack.addWidget(self.door)
        self.setCentralWidget(self._stack)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # by no click, or keys on the screen would take it from a field
        self.setFocus()

    @property
    def awake(self) -> bool:
        """Whether somebody was near the camera a moment ago."""
        return self._clock() - self._seen_at < AWAKE

    def appear(self, *, fullscreen: bool) -> None:
        """On the whole screen, or in its usual size where that fits. Sizes itself: a bare X has no window manager."""
        if fullscreen:
            self.setGeometry(self.screen().geometry())
            self.showFullScreen()
        else:
            self.resize(USUAL.boundedTo(self.screen().availableSize()))
            self.show()
        self.activateWindow()  # without a window manager nobody else does

    def show_scene(self, scene: Scene) -> None:
        if scene.phase is Phase.IDLE and scene.subject is not None:  # who was let in, and did not go
            scene = replace(scene, reason=Reason.COOLING_DOWN)
        self._newest = scene
        self.refresh()

    def offer_pin(self, *, offered: bool) -> None:
        """Whether somebody may come in by PIN instead; nobody is sent there else."""
        self.bar.offer_pin(offered=offered)
        self.banner.offer_pin(offered=offered)

    def lock_door(self, locked: bool) -> None:  # noqa: FBT001 - the answer to one question
        """Shows that the door is locked, whatever the scene. Locking the door itself is the engine's."""
        self._locked = locked
        self.refresh()

    def refresh(self) -> None:
        """Shows what is due now: some scenes wait until they can be read."""
        now = self._clock()
        shown = self._steady.take(self._newest, now)
        if shown.phase is not Phase.IDLE or sought(shown) is not None:
            self._seen_at = now
            self.bar.keep()
        if self._locked:
            shown = Scene(Phase.LOCKED)
        awake = self.awake
        self.door.show_scene(shown if awake or shown.phase is not Phase.IDLE else calm(shown), awake=awake)

    def show_page(self, page: QWidget, *, keyboard: bool = False) -> None:
        """Over the door, in the place of any other page. `keyboard`: one comes up where its fields are touched."""
        self._drop_page()
        self._touch.serve(page if keyboard else None)
        self._page = page
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        page.setFocus()

    def show_door(self) -> None:
        """Any page is thrown away."""
        self._drop_page()
        self.setFocus()

    def _drop_page(self) -> None:
        page, self._page = self._page, None
        self._touch.serve(None)
        self._stack.setCurrentWidget(self.door)
        if page is not None:
            self._stack.removeWidget(page)
            page.deleteLater()

    def close(self) -> bool:
        self._closing = True
        return super().close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Only an operator closes the door's window: a click on the frame's X only asks for it."""
        if self._closing:
            super().closeEvent(event)
        else:
            event.ignore()
            self.close_wanted.emit()
