"""Where a sign and a few words go in a banner, and how large the words are: as large as they fit."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from kiosk import theme

CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
GAP = 0.04  # of the area's height, between the three parts
TITLE_MOST, TITLE_LEAST = 0.18, 20  # of the area's shorter side; pixels
DETAIL_SIZE = 0.085  # of the area's height: what it is set in beside a long title, where it fits
BALANCED = 0.02  # of the width, to which the lines of a text are made equally long


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the area: how wide and how high the sign may be, and how high the detail."""

    across: float = 0.5
    down: float = 0.31
    detail: float = 0.28


@dataclass(frozen=True, slots=True)
class Said:
    """`titles` take turns, so they get one size, and room for the largest. With `steady`, the details take turns too:
    then none of them moves the rest."""

    titles: tuple[str, ...]
    title: str
    detail: str
    steady: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A rectangle for each, and the fonts."""

    sign: QRectF
    title: QRectF
    detail: QRectF
    title_font: QFont
    detail_font: QFont


class Placer:
    """Places in `area`. The title's size does not depend on the detail, so it is steady."""

    def __init__(self, area: QRectF, font: QFont, shares: Shares) -> None:
        self._area, self._font, self._shares = area, font, shares
        self._side = min(area.width() * shares.across, area.height() * shares.down)
        self._gap = area.height() * GAP

    def place(self, said: Said) -> Placed:
        area = self._area
        title_font = self._title_font(said.titles)
        title = max(self._block(title_font, text).height() for text in said.titles)
        above = self._side + title + 2 * self._gap
        most = self._most(title_font.pixelSize())
        usual = self._block(sized(self._font, most), "two\nlines").height()
        room = area.height() * self._shares.detail
        if said.steady:
            room = area.height() - above - max(0.0, area.height() - above - usual) / 2
        fits = self._fitting(said.detail, room)
        detail_font = sized(self._font, largest(range(theme.DETAIL_LEAST, most + 1), fits))
        detail = self._block(detail_font, said.detail).height()
        top = area.top() + max(0.0, area.height() - above - (usual if said.steady else detail)) / 2
        sign = QRectF(area.center().x() - self._side / 2, top, self._side, self._side)
        return Placed(
            sign,
            self._balanced(title_font, said.title, sign.bottom() + self._gap, title),
            self._balanced(detail_font, said.detail, top + above, detail),
            title_font,
            detail_font,
        )

    def _title_font(self, titles: tuple[str, ...]) -> QFont:
        area = self._area
        room = area.height() * (1 - self._shares.detail) - self._side - 2 * self._gap
        most = max(TITLE_LEAST, round(min(area.width(), area.height()) * TITLE_MOST))
        fitting = [self._fitting(title, room, QFont.Weight.Bold) for title in titles]
        size = largest(range(TITLE_LEAST, most + 1), lambda tried: all(fits(tried) for fits in fitting))
        return sized(self._font, size, QFont.Weight.Bold)

    def _most(self, title: int) -> int:
        """That the detail may be set in, below a title of that size."""
        large = max(title * theme.DETAIL_SHARE, self._area.height() * DETAIL_SIZE)
        return max(theme.DETAIL_LEAST, min(round(large), title))

    def _fitting(self, text: str, height: float, weight: QFont.Weight = QFont.Weight.Normal) -> Callable[[int], bool]:
        def fits(size: int) -> bool:
            block = self._block(sized(self._font, size, weight), text)
            return block.width() <= self._area.width() and block.height() <= height

        return fits

    def _balanced(self, font: QFont, text: str, top: float, height: float) -> QRectF:
        """As narrow as it can be without another line: no word stands alone in the last one."""
        whole = self._block(font, text)
        narrow, wide = 0.0, self._area.width()
        while wide - narrow > BALANCED * self._area.width():
            tried = (narrow + wide) / 2
            block = self._block(font, text, tried)
            if block.width() <= tried and block.height() <= whole.height():
                wide = tried
            else:
                narrow = tried
        return QRectF(self._area.center().x() - wide / 2, top, wide, height)

    def _block(self, font: QFont, text: str, width: float | None = None) -> QRectF:
        """The room that `text` takes when it is wrapped."""
        within = QRectF(0, 0, self._area.width() if width is None else width, 10_000)
        return QFontMetricsF(font).boundingRect(within, CENTRED, text)


def largest(sizes: range, fits: Callable[[int], bool]) -> int:
    """The last of the growing `sizes` that fits, or the first. Halves the range: each try takes Qt a while."""
    least, most = 0, len(sizes) - 1
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if fits(sizes[middle]) else (least, middle - 1)
    return sizes[least]


def sized(font: QFont, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    made = QFont(font)
    made.setPixelSize(size)
    made.setWeight(weight)
    return made
