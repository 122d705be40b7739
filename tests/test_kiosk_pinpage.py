"""The way in by PIN: what is typed, by keyboard or on the screen, and what becomes of it."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from core.domain import Person, Reason, Verdict
from core.errors import StoreUnavailable
from core.pin import hashed
from kiosk.pinpage import PinPage

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

PIN = "314159"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class FakePins:
    """Knows one person's PIN, or does not answer."""

    def __init__(self):
        self._people = {"ann-7": (Person("ann-7", "Ann"), hashed(PIN, PIN))}
        self._away = False

    def goes_away(self):
        self._away = True

    def pin(self, user_id):
        if self._away:
            raise StoreUnavailable("The database does not answer. Start it.")
        return self._people.get(user_id)


@pytest.fixture
def pins():
    return FakePins()


@pytest.fixture
def page(qtbot, pins, jobs):
    return shown(qtbot, PinPage(pins, jobs, utcnow=lambda: NOW))


def shown(qtbot, page):
    page.resize(800, 480)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    return page


def press(qtbot, page, *keys):
    """Keys of the keypad, by what they say."""
    for key in keys:
        found = [b for b in page.keypad.findChildren(QPushButton) if b.text() == key and b.isVisible()]
        assert len(found) == 1, key
        qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


def test_who_knows_their_pin_is_let_in(page, qtbot):
    qtbot.keyClicks(page.user_id, "ann-7")
    qtbot.keyClick(page.user_id, Qt.Key.Key_Return)
    assert page.pin.hasFocus()
    with qtbot.waitSignal(page.left), qtbot.waitSignal(page.entered) as arrived:
        qtbot.keyClicks(page.pin, PIN)
        qtbot.keyClick(page.pin, Qt.Key.Key_Return)
    decision = arrived.args[0]
    assert (decision.verdict, decision.user_id) == (Verdict.GRANTED, "ann-7")


@pytest.mark.parametrize(("user_id", "pin"), [("ann-7", "314158"), ("bob", PIN)])
def test_a_wrong_pin_and_an_unknown_id_are_one_and_the_same(page, qtbot, user_id, pin):
    qtbot.keyClicks(page.user_id, user_id)
    qtbot.keyClicks(page.pin, pin)
    with qtbot.waitSignal(page.entered) as arrived:
        qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    decision = arrived.args[0]
    assert (decision.verdict, decision.reason, decision.user_id) == (Verdict.DENIED, Reason.WRONG_PIN, None)


def test_all_of_it_can_be_typed_on_the_screen(page, qtbot):
    page.user_id.setFocus()
    press(qtbot, page, "abc", "a", "n", "n", "-", "ABC", "123", "7", "8", "⌫")
    assert page.user_id.text() == "ann-7"
    page.pin.setFocus()
    press(qtbot, page, *PIN)
    with qtbot.waitSignal(page.entered) as arrived:
        qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    assert arrived.args[0].verdict is Verdict.GRANTED


def test_a_pin_needs_no_letters(page, qtbot):
    page.user_id.setFocus()
    press(qtbot, page, "abc")
    page.pin.setFocus()
    texts = {b.text() for b in page.keypad.findChildren(QPushButton) if b.isVisible()}
    assert texts == {*"0123456789", "⌫"}


def test_what_is_missing_gets_the_cursor_and_nobody_is_asked(page, qtbot, pins):
    pins.goes_away()
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    assert page.user_id.hasFocus()
    qtbot.keyClicks(page.user_id, "ann-7")
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    assert page.pin.hasFocus()
    assert not page.notice.text()


def test_a_database_that_is_away_lets_nobody_in_and_is_told_in_a_visitors_words(page, qtbot, pins):
    pins.goes_away()
    qtbot.keyClicks(page.user_id, "ann-7")
    qtbot.keyClicks(page.pin, PIN)
    with qtbot.assertNotEmitted(page.entered):
        qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: "ask for help" in page.notice.text())
    assert page.user_id.text() == "ann-7"
    assert not page.pin.text()


@pytest.mark.parametrize("leave", ["button", "escape"])
def test_who_leaves_leaves_nothing_behind(page, qtbot, leave):
    qtbot.keyClicks(page.user_id, "ann-7")
    qtbot.keyClicks(page.pin, PIN)
    with qtbot.waitSignal(page.left):
        if leave == "button":
            qtbot.mouseClick(page.cancel, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(page.pin, Qt.Key.Key_Escape)
    assert not page.user_id.text() + page.pin.text()


def test_a_page_that_somebody_walked_away_from_closes_itself(qtbot, pins, jobs):
    page = shown(qtbot, PinPage(pins, jobs, idle_ms=50, utcnow=lambda: NOW))
    with qtbot.waitSignal(page.left):
        qtbot.keyClicks(page.user_id, "ann")
    assert not page.user_id.text()


def test_the_pin_cannot_be_read(page):
    assert page.pin.echoMode() == page.pin.EchoMode.Password


@pytest.mark.parametrize("size", [(800, 480), (480, 800), (1080, 1920), (1920, 1080)])
def test_every_key_is_large_enough_for_a_finger_and_inside(page, qtbot, size):
    page.resize(*size)
    page.user_id.setFocus()
    press(qtbot, page, "abc")
    qtbot.wait(10)
    keys = [b for b in page.findChildren(QPushButton) if b.isVisible()]
    assert all(min(b.width(), b.height()) >= 40 for b in keys)
    assert all(page.rect().contains(b.rect().translated(b.mapTo(page, b.rect().topLeft()))) for b in keys)
    assert all(b.accessibleName() or b.text() for b in keys)
