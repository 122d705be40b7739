"""The log as a table that fetches what is looked at, and what is new."""

import csv
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from core.errors import DoorwardError, InputError
from core.logbook import Event, EventFilter, Incident
from kiosk.console.eventwords import COLUMNS, cells
from kiosk.jobs import Jobs

PAGE = 200
Entry = Event | Incident
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class Log(Protocol):
    """What is asked of the store. May raise StoreUnavailable."""

    def events(self, limit: int = ..., *, where: EventFilter = ..., before: Entry | None = ...) -> list[Entry]: ...


class EventsModel(QAbstractTableModel):
    """The entries of a filter, newest first. Answers to what was asked before the filter changed are dropped."""

    failed = Signal(str)
    loaded = Signal()

    def __init__(self, log: Log, jobs: Jobs) -> None:
        super().__init__()
        self._log, self._jobs = log, jobs
        self._where = EventFilter()
        self._entries: list[Entry] = []
        self._asked = 0
        self._busy = False
        self._whole = True

    def show(self, where: EventFilter) -> None:
        """Begins anew, with the entries of `where`."""
        self.beginResetModel()
        self._where, self._entries, self._whole, self._busy = where, [], False, False
        self._asked += 1
        self.endResetModel()
        self.fetchMore(NOWHERE)

    def refresh(self) -> None:
        """Puts what is new in its place."""
        self._ask(partial(self._log.events, PAGE, where=self._where), self._merge)

    def entry(self, row: int) -> Entry:
        return self._entries[row]

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        across = orientation is Qt.Orientation.Horizontal
        return COLUMNS[section] if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return cells(self._entries[index.row()])[index.column()]
        return None

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802 - Qt's name
        return not (parent.isValid() or self._whole or self._busy)

    def fetchMore(self, parent: Index) -> None:  # noqa: N802 - Qt's name
        oldest = self._entries[-1] if self._entries else None
        if self.canFetchMore(parent):
            self._ask(partial(self._log.events, PAGE, where=self._where, before=oldest), self._append)

    def _ask(self, call: Callable[[], list[Entry]], then: Callable[[list[Entry]], None]) -> None:
        if self._busy:
            return
        self._busy, asked = True, self._asked

        def answered(entries: list[Entry]) -> None:
            if asked == self._asked:
                self._busy = False
                then(entries)
                self.loaded.emit()

        def refused(error: DoorwardError) -> None:
            if asked == self._asked:
                self._busy = False
                self.failed.emit(str(error))

        self._jobs.run(self, call, answered, refused)

    def _append(self, entries: list[Entry]) -> None:
        self._whole = len(entries) < PAGE
        if entries:
            first = len(self._entries)
            self.beginInsertRows(NOWHERE, first, first + len(entries) - 1)
            self._entries += entries
            self.endInsertRows()

    def _merge(self, newest: list[Entry]) -> None:
        """What was written late may be older than what is shown; what the door did is told after the event."""
        places = {entry.id: place for place, entry in enumerate(self._entries)}
        for entry in reversed(newest):
            place = places.get(entry.id)
            if place is None:
                self._insert(entry)
                places = {entry.id: place for place, entry in enumerate(self._entries)}
            elif self._entries[place] != entry:
                self._entries[place] = entry
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))

    def _insert(self, entry: Entry) -> None:
        place = bisect_left(self._entries, _age(entry), key=_age)
        if place == len(self._entries) and not self._whole and self._entries:
            return  # beyond what has been fetched: it comes with its page
        self.beginInsertRows(NOWHERE, place, place)
        self._entries.insert(place, entry)
        self.endInsertRows()


def _age(entry: Entry) -> tuple[float, int]:
    """What the newest entry has least of."""
    return -entry.at.timestamp(), -(entry.id or 0)


def every(log: Log, where: EventFilter) -> Iterator[Entry]:
    """All entries of `where`, a page at a time. Raises StoreUnavailable."""
    oldest: Entry | None = None
    while page := log.events(PAGE, where=where, before=oldest):
        yield from page
        oldest = page[-1]


def export(log: Log, where: EventFilter, path: Path, stopped: Callable[[], bool] = lambda: False) -> int:
    """Writes all entries of `where` as CSV, times in this machine's zone; returns how many.

    Raises StoreUnavailable, and InputError where the file cannot be written. A file begun is not left half-written.
    """
    half, written = path.with_name(f"{path.name}.part"), 0
    try:
        with half.open("w", newline="", encoding="utf-8-sig") as file:  # the mark is for spreadsheets
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            for entry in every(log, where):
                if stopped():
                    break
                rows.writerow(_harmless(cell) for cell in cells(entry))
                written += 1
        half.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Choose another folder.") from error
    finally:
        half.unlink(missing_ok=True)
    return written


def _harmless(cell: str) -> str:
    """A name must not become a formula in somebody's spreadsheet (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell


def midnight(moment: datetime) -> datetime:
    """The beginning of the day of `moment` where this machine stands."""
    return moment.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
