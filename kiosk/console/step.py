"""What every step of a first run is, and what it acts on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from core.camera import LatestFrame
from core.config import DEFAULT_PATH, Settings
from core.configfile import write
from core.domain import Role
from core.logbook import Act
from core.recogniser import Recogniser
from core.scene import Fault
from core.settings import CameraSettings
from kiosk import theme
from kiosk.controls import Notice, column, label
from kiosk.jobs import Jobs

Then = Callable[[], None]


class Secrets(Protocol):
    """What is asked of the store. May raise StoreUnavailable."""

    def secret(self, role: Role) -> str | None: ...
    def set_secret(self, role: Role, secret_hash: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Door:
    """What the steps act on.

    `source` and `language` are what is configured. `camera_fault` says why no picture comes, `use_camera` takes another
    one at once, and so does `speak` with the language. `fetch` opens the page that gets the model, None where it is a
    folder; `test` opens the door and raises DoorFailed; `note` writes down what was changed.
    """

    store: Secrets
    recogniser: Recogniser
    latest: LatestFrame
    jobs: Jobs
    path: Path | None
    source: str
    language: str
    mirror: bool
    camera_fault: Callable[[], Fault | None]
    use_camera: Callable[[CameraSettings], None]
    speak: Callable[[str], None]
    fetch: Then | None
    test: Then
    note: Callable[[Act], None] = lambda _: None

    def write(self, step: "Step", changes: dict[str, str], then: Callable[[Settings], None]) -> None:
        """Writes `changes` to the configuration, then calls `then` with all of it; `step` says what went wrong."""

        def written(settings: Settings) -> None:
            self.note(Act.SETTINGS_CHANGED)
            then(settings)

        call = partial(write, self.path or DEFAULT_PATH, changes)
        self.jobs.run(step, call, written, lambda error: step.notice.bad(str(error)))


class Step(QWidget):
    """One step. `leave` does what is to be done before the next one, and calls `then` once it is."""

    entered = Signal()
    """Enter was pressed in its last field."""
    title = ""

    def __init__(self, *parts: QWidget | QBoxLayout | None, first: QWidget | None = None) -> None:
        """`first`: where the focus is to begin with."""
        super().__init__()
        self.notice = Notice()
        whole = column(label(self.title, look="heading"), *parts, self.notice, gap=theme.ROOM - 4)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        if first is not None:
            self.setFocusProxy(first)

    def leave(self, then: Then) -> None:
        then()
