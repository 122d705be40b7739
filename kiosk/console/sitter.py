"""A sitting run on the newest frames: one look at a time, none of them on the GUI's thread."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from core.camera import LatestFrame
from core.errors import DoorwardError
from core.gallery import Gallery
from core.policy import Rules
from core.sitting import Model, Pose, Sitting, Terms
from kiosk.console.enrolwords import NO_CAMERA
from kiosk.jobs import Jobs

LOOK_MS = 40


class Knower(Protocol):
    """What the page needs of `core.recogniser.Recogniser`. Each raises what is missing."""

    @property
    def model(self) -> Model: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def gallery(self) -> Gallery: ...


class Sitter(QObject):
    """Looks while it is told to; a look that comes back late changes nothing."""

    changed = Signal(object)
    """The `core.sitting.Sitting` after a look."""
    failed = Signal(str)
    """Why nothing can be seen just now; it tries again by itself."""

    def __init__(
        self, knower: Knower, latest: LatestFrame, jobs: Jobs, clock: Callable[[], float], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._knower, self._latest, self._jobs, self._clock = knower, latest, jobs, clock
        self.sitting: Sitting | None = None
        self.size = (0, 0)
        """(height, width) of the newest frame."""
        self._terms: Callable[[], Terms] | None = None
        self.looking = False
        """Whether a look is under way."""
        self._seen_at: float | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def begin(self, terms: Callable[[], Terms]) -> None:
        """A new sitting, on `terms()` as soon as that raises nothing."""
        self.end()
        self._terms = terms
        self._timer.start()

    def pause(self) -> None:
        self._timer.stop()

    def end(self) -> None:
        """Forgets the sitting and its pictures."""
        self._timer.stop()
        self.sitting = self._terms = self._seen_at = None

    def retake(self, pose: Pose) -> None:
        if self.sitting is not None:
            self.sitting = self.sitting.retake(pose, self._clock())
            self.changed.emit(self.sitting)
            self._timer.start()

    def _look(self) -> None:
        if self.looking or self._terms is None:
            return
        frame = self._latest.peek()
        try:
            model = self._knower.model
            self.sitting = self.sitting or Sitting(self._terms(), self._clock(), self._clock())
        except DoorwardError as error:
            self.failed.emit(str(error))
            return
        if frame is None:
            self.failed.emit(NO_CAMERA)
        elif frame.at != self._seen_at:
            self.looking, self._seen_at = True, frame.at
            self.size = (frame.image.shape[0], frame.image.shape[1])
            look = partial(self.sitting.see, frame.image, model, self._clock())
            self._jobs.run(self, look, partial(self._looked, self.sitting), self._could_not)

    def _looked(self, before: Sitting, after: Sitting) -> None:
        self.looking = False
        if self.sitting is before and self.running:
            self.sitting = after
            if after.wanted is None:
                self.pause()
            self.changed.emit(after)

    def _could_not(self, error: DoorwardError) -> None:
        self.looking = False
        if self.running:
            self.failed.emit(str(error))
