"""The steps of a first run: language, camera, model, secrets, a test of the door."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QGridLayout, QLineEdit, QSizePolicy, QWidget

from core.camera import LatestFrame
from core.config import DEFAULT_PATH
from core.configfile import write
from core.domain import Role
from core.errors import DoorwardError, Unavailable
from core.pin import LEAST_CHARACTERS, LEAST_DIGITS, MOST_CHARACTERS, MOST_DIGITS, hashed, hashed_passphrase
from core.recogniser import Recogniser
from kiosk import theme
from kiosk.controls import Notice, button, card, column, field, label, row
from kiosk.jobs import Jobs
from kiosk.language import LANGUAGES
from kiosk.status import Health, Lamp
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
    where it is a folder; `test` opens the door and raises DoorFailed."""

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


class Step(QWidget):
    """One step. `leave` does what is to be done before the next one, and calls `then` once it is."""

    title = ""

    def __init__(self, *parts: QWidget | QBoxLayout | None) -> None:
        super().__init__()
        self.notice = Notice()
        whole = column(label(self.title, look="heading"), *parts, self.notice, gap=theme.ROOM - 4)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)

    def leave(self, then: Then) -> None:
        then()


class Language(Step):
    title = "Which language does the door speak?"

    def __init__(self, door: Door) -> None:
        self._door = door
        grid, group = QGridLayout(), QButtonGroup()
        grid.setSpacing(theme.GAP)
        self.choices = {code: button(name, lambda: None, look="choice") for code, name in LANGUAGES.items()}
        for place, (code, choice) in enumerate(self.choices.items()):
            choice.setCheckable(True)
            choice.setChecked(code == door.language)
            group.addButton(choice)
            grid.addWidget(choice, place // 2, place % 2)
        super().__init__(label("Whoever stands at the door can change it with a button.", look="soft"))
        group.setParent(self)
        whole = self.layout()
        if isinstance(whole, QBoxLayout):
            whole.insertLayout(2, grid)
            whole.addStretch()

    @property
    def code(self) -> str:
        """Of the language that is chosen."""
        return next(code for code, choice in self.choices.items() if choice.isChecked())

    def leave(self, then: Then) -> None:
        if self.code == self._door.language:
            then()
            return
        self._door.speak(self.code)
        _write(self, self._door, {"kiosk.language": self.code}, then)


class Camera(Step):
    title = "Is this the right camera?"

    def __init__(self, door: Door, look: theme.Look) -> None:
        self._door = door
        self.source = field("Camera", longest=500)
        self.source.setText(door.source)
        self.video = Video(door.latest, mirror=door.mirror, verdicts=False, look=replace(look, sunken=look.page))
        self.video.setMinimumHeight(150)
        lead = label(
            "You should see yourself. If not, name another camera: a number, a device or rtsp://…", look="soft"
        )
        super().__init__(
            lead, self.video, row(label("Camera", look="what", buddy=self.source), self.source, gap=theme.ROOM)
        )
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

    def __init__(self, door: Door, look: theme.Look) -> None:
        self._door = door
        self.state, self._lamp = label(""), Lamp(look)
        self.get = button("&Get the model…", door.fetch or (lambda: None), look="primary")
        lead = label("It finds faces in the picture, and tells whose they are.", look="soft")
        super().__init__(lead, card(_told(self._lamp, self.state), row(self.get, None)), None)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def look(self) -> None:
        """Asks the recogniser, which answers from memory."""
        try:
            self.state.setText(f"{self._door.recogniser.model.id.split(':')[0]} is loaded.")
            self._lamp.show_health(Health.WELL)
            self.get.hide()
        except Unavailable as error:
            self.state.setText(str(error))
            self._lamp.show_health(Health.ILL)
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
        self.pin = field("Operator's PIN", longest=MOST_DIGITS, secret=True)
        self.pin_again = field("The PIN once more", longest=MOST_DIGITS, secret=True)
        for edit in (self.passphrase, self.passphrase_again):
            edit.setInputMethodHints(edit.inputMethodHints() & ~edit.inputMethodHints().ImhDigitsOnly)
        whose = ("Administrator", f"May do everything. {LEAST_CHARACTERS} characters or more.")
        others = ("Operator", f"May enrol people and read events. {LEAST_DIGITS} digits or more, or none.")
        both = QWidget()
        cards = (_secret(*whose, self.passphrase, self.passphrase_again), _secret(*others, self.pin, self.pin_again))
        side_by_side = row(*cards, gap=theme.ROOM)
        side_by_side.setContentsMargins(0, 0, 0, 0)
        both.setLayout(side_by_side)
        both.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        super().__init__(both, None)

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
        super().__init__(lead, card(row(self.open, None)), None)

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

    def __init__(self, look: theme.Look) -> None:
        told = "The door is in use now. Enrol the first person: touch the key at the bottom of the screen, then Enrol."
        sign = Lamp(look)
        sign.show_health(Health.WELL)
        super().__init__(card(_told(sign, label(told))), None)


def _told(sign: Lamp, words: QWidget) -> QBoxLayout:
    made = row(sign, words, gap=theme.ROOM)
    made.setStretch(1, 1)
    return made


def _secret(whose: str, about: str, secret: QLineEdit, again: QLineEdit) -> QFrame:
    """A secret that is typed twice, and what it is for."""
    return card(label(whose, look="what"), label(about, look="soft"), None, secret, again)


def _write(step: Step, door: Door, changes: dict[str, str], then: Then) -> None:
    call = partial(write, door.path or DEFAULT_PATH, changes)
    door.jobs.run(step, call, lambda _: then(), lambda error: step.notice.bad(str(error)))


def _keep(store: Secrets, *typed: str) -> None:
    """Both or none of what was typed; the PIN may be left empty. Raises InvalidField, StoreUnavailable."""
    passphrase, passphrase_again, pin, pin_again = typed
    kept = {Role.ADMINISTRATOR: hashed_passphrase(passphrase, passphrase_again)}
    if pin or pin_again:
        kept[Role.OPERATOR] = hashed(pin, pin_again)
    for role, secret in kept.items():
        store.set_secret(role, secret)
