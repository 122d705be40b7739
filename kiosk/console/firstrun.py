"""What a new door is asked before it is used: language, camera, model, passphrase, a test of the door. Any of it can be
done again later, under Settings or with doorward-admin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QStackedWidget, QWidget

from core.camera import LatestFrame
from core.config import DEFAULT_PATH
from core.configfile import write
from core.domain import Act, Role
from core.errors import DoorwardError, Unavailable
from core.pin import LEAST_CHARACTERS, LEAST_DIGITS, MOST_CHARACTERS, MOST_DIGITS, hashed, hashed_passphrase
from core.recogniser import Recogniser
from kiosk import theme
from kiosk.controls import Notice, button, column, field, label, row
from kiosk.jobs import Jobs
from kiosk.language import LANGUAGES
from kiosk.video import Video

LOOK_MS = 500
RESTART = "The new camera is used once Doorward is started again."
Then = Callable[[], None]


class Secrets(Protocol):
    """What is asked of the store. May raise StoreUnavailable."""

    def set_secret(self, role: Role, secret_hash: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Door:
    """What the steps act on. `speak` changes the language at once; `fetch` opens the page that gets the model, None
    where it is a folder; `test` opens the door and raises DoorFailed; `note` writes down what was changed."""

    store: Secrets
    recogniser: Recogniser
    latest: LatestFrame
    jobs: Jobs
    path: Path | None
    source: str
    language: str
    mirror: bool
    speak: Callable[[str], None]
    fetch: Then | None
    test: Then
    note: Callable[[Act], None] = lambda _: None


class Step(QWidget):
    """One step. `leave` does what is to be done before the next one, and calls `then` once it is."""

    title = ""

    def __init__(self, *parts: QWidget | QBoxLayout | None) -> None:
        super().__init__()
        self.notice = Notice()
        self.setLayout(column(label(self.title, look="heading"), *parts, self.notice, gap=theme.ROOM))

    def leave(self, then: Then) -> None:
        then()


class Language(Step):
    title = "Which language does the door speak?"

    def __init__(self, door: Door) -> None:
        self._door = door
        self.choice = QComboBox()
        self.choice.setAccessibleName("Language")
        for code, name in LANGUAGES.items():
            self.choice.addItem(name, code)
        self.choice.setCurrentIndex(max(0, self.choice.findData(door.language)))
        super().__init__(label("Whoever stands at the door can change it with a button."), self.choice, None)

    def leave(self, then: Then) -> None:
        code = self.choice.currentData()
        if code == self._door.language:
            then()
            return
        self._door.speak(code)
        _write(self, self._door, {"kiosk.language": code}, then)


class Camera(Step):
    title = "Is this the right camera?"

    def __init__(self, door: Door, look: theme.Look) -> None:
        self._door = door
        self.source = field("Camera", longest=500)
        self.source.setText(door.source)
        self.video = Video(door.latest, mirror=door.mirror, verdicts=False, look=look)
        self.video.setMinimumHeight(150)
        lead = label(
            "You should see yourself. If not, name another camera: a number, a device or rtsp://…", look="soft"
        )
        super().__init__(lead, self.video, self.source)
        self.layout().setStretch(2, 1)  # type: ignore[union-attr]

    def leave(self, then: Then) -> None:
        source = self.source.text().strip()
        if source in ("", self._door.source):
            then()
        else:
            _write(self, self._door, {"camera.source": source}, partial(self._changed, then))

    def _changed(self, then: Then) -> None:
        self.notice.good(RESTART)
        then()


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
        lead = f"The administrator may do everything: {LEAST_CHARACTERS} characters or more. An operator enrols people "
        lead += f"and reads events: {LEAST_DIGITS} digits or more."
        fields = (self.passphrase, self.passphrase_again, self.pin, self.pin_again)
        super().__init__(label(lead, look="soft"), *fields, None)

    def leave(self, then: Then) -> None:
        self.notice.plain("One moment…")
        typed = [edit.text() for edit in (self.passphrase, self.passphrase_again, self.pin, self.pin_again)]
        self._door.jobs.run(self, partial(_keep, self._door.store, *typed), lambda _: then(), self._refused)

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
        super().__init__(lead, row(self.open, None), None)

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


class FirstRun(QWidget):
    """The steps, one at a time; each but the passphrase may be left as it is."""

    finished = Signal()
    attended = Signal(bool)
    """Whether it is shown, and so somebody sits before the camera who does not want to come in."""

    def __init__(self, door: Door, *, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self.steps: Sequence[Step] = (
            Language(door),
            Camera(door, look),
            Model(door),
            Secret(door),
            DoorTest(door),
            Done(),
        )
        self._stack = QStackedWidget()
        for step in self.steps:
            self._stack.addWidget(step)
        self.where = label("", look="small")
        self.back = button("&Back", lambda: self._go(-1))
        self.next = button("&Next", self._next, look="primary", default=True)
        whole = column(self.where, self._stack, row(self.back, None, self.next), gap=theme.ROOM)
        whole.setStretch(1, 1)
        whole.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.setLayout(whole)
        self._go(0)

    @property
    def step(self) -> Step:
        return self.steps[self._stack.currentIndex()]

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self.attended.emit(self.isVisible())
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self.attended.emit(self.isVisible())
        super().hideEvent(event)

    def _next(self) -> None:
        if self._stack.currentIndex() == len(self.steps) - 1:
            self.finished.emit()
        else:
            self.step.notice.clear()
            self.step.leave(partial(self._after, self.step))

    def _after(self, step: Step) -> None:
        """An answer that comes when somebody has gone back meanwhile leads nowhere."""
        if step is self.step:
            self._go(1)

    def _go(self, way: int) -> None:
        self.open(self._stack.currentIndex() + way)

    def open(self, at: int) -> None:
        """Shows one of `steps`, by its place."""
        self._stack.setCurrentIndex(at)
        last = len(self.steps) - 1
        self.where.setText(f"Step {at + 1} of {last + 1}")
        self.back.setEnabled(0 < at < last)
        self.next.setText("&Finish" if at == last else "&Next")
        self.step.setFocus()


def _write(step: Step, door: Door, changes: dict[str, str], then: Then) -> None:
    def written(_: object) -> None:
        door.note(Act.SETTINGS_CHANGED)
        then()

    call = partial(write, door.path or DEFAULT_PATH, changes)
    door.jobs.run(step, call, written, lambda error: step.notice.bad(str(error)))


def _keep(store: Secrets, *typed: str) -> None:
    """Both or none of what was typed; the PIN may be left empty. Raises InvalidField, StoreUnavailable."""
    passphrase, passphrase_again, pin, pin_again = typed
    kept = {Role.ADMINISTRATOR: hashed_passphrase(passphrase, passphrase_again)}
    if pin or pin_again:
        kept[Role.OPERATOR] = hashed(pin, pin_again)
    for role, secret in kept.items():
        store.set_secret(role, secret)
