"""The operator's page of everybody who is enrolled: find somebody, see them, change them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from PySide6.QtGui import QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from core.domain import Person, Role
from core.errors import DoorwardError
from kiosk import theme
from kiosk.console import changes
from kiosk.console.changes import Change
from kiosk.console.keys import on_key
from kiosk.console.peoplelist import PeopleList
from kiosk.console.peoplemodel import People, PeopleModel
from kiosk.console.person import PersonPanel
from kiosk.console.undo import UNDO_MS, UndoBar
from kiosk.controls import column, row
from kiosk.jobs import Jobs

BESIDE, BELOW = 960, 1200
"""The least width and height that have room for the panel beside or below the table; else it takes its place."""
PANEL = 440
ANY = 2**24 - 1  # Qt's QWIDGETSIZE_MAX


class Store(People, changes.Store, Protocol):
    """What the page asks of the store."""


class PeoplePage(QWidget):
    """The table, the panel of whoever was opened, and a way back from what was done last."""

    def __init__(
        self,
        store: Store,
        jobs: Jobs,
        *,
        role: Role = Role.ADMINISTRATOR,
        enrol: Callable[[str], None] | None = None,
        follow: Callable[[], None] = lambda: None,
        look: theme.Look = theme.LIGHT,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
        undo_ms: int = UNDO_MS,
    ) -> None:
        """`enrol` leads to where a face can be added to a user_id; None: there is no such place. `follow` brings what
        was changed to the door.
        """
        super().__init__()
        self._store, self._jobs = store, jobs
        self.model = PeopleModel(store, jobs, look=look, utcnow=utcnow)
        self.list = PeopleList(self.model)
        self.panel = PersonPanel(store, jobs, role=role, enrol=enrol, follow=follow, utcnow=utcnow)
        self.undo = UndoBar(jobs, undo_ms=undo_ms)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.list.sought)

    def open(self, person: Person) -> None:
        """Shows the panel, and leads into it where it hides the table."""
        self.panel.show_person(person)
        self.panel.show()
        self._arrange()
        if self.list.isHidden():
            self.panel.close_button.setFocus()

    def close_person(self) -> None:
        """Back to the table."""
        self.panel.clear()
        self.panel.hide()
        self._arrange()
        self.list.table.setFocus()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self.list.reload()
        self.panel.reload()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._arrange()
        super().resizeEvent(event)

    def _lay_out(self) -> None:
        self._both = row(self.list, self.panel, gap=theme.WIDE)
        self._both.setStretch(0, 1)
        whole = column(self._both, self.undo)
        whole.setStretch(0, 1)
        whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
        self.setLayout(whole)
        self.panel.hide()

    def _connect(self) -> None:
        self.list.opened.connect(self.open)
        self.list.moved.connect(self._follow)
        self.list.deletion_wanted.connect(self._delete)
        self.panel.closed.connect(self.close_person)
        self.panel.loaded.connect(self.model.update)
        self.panel.changed.connect(self._changed)
        self.panel.gone.connect(self._gone)
        self.undo.undone.connect(self._undone)
        on_key(QKeySequence.StandardKey.Cancel, self.panel, self.close_person, within=True)

    def _arrange(self) -> None:
        beside, below = self.width() >= BESIDE, self.height() >= BELOW
        down = below and not beside
        self._both.setDirection(QBoxLayout.Direction.TopToBottom if down else QBoxLayout.Direction.LeftToRight)
        self._both.setStretch(1, 1 if down else 0)
        self.panel.setMinimumWidth(PANEL if beside else 0)
        self.panel.setMaximumWidth(PANEL if beside else ANY)
        self.list.setVisible(self.panel.isHidden() or beside or below)

    def _follow(self, person: Person) -> None:
        if not self.panel.isHidden():
            self.panel.show_person(person)

    def _delete(self, person: Person) -> None:
        self.open(person)
        self.panel.ask_deletion()

    def _changed(self, change: Change) -> None:
        self.undo.offer(change)

    def _gone(self) -> None:
        self.close_person()
        self.list.reload()

    def _undone(self, user_id: str) -> None:
        if self.panel.person is not None and self.panel.person.user_id == user_id:
            self.panel.reload()
        else:
            self._jobs.run(self, partial(self._store.person, user_id), self.model.update, self._not_seen)

    def _not_seen(self, _: DoorwardError) -> None:
        """It was taken back; the table will say so the next time it is loaded."""
