"""The one state at the door: a sign and a few words on a ground of the state's colour, as large as they fit."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain import Phase, Scene, Turn
from kiosk import theme
from kiosk.glyphs import paint_glyph
from kiosk.turnsign import paint_turn
from kiosk.wording import Words, titles, words

CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
MARGIN = 0.08  # of the banner's shorter side
GAP = 0.04  # of the room within, between the three parts
DETAIL_SIZE = 0.055  # of the room within: what it is set in beside a long title, where it fits


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the room within: how wide and how high the sign may be, and how high the detail."""

    across: float = 0.5
    down: float = 0.32
    detail: float = 0.24


USUAL = Shares()
SHARES = {
    Phase.CHALLENGE: Shares(across=0.7, down=0.4, detail=0.18),  # an arrow is read before any word
    Phase.FAULT: Shares(down=0.2, detail=0.46),  # it has a whole sentence to say
}


class Banner(QWidget):
    """Shows a scene. Told apart by colour, shape and words."""

    def __init__(self, look: theme.Look = theme.LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._measured: tuple[Hashable, tuple[int, int]] = (None, (0, 0))
        self._say(Scene(Phase.STARTING))

    @property
    def phase(self) -> Phase:
        return self._scene.phase

    @property
    def words(self) -> Words:
        return self._words

    def show_scene(self, scene: Scene) -> None:
        said = replace(scene, size=(0, 0), boxes=(), subject=None)  # where the faces are is the picture's to show
        if said != self._scene:
            self._say(said)

    def sizes(self) -> tuple[int, int]:
        """What title and detail are set in, in pixels. The title's does not depend on the detail, so it is steady."""
        key = (self.phase, self._words, self.size().toTuple(), self.font().key())
        if key != self._measured[0]:
            self._measured = key, self._measure()
        return self._measured[1]

    def _say(self, scene: Scene) -> None:
        self._scene, self._words, self._titles = scene, words(scene), titles(scene)
        self.setAccessibleName(f"{self._words.title}. {self._words.detail}")
        self.update()

    def _measure(self) -> tuple[int, int]:
        """Tries sizes, which takes 10 ms: not for each step of a progress."""
        room = self._inner().height() * (1 - 2 * GAP) - self._side()
        detail_room = self._inner().height() * self._shares().detail
        title = largest(theme.BANNER_SIZES, lambda size: self._fits(self._title(size), room - detail_room))
        most = round(max(title * theme.DETAIL_SHARE, self._inner().height() * DETAIL_SIZE, theme.DETAIL_LEAST))
        smaller = range(most, theme.DETAIL_LEAST - 1, -1)
        return title, largest(smaller, lambda size: self._fits(self._detail(size), detail_room))

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        tone = self._look.tones[self.phase]
        sizes = self.sizes()
        sign, title, detail = self._arrange(*sizes)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tone.ground))
        self._paint_sign(painter, sign, tone)
        painter.setPen(QColor(tone.ink))
        painter.setFont(self._font(sizes[0], QFont.Weight.Bold))
        painter.drawText(title, CENTRED | Qt.AlignmentFlag.AlignVCenter, self._words.title)
        painter.setFont(self._font(sizes[1], QFont.Weight.Normal))
        painter.drawText(detail, CENTRED, self._words.detail)
        painter.end()

    def _paint_sign(self, painter: QPainter, area: QRectF, tone: theme.Tone) -> None:
        if self.phase is Phase.CHALLENGE:
            paint_turn(painter, area, self._scene.asked or Turn.STRAIGHT, self._scene.progress, tone)
        else:
            paint_glyph(painter, area, self.phase, tone)

    def _arrange(self, title_size: int, detail_size: int) -> tuple[QRectF, QRectF, QRectF]:
        """Where sign, title and detail go: one below the other, together in the middle."""
        area, side, gap = self._inner(), self._side(), self._inner().height() * GAP
        title, detail = self._title(title_size).height(), self._detail(detail_size).height()
        two_lines = self._block(self._font(detail_size, QFont.Weight.Normal), "two\nlines").height()
        top = area.top() + max(0.0, area.height() - side - title - max(detail, two_lines) - 2 * gap) / 2
        sign = QRectF(area.center().x() - side / 2, top, side, side)
        top += side + gap
        below = top + title + gap
        return sign, QRectF(area.left(), top, area.width(), title), QRectF(area.left(), below, area.width(), detail)

    def _fits(self, block: QRectF, height: float) -> bool:
        return block.width() <= self._inner().width() and block.height() <= height

    def _title(self, size: int) -> QRectF:
        """The room for each of the titles that take turns, so that none of them moves what is there."""
        font = self._font(size, QFont.Weight.Bold)
        blocks = [self._block(font, title) for title in self._titles]
        return QRectF(0, 0, max(block.width() for block in blocks), max(block.height() for block in blocks))

    def _detail(self, size: int) -> QRectF:
        return self._block(self._font(size, QFont.Weight.Normal), self._words.detail)

    def _block(self, font: QFont, text: str) -> QRectF:
        """The room that `text` takes when it is wrapped."""
        return QFontMetricsF(font).boundingRect(QRectF(0, 0, self._inner().width(), 10_000), CENTRED, text)

    def _inner(self) -> QRectF:
        margin = min(self.width(), self.height()) * MARGIN
        return QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)

    def _side(self) -> float:
        """The sign's."""
        shares = self._shares()
        return min(self._inner().width() * shares.across, self._inner().height() * shares.down)

    def _shares(self) -> Shares:
        return SHARES.get(self.phase, USUAL)

    def _font(self, size: int, weight: QFont.Weight) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(size)
        font.setWeight(weight)
        return font


def largest(sizes: range, fits: Callable[[int], bool]) -> int:
    """The first of `sizes` that fits, or the last."""
    return next((size for size in sizes if fits(size)), sizes[-1])
