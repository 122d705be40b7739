"""The operator's page that enrols many people at once, from a list and their pictures."""

import shutil
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFileDialog,
    QProgressBar,
    QTableView,
    QWidget,
)

from core.bulk import People, Status
from core.enrolment import Enrolment
from core.errors import DoorwardError, InputError
from kiosk import theme
from kiosk.console.bulkmodel import STATUS, WHY, ResultsModel
from kiosk.console.bulkorder import LEAD, OrderForm
from kiosk.console.bulkrun import Import, Order, outcome, tally
from kiosk.console.enrolfiles import paths_of
from kiosk.console.table import table
from kiosk.controls import Notice, button, column, label, row
from kiosk.jobs import Jobs

LOOK_MS = 100
NO_USE = "That is neither a CSV nor a folder. Drop a list of people, or the folder of their pictures."
WIDTHS = (64, 150, 150)


class BulkPage(QWidget):
    """First what is to be brought in, then how far it is and what became of each row.

    A `run` that is given goes on while no page shows it; else it stops with the page.
    """

    def __init__(
        self,
        enrolment: Enrolment,
        store: People,
        jobs: Jobs,
        *,
        look: theme.Look = theme.LIGHT,
        run: Import | None = None,
    ) -> None:
        super().__init__()
        self._jobs, self._enrolment = jobs, enrolment
        self.run = run or Import(enrolment, store, jobs)
        if run is None:
            self.destroyed.connect(self.run.stop)
        self.form, self.notice = OrderForm(), Notice()
        self.model, self.sifted = ResultsModel(look), QSortFilterProxyModel(self)
        self.sifted.setSourceModel(self.model)
        self.sifted.setFilterKeyColumn(0)
        self.sifted.setFilterRole(STATUS)
        self.table = _table(self.sifted)
        self.bar = QProgressBar()
        self.said, self.why = label(""), label("", look="soft")
        self.only_refused = QCheckBox("&Only what was refused")
        self.stop = button("S&top", self._stop)
        self.again = button("&Run again", self._again, look="primary")
        self.other = button("&Another list…", self._choose_another)
        self.save = button("Save re&port…", self._choose_copy)
        self._watch = QTimer(self, interval=LOOK_MS)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)

    def start(self, order: Order) -> None:
        """Brings `order` in, and shows how it goes."""
        self.notice.clear()
        self.run.start(order, self._enrolment)
        self._show_run()
        self.stop.setFocus()

    def copy_report(self, to: Path) -> None:
        """Off this thread; the notice tells what came of it."""
        order = self.run.order
        if order is not None:
            call = partial(_copy, order.report_path, to)
            self._jobs.run(self, call, lambda _: self.notice.good(f"The report is in {to}."), self._not_copied)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        if self.run.order is not None:
            self._show_run()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._watch.stop()
        super().hideEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if paths_of(event.mimeData()) and not self.run.running:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        event.acceptProposedAction()
        self._choose_another()
        if not self.form.take(paths_of(event.mimeData())):
            self.notice.bad(NO_USE)

    def _lay_out(self) -> None:
        self.setup, self.under_way = QWidget(), QWidget()
        self.setup.setLayout(_tight(column(label(LEAD, look="soft"), self.form, None)))
        progress = row(self.bar, self.stop)
        progress.setStretch(0, 1)
        after = row(self.only_refused, None, self.save, self.other, self.again)
        below = column(progress, self.said, self.table, self.why, after)
        below.setStretch(2, 1)
        self.under_way.setLayout(_tight(below))
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        whole = column(self.notice, self.setup, self.under_way)
        for place in (1, 2):
            whole.setStretch(place, 1)
        whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
        self.setLayout(whole)
        self.under_way.hide()

    def _connect(self) -> None:
        self._watch.timeout.connect(self._look)
        self.form.wanted.connect(self.start)
        self.only_refused.toggled.connect(self._sift)
        self.table.selectionModel().currentRowChanged.connect(self._explain)
        self.sifted.modelReset.connect(self.why.clear)

    def _show_run(self) -> None:
        self.setup.hide()
        self.under_way.show()
        self._watch.start()
        self._look()

    def _look(self) -> None:
        """How far it is; the last time once it has ended."""
        run = self.run
        ended = not run.running  # before the results: those of the end are seen as well
        self.model.follow(run.results)
        self.bar.setRange(0, run.total or 0)
        self.bar.setValue(len(run.results))
        self.said.setText(tally(run))
        self._allow(running=not ended)
        if ended:
            self._watch.stop()
            well, words = outcome(run)
            self.notice.good(words) if well else self.notice.bad(words)

    def _allow(self, *, running: bool) -> None:
        for after in (self.again, self.other):
            after.setEnabled(not running)
        self.save.setEnabled(not running and bool(self.run.results))
        if not running and self.stop.hasFocus():
            self.again.setFocus()
        self.stop.setVisible(running)
        self.stop.setEnabled(not self.run.stopping)
        self.bar.setVisible(running)

    def _stop(self) -> None:
        self.run.stop()
        self.stop.setEnabled(False)

    def _again(self) -> None:
        if self.run.order is not None:
            self.start(self.run.order)

    def _choose_another(self) -> None:
        self.notice.clear()
        self._watch.stop()
        self.under_way.hide()
        self.setup.show()

    def _sift(self, only: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.sifted.setFilterFixedString(str(Status.REFUSED) if only else "")

    def _explain(self, index: QModelIndex) -> None:
        """In full: a cell may be too narrow for it."""
        self.why.setText(index.siblingAtColumn(WHY).data() if index.isValid() else "")

    def _choose_copy(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save report", "report.csv", "CSV (*.csv)")
        if name:
            self.copy_report(Path(name))

    def _not_copied(self, error: DoorwardError) -> None:
        self.notice.bad(str(error))


def _copy(report: Path, to: Path) -> None:
    """Raises InputError."""
    try:
        shutil.copyfile(report, to)
    except OSError as error:
        why = getattr(error, "strerror", None) or "it is that file"
        raise InputError(f"{to} cannot be written: {why}. Choose another folder.") from error


def _tight(layout: QBoxLayout) -> QBoxLayout:
    layout.setContentsMargins(0, 0, 0, 0)
    return layout


def _table(model: QSortFilterProxyModel) -> QTableView:
    made = table(model, "What became of each row")
    made.horizontalHeader().setStretchLastSection(True)
    for place, width in enumerate(WIDTHS):
        made.setColumnWidth(place, width)
    return made
