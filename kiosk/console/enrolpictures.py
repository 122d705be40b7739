"""The second step of an enrolment: the picture of the camera or a place for files, and what will be kept."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLabel, QSizePolicy, QStackedWidget, QWidget

from core.camera import LatestFrame
from core.scene import Phase
from core.sitting import Pose, Sitting
from kiosk import theme
from kiosk.console.enrolcard import Card
from kiosk.console.enrolfiles import Kept
from kiosk.console.enrolwords import INVITE, TITLES, guidance, scene
from kiosk.controls import column, label
from kiosk.oval import Oval
from kiosk.video import Video

WIDE = 900  # pixels of the page, from which there is room for larger words
CAMERA, CARDS = 5, 3  # shares of the page
HIGHEST = 1.15  # of a card, in its width
LEAST = 120  # pixels, of the picture from top to bottom


class Pictures(QWidget):
    """`again` says which card was pressed, of those from left to right and top to bottom."""

    again = Signal(int)

    def __init__(
        self, latest: LatestFrame, *, mirror: bool, most: int, look: theme.Look, oval: Oval | None = None
    ) -> None:
        super().__init__()
        self._look, self._mirror = look, mirror
        self.video = Video(latest, mirror=mirror, verdicts=False, guide=oval or Oval(), look=_on_page(look))
        self.video.setMinimumHeight(LEAST)
        self.strip = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.strip.setTextFormat(Qt.TextFormat.PlainText)
        self.strip.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.cards = [Card(partial(self.again.emit, place), look) for place in range(most)]
        self._shown = QStackedWidget()
        self._lay_out()

    @property
    def at_camera(self) -> bool:
        return self._shown.currentIndex() == 0

    def to_camera(self, poses: Sequence[Pose]) -> None:
        """The live picture, and an empty card for each of `poses`."""
        self._shown.setCurrentIndex(0)
        for card, pose in self._dealt(poses):
            card.show_picture(TITLES[pose], None, "")

    def to_files(self, kept: Sequence[Kept]) -> None:
        """The place to drop files on, and a card for each of those kept."""
        self._shown.setCurrentIndex(1)
        for card in self.cards:
            card.show()
            card.show_picture("", None, "")
        for card, one in zip(self.cards, kept, strict=False):
            card.show_picture(one.title, one.portrait.crop, "Remove")

    def show_sitting(self, sitting: Sitting, size: tuple[int, int]) -> None:
        """What is asked, how far it has come, and what is kept so far; `size` is the frame's (height, width)."""
        self.video.show_scene(scene(sitting, size))
        over = sitting.wanted is None
        self.say(guidance(sitting), Phase.GRANTED if over else Phase.FAULT if sitting.guidance else Phase.LOOKING)
        for card, pose in self._dealt(sitting.terms.poses):
            shot, bad = sitting.shot(pose), card.bad
            crop = None if shot is None else shot.crop[:, ::-1] if self._mirror else shot.crop
            asks = shot is not None or pose in sitting.skipped
            does = "" if not asks else "Take again" if shot is not None else "Take"
            card.show_picture(TITLES[pose], crop, does, wanted=pose is sitting.wanted)
            card.mark_bad(bad=bad and shot is not None)

    def say(self, text: str, phase: Phase = Phase.LOOKING) -> None:
        """One sentence below the picture, in the colours of `phase`."""
        tone, size = self._look.tones[phase], theme.HEADING if self.width() >= WIDE else theme.LARGE
        self.strip.setText(text)
        self.strip.setStyleSheet(
            f"background: {tone.ground}; color: {tone.ink}; font-size: {size}px; font-weight: 700;"
            f"border-radius: {theme.RADIUS}px; padding: {theme.GAP}px;"
        )

    def mark(self, title: str | None) -> None:
        """Frames the card that is called `title` in red, and no other."""
        for card in self.cards:
            card.mark_bad(bad=card.filled and card.title == title)

    def forget(self) -> None:
        for card in self.cards:
            card.show_picture("", None, "")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        upright = self.height() > self.width()
        self._whole.setDirection(QBoxLayout.Direction.TopToBottom if upright else QBoxLayout.Direction.LeftToRight)
        highest = round(HIGHEST * self.width() * (1 if upright else CARDS / (CAMERA + CARDS)) / 2)
        for card in self.cards:
            card.setMaximumHeight(max(theme.TARGET, highest))
        super().resizeEvent(event)

    def _dealt(self, poses: Sequence[Pose]) -> list[tuple[Card, Pose]]:
        for place, card in enumerate(self.cards):
            card.setVisible(place < len(poses))
        return list(zip(self.cards, poses, strict=False))

    def _lay_out(self) -> None:
        stand = QWidget()
        standing = column(self.video, self.strip)
        standing.setStretch(0, 1)
        standing.setContentsMargins(0, 0, 0, 0)
        stand.setLayout(standing)
        for page in (stand, DropHere(self._look)):
            self._shown.addWidget(page)
        grid = QGridLayout()
        grid.setSpacing(theme.GAP)
        for place, card in enumerate(self.cards):
            grid.addWidget(card, place // 2, place % 2)
            grid.setRowStretch(place // 2, 1000)
        grid.setRowStretch(grid.rowCount(), 1)  # below cards that are as high as they may be
        self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(theme.ROOM)
        self._whole.addWidget(self._shown, CAMERA)
        self._whole.addLayout(grid, CARDS)


class DropHere(QWidget):
    """A dashed frame, and what to do with it."""

    def __init__(self, look: theme.Look) -> None:
        super().__init__()
        self._look = look
        words = label(INVITE, look="invitation")
        words.setStyleSheet(f"font-size: {theme.LARGE}px; color: {look.ink_soft};")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = column(None, words, None)
        inside.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self.setLayout(inside)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(self._look.surface))
        painter.setPen(QPen(QColor(self._look.rule), 3, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), theme.RADIUS, theme.RADIUS)
        painter.end()


def _on_page(look: theme.Look) -> theme.Look:
    """The colours of a door's picture whose round corners lie on a page."""
    return replace(look, tones={phase: replace(tone, ground=look.page) for phase, tone in look.tones.items()})
