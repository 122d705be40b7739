"""How each part is, once a second, and what to do where it is not well."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTime, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from core.errors import DoorwardError
from kiosk import theme
from kiosk.controls import Notice, column, label, row
from kiosk.jobs import Jobs
from kiosk.status import Health, Lamp

REFRESH_MS = 1000
WORDS = {Health.WELL: "well", Health.IDLE: "not in use", Health.ILL: "not well"}
WHAT_WIDTH = 116
ROW_LEAST = 520  # pixels of a part's row, beside another


@dataclass(frozen=True, slots=True)
class Reading:
    """How one part is: `said` is what is so, `remedy` what to do about it."""

    what: str
    health: Health
    said: str
    remedy: str = ""


class HealthPage(QWidget):
    """Asks `readings`, which may wait, once a second while it is visible; never twice at a time."""

    def __init__(
        self, readings: Callable[[], Sequence[Reading]], jobs: Jobs, *, look: theme.Look = theme.LIGHT
    ) -> None:
        super().__init__()
        self._readings, self._jobs, self._look = readings, jobs, look
        self._asking = False
        self.rows: dict[str, Row] = {}
        self.summary, self.asked_at, self.notice = Notice(), QLabel(), Notice()
        self.summary.plain("One moment…")
        self.asked_at.setObjectName("small")
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.GAP)
        head = row(self.summary, self.asked_at, gap=theme.ROOM)
        head.setStretch(0, 1)
        whole = column(head, self.notice)
        whole.addLayout(self._grid)
        whole.addStretch()
        whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
        self.setLayout(whole)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def refresh(self) -> None:
        if not self._asking:
            self._asking = True
            self._jobs.run(self, self._readings, self._show, self._failed)

    def _show(self, readings: Sequence[Reading]) -> None:
        self._asking = False
        self.notice.clear()
        for reading in readings:
            if reading.what not in self.rows:
                self.rows[reading.what] = Row(reading.what, self._look)
                self._arrange()
            self.rows[reading.what].show_reading(reading)
        ill = any(reading.health is Health.ILL for reading in readings)
        self.summary.bad(summary(readings)) if ill else self.summary.good(summary(readings))
        self.asked_at.setText(f"as of {QTime.currentTime().toString('HH:mm:ss')}")

    def _failed(self, error: DoorwardError) -> None:
        self._asking = False
        self.notice.bad(str(error))

    def _arrange(self) -> None:
        """Side by side where there is room for two."""
        across = 2 if self.width() >= 2 * ROW_LEAST else 1
        for place, each in enumerate(self.rows.values()):
            self._grid.addWidget(each, place // across, place % across)
        for place in range(2):
            self._grid.setColumnStretch(place, int(place < across))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._arrange()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.start()
        self.refresh()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.stop()
        super().hideEvent(event)


class Row(QFrame):
    """One part: its lamp, its name, what is said of it, and the remedy. Tab leads from one to the next."""

    def __init__(self, what: str, look: theme.Look) -> None:
        super().__init__()
        self.setObjectName("reading")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lamp = Lamp(look)
        self.said, self.remedy = label(""), label("", look="soft")
        name = label(what, look="what")
        name.setFixedWidth(WHAT_WIDTH)
        words = column(self.said, self.remedy, None, gap=2)
        whole = row(self._lamp, name, words, gap=theme.ROOM)
        whole.setStretch(2, 1)
        for part in (self._lamp, name):
            whole.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        whole.setContentsMargins(theme.ROOM, theme.ROOM - 4, theme.ROOM, theme.ROOM - 4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setLayout(whole)

    def show_reading(self, reading: Reading) -> None:
        self._lamp.show_health(reading.health)
        self.said.setText(reading.said)
        self.remedy.setText(reading.remedy)
        self.remedy.setVisible(bool(reading.remedy))
        told = f"{reading.what}: {WORDS[reading.health]}. {reading.said} {reading.remedy}".strip()
        if told != self.accessibleName():  # else a screen reader would say it every second
            self.setAccessibleName(told)


def summary(readings: Sequence[Reading]) -> str:
    ill = [reading.what for reading in readings if reading.health is Health.ILL]
    if not ill:
        return "All is well."
    return f"{'One thing needs' if len(ill) == 1 else f'{len(ill)} things need'} your attention: {', '.join(ill)}."
