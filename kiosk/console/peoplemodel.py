"""The people as a table that fetches the pages that are looked at, however many there are."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from core.domain import Person
from core.errors import DoorwardError
from kiosk import theme
from kiosk.console.personwords import CELLS, consent, passes, state
from kiosk.jobs import Jobs

PAGE = 100
RELOADED = 10 * PAGE
"""The most rows that are fetched anew at once; those beyond come again when they are looked at."""
COLUMNS, SAYS = tuple(CELLS), tuple(CELLS.values())
NAME, STATE, CONSENT = (COLUMNS.index(name) for name in ("Name", "State", "Consent"))
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
DISPLAY, TOOLTIP, ACCESSIBLE, COLOUR = ROLES = tuple(
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.ForegroundRole,
    )
)
"""As numbers: a name of Qt's is looked up for a tenth of what a table's painting takes."""
T = TypeVar("T")


class People(Protocol):
    """What is asked of the store. May raise StoreUnavailable."""

    def people(self, search: str = ..., *, after: str = ..., limit: int | None = ...) -> list[Person]: ...

    def count(self, search: str = ...) -> int: ...


class Latest(QObject):
    """One question at a time. Of those that come meanwhile only the newest is asked, and only its answer is told."""

    def __init__(self, jobs: Jobs, failed: Callable[[DoorwardError], None], parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._failed = jobs, failed
        self._next: Callable[[], None] | None = None
        self._wanted = 0
        self.busy = False

    def ask(self, call: Callable[[], T], then: Callable[[T], None]) -> None:
        self.drop()
        answered = partial(self._tell, self._wanted, then)
        self._next = partial(self._jobs.run, self, call, answered, partial(self._tell, self._wanted, self._failed))
        if not self.busy:
            self._go()

    def drop(self) -> None:
        """Nobody waits for an answer any more."""
        self._wanted += 1
        self._next = None

    def _go(self) -> None:
        if self._next is not None:
            run, self._next, self.busy = self._next, None, True
            run()

    def _tell(self, number: int, then: Callable[[T], None], answer: T) -> None:
        self.busy = False
        if number == self._wanted:
            then(answer)
        self._go()


class PeopleModel(QAbstractTableModel):
    """Those whose name or user_id holds what was searched for, by user_id. Rows stay until the new ones are there."""

    loaded = Signal()
    counted = Signal(int)
    """How many there are, those not fetched yet among them."""
    failed = Signal(str)

    def __init__(
        self,
        people: People,
        jobs: Jobs,
        *,
        look: theme.Look = theme.LIGHT,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self._people, self._utcnow = people, utcnow
        self._kept_out = QColor(look.bad)
        self._rows: list[Person] = []
        self._whole = True
        self.sought = ""
        self._pages, self._counts = Latest(jobs, self._refused, self), Latest(jobs, self._refused, self)

    def search(self, text: str) -> None:
        """Shows who is found by `text`; everybody where it is empty."""
        self.sought = text
        self._fetch(PAGE)

    def reload(self) -> None:
        """The same search once more: others change people too."""
        self._fetch(max(PAGE, min(len(self._rows), RELOADED)))

    def person(self, row: int) -> Person:
        return self._rows[row]

    def place(self, user_id: str) -> int | None:
        """The row of that person, if it has been fetched."""
        return next((row for row, person in enumerate(self._rows) if person.user_id == user_id), None)

    def update(self, person: Person) -> None:
        """Shows what has become of somebody, whether or not the search would still find them."""
        row = self.place(person.user_id)
        if row is not None:
            self._rows[row] = person
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY) -> Any:  # noqa: N802 - Qt's name
        across = orientation is Qt.Orientation.Horizontal
        return COLUMNS[section] if across and role == DISPLAY else None

    def data(self, index: Index, role: int = DISPLAY) -> Any:
        if role not in ROLES:
            return None
        person, column, now = self._rows[index.row()], index.column(), self._utcnow()
        if role == COLOUR:
            return self._kept_out if column == STATE and not passes(person, now) else None
        if role == TOOLTIP and column == STATE:
            return state(person, now)
        if role == TOOLTIP and column == CONSENT:
            return consent(person)
        if role == ACCESSIBLE and column == NAME:
            return ", ".join(says(person, now) for says in SAYS)
        return SAYS[column](person, now)

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802 - Qt's name
        return not (parent.isValid() or self._whole or self._pages.busy)

    def fetchMore(self, parent: Index) -> None:  # noqa: N802 - Qt's name
        if self.canFetchMore(parent):
            after = self._rows[-1].user_id if self._rows else ""
            self._pages.ask(partial(self._people.people, self.sought, after=after, limit=PAGE), self._append)

    def _fetch(self, limit: int) -> None:
        self._counts.drop()
        call = partial(self._people.people, self.sought, limit=limit)
        self._pages.ask(call, partial(self._begin, limit))

    def _begin(self, limit: int, rows: list[Person]) -> None:
        self._whole = len(rows) < limit
        if rows and [row.user_id for row in rows] == [row.user_id for row in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        self.loaded.emit()
        if self._whole:
            self.counted.emit(len(rows))
        else:
            self._counts.ask(partial(self._people.count, self.sought), self.counted.emit)

    def _append(self, rows: list[Person]) -> None:
        self._whole = len(rows) < PAGE
        if rows:
            first = len(self._rows)
            self.beginInsertRows(NOWHERE, first, first + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    def _refused(self, error: DoorwardError) -> None:
        self.failed.emit(str(error))
