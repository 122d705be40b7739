"""Everybody who is enrolled, found as one types."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHeaderView, QStackedWidget, QTableView, QWidget

from kiosk import theme
from kiosk.console.keys import on_key
from kiosk.console.peoplemodel import COLUMNS, PeopleModel
from kiosk.console.personwords import count
from kiosk.console.table import table
from kiosk.controls import Notice, button, column, field, label, row

TYPING_MS = 150
WIDTHS = {"State": 176, "Faces": 76, "PIN": 76, "Consent": 120}
FROM = {"PIN": 560, "Consent": 760}
"""The width of the table from which it has room for a column, in pixels; the panel tells the same."""
LOOKING = "One moment…"
NOBODY = "Nobody is enrolled yet. Enrol somebody at the camera, or bring in a list of people with their pictures."
NOT_FOUND = "No name and no user ID holds “{}”."


class PeopleList(QWidget):
    """A field to search in and the table. Down leads from the one into the other, Enter or a press opens a row."""

    opened = Signal(object)
    """A Person."""
    moved = Signal(object)
    """The Person whose row the keys led to."""
    deletion_wanted = Signal(object)

    def __init__(self, model: PeopleModel) -> None:
        super().__init__()
        self.model = model
        self.sought = field("Find a person", longest=255)
        self.sought.setPlaceholderText("Name or user ID")
        self.total, self.empty = label("", look="soft"), label(LOOKING, look="soft")
        self.notice = Notice()
        self.again = button("Try a&gain", self.reload)
        self.table = _table(model)
        self._either = QStackedWidget()
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._current: str | None = None
        self._lay_out()
        self._connect()

    def search(self) -> None:
        """Looks for what is typed, now."""
        self._typing.stop()
        self._current = None
        self.model.search(self.sought.text().strip())

    def reload(self) -> None:
        """The same once more, with the cursor where it is."""
        self.notice.clear()
        self.again.hide()
        self.model.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        for name, least in FROM.items():
            self.table.setColumnHidden(COLUMNS.index(name), self.width() < least)
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if watched is self.sought and event.key() == Qt.Key.Key_Down:
                self._enter_table()
                return True
            if watched is self.table and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open(self.table.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.total.setWordWrap(False)
        top = row(self.sought, self.total, gap=theme.ROOM)
        top.setStretch(0, 1)
        self._either.addWidget(self.empty)
        self._either.addWidget(self.table)
        trouble = row(self.notice, self.again)
        trouble.setStretch(0, 1)
        whole = column(top, trouble, self._either)
        whole.setStretch(2, 1)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        self.again.hide()

    def _connect(self) -> None:
        self._typing.timeout.connect(self.search)
        self.sought.textChanged.connect(lambda _: self._typing.start())
        self.sought.returnPressed.connect(self.search)
        for watched in (self.sought, self.table):
            watched.installEventFilter(self)
        self.table.clicked.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.model.loaded.connect(self._loaded)
        self.model.counted.connect(self._counted)
        self.model.failed.connect(self._failed)
        shortcuts = {QKeySequence.StandardKey.Find: self._find, QKeySequence.StandardKey.Refresh: self.reload}
        for keys, act in shortcuts.items():
            QShortcut(keys, self, act)
        on_key(QKeySequence.StandardKey.Delete, self.table, self._delete)

    def _find(self) -> None:
        self.sought.setFocus()
        self.sought.selectAll()

    def _enter_table(self) -> None:
        if self.model.rowCount():
            self.table.setFocus()
            if not self.table.currentIndex().isValid():
                self.table.selectRow(0)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.model.person(index.row()))

    def _moved(self, index: QModelIndex) -> None:
        if index.isValid():
            person = self.model.person(index.row())
            self._current = person.user_id
            self.moved.emit(person)

    def _delete(self) -> None:
        if self.table.currentIndex().isValid():
            self.deletion_wanted.emit(self.model.person(self.table.currentIndex().row()))

    def _loaded(self) -> None:
        """A model that began anew has lost the cursor; it goes back to whom it was on."""
        self.notice.clear()
        self.again.hide()
        self.empty.setText(NOT_FOUND.format(self.model.sought) if self.model.sought else NOBODY)
        self._either.setCurrentWidget(self.table if self.model.rowCount() else self.empty)
        place = self.model.place(self._current) if self._current else None
        if place is not None and self.table.currentIndex().row() != place:
            self.table.selectRow(place)

    def _counted(self, total: int) -> None:
        self.total.setText(count(total, "found", "found") if self.model.sought else count(total, "person", "people"))

    def _failed(self, why: str) -> None:
        self.notice.bad(why)
        self.again.show()


def _table(model: PeopleModel) -> QTableView:
    made = table(model, "People")
    across = made.horizontalHeader()
    for place, name in enumerate(COLUMNS):
        fixed = WIDTHS.get(name)
        across.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed if fixed else QHeaderView.ResizeMode.Stretch)
        made.setColumnWidth(place, fixed or 0)
    return made
