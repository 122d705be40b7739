"""What the log comes to, drawn: decisions over time, reasons of denial, glance to decision; and said in words."""

from datetime import datetime, tzinfo
from itertools import groupby

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.logbook import EventStats
from kiosk import theme
from kiosk.console.eventwords import reason

MOST_BARS = 72  # hours side by side; beyond it, days
MOST_REASONS = 5
FOOT = 20  # pixels below the bars
WIDEST = 40.0  # pixels of a bar
FREE = 0.3  # of a bar's place
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
TOP, BOTTOM = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
Bar = tuple[str, int, int]
"""What it stands for, how many were granted, how many denied."""


def bars(stats: EventStats, zone: tzinfo | None = None) -> tuple[Bar, ...]:
    """One bar for each hour that had a decision, or each day where there are many; in `zone`, None: this machine's."""
    local = [(hour.astimezone(zone), granted, denied) for hour, granted, denied in stats.hours]
    if len(local) <= MOST_BARS:
        return tuple((f"{hour:%d %b %H:%M}", granted, denied) for hour, granted, denied in local)
    days = ((day, list(hours)) for day, hours in groupby(local, key=_day))
    return tuple((day, sum(one[1] for one in hours), sum(one[2] for one in hours)) for day, hours in days)


def _day(hour: tuple[datetime, int, int]) -> str:
    return f"{hour[0]:%d %b %Y}"


class Chart(QWidget):
    """A card with a title. `show_stats` says what is in it."""

    title = ""
    least = QSize(190, 118)

    def __init__(self, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self._look = look
        self.setMinimumSize(self.least)
        self.setAccessibleName(self.title)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._look.rule))
        painter.setBrush(QColor(self._look.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        room = theme.ROOM - 4
        area = QRectF(self.rect()).adjusted(room, theme.GAP, -room, -theme.GAP)
        painter.setFont(_small(painter, bold=True))
        painter.setPen(QColor(self._look.ink))
        painter.drawText(area, LEFT | TOP, self.title)
        painter.setFont(_small(painter))
        self.paint(painter, area, QFontMetricsF(painter.font()).height())
        painter.end()

    def paint(self, painter: QPainter, area: QRectF, line: float) -> None:
        """Into `area`, whose first line, so many pixels high, has the title."""
        raise NotImplementedError

    def nothing(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QColor(self._look.ink_soft))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Nothing in this time")


class TimeChart(Chart):
    """How many were granted and denied: denied stands on top of granted."""

    title = "Decisions"
    least = QSize(240, 118)
    _bars: tuple[Bar, ...] = ()

    def show_stats(self, stats: EventStats) -> None:
        self._bars = bars(stats)
        told = "; ".join(f"{when}: {granted} granted, {denied} denied" for when, granted, denied in self._bars)
        self.setAccessibleDescription(told or "No decision in this time")
        self.update()

    def paint(self, painter: QPainter, area: QRectF, line: float) -> None:
        if not self._bars:
            self.nothing(painter, area)
            return
        self._legend(painter, area, line)
        self._paint_bars(painter, area.adjusted(0, line + theme.GAP, 0, -FOOT))
        painter.setPen(QColor(self._look.ink_soft))
        for (when, _, _), side in zip((self._bars[0], self._bars[-1]), (LEFT, RIGHT), strict=True):
            if side is LEFT or len(self._bars) > 1:
                painter.drawText(area, side | BOTTOM, when)

    def _paint_bars(self, painter: QPainter, area: QRectF) -> None:
        most = max(granted + denied for _, granted, denied in self._bars)
        place = area.width() / len(self._bars)
        width = max(1.0, min(WIDEST, place * (1 - FREE)))
        for i, (_, granted, denied) in enumerate(self._bars):
            left, bottom = area.left() + (i + 0.5) * place - width / 2, area.bottom()
            for count, colour in ((granted, self._look.good), (denied, self._look.bad)):
                height = area.height() * count / most
                painter.fillRect(QRectF(left, bottom - height, width, max(0.0, height - 1)), QColor(colour))
                bottom -= height
        painter.setPen(QPen(QColor(self._look.line), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())

    def _legend(self, painter: QPainter, area: QRectF, line: float) -> None:
        """In the order in which the parts of a bar stand, from the top."""
        right = area.right()
        for words, colour in (("granted", self._look.good), ("denied", self._look.bad)):
            width = QFontMetricsF(painter.font()).horizontalAdvance(words)
            painter.setPen(QColor(self._look.ink_soft))
            painter.drawText(QRectF(right - width, area.top(), width + 1, line), LEFT | TOP, words)
            painter.fillRect(QRectF(right - width - 16, area.top() + line / 2 - 5, 10, 10), QColor(colour))
            right -= width + 16 + theme.ROOM


class ReasonChart(Chart):
    """Why people were denied, the most frequent reasons first."""

    title = "Reasons of denial"
    _reasons: tuple[tuple[str, int], ...] = ()

    def show_stats(self, stats: EventStats) -> None:
        self._reasons = tuple((reason(code), count) for code, count in stats.reasons[:MOST_REASONS])
        told = "; ".join(f"{why}: {count}" for why, count in self._reasons)
        self.setAccessibleDescription(told or "Nobody was denied in this time")
        self.update()

    def paint(self, painter: QPainter, area: QRectF, line: float) -> None:
        if not self._reasons:
            self.nothing(painter, area)
            return
        below = area.adjusted(0, line + theme.GAP // 2, 0, 0)
        height = line + 6
        for i, (why, count) in enumerate(self._reasons[: int(below.height() // height)]):
            self._paint_reason(
                painter, QRectF(below.left(), below.top() + i * height, below.width(), height), why, count
            )

    def _paint_reason(self, painter: QPainter, row: QRectF, why: str, count: int) -> None:
        share = count / max(count for _, count in self._reasons)
        painter.fillRect(QRectF(row.left(), row.bottom() - 5, row.width(), 4), QColor(self._look.sunken))
        painter.fillRect(QRectF(row.left(), row.bottom() - 5, row.width() * share, 4), QColor(self._look.bad))
        painter.setPen(QColor(self._look.ink))
        number, metrics = str(count), QFontMetricsF(painter.font())
        room = row.width() - metrics.horizontalAdvance(number) - theme.GAP
        painter.drawText(row, LEFT | TOP, metrics.elidedText(why, Qt.TextElideMode.ElideRight, room))
        painter.drawText(row, RIGHT | TOP, number)


class GlanceChart(Chart):
    """How long it took from the first glance to the decision: the median, and what 95 of 100 stay below."""

    title = "Glance to decision"
    least = QSize(150, 118)
    _figures: tuple[tuple[str, str], ...] = ()

    def show_stats(self, stats: EventStats) -> None:
        both = (("p50", stats.latency_p50), ("p95", stats.latency_p95))
        self._figures = tuple((name, f"{seconds * 1000:.0f} ms") for name, seconds in both if seconds is not None)
        told = ", ".join(f"{name} {figure}" for name, figure in self._figures)
        self.setAccessibleDescription(told or "No decision in this time")
        self.update()

    def paint(self, painter: QPainter, area: QRectF, line: float) -> None:
        if not self._figures:
            self.nothing(painter, area)
            return
        below = area.adjusted(0, line + theme.GAP // 2, 0, 0)
        height = min(44.0, below.height() / len(self._figures))
        figures = _small(painter, bold=True)
        figures.setPixelSize(theme.LARGE + 2)
        for i, (name, figure) in enumerate(self._figures):
            row = QRectF(below.left(), below.top() + i * height, below.width(), height)
            painter.setFont(_small(painter))
            painter.setPen(QColor(self._look.ink_soft))
            painter.drawText(row, LEFT | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(figures)
            painter.setPen(QColor(self._look.ink))
            painter.drawText(row, RIGHT | Qt.AlignmentFlag.AlignVCenter, figure)


def _small(painter: QPainter, *, bold: bool = False) -> QFont:
    font = painter.font()
    font.setPixelSize(theme.SMALL)
    font.setBold(bold)
    return font
