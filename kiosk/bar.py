"""The few buttons below the door's screen: another way in, another language, the operator's way in."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from kiosk import theme
from kiosk.controls import row
from kiosk.plate import LEAST, Badge, Plate

TALL = 0.065  # of the screen's shorter side
SMALLEST = 0.5  # of their usual size that words become
LEGIBLE = 0.8  # of it, below which languages take a second line
CHOOSING_MS = 15_000
"""After which languages that nobody chooses from go away."""
FORGET_MS = 60_000
"""After which a language that somebody chose is forgotten, unless the door has seen a face since."""


class Bar(QWidget):
    """`languages`: by code, the own name of each; `language` is the configured one, and `pin` whether PINs are let in.

    A language that a visitor chose is given up for the configured one once nobody was there for a while.
    """

    pin_wanted = Signal()
    language_wanted = Signal(str)
    operator_wanted = Signal()

    def __init__(
        self,
        languages: Mapping[str, str],
        look: theme.Look = theme.LIGHT,
        *,
        language: str = "en",
        pin: bool = True,
    ) -> None:
        super().__init__()
        self._look, self._names, self._usual, self._code = look, dict(languages), language, language
        self._pin_allowed, self._locked, self._tall, self._wide = pin, False, LEAST, 10_000
        self.pin, self.language, self.operator = Plate("keypad"), Plate("globe"), Plate("key")
        self.back = Plate("back")
        self.choices = {code: Plate(checkable=True) for code in languages}
        self._across = 0
        self._badges: list[Badge] = []
        self.offline = Badge("")
        self.offline.hide()
        self._usual_row = [self.pin, self.language, self.operator]
        self._lay_out()
        self._forget, self._choosing = (QTimer(self, singleShot=True, interval=ms) for ms in (FORGET_MS, CHOOSING_MS))
        self._forget.timeout.connect(lambda: self._choose(self._usual))
        self._choosing.timeout.connect(partial(self._offer, offered=False))
        self._connect()
        self._say()
        self._offer(offered=False)

    @property
    def usual(self) -> str:
        """The code of the language that is configured."""
        return self._usual

    @property
    def code(self) -> str:
        """Of the language that is chosen."""
        return self._code

    @property
    def tall(self) -> int:
        """The height of its buttons, in pixels."""
        return self._tall

    @property
    def plates(self) -> list[Plate]:
        return [*self._usual_row, self.back, *self.choices.values()]

    def settle(self, code: str) -> None:
        """Another language is the configured one from now on, and spoken already."""
        self._usual = self._code = code
        self._forget.stop()
        self._say()

    def add_badge(self, text: str) -> None:
        badge = Badge(text)
        badge.dress(self._tall)
        self._badges.append(badge)
        self._whole.insertWidget(self._whole.indexOf(self.operator), badge)

    def show_offline(self, *, offline: bool) -> None:
        """Whether the door goes by its own copy, since the database is away."""
        if offline is not (self.offline in self._badges):
            self._badges.append(self.offline) if offline else self._badges.remove(self.offline)
            self.offline.setVisible(offline and self.back.isHidden())
            self._squeeze()

    def fit(self, shorter: int, width: int) -> None:
        """To a screen whose shorter side has so many pixels, of which `width` are for the bar."""
        self._tall, self._wide = max(LEAST, round(shorter * TALL)), width
        for layout in (self._whole, self._offered):
            layout.setSpacing(self._tall // 5)
        for badge in (*self._badges, self.offline):
            badge.dress(self._tall)
        self._squeeze()

    def dress(self, tone: theme.Tone) -> None:
        """In a state's colours."""
        for plate in self.plates:
            plate.dress(tone, self._tall)
        self._squeeze()

    def _squeeze(self) -> None:
        """Smaller words where a narrow screen has no room for those that are offered together."""
        gap = self._whole.spacing()
        badges = sum(badge.width() + gap for badge in self._badges)
        _squeezed(self._usual_row, self._wide - badges - gap * len(self._usual_row))
        choices, room = list(self.choices.values()), self._wide - self.back.sizeHint().width() - gap
        across = len(choices)
        if _squeezed(choices, room - gap * across) < LEGIBLE:
            across = (across + 1) // 2
            for column in range(across):
                _squeezed(choices[column::across], (room - gap * across) // across, together=False)
        if across != self._across:
            self._across, wide, fixed = across, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
            for place, plate in enumerate(choices):
                self._offered.addWidget(plate, place // across, place % across)
                plate.setSizePolicy(wide if across < len(choices) else fixed, fixed)

    def lock(self, *, locked: bool) -> None:
        """With the door locked no PIN opens it, so none is asked for."""
        self._locked = locked
        self._offer(offered=not self.back.isHidden())

    def offer_pin(self, *, offered: bool) -> None:
        """Whether somebody may come in by PIN instead."""
        if offered is not self._pin_allowed:
            self._pin_allowed = offered
            self._offer(offered=not self.back.isHidden())

    def keep(self) -> None:
        """Somebody is there: the chosen language stays."""
        if self._forget.isActive():
            self._forget.start()

    def _lay_out(self) -> None:
        self._offered = QGridLayout()
        self._whole: QHBoxLayout = row(self.pin, self.language, self.back, None, self.operator)
        self._whole.insertLayout(3, self._offered)
        self._whole.insertWidget(self._whole.indexOf(self.operator), self.offline)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayout(self._whole)

    def _connect(self) -> None:
        self.pin.clicked.connect(self.pin_wanted.emit)
        self.operator.clicked.connect(self.operator_wanted.emit)
        self.language.clicked.connect(lambda: self._offer(offered=True))
        self.back.clicked.connect(lambda: self._offer(offered=False))
        for code, plate in self.choices.items():
            plate.clicked.connect(partial(self._choose, code))

    def _offer(self, *, offered: bool) -> None:
        """The languages in the place of the buttons, or these again."""
        focused = any(plate.hasFocus() for plate in self.plates)
        for plate in (self.back, *self.choices.values()):
            plate.setVisible(offered)
        self.language.setVisible(not offered and len(self.choices) > 1)
        self.pin.setVisible(not offered and self._pin_allowed and not self._locked)
        self.operator.setVisible(not offered)
        for badge in self._badges:
            badge.setVisible(not offered)
        if offered:
            self._choosing.start()
        else:
            self._choosing.stop()
        if focused:
            (self.choices[self._code] if offered else self.language).setFocus()

    def _choose(self, code: str, *_: object) -> None:
        changed, self._code = code != self._code, code
        self._offer(offered=False)
        if code != self._usual:
            self._forget.start()
        else:
            self._forget.stop()
        if changed:
            self.language_wanted.emit(code)
        self._say()

    def _say(self) -> None:
        self.pin.say(QCoreApplication.translate("door", "PIN instead"))
        own = self._names.get(self._code, self._code)
        name = QCoreApplication.translate("door", "Language: {name}").replace("{name}", own)
        self.language.say(own, name)
        self.operator.say("", QCoreApplication.translate("door", "Operator"))
        self.offline.say(QCoreApplication.translate("door", "Offline"))
        self.offline.dress(self._tall)
        self.back.say("", QCoreApplication.translate("door", "Back"))
        for code, plate in self.choices.items():
            plate.say(self._names[code])
            plate.setChecked(code == self._code)
        self._squeeze()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self._say()
        super().changeEvent(event)


def _squeezed(plates: Sequence[Plate], room: int, *, together: bool = True) -> float:
    """Smaller words on `plates`, where `room` is too little for all `together`, or for each; their share, 0 to 1."""
    for plate in plates:
        plate.squeeze(1.0)
    worded = [plate.sizeHint().width() for plate in plates if plate.text()]
    bare = sum(plate.sizeHint().width() for plate in plates if not plate.text())
    ratio = (room - bare) / max(1, sum(worded) if together else max(worded))
    ratio = max(SMALLEST, min(1.0, ratio))
    for plate in plates:
        plate.squeeze(ratio if plate.text() else 1.0)
    return ratio
