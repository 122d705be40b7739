"""The steps of what a new door is asked, one page each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QWidget

from core.camera import LatestFrame
from core.config import DEFAULT_PATH, Settings
from core.configfile import write
from core.domain import Act, Fault, Role
from core.errors import DoorwardError, Unavailable
from core.pin import LEAST_CHARACTERS, LEAST_DIGITS, MOST_CHARACTERS, MOST_DIGITS, hashed, hashed_passphrase
from core.recogniser import Recogniser
from core.settings import CameraSettings
from kiosk import theme
from kiosk.controls import Notice, button, column, field, label, row
from kiosk.jobs import Jobs
from kiosk.language import LANGUAGES
from kiosk.video import Video

LOOK_MS = 500
SPEAKS = "The door speaks it at once, and whoever stands there can change it with a button. "
SPEAKS += "These pages and the console are in English."
OVERRIDDEN = (
    "DOORWARD__CAMERA__SOURCE in the environment overrides this: it is written down, and waits until that is gone."
)
MAY = f"The administrator may do everything: {LEAST_CHARACTERS} characters or more. An operator enrols people "
MAY += f"and reads events: {LEAST_DIGITS} digits or more."
KEEP = " What is left empty stays as it is."
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
        self.setLayout(column(label(self.title, look="heading"), *parts, self.notice, gap=theme.ROOM))
        if first is not None:
            self.setFocusProxy(first)

    def leave(self, then: Then) -> None:
        then()


class Language(Step):
    title = "Which language does the door speak?"

    def __init__(self, door: Door) -> None:
        self._door, self._spoken = door, door.language
        self.choice = QComboBox()
        self.choice.setAccessibleName("Language")
        for code, name in LANGUAGES.items():
            self.choice.addItem(name, code)
        self.choice.setCurrentIndex(max(0, self.choice.findData(door.language)))
        super().__init__(label(SPEAKS), self.choice, None, first=self.choice)

    def leave(self, then: Then) -> None:
        code = self.choice.currentData()
        if code == self._spoken:
            then()
            return
        self._spoken = code
        self._door.speak(code)
        self._door.write(self, {"kiosk.language": code}, lambda _: then())


class Camera(Step):
    title = "Is this the right camera?"

    def __init__(self, door: Door, look: theme.Look) -> None:
        self._door, self._used = door, door.source
        self.source = field("Camera", longest=500)
        self.source.setText(door.source)
        self.source.returnPressed.connect(self.try_it)
        self.use = button("&Use this camera", self.try_it)
        self.video = Video(door.latest, mirror=door.mirror, verdicts=False, look=look)
        self.video.setMinimumHeight(150)
        lead = label(
            "You should see yourself. If not, name another camera: a number, a device or rtsp://…", look="soft"
        )
        named = row(self.source, self.use)
        named.setStretch(0, 1)
        super().__init__(lead, self.video, named)
        self.layout().setStretch(2, 1)  # type: ignore[union-attr]
        self.why = Notice()
        self.layout().addWidget(self.why)  # type: ignore[union-attr]
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    def try_it(self) -> None:
        """Looks through the camera that is named."""
        self.notice.clear()
        self._use(lambda: None)

    def leave(self, then: Then) -> None:
        self._use(then)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.stop()
        super().hideEvent(event)

    def _use(self, then: Then) -> None:
        source = self.source.text().strip()
        if source in ("", self._used):
            then()
        else:
            self._door.write(self, {"camera.source": source}, partial(self._written, source, then))

    def _written(self, source: str, then: Then, settings: Settings) -> None:
        self._used = source
        if str(settings.camera.source) != source:
            self.notice.bad(OVERRIDDEN)
            return
        self._door.use_camera(settings.camera)
        then()

    def _look(self) -> None:
        """Why there is no picture, where there is none."""
        fault = self._door.camera_fault()
        if fault is None:
            self.why.clear()
        elif self.why.text() != fault.message:
            self.why.bad(fault.message)


class Model(Step):
    title = "The face model"

    def __init__(self, door: Door) -> None:
        self._door = door
        self.state = label("")
        self.get = button("&Get the model…", door.fetch or (lambda: None))
        super().__init__(self.state, row(self.get, None), None)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def look(self) -> None:
        """Asks the recogniser, which answers from memory."""
        try:
            self.state.setText(f"{self._door.recogniser.model.id.split(':')[0]} is loaded.")
            self.get.hide()
        except Unavailable as error:
            self.state.setText(str(error))
            self.get.setVisible(self._door.fetch is not None)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self.look()
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.stop()
        super().hideEvent(event)


class Secret(Step):
    title = "Who may operate it?"

    def __init__(self, door: Door) -> None:
        self._door = door
        self.passphrase = field("Administrator's passphrase", longest=MOST_CHARACTERS, secret=True)
        self.passphrase_again = field("The passphrase once more", longest=MOST_CHARACTERS, secret=True)
        self.pin = field("Operator's PIN, if others enrol people", longest=MOST_DIGITS, secret=True)
        self.pin_again = field("The PIN once more", longest=MOST_DIGITS, secret=True)
        for edit in (self.passphrase, self.passphrase_again):
            edit.setInputMethodHints(edit.inputMethodHints() & ~edit.inputMethodHints().ImhDigitsOnly)
        self.lead = label(MAY, look="soft")
        fields = (self.passphrase, self.passphrase_again, self.pin, self.pin_again)
        super().__init__(self.lead, *fields, None, first=self.passphrase)
        for before, after in pairwise(fields):
            before.returnPressed.connect(after.setFocus)
        self.pin_again.returnPressed.connect(self.entered.emit)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        ask = partial(self._door.store.secret, Role.ADMINISTRATOR)
        self._door.jobs.run(self, ask, self._known, lambda _: None)
        super().showEvent(event)

    def leave(self, then: Then) -> None:
        self.notice.plain("One moment…")
        typed = [edit.text() for edit in (self.passphrase, self.passphrase_again, self.pin, self.pin_again)]
        self._door.jobs.run(self, partial(_keep, self._door.store, *typed), lambda _: then(), self._refused)

    def _known(self, secret_hash: str | None) -> None:
        self.lead.setText(MAY + KEEP if secret_hash else MAY)

    def _refused(self, error: DoorwardError) -> None:
        self.notice.bad(str(error))


class DoorTest(Step):
    title = "Does the door open?"

    def __init__(self, door: Door) -> None:
        self._door = door
        self.open = button("&Open the door once", self._open)
        lead = label(
            "Stand where you see the door. It opens as long as it will for everybody, then closes.", look="soft"
        )
        super().__init__(lead, row(self.open, None), None, first=self.open)

    def _open(self) -> None:
        self.open.setEnabled(False)
        self.notice.plain("One moment…")
        self._door.jobs.run(self, self._door.test, lambda _: self._opened(), self._refused)

    def _opened(self) -> None:
        self.open.setEnabled(True)
        self.notice.good("The door was told to open. If it did not, see door.driver under Settings.")

    def _refused(self, error: DoorwardError) -> None:
        self.open.setEnabled(True)
        self.notice.bad(str(error))


class Done(Step):
    title = "That is all"

    def __init__(self) -> None:
        told = "The door is in use now. Enrol the first person: touch the key at the bottom of the screen, then Enrol."
        super().__init__(label(told), None)


def _keep(store: Secrets, *typed: str) -> None:
    """Both or none of what was typed; what is there already may be left empty, and the PIN at any time.

    Raises InvalidField, StoreUnavailable.
    """
    passphrase, passphrase_again, pin, pin_again = typed
    kept = {}
    if passphrase or passphrase_again or store.secret(Role.ADMINISTRATOR) is None:
        kept[Role.ADMINISTRATOR] = hashed_passphrase(passphrase, passphrase_again)
    if pin or pin_again:
        kept[Role.OPERATOR] = hashed(pin, pin_again)
    for role, secret in kept.items():
        store.set_secret(role, secret)
