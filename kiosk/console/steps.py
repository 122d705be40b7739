"""The steps of a first run: language, camera, model, secrets, a test of the door."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QGridLayout, QLineEdit, QSizePolicy, QWidget

from core import packs
from core.config import Settings
from core.domain import Role
from core.errors import DoorwardError, Unavailable
from core.pin import LEAST_CHARACTERS, LEAST_DIGITS, MOST_CHARACTERS, MOST_DIGITS, hashed, hashed_passphrase
from kiosk import theme
from kiosk.console.done import beside
from kiosk.console.step import Door, Secrets, Step, Then
from kiosk.controls import Notice, button, card, field, label, row
from kiosk.language import LANGUAGES
from kiosk.status import Health, Lamp
from kiosk.video import Video

LOOK_MS = 500
SPEAKS = "The door speaks it at once, and whoever stands there can change it with a button. "
SPEAKS += "These pages and the console are in English."
OVERRIDDEN = (
    "DOORWARD__CAMERA__SOURCE in the environment overrides this: it is written down, and waits until that is gone."
)
KEEP = "What is left empty stays as it is."


class Language(Step):
    title = "Which language does the door speak?"

    def __init__(self, door: Door) -> None:
        self._door, self._spoken = door, door.language
        grid, group = QGridLayout(), QButtonGroup()
        grid.setSpacing(theme.GAP)
        self.choices = {code: button(name, lambda: None, look="choice") for code, name in LANGUAGES.items()}
        for place, (code, choice) in enumerate(self.choices.items()):
            choice.setCheckable(True)
            choice.setChecked(code == door.language)
            group.addButton(choice)
            grid.addWidget(choice, place // 2, place % 2)
        super().__init__(label(SPEAKS, look="soft"), first=self.choices[self.code])
        group.setParent(self)
        whole = self.layout()
        if isinstance(whole, QBoxLayout):
            whole.insertLayout(2, grid)
            whole.addStretch()

    @property
    def code(self) -> str:
        """Of the language that is chosen."""
        return next(code for code, choice in self.choices.items() if choice.isChecked())

    @property
    def outcome(self) -> tuple[Health, str]:
        return Health.WELL, f"The door speaks {LANGUAGES[self.code]}."

    def leave(self, then: Then) -> None:
        if self.code == self._spoken:
            then()
            return
        self._spoken = self.code
        self._door.speak(self.code)
        self._door.write(self, {"kiosk.language": self.code}, lambda _: then())


class Camera(Step):
    title = "Is this the right camera?"

    def __init__(self, door: Door, look: theme.Look) -> None:
        self._door, self._used = door, door.source
        self.source = field("Camera", longest=500)
        self.source.setText(door.source)
        self.source.returnPressed.connect(self.try_it)
        self.use = button("&Use this camera", self.try_it)
        self.video = Video(door.latest, mirror=door.mirror, verdicts=False, look=replace(look, sunken=look.page))
        self.video.setMinimumHeight(150)
        lead = label(
            "You should see yourself. If not, name another camera: a number, a device or rtsp://…", look="soft"
        )
        named = row(label("Camera", look="what", buddy=self.source), self.source, self.use)
        named.setStretch(1, 1)
        super().__init__(lead, self.video, named)
        self.layout().setStretch(2, 1)  # type: ignore[union-attr]
        self.why = Notice()
        self.layout().addWidget(self.why)  # type: ignore[union-attr]
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def outcome(self) -> tuple[Health, str]:
        fault = self._door.camera_fault()
        return (Health.WELL, f"Camera: {self._used}.") if fault is None else (Health.ILL, fault.message)

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

    def __init__(self, door: Door, look: theme.Look) -> None:
        self._door = door
        self.state, self._lamp = label(""), Lamp(look)
        self.get = button("&Get the model…", door.fetch or (lambda: None), look="primary")
        self.licence = label(" ".join(packs.LICENCE.split()), look="small")
        if door.fetch is None:
            self.licence.hide()
        lead = label("It finds faces in the picture, and tells whose they are.", look="soft")
        super().__init__(lead, card(beside(self._lamp, self.state), row(self.get, None)), self.licence, None)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def outcome(self) -> tuple[Health, str]:
        """Asks the recogniser, which answers from memory."""
        try:
            return Health.WELL, f"The model {self._door.recogniser.model.id.split(':')[0]} is loaded."
        except Unavailable as error:
            return Health.ILL, str(error)

    def look(self) -> None:
        """How it stands."""
        health, text = self.outcome
        self.state.setText(text)
        self._lamp.show_health(health)
        self.get.setVisible(health is Health.ILL and self._door.fetch is not None)

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
        self._door, self._with_pin = door, False
        self.passphrase = field("Administrator's passphrase", longest=MOST_CHARACTERS, secret=True)
        self.passphrase_again = field("The passphrase once more", longest=MOST_CHARACTERS, secret=True)
        self.pin = field("Operator's PIN", longest=MOST_DIGITS, secret=True)
        self.pin_again = field("The PIN once more", longest=MOST_DIGITS, secret=True)
        for edit in (self.passphrase, self.passphrase_again):
            edit.setInputMethodHints(edit.inputMethodHints() & ~edit.inputMethodHints().ImhDigitsOnly)
        whose = ("Administrator", f"May do everything. {LEAST_CHARACTERS} characters or more.")
        others = ("Operator", f"May enrol people and read events. {LEAST_DIGITS} digits or more, or none.")
        self.keep = label(KEEP, look="soft")
        both = QWidget()
        cards = (_secret(*whose, self.passphrase, self.passphrase_again), _secret(*others, self.pin, self.pin_again))
        side_by_side = row(*cards, gap=theme.ROOM)
        side_by_side.setContentsMargins(0, 0, 0, 0)
        both.setLayout(side_by_side)
        both.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        super().__init__(both, self.keep, None, first=self.passphrase)
        fields = (self.passphrase, self.passphrase_again, self.pin, self.pin_again)
        for before, after in pairwise(fields):
            before.returnPressed.connect(after.setFocus)
        self.pin_again.returnPressed.connect(self.entered.emit)

    @property
    def outcome(self) -> tuple[Health, str]:
        operators = "Operators have a PIN." if self._with_pin else "There is no operator's PIN."
        return Health.WELL, f"The administrator has a passphrase. {operators}"

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        ask = partial(self._door.store.secret, Role.ADMINISTRATOR)
        self.keep.hide()
        self._door.jobs.run(self, ask, self._known, lambda _: None)
        super().showEvent(event)

    def leave(self, then: Then) -> None:
        self.notice.plain("One moment…")
        typed = [edit.text() for edit in (self.passphrase, self.passphrase_again, self.pin, self.pin_again)]
        self._door.jobs.run(self, partial(_keep, self._door.store, *typed), partial(self._kept, then), self._refused)

    def _kept(self, then: Then, with_pin: bool) -> None:  # noqa: FBT001 - the answer is all there is
        self._with_pin = with_pin
        then()

    def _known(self, secret_hash: str | None) -> None:
        self.keep.setVisible(secret_hash is not None)

    def _refused(self, error: DoorwardError) -> None:
        self.notice.bad(str(error))


class DoorTest(Step):
    title = "Does the door open?"

    def __init__(self, door: Door) -> None:
        self._door, self._told = door, False
        self.open = button("&Open the door once", self._open)
        lead = label(
            "Stand where you see the door. It opens as long as it will for everybody, then closes.", look="soft"
        )
        super().__init__(lead, card(row(self.open, None)), None, first=self.open)

    @property
    def outcome(self) -> tuple[Health, str]:
        return (Health.WELL, "The door was told to open.") if self._told else (Health.IDLE, "The door was not tried.")

    def _open(self) -> None:
        self.open.setEnabled(False)
        self.notice.plain("One moment…")
        self._door.jobs.run(self, self._door.test, lambda _: self._opened(), self._refused)

    def _opened(self) -> None:
        self._told = True
        self.open.setEnabled(True)
        self.notice.good("The door was told to open. If it did not, see door.driver under Settings.")

    def _refused(self, error: DoorwardError) -> None:
        self._told = False
        self.open.setEnabled(True)
        self.notice.bad(str(error))


def _secret(whose: str, about: str, secret: QLineEdit, again: QLineEdit) -> QFrame:
    """A secret that is typed twice, and what it is for."""
    return card(label(whose, look="what"), label(about, look="soft"), None, secret, again)


def _keep(store: Secrets, *typed: str) -> bool:
    """Both or none of what was typed; what is there already may be left empty, and the PIN at any time.

    Returns whether operators have a PIN now.

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
    return store.secret(Role.OPERATOR) is not None
