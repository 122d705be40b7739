"""What the log comes to, drawn: decisions over time, reasons of denial. Each says the same in words."""

from datetime import datetime, tzinfo
from itertools import groupby

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.domain import EventStats
from kiosk import theme
from kiosk.console.eventwords import reason

MOST_BARS = 72  # hours side by side; beyond it, days
MOST_REASONS = 5
FOOT = 22  # pixels below the bars
FREE = 0.25  # of a bar's place
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


class TimeChart(QWidget):
    """How many were granted and denied, one bar beside the other."""

    def __init__(self, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self._look = look
        self._bars: tuple[Bar, ...] = ()
        self.setMinimumSize(200, 130)
        self.setAccessibleName("Decisions over time")

    def show_stats(self, stats: EventStats) -> None:
        self._bars = bars(stats)
        told = "; ".join(f"{when}: {granted} granted, {denied} denied" for when, granted, denied in self._bars)
        self.setAccessibleDescription(told or "No decision in this time")
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        area = _titled(self, painter, self._look, "Decisions")
        if not self._bars:
            _nothing(painter, area, self._look)
        else:
            _legend(painter, self._look, self.width())
            self._paint_bars(painter, area.adjusted(0, 0, 0, -FOOT))
            painter.setPen(QColor(self._look.ink_soft))
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, self._bars[0][0])
            if len(self._bars) > 1:
                painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, self._bars[-1][0])
        painter.end()

    def _paint_bars(self, painter: QPainter, area: QRectF) -> None:
        most = max(granted + denied for _, granted, denied in self._bars)
        place = min(area.width() / len(self._bars), 48.0)
        for i, (_, granted, denied) in enumerate(self._bars):
            left, bottom = area.left() + i * place, area.bottom()
            for count, colour in ((granted, self._look.good), (denied, self._look.bad)):
                height = area.height() * count / most
                bar = QRectF(left, bottom - height, max(1.0, place * (1 - FREE)), height)
                painter.fillRect(bar, QColor(colour))
                bottom -= height


class ReasonChart(QWidget):
    """Why people were denied, the most frequent reasons first."""

    def __init__(self, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self._look = look
        self._reasons: tuple[tuple[str, int], ...] = ()
        self.setMinimumSize(200, 130)
        self.setAccessibleName("Reasons of denial")

    def show_stats(self, stats: EventStats) -> None:
        self._reasons = tuple((reason(code), count) for code, count in stats.reasons[:MOST_REASONS])
        told = "; ".join(f"{why}: {count}" for why, count in self._reasons)
        self.setAccessibleDescription(told or "Nobody was denied in this time")
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        area = _titled(self, painter, self._look, "Reasons of denial")
        if not self._reasons:
            _nothing(painter, area, self._look)
        height = area.height() / MOST_REASONS
        for i, (why, count) in enumerate(self._reasons):
            self._paint_reason(painter, QRectF(area.left(), area.top() + i * height, area.width(), height), why, count)
        painter.end()

    def _paint_reason(self, painter: QPainter, row: QRectF, why: str, count: int) -> None:
        most, words = max(count for _, count in self._reasons), f"{count}  {why}"
        thin = QRectF(row.left(), row.bottom() - 5, row.width() * count / most, 4)
        painter.fillRect(thin, QColor(self._look.bad))
        painter.setPen(QColor(self._look.ink))
        fitted = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, row.width())
        painter.drawText(row.adjusted(0, 0, 0, -6), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, fitted)


def _titled(widget: QWidget, painter: QPainter, look: theme.Look, title: str) -> QRectF:
    """Writes the title; returns the room below it."""
    font = painter.font()
    font.setPixelSize(theme.SMALL)
    painter.setFont(font)
    painter.setPen(QColor(look.ink_soft))
    area = QRectF(widget.rect())
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
    return area.adjusted(0, QFontMetricsF(font).height() + theme.GAP, 0, 0)


def _legend(painter: QPainter, look: theme.Look, width: int) -> None:
    """Granted is below, denied on top: told by words and place, not by colour alone."""
    painter.setPen(QColor(look.ink_soft))
    area = QRectF(0, 0, width, 40)
    painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, "below: granted, above: denied")


def _nothing(painter: QPainter, area: QRectF, look: theme.Look) -> None:
    painter.setPen(QColor(look.ink_soft))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Nothing in this time")
