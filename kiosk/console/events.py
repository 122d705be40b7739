"""The operator's page of what happened at the door."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QDateTime, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QDateTimeEdit, QFileDialog, QHeaderView, QTableView, QWidget

from core.domain import Reason
from core.errors import DoorwardError
from core.logbook import Act, EventFilter, EventStats
from kiosk import theme
from kiosk.console.charts import GlanceChart, ReasonChart, TimeChart
from kiosk.console.eventsmodel import EventsModel, Log, export, midnight
from kiosk.console.eventwords import ACTS, OUTCOMES, REASONS
from kiosk.console.table import table
from kiosk.controls import Notice, column, field, row, tool
from kiosk.icons import icon
from kiosk.jobs import Jobs

LIVE_MS, TYPING_MS = 1000, 250
BETWEEN = "Between…"
WIDTHS = {0: 184, 1: 94, 4: 88, 5: 96, 6: 80, 7: 104, 8: 96}
"""Of the columns by their places, in pixels; what is left is for the person and the reason."""
SHORTEST = 9  # characters of a choice that are always seen
FROM = {4: 900, 5: 1000, 6: 1160, 7: 900, 8: 800}
"""The width of the page from which a column is shown; the others always are."""
SPANS: dict[str, Callable[[datetime], datetime | None]] = {
    "Today": midnight,
    "Last hour": lambda now: now - timedelta(hours=1),
    "Last 7 days": lambda now: midnight(now) - timedelta(days=6),
    "Last 30 days": lambda now: midnight(now) - timedelta(days=29),
    "All": lambda _: None,
    BETWEEN: lambda _: None,
}
"""When each begins."""


class LogBook(Log, Protocol):
    """What the page asks of the store."""

    def event_stats(self, where: EventFilter) -> EventStats: ...


class EventsPage(QWidget):
    """Live while it is seen; filtered by time, person, outcome and reason; charts; CSV."""

    def __init__(
        self,
        log: LogBook,
        jobs: Jobs,
        *,
        look: theme.Look = theme.LIGHT,
        note: Callable[[Act], None] = lambda _: None,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`note` writes down that the log was carried out of here."""
        super().__init__()
        self._log, self._jobs, self._note, self._utcnow = log, jobs, note, utcnow
        self._counting = False
        self.model = EventsModel(log, jobs)
        self.span, self.outcome, self.reason = _choice("Time", SPANS), _choice("Outcome", ()), _choice("Reason", ())
        self.since, self.until = _moment("From"), _moment("Until")
        self.person = field("Person", longest=255)
        self.person.setPlaceholderText("Person")
        self.times, self.reasons, self.glance = TimeChart(look), ReasonChart(look), GlanceChart(look)
        self.notice = Notice()
        self.table = _table(self.model)
        self.export_button = tool("&Export CSV…", self._choose_file, icon("export", look), look="")
        self._fill_choices()
        self._lay_out()
        self._live = self._timer(LIVE_MS, self._refresh)
        self._typing = self._timer(TYPING_MS, self.apply, once=True)
        self._connect()

    def where(self) -> EventFilter:
        """What the controls ask for."""
        span, until = self.span.currentText(), None
        since = SPANS[span](self._utcnow())
        if span == BETWEEN:
            since, until = _utc(self.since), _utc(self.until)
        return EventFilter(
            since, until, self.person.text().strip(), self.outcome.currentData(), self.reason.currentData()
        )

    def apply(self) -> None:
        """Shows what the controls ask for."""
        for edit in (self.since, self.until):
            edit.setVisible(self.span.currentText() == BETWEEN)
        self.notice.clear()
        self.model.show(self.where())
        self._count()

    def export_to(self, path: Path) -> None:
        """Off this thread; the notice tells what came of it."""
        self.export_button.setEnabled(False)
        self.notice.plain("Writing…")
        call = partial(export, self._log, self.where(), path, lambda: self._jobs.stopped)
        self._jobs.run(self, call, lambda rows: self._exported(rows, path), self._not_exported)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self.apply()
        self._live.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._live.stop()
        super().hideEvent(event)

    def _fill_choices(self) -> None:
        self.outcome.addItem("Any outcome", "")
        for code, words in OUTCOMES.items():
            self.outcome.addItem(words, code)
        self.reason.addItem("Any reason", "")
        for why in (reason for reason in Reason if reason in REASONS):
            self.reason.addItem(REASONS[why], str(why))
        for act, words in ACTS.items():
            self.reason.addItem(words, str(act))

    def _lay_out(self) -> None:
        filters = row(self.span, self.outcome, self.reason, self.person, self.export_button)
        for place in range(4):
            filters.setStretch(place, 1)
        between = row(self.since, self.until, None)
        charts = row(self.times, self.reasons, self.glance)
        for place, share in enumerate((5, 3, 2)):
            charts.setStretch(place, share)
        whole = column(filters, between, charts, self.notice, self.table)
        whole.setStretch(4, 1)
        whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """As many columns as there is room for; the exported file has them all."""
        for place, least in FROM.items():
            self.table.setColumnHidden(place, self.width() < least)
        narrow = self.width() < theme.NARROW
        self.export_button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        super().resizeEvent(event)

    def _timer(self, interval: int, act: Callable[[], None], *, once: bool = False) -> QTimer:
        made = QTimer(self, interval=interval, singleShot=once)
        made.timeout.connect(act)
        return made

    def _connect(self) -> None:
        for choice in (self.span, self.outcome, self.reason):
            choice.activated.connect(lambda _: self.apply())
        for edit in (self.since, self.until):
            edit.dateTimeChanged.connect(lambda _: self._typing.start())
        self.person.textChanged.connect(lambda _: self._typing.start())
        self.model.failed.connect(self.notice.bad)

    def _refresh(self) -> None:
        self.model.refresh()
        self._count()

    def _count(self) -> None:
        """One question at a time: on a large log it takes longer than the time between two."""
        if not self._counting:
            self._counting = True
            self._jobs.run(self, partial(self._log.event_stats, self.where()), self._counted, self._not_counted)

    def _counted(self, stats: EventStats) -> None:
        self._counting = False
        for chart in (self.times, self.reasons, self.glance):
            chart.show_stats(stats)

    def _not_counted(self, error: DoorwardError) -> None:
        self._counting = False
        self.notice.bad(str(error))

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export events", "events.csv", "CSV (*.csv)")
        if name:
            self.export_to(Path(name))

    def _exported(self, rows: int, path: Path) -> None:
        self._note(Act.EVENTS_EXPORTED)
        self.export_button.setEnabled(True)
        self.notice.good(f"{rows} events are in {path}.")

    def _not_exported(self, error: DoorwardError) -> None:
        self.export_button.setEnabled(True)
        self.notice.bad(str(error))


def _choice(name: str, items: Iterable[str]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.addItems(list(items))
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(SHORTEST)
    return made


def _moment(name: str) -> QDateTimeEdit:
    made = QDateTimeEdit(QDateTime.currentDateTime())
    made.setCalendarPopup(True)
    made.setDisplayFormat("yyyy-MM-dd HH:mm")
    made.setAccessibleName(name)
    made.hide()
    return made


def _utc(edit: QDateTimeEdit) -> datetime:
    return datetime.fromtimestamp(edit.dateTime().toSecsSinceEpoch(), UTC)


def _table(model: EventsModel) -> QTableView:
    made = table(model, "Events")
    across = made.horizontalHeader()
    across.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    for place, width in WIDTHS.items():
        across.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
        made.setColumnWidth(place, width)
    return made
