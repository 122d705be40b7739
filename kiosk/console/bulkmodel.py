"""What became of each row of a list, as a table that grows while it is brought in."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from core.bulk import RowResult, Status
from kiosk import theme
from kiosk.console.bulkrun import WORDS
from kiosk.console.personwords import count

COLUMNS = ("Line", "User ID", "Result", "Why")
RESULT, WHY = COLUMNS.index("Result"), COLUMNS.index("Why")
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
STATUS = Qt.ItemDataRole.UserRole
"""The role that has a row's status, to sift by."""


class ResultsModel(QAbstractTableModel):
    """Shows the results of one run; `follow` takes in what is new."""

    def __init__(self, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self._results: list[RowResult] = []
        self._shown = 0
        self._colours = {Status.STORED: QColor(look.good), Status.REFUSED: QColor(look.bad)}

    def follow(self, results: list[RowResult]) -> None:
        """`results` as they are now; another list than before is another run."""
        if results is not self._results:
            self.beginResetModel()
            self._results, self._shown = results, 0
            self.endResetModel()
        there = len(results)  # it may grow meanwhile
        if there > self._shown:
            self.beginInsertRows(NOWHERE, self._shown, there - 1)
            self._shown = there
            self.endInsertRows()

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else self._shown

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802 - Qt's name
        across = orientation is Qt.Orientation.Horizontal
        return COLUMNS[section] if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        result, column = self._results[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _cell(result, column)
        if role == Qt.ItemDataRole.ForegroundRole and column == RESULT:
            return self._colours.get(result.status)
        return str(result.status) if role == STATUS else None


def _cell(result: RowResult, column: int) -> str:
    stored = count(result.faces, "face") if result.status is Status.STORED else result.message
    return (str(result.line), result.user_id, WORDS[result.status], stored)[column]
