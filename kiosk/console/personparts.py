"""The parts of a person's panel that are more than a field: dates, a PIN, faces."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QDateTime, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QRegularExpressionValidator
from PySide6.QtWidgets import QCheckBox, QDateTimeEdit, QListView, QWidget

from core.domain import StoredFace, Validity
from core.pin import LEAST_DIGITS, MOST_DIGITS
from kiosk import theme
from kiosk.console import personwords
from kiosk.console.keys import on_key
from kiosk.controls import button, column, field, label, row

DAY = 86_400  # seconds
FACE_ROWS = 4
NOWHERE = QModelIndex()


class Bound(QWidget):
    """A moment, or no limit."""

    def __init__(self, name: str, *, days_ahead: int) -> None:
        super().__init__()
        self._ahead = days_ahead
        self.limited = QCheckBox(name)
        self.moment = QDateTimeEdit()
        self.moment.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.moment.setCalendarPopup(True)
        self.moment.setMinimumDateTime(QDateTime.fromSecsSinceEpoch(0))
        self.moment.setAccessibleName(name.replace("&", ""))
        self.no_limit = label("No limit", look="soft")
        self.no_limit.setMinimumHeight(theme.TARGET)
        whole = row(self.limited, self.moment, self.no_limit)
        whole.setStretch(1, 1)
        whole.setStretch(2, 1)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        self.limited.toggled.connect(self._show)
        self.put(None)

    def put(self, moment: datetime | None) -> None:
        self.limited.setChecked(moment is not None)
        tomorrow = QDateTime.currentDateTime().date().addDays(self._ahead).startOfDay()
        self.moment.setDateTime(QDateTime.fromSecsSinceEpoch(int(moment.timestamp())) if moment else tomorrow)
        self._show()

    def value(self) -> datetime | None:
        if not self.limited.isChecked():
            return None
        return datetime.fromtimestamp(self.moment.dateTime().toSecsSinceEpoch(), UTC)

    def _show(self, *_: object) -> None:
        self.moment.setVisible(self.limited.isChecked())
        self.no_limit.setVisible(not self.limited.isChecked())


class Dates(QWidget):
    """From when and until when somebody is let in."""

    wanted = Signal(object)
    """A Validity."""

    def __init__(self) -> None:
        super().__init__()
        self.since, self.until = Bound("Valid &from", days_ahead=0), Bound("Valid &until", days_ahead=30)
        for bound in (self.since, self.until):
            bound.limited.setMinimumWidth(self.until.limited.sizeHint().width() + theme.GAP)
        self.save = button("Save &dates", self._save)
        self.setLayout(_tight(self.since, self.until, row(None, self.save)))

    def put(self, valid: Validity) -> None:
        self.since.put(valid.since)
        self.until.put(valid.until)

    def value(self) -> Validity:
        return Validity(self.since.value(), self.until.value())

    def _save(self) -> None:
        self.wanted.emit(self.value())


class PinEdit(QWidget):
    """A new PIN, typed twice, or none."""

    wanted = Signal(str, str)
    removal_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.said = label("", look="soft")
        self.pin, self.again = (
            field(name, longest=MOST_DIGITS, secret=True) for name in ("New PIN", "New PIN once more")
        )
        self.pin.setPlaceholderText(f"{LEAST_DIGITS} digits or more")
        for edit in (self.pin, self.again):
            edit.setValidator(QRegularExpressionValidator("[0-9]*", edit))
            edit.returnPressed.connect(self._set)
        self.set_button = button("Set &PIN", self._set)
        self.remove = button("&Remove PIN", self.removal_wanted.emit)
        self.setLayout(_tight(self.said, row(self.pin, self.again), row(None, self.remove, self.set_button)))

    def put(self, *, has_pin: bool) -> None:
        self.said.setText("A PIN is set. It cannot be read, only replaced." if has_pin else "No PIN is set.")
        self.remove.setVisible(has_pin)

    def clear(self) -> None:
        self.pin.clear()
        self.again.clear()

    def _set(self) -> None:
        self.wanted.emit(self.pin.text(), self.again.text())


class FacesModel(QAbstractListModel):
    """The faces of one person, the oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.faces: Sequence[StoredFace] = ()

    def show(self, faces: Sequence[StoredFace]) -> None:
        self.beginResetModel()
        self.faces = faces
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.faces)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        face = self.faces[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{index.row() + 1}.  {personwords.face(face)}"
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, theme.TARGET)
        return f"Made by the model {face.model_id}" if role == Qt.ItemDataRole.ToolTipRole else None


class Faces(QWidget):
    """The stored faces, of which one can be dropped or another added."""

    drop_wanted = Signal(object)
    """A StoredFace."""
    add_wanted = Signal()

    def __init__(self, *, addable: bool) -> None:
        super().__init__()
        self.model = FacesModel()
        self.none = label("There are none.", look="soft")
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setAccessibleName("Stored faces")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.drop = button("Dr&op face…", self._drop)
        self.add = button("&Add a face…", self.add_wanted.emit)
        self.setLayout(_tight(self.none, self.list, row(None, self.drop, self.add)))
        self.add.setVisible(addable)
        self.list.selectionModel().currentChanged.connect(self._allow)
        self.model.modelReset.connect(self._allow)
        on_key(QKeySequence.StandardKey.Delete, self.list, self._drop)

    def put(self, faces: Sequence[StoredFace]) -> None:
        self.model.show(faces)
        self.none.setVisible(not faces)
        self.list.setVisible(bool(faces))
        rows = min(len(faces), FACE_ROWS)
        self.list.setFixedHeight(rows * theme.TARGET + theme.GAP)

    def _allow(self, *_: object) -> None:
        self.drop.setEnabled(self.list.currentIndex().isValid())

    def _drop(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            self.drop_wanted.emit(self.model.faces[index.row()])


def _tight(*parts: Any) -> Any:
    made = column(*parts)
    made.setContentsMargins(0, 0, 0, 0)
    return made
