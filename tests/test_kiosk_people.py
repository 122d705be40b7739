"""The operator's page of everybody who is enrolled."""

from datetime import timedelta

import pytest
from fakes import template
from peopleverbs import NOW, names, opened, text
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from core.domain import Person, Validity
from kiosk.console.peoplemodel import PAGE, PeopleModel
from kiosk.console.personwords import state

pytest_plugins = ["screen", "threepeople"]
pytestmark = pytest.mark.usefixtures("dressed")

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (Person("a", "A", faces=1), "May enter"),
        (Person("a", "A", has_pin=True), "May enter"),
        (Person("a", "A"), "No face, no PIN"),
        (Person("a", "A", active=False, faces=1), "Disabled"),
        (Person("a", "A", faces=1, valid=Validity(until=NOW)), "Expired "),
        (Person("a", "A", faces=1, valid=Validity(until=NOW + DAY)), "Until "),
        (Person("a", "A", faces=1, valid=Validity(since=NOW + DAY)), "Not before "),
        (Person("a", "A", faces=1, valid=Validity(since=NOW - DAY)), "May enter"),
    ],
)
def test_a_state_is_said_in_words(person, words):
    assert state(person, NOW).startswith(words)


def test_everybody_is_there_with_what_is_known_of_them(page, trio):
    assert names(page) == ["Ann", "Bob Miller", "Cem"]
    assert page.list.total.text() == "3 people"
    assert [text(page, "ann", c) for c in ("User ID", "State", "Faces", "PIN")] == ["ann", "May enter", "2", "None"]
    assert (text(page, "ann", "Consent"), text(page, "bob", "Consent")) == ("2026-11-24", "None")


def test_pages_are_fetched_as_they_are_looked_at(qtbot, real, trio, jobs):
    for number in range(PAGE + 20):
        real.add_faces(f"x{number:03}", "X", [template("x")], limit=4)
    model = PeopleModel(trio, jobs)
    with qtbot.waitSignal(model.counted) as told:
        model.search("")
    assert (model.rowCount(), told.args) == (PAGE, [PAGE + 23])
    model.fetchMore(model.index(-1, -1))
    qtbot.waitUntil(lambda: model.rowCount() == PAGE + 23)
    assert not model.canFetchMore(model.index(-1, -1))
    assert len({model.person(row).user_id for row in range(model.rowCount())}) == PAGE + 23


def test_somebody_is_found_while_one_types_and_asked_for_once(qtbot, page, trio):
    qtbot.keyClicks(page.list.sought, "mILL")
    qtbot.waitUntil(lambda: names(page) == ["Bob Miller"])
    qtbot.waitUntil(lambda: page.list.total.text() == "1 found")
    assert trio.searches[-1] == "mILL"
    assert "m" not in trio.searches


def test_answers_to_earlier_searches_are_dropped_and_those_between_never_asked(qtbot, page, trio):
    shown = []
    page.model.loaded.connect(lambda: shown.append(names(page)))
    trio.holds_answers()
    for sought in ("ann", "bob", "cem"):
        page.model.search(sought)
    trio.lets_go()
    qtbot.waitUntil(lambda: names(page) == ["Cem"])
    assert shown == [["Cem"]]
    assert "bob" not in trio.searches


def test_where_nobody_is_found_it_says_so(qtbot, page):
    page.list.sought.setText("zzz")
    qtbot.waitUntil(page.list.empty.isVisible)
    assert page.list.empty.text() == "No name and no user ID holds “zzz”."


def test_where_nobody_is_enrolled_it_says_what_to_do(real, make):
    for who in ("ann", "bob", "cem"):
        real.erase(who)
    assert "Enrol somebody" in make().list.empty.text()


def test_a_database_that_went_and_came_back(qtbot, page, trio):
    trio.goes_away()
    qtbot.keyClick(page, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: page.list.notice.text() == "The database does not answer. Start it.")
    assert names(page) == ["Ann", "Bob Miller", "Cem"]
    trio.comes_back()
    page.list.again.click()
    qtbot.waitUntil(lambda: not trio._away and page.list.notice.text() == "")


def test_the_cursor_stays_with_its_person_when_others_come(qtbot, page, real):
    page.list.table.selectRow(1)
    real.add_faces("abe", "Abe", [template("abe")], limit=4)
    page.list.reload()
    qtbot.waitUntil(lambda: page.model.rowCount() == 4)
    assert page.model.person(page.list.table.currentIndex().row()).user_id == "bob"


def test_the_keyboard_alone_finds_opens_and_closes(qtbot, make):
    page = make((800, 480))
    qtbot.keyClick(page.list.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.list.sought.hasFocus()
    qtbot.keyClick(page.list.sought, Qt.Key.Key_Down)
    qtbot.keyClick(page.list.table, Qt.Key.Key_Down)
    qtbot.keyClick(page.list.table, Qt.Key.Key_Return)
    assert page.panel.heading.text() == "Bob Miller"
    assert not page.list.isVisible()
    assert page.panel.close_button.hasFocus()
    qtbot.keyClick(page.panel.close_button, Qt.Key.Key_Escape)
    assert not page.panel.isVisible()
    assert page.list.table.hasFocus()


def test_where_there_is_room_the_panel_is_beside_the_table_and_follows_the_cursor(qtbot, page):
    opened(qtbot, page, "ann")
    assert page.list.isVisible()
    page.list.table.selectRow(2)
    qtbot.waitUntil(lambda: page.panel.heading.text() == "Cem")


def test_every_control_has_a_name_for_screen_readers(qtbot, make):
    page = make(enrol=lambda _: None)
    opened(qtbot, page, "ann")
    controls = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
    assert len(controls) > 12
    assert [w for w in controls if not (w.accessibleName() or getattr(w, "text", str)())] == []


def test_a_page_that_is_closed_while_it_asks_leaves_nothing_behind(qtbot, make, trio):
    page = make()
    trio.holds_answers()
    page.list.reload()
    page.close()
    page.deleteLater()
    qtbot.waitUntil(lambda: not isValid(page))
    trio.lets_go()
