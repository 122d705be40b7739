"""The operator's page that enrols many people at once."""

import csv
import shutil
import threading

import pytest
import readymade
from conftest import PORTRAITS
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from core.bulk import RowResult, Status
from core.demo import DemoFaceModel
from core.enrolment import Enrolment
from core.errors import StoreUnavailable
from core.recogniser import Recogniser
from core.settings import EnrolmentSettings, RecognitionSettings
from core.store import Store
from kiosk.console.bulk import BulkPage
from kiosk.console.bulkorder import BREAK
from kiosk.console.bulkrun import Import, Order, tally
from kiosk.timeleft import time_left

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

LEFT = Qt.MouseButton.LeftButton
ADA, BEN, DEV = "ada,Ada,ada-1.png;ada-2.png", "ben,Ben,ben-1.png", "dev,Dev,dev-1.png"
EMI = "emi,Emi,not-there.png"


class Turnstile:
    """Lets rows through to an enrolment: all, or one at each `lets_one_in`. A database can be taken from it."""

    def __init__(self, enrolment):
        self._enrolment = enrolment
        self._turns = threading.Semaphore(0)
        self._open = threading.Event()
        self._open.set()
        self._away = False

    def stops(self):
        self._open.clear()

    def lets_one_in(self):
        self._turns.release()

    def opens(self):
        self._open.set()
        self._turns.release(100)

    def loses_the_database(self, *, away=True):
        self._away = away

    def enrol(self, *arguments, **options):
        if not self._open.is_set():
            assert self._turns.acquire(timeout=10)
        if self._away:
            raise StoreUnavailable("The database does not answer. Start it.")
        return self._enrolment.enrol(*arguments, **options)

    def __getattr__(self, name):
        return getattr(self._enrolment, name)


@pytest.fixture
def store(tmp_path):
    made = Store(readymade.made(tmp_path / "door.sqlite"))
    yield made
    made.close()


@pytest.fixture
def enrolment(store):
    recogniser = Recogniser(DemoFaceModel, store, RecognitionSettings())
    recogniser.refresh()
    made = Turnstile(Enrolment(recogniser, store, EnrolmentSettings()))
    yield made
    made.opens()


@pytest.fixture
def listed(tmp_path):
    """Writes a list beside the demo's portraits."""
    folder = tmp_path / "usb"
    shutil.copytree(PORTRAITS, folder)

    def write(*rows, header="user_id,name,pictures"):
        path = folder / "people.csv"
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def page(qtbot, enrolment, store, jobs):
    return shown(qtbot, BulkPage(enrolment, store, jobs))


def shown(qtbot, page):
    page.resize(800, 480)
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
    return page


def ended(qtbot, page):
    qtbot.waitUntil(lambda: page.again.isEnabled() and page.under_way.isVisible(), timeout=20_000)


def results(page, model=None):
    model = model or page.model
    return [tuple(model.index(row, column).data() for column in (1, 2, 3)) for row in range(model.rowCount())]


def drop(page, *paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(5, 5), copy, mime, LEFT, none)
    page.dragEnterEvent(entering)
    if entering.isAccepted():
        page.dropEvent(QDropEvent(QPointF(5, 5), copy, mime, LEFT, none))
    return entering.isAccepted()


def test_a_dropped_list_is_brought_in_and_each_row_told_with_its_reason(qtbot, page, store, listed):
    assert not page.form.start.isEnabled()
    drop(page, listed(ADA, BEN, EMI))
    assert page.form.start.hasFocus()
    qtbot.keyClick(page.form.start, Qt.Key.Key_Space)
    ended(qtbot, page)
    assert [(p.user_id, p.faces) for p in store.people()] == [("ada", 2), ("ben", 1)]
    missing = "not-there.png is not there. Correct the row, or add the picture."
    assert results(page) == [("ada", "Stored", "2 faces"), ("ben", "Stored", "1 face"), ("emi", "Refused", missing)]
    assert page.said.text() == "3 of 3 rows: 2 stored, 1 refused."
    assert page.notice.text().startswith("1 row was refused.")


def said(words):
    return words.text().replace(BREAK, "")


def test_beside_the_list_are_its_pictures_and_its_report_unless_said_otherwise(page, listed, tmp_path):
    path = listed(ADA)
    assert drop(page, path)
    assert page.form.order() == Order(path)
    assert said(page.form.folder) == str(path.parent)
    assert said(page.form.report) == str(path.with_name("people-report.csv"))
    assert drop(page, tmp_path)
    assert page.form.order() == Order(path, tmp_path)


def test_what_is_neither_a_list_nor_a_folder_is_said_to_be_of_no_use(page, listed):
    assert drop(page, listed(ADA).with_name("ada-1.png"))
    assert "neither a CSV nor a folder" in page.notice.text()
    assert page.form.order() is None


def test_it_can_be_run_twice_without_harm(qtbot, page, store, listed):
    page.start(Order(listed(ADA, BEN)))
    ended(qtbot, page)
    qtbot.keyClick(page.again, Qt.Key.Key_Space)
    ended(qtbot, page)
    assert [(p.user_id, p.faces) for p in store.people()] == [("ada", 2), ("ben", 1)]
    assert [row[1] for row in results(page)] == ["Enrolled already"] * 2
    assert page.notice.text() == "Done: everybody on the list is enrolled."


def test_faces_are_replaced_where_that_is_asked_for(qtbot, page, store, listed):
    page.start(Order(listed(ADA)))
    ended(qtbot, page)
    drop(page, listed("ada,Ada,ada-3.png"))
    page.form.replace.setChecked(True)
    page.form.start.click()
    ended(qtbot, page)
    assert store.person("ada").faces == 1


def test_it_stops_after_the_row_it_is_at_and_goes_on_when_run_again(qtbot, page, enrolment, store, listed):
    enrolment.stops()
    path = listed(ADA, BEN, DEV)
    page.start(Order(path))
    assert page.stop.hasFocus()
    enrolment.lets_one_in()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert (page.bar.value(), page.bar.maximum()) == (1, 3)
    qtbot.keyClick(page.stop, Qt.Key.Key_Space)
    assert not drop(page, path)  # not while one is under way
    enrolment.lets_one_in()
    ended(qtbot, page)
    assert [p.user_id for p in store.people()] == ["ada", "ben"]
    assert page.notice.text() == "Stopped. 1 row is left: run it again to go on with them."
    enrolment.opens()
    page.again.click()
    ended(qtbot, page)
    assert [row[1] for row in results(page)] == ["Enrolled already", "Enrolled already", "Stored"]


def test_what_is_no_fault_of_a_row_ends_it_and_is_told(qtbot, page, enrolment, listed):
    enrolment.loses_the_database()
    page.start(Order(listed(ADA, BEN)))
    ended(qtbot, page)
    assert page.notice.text() == "The database does not answer. Start it."
    assert not page.save.isEnabled()
    enrolment.loses_the_database(away=False)
    page.again.click()
    ended(qtbot, page)
    assert [row[1] for row in results(page)] == ["Stored", "Stored"]


@pytest.mark.parametrize("header", ["who,name", "user_id"])
def test_a_file_that_is_no_such_list_is_refused(qtbot, page, listed, header):
    page.start(Order(listed(ADA, header=header)))
    ended(qtbot, page)
    assert "first line must have these columns" in page.notice.text()
    assert page.model.rowCount() == 0


def test_only_what_was_refused_can_be_shown_and_a_reason_read_in_full(qtbot, page, listed):
    page.start(Order(listed(ADA, EMI, BEN)))
    ended(qtbot, page)
    page.only_refused.setChecked(True)
    assert [row[0] for row in results(page, page.sifted)] == ["emi"]
    page.table.selectRow(0)
    assert page.why.text().startswith("not-there.png is not there.")
    page.only_refused.setChecked(False)
    assert page.sifted.rowCount() == 3


def test_the_report_is_written_beside_the_list_and_saved_elsewhere(qtbot, page, listed, tmp_path):
    path = listed(ADA, EMI)
    page.start(Order(path))
    ended(qtbot, page)
    page.copy_report(tmp_path / "copy.csv")
    qtbot.waitUntil(lambda: page.notice.text() == f"The report is in {tmp_path / 'copy.csv'}.")
    rows = list(csv.DictReader((tmp_path / "copy.csv").read_text().splitlines()))
    assert [(row["user_id"], row["status"]) for row in rows] == [("ada", "stored"), ("emi", "refused")]
    assert (tmp_path / "copy.csv").read_bytes() == path.with_name("people-report.csv").read_bytes()


def test_a_report_that_cannot_be_saved_is_told(qtbot, page, listed, tmp_path):
    page.start(Order(listed(ADA)))
    ended(qtbot, page)
    page.copy_report(tmp_path / "no such folder" / "copy.csv")
    qtbot.waitUntil(lambda: "cannot be written: No such file or directory" in page.notice.text())


def test_columns_that_mean_nothing_are_named(qtbot, page, listed):
    page.start(Order(listed("ada,Ada,ada-1.png,3", header="user_id,name,pictures,Room")))
    ended(qtbot, page)
    assert "Columns that mean nothing here: Room." in page.notice.text()


def test_a_run_outlives_its_page_and_the_next_page_shows_it(qtbot, enrolment, store, jobs, listed):
    run = Import(enrolment, store, jobs)
    enrolment.stops()
    first = shown(qtbot, BulkPage(enrolment, store, jobs, run=run))
    first.start(Order(listed(ADA, BEN)))
    first.close()
    first.deleteLater()
    qtbot.waitUntil(lambda: not isValid(first))
    enrolment.opens()
    second = shown(qtbot, BulkPage(enrolment, store, jobs, run=run))
    ended(qtbot, second)
    assert [row[1] for row in results(second)] == ["Stored", "Stored"]


def test_a_run_of_its_own_stops_with_the_page(qtbot, enrolment, store, jobs, listed):
    page = shown(qtbot, BulkPage(enrolment, store, jobs))
    enrolment.stops()
    page.start(Order(listed(ADA, BEN)))
    run = page.run
    page.deleteLater()
    qtbot.waitUntil(lambda: not isValid(page))
    enrolment.opens()
    qtbot.waitUntil(lambda: not run.running)
    assert [p.user_id for p in store.people()] in ([], ["ada"])


def test_every_control_has_a_name_for_screen_readers(qtbot, page, listed):
    for _ in range(2):
        controls = [
            w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()
        ]
        assert len(controls) > 2
        assert [w for w in controls if not (w.accessibleName() or getattr(w, "text", str)())] == []
        page.start(Order(listed(ADA)))
        ended(qtbot, page)


def test_what_is_left_is_estimated_from_the_rows_so_far(enrolment, store, jobs):
    now = [0.0]
    run = Import(enrolment, store, jobs, clock=lambda: now[0])
    assert tally(run) == ""
    run.running, run.total = True, 40
    assert run.seconds_left() is None
    now[0] = 30.0
    run.results = [RowResult(2, "ada", Status.STORED, faces=2), *[RowResult(3, "ben", Status.REFUSED)] * 9]
    assert run.seconds_left() == 90.0
    assert tally(run) == "10 of 40 rows: 1 stored, 9 refused. About 2 min left."


@pytest.mark.parametrize(
    ("seconds", "words"), [(3, "Some seconds"), (41, "About 40 s"), (300, "About 5 min"), (5400, "About 1.5 h")]
)
def test_time_left_is_said_roughly(seconds, words):
    assert time_left(seconds).startswith(words)
