"""The one state at the door: a sign and a few words on a ground of the state's colour, as large as they fit."""

import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from math import pi, sin

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain import Turn
from core.scene import Phase, Scene
from kiosk import theme
from kiosk.glyphs import paint_fault, paint_glyph
from kiosk.placing import CENTRED, Placed, Placer, Said, Shares
from kiosk.signs import paint_open, paint_wait
from kiosk.steady import ADVISING
from kiosk.turnsign import paint_turn
from kiosk.wording import LONG, Greeting, Words, titles, words

MARGIN = 0.06  # of the banner's shorter side
SHORT_NAME = 18
WIDEST = 88  # seconds: what room is made for while they are counted, so that no word moves
MOVING_MS, STEPPING_MS = 33, 1000  # between two pictures of what moves, and where nothing is to glide
SWAY = 1.2  # seconds to and fro
USUAL = Shares()
SHARES = {
    Phase.CHALLENGE: Shares(across=0.7, down=0.38, detail=0.22),  # an arrow is read before any word
    Phase.GRANTED: Shares(across=0.6, down=0.4, detail=0.16),  # its ring is a clock
    Phase.DENIED: Shares(down=0.27, detail=0.36),  # what to do now takes a whole sentence
    Phase.PAUSED: Shares(detail=0.32),
}


class Banner(QWidget):
    """Shows a scene. Told apart by colour, shape and words.

    `open_seconds` is how long the door stays open once it was opened. `pin`: whether another way in is spoken of.
    """

    def __init__(
        self,
        look: theme.Look = theme.LIGHT,
        *,
        open_seconds: float = 3.0,
        greeting: Greeting = "full",
        pin: bool = True,
        reduced_motion: bool = False,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._open_seconds, self._greeting, self._clock = look, open_seconds, greeting, clock
        self._reduced, self._pin = reduced_motion, pin
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._placed: tuple[Hashable, Placed] | None = None
        self._since = clock()
        self._timer = QTimer(self, interval=STEPPING_MS if reduced_motion else MOVING_MS)
        self._timer.timeout.connect(self._move)
        self._say(Scene(Phase.STARTING))

    @property
    def phase(self) -> Phase:
        return self._scene.phase

    @property
    def words(self) -> Words:
        return self._words

    @property
    def left(self) -> float:
        """How much of its time the open door has still before it, 0 to 1."""
        gone = (self._clock() - self._since) / self._open_seconds
        return min(1.0, max(0.0, 1 - gone)) if self.phase is Phase.GRANTED else 0.0

    def show_scene(self, scene: Scene) -> None:
        said = replace(scene, size=(0, 0), boxes=(), subject=None)  # where the faces are is the picture's to show
        if said != self._scene:
            self._say(said)

    def offer_pin(self, *, offered: bool) -> None:
        """Whether somebody may come in by PIN instead."""
        if offered is not self._pin:
            self._pin = offered
            self._say(self._scene)

    def sizes(self) -> tuple[int, int]:
        """What title and detail are set in, in pixels."""
        placed = self._place()
        return placed.title_font.pixelSize(), placed.detail_font.pixelSize()

    def _say(self, scene: Scene) -> None:
        before = getattr(self, "_scene", None)
        if before is None or (before.phase, before.name) != (scene.phase, scene.name):
            self._since = self._clock()
        self._scene, self._words = scene, words(scene, self._greeting, pin=self._pin)
        counting = scene.wait is not None and scene.wait <= LONG
        longest = words(replace(scene, wait=WIDEST), pin=self._pin).detail if counting else self._words.detail
        taking_turns = tuple(_whole_name(title, scene.name) for title in titles(scene, self._greeting))
        title = _whole_name(self._words.title, scene.name)
        self._said = Said(taking_turns, title, longest, steady=scene.phase in ADVISING)
        self.setAccessibleName(f"{self._words.title}. {self._words.detail}")
        self._run_or_rest()
        self.update()

    def _run_or_rest(self) -> None:
        """The timer runs while something moves, and is seen."""
        swaying = self.phase is Phase.CHALLENGE and self._scene.asked in (Turn.LEFT, Turn.RIGHT) and not self._reduced
        if self.isVisible() and (swaying or self.phase is Phase.GRANTED):
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _move(self) -> None:
        """Paints the sign alone."""
        self.update(self._place().sign.toAlignedRect())

    def _place(self) -> Placed:
        key = (self.phase, self._said, self.size().toTuple(), self.font().key())
        if self._placed is None or self._placed[0] != key:
            margin = min(self.width(), self.height()) * MARGIN
            area = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
            self._placed = key, Placer(area, self.font(), SHARES.get(self.phase, USUAL)).place(self._said)
        return self._placed[1]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        tone, placed = self._look.tones[self.phase], self._place()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(tone.ground))
        self._paint_sign(painter, placed.sign, tone)
        if not placed.sign.toAlignedRect().contains(event.rect()):
            painter.setPen(QColor(tone.ink))
            painter.setFont(placed.title_font)
            painter.drawText(placed.title, CENTRED | Qt.AlignmentFlag.AlignVCenter, self._said.title)
            painter.setFont(placed.detail_font)
            painter.drawText(placed.detail, CENTRED, self._words.detail)
        painter.end()

    def _paint_sign(self, painter: QPainter, area: QRectF, tone: theme.Tone) -> None:
        scene = self._scene
        if scene.phase is Phase.CHALLENGE:
            sway = sin((self._clock() - self._since) / SWAY * 2 * pi) if self._timer.isActive() else 0.0
            paint_turn(painter, area, scene.asked or Turn.STRAIGHT, scene.progress, tone, sway=sway)
        elif scene.phase is Phase.GRANTED:
            paint_open(painter, area, self.left, tone)
        elif scene.phase is Phase.PAUSED and scene.wait is not None and scene.wait <= LONG:
            paint_wait(painter, area, scene.wait, tone)
        elif scene.phase is Phase.FAULT:
            paint_fault(painter, area, scene.fault.code if scene.fault else "", tone)
        else:
            paint_glyph(painter, area, scene.phase, tone)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self._say(self._scene)
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self._run_or_rest()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.stop()
        super().hideEvent(event)


def _whole_name(title: str, name: str | None) -> str:
    """The title, not broken within a name that fits a line."""
    return title.replace(name, name.replace(" ", "\xa0")) if name and len(name) <= SHORT_NAME else title
