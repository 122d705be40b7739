"""What an operator can do to a person, and take back."""

from datetime import timedelta

import pytest
from fakes import MODEL_ID
from peopleverbs import NOW, names, opened, question, says, text
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from core.domain import Consent, Decision, Person, Reason, Role, Validity, Verdict
from core.logbook import Event
from core.pin import matches
from kiosk.console.personwords import what_goes

pytest_plugins = ["screen", "threepeople"]
pytestmark = pytest.mark.usefixtures("dressed")

DAY = timedelta(days=1)


def test_a_new_name_is_stored_and_taken_back(qtbot, page, real):
    panel = opened(qtbot, page, "ann")
    panel.name.selectAll()
    qtbot.keyClicks(panel.name, "Anna")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    says(qtbot, page, "Ann is called Anna now.")
    assert real.person("ann").name == "Anna"
    qtbot.waitUntil(lambda: text(page, "ann", "Name") == panel.heading.text() == "Anna")
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: text(page, "ann", "Name") == panel.name.text() == "Ann")
    assert real.person("ann").name == "Ann"


def test_a_name_of_blanks_is_refused_and_the_field_has_the_cursor(qtbot, page, real):
    panel = opened(qtbot, page, "ann")
    panel.name.setText("  ")
    panel.save_name.click()
    qtbot.waitUntil(lambda: panel.notice.text() == "Name: expected 1 to 255 characters, got 0")
    assert panel.name.hasFocus()
    assert real.person("ann").name == "Ann"


def test_what_is_typed_stays_while_something_else_is_saved(qtbot, page):
    panel = opened(qtbot, page, "ann")
    qtbot.keyClicks(panel.name, "ika")
    panel.switch.click()
    qtbot.waitUntil(lambda: panel.switch.text() == "&Enable")
    assert panel.name.text() == "Annika"


def test_somebody_is_disabled_and_taken_back_though_the_panel_is_closed(qtbot, page, real):
    panel = opened(qtbot, page, "bob")
    panel.switch.click()
    says(qtbot, page, "Bob Miller is disabled: the door stays shut for them.")
    qtbot.waitUntil(lambda: text(page, "bob", "State") == panel.state.text() == "Disabled")
    assert not real.person("bob").active
    page.close_person()
    page.undo.button.click()
    qtbot.waitUntil(lambda: text(page, "bob", "State") == "May enter")
    assert real.person("bob").active


def test_a_change_is_said_to_be_done_once_the_door_knows_and_so_is_what_takes_it_back(qtbot, make, real):
    door = []
    page = make(follow=lambda: door.append(real.page(MODEL_ID).rows.user_ids.count("bob")))
    opened(qtbot, page, "bob").switch.click()
    says(qtbot, page, "Bob Miller is disabled: the door stays shut for them.")
    assert door == [0]
    page.undo.button.click()
    says(qtbot, page, "Taken back.")
    assert door == [0, 1]


def test_the_way_back_is_offered_for_a_while_only(qtbot, make, real):
    page = make(undo_ms=10)
    opened(qtbot, page, "ann").switch.click()
    qtbot.waitUntil(lambda: page.undo._change is not None and not page.undo.isVisible())
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not real.person("ann").active


def test_dates_are_stored_to_the_minute_and_taken_back(qtbot, page, real):
    dates = opened(qtbot, page, "ann").dates
    dates.since.put(NOW)
    dates.until.put(NOW + DAY)
    dates.save.click()
    says(qtbot, page, "The dates of Ann are saved.")
    assert real.person("ann").valid == Validity(NOW, NOW + DAY)
    qtbot.waitUntil(lambda: text(page, "ann", "State").startswith("Until"))
    page.undo.button.click()
    qtbot.waitUntil(lambda: dates.value() == Validity())
    assert real.person("ann").valid == Validity()


def test_an_end_before_its_beginning_is_refused(qtbot, page, real):
    panel = opened(qtbot, page, "ann")
    panel.dates.since.put(NOW)
    panel.dates.until.put(NOW)
    panel.dates.save.click()
    qtbot.waitUntil(lambda: "later than" in panel.notice.text())
    assert real.person("ann").valid == Validity()


def test_a_pin_of_digits_is_set_removed_and_put_back(qtbot, page, real):
    panel = opened(qtbot, page, "ann")
    qtbot.keyClicks(panel.pin.pin, "12x34-56")
    qtbot.keyClicks(panel.pin.again, "123456")
    qtbot.keyClick(panel.pin.again, Qt.Key.Key_Return)
    says(qtbot, page, "Ann has a new PIN.")
    assert matches("123456", real.pin("ann")[1])
    assert (panel.pin.pin.text(), panel.pin.again.text()) == ("", "")
    qtbot.waitUntil(panel.pin.remove.isVisible)
    assert not page.undo.button.isVisible()
    panel.pin.remove.click()
    says(qtbot, page, "Ann has no PIN any more.")
    assert real.pin("ann") is None
    page.undo.button.click()
    qtbot.waitUntil(lambda: real.pin("ann") is not None)
    assert matches("123456", real.pin("ann")[1])


@pytest.mark.parametrize(("typed", "why"), [(("12345", "12345"), "6 to 32"), (("123456", "123457"), "not the same")])
def test_a_pin_that_cannot_be_one_is_refused_and_has_to_be_typed_anew(qtbot, page, real, typed, why):
    panel = opened(qtbot, page, "ann")
    panel.pin.pin.setText(typed[0])
    panel.pin.again.setText(typed[1])
    panel.pin.set_button.click()
    qtbot.waitUntil(lambda: why in panel.notice.text())
    assert (panel.pin.pin.text(), panel.pin.again.text()) == ("", "")
    assert panel.pin.pin.hasFocus()
    assert real.pin("ann") is None


def test_a_face_is_dropped_after_a_second_question(qtbot, page, real):
    panel = opened(qtbot, page, "ann")
    first, _ = real.faces("ann")
    assert not panel.faces.drop.isEnabled()
    panel.faces.list.setCurrentIndex(panel.faces.model.index(1))
    panel.faces.drop.click()
    question(qtbot).no.click()
    qtbot.waitUntil(page.isActiveWindow)
    assert len(real.faces("ann")) == 2
    panel.faces.list.setFocus()
    qtbot.keyClick(panel.faces.list, Qt.Key.Key_Delete)
    asked = question(qtbot)
    assert "cannot be undone" in asked.text.text()
    asked.yes.click()
    says(qtbot, page, "A face of Ann was dropped.")
    assert real.faces("ann") == [first]
    qtbot.waitUntil(lambda: panel.faces.model.faces == [first])
    assert not page.undo.button.isVisible()


def test_the_last_face_is_said_to_be_the_last(qtbot, page):
    panel = opened(qtbot, page, "bob")
    panel.faces.list.setCurrentIndex(panel.faces.model.index(0))
    panel.faces.drop.click()
    asked = question(qtbot)
    assert "It is the last one" in asked.text.text()
    asked.no.click()


def test_a_face_is_added_where_faces_are_enrolled(qtbot, make):
    wanted = []
    page = make(enrol=wanted.append)
    opened(qtbot, page, "bob").faces.add.click()
    assert wanted == ["bob"]


def test_what_a_deletion_takes_and_leaves_is_spelled_out():
    told = what_goes(Person("lin", "Lin", faces=3, has_pin=True, consent=Consent("v1", NOW)))
    assert "Lin (lin) will be deleted with 3 faces, the PIN and the record of consent." in told
    assert "stays in the log, with their name and user ID" in told
    assert "cannot be undone" in told
    assert "with" not in what_goes(Person("lin", "Lin")).split(".")[0]


def test_an_administrator_deletes_somebody_after_a_second_question_and_the_log_keeps_what_was(qtbot, page, real):
    granted = Decision(Verdict.GRANTED, Reason.MATCHED, "ann", "Ann", 0.7, 0.3, 0.5, 4, 0.2)
    real.record(Event(NOW, "door", granted, "model:1:2"))
    page.list.table.setFocus()
    page.list.table.selectRow(0)
    qtbot.keyClick(page.list.table, Qt.Key.Key_Delete)
    asked = question(qtbot)
    assert asked.no.hasFocus()
    assert "2 faces and the record of consent" in asked.text.text()
    asked.yes.click()
    says(qtbot, page, "Ann (ann) was deleted, with 2 faces.")
    qtbot.waitUntil(lambda: names(page) == ["Bob Miller", "Cem"])
    assert not page.panel.isVisible()
    assert not page.undo.button.isVisible()
    assert [entry.decision.name for entry in real.events()] == ["Ann"]


def test_the_key_that_deletes_does_so_in_its_own_list_alone(qtbot, make):
    page = make((800, 480))
    panel = opened(qtbot, page, "ann")
    panel.faces.list.setCurrentIndex(panel.faces.model.index(0))
    panel.switch.setFocus()
    qtbot.keyClick(panel.switch, Qt.Key.Key_Delete)
    panel.dates.save.click()
    says(qtbot, page, "The dates of Ann are saved.")
    assert QApplication.activeModalWidget() is None


def test_who_answers_no_keeps_the_person(qtbot, page, real):
    opened(qtbot, page, "ann").delete.click()
    qtbot.keyClick(question(qtbot), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert real.person("ann").faces == 2


def test_an_operator_deletes_nobody(qtbot, make, trio):
    page = make(role=Role.OPERATOR)
    page.list.table.setFocus()
    page.list.table.selectRow(0)
    qtbot.keyClick(page.list.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.panel.isVisible() and len(page.panel.faces.model.faces) == 2)
    assert not page.panel.delete.isEnabled()
    assert QApplication.activeModalWidget() is None


def test_somebody_deleted_elsewhere_is_shown_no_longer(qtbot, page, real):
    panel = opened(qtbot, page, "bob")
    real.erase("bob")
    panel.switch.click()
    qtbot.waitUntil(lambda: names(page) == ["Ann", "Cem"])
    assert not panel.isVisible()
