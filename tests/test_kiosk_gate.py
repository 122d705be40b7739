"""The operator's PIN, and the gate that asks for it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout

from core.errors import InvalidField, StoreUnavailable
from core.pin import PAUSE, Attempts, Guard, hashed, matches
from core.settings import LivenessSettings
from kiosk.gate import Gate, PinDialog
from kiosk.notice import standing

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

PIN = "271828"


class FakePins:
    """Keeps the hash of a PIN, or does not answer."""

    def __init__(self, pin=None):
        self.stored = hashed(pin, pin) if pin else None
        self._away = False

    def goes_away(self):
        self._away = True

    def operator_pin(self):
        if self._away:
            raise StoreUnavailable("The database does not answer. Start it.")
        return self.stored

    def set_operator_pin(self, secret_hash):
        self.stored = secret_hash


class FakeClock:
    def __init__(self):
        self._now = 100.0

    def __call__(self):
        return self._now

    def passes(self, seconds):
        self._now += seconds


# what a PIN is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pin", ["", "12345", "12345a", "123 456", "1" * 33, "١٢٣٤٥٦"])
def test_a_pin_is_six_digits_or_more(pin):
    with pytest.raises(InvalidField, match="6 to 32 digits"):
        hashed(pin, pin)


def test_only_the_hash_of_a_pin_is_kept():
    stored = hashed(PIN, PIN)
    assert stored.startswith("$argon2id$")
    assert PIN not in stored
    assert matches(PIN, stored)
    assert not matches("314159", stored)


def test_after_five_wrong_pins_in_a_row_there_is_a_pause():
    attempts = Attempts()
    for _ in range(4):
        attempts = attempts.after(right=False, now=10.0)
    assert attempts.pause(10.0) == 0
    attempts = attempts.after(right=False, now=10.0)
    assert attempts.pause(10.0) == PAUSE
    assert attempts.pause(10.0 + PAUSE) == 0
    assert attempts.after(right=False, now=11.0).pause(11.0) == PAUSE - 1, "one more does not end it"


def test_a_right_pin_forgets_the_wrong_ones():
    attempts = Attempts()
    for right in (False, False, False, False, True, False, False, False, False):
        attempts = attempts.after(right=right, now=10.0)
    assert attempts.pause(10.0) == 0


# the gate ------------------------------------------------------------------------------------------------------------


class Door:
    """The gate, and what is behind it."""

    def __init__(self, qtbot, window, gate):
        self.opened = []
        self._qtbot, self._window, self._gate = qtbot, window, gate

    def knock(self):
        self._gate.open(self._page)
        dialog = self._window.findChild(PinDialog)
        self._qtbot.waitUntil(lambda: dialog.pin.isEnabled() or not dialog.notice.isHidden())
        return dialog

    def says(self, dialog, pin, again=""):
        dialog.pin.setText(pin)
        dialog.again.setText(again)
        self._qtbot.keyClick(dialog.pin, Qt.Key.Key_Return)

    def _page(self):
        page = QDialog(self._window)
        QVBoxLayout(page)
        self.opened.append(page)
        return page


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def door(qtbot, jobs, window, clock):
    return lambda pins, notice="": Door(qtbot, window, Gate(pins, jobs, window, Guard(clock), notice=notice))


def test_the_first_operator_sets_the_pin(door, qtbot):
    pins = FakePins()
    gate = door(pins)
    dialog = gate.knock()
    assert "no operator's PIN yet" in dialog.lead.text()
    gate.says(dialog, "271828", "271829")
    qtbot.waitUntil(lambda: "not the same" in dialog.notice.text())
    gate.says(dialog, "12345", "12345")
    qtbot.waitUntil(lambda: "6 to 32 digits" in dialog.notice.text())
    assert pins.stored is None
    gate.says(dialog, PIN, PIN)
    qtbot.waitUntil(lambda: len(gate.opened) == 1)
    assert matches(PIN, pins.stored)


def test_the_right_pin_opens_the_page_and_a_wrong_one_does_not(door, qtbot):
    gate = door(FakePins(PIN))
    dialog = gate.knock()
    assert dialog.again.isHidden()
    gate.says(dialog, "314159")
    qtbot.waitUntil(lambda: "not the PIN" in dialog.notice.text())
    assert (gate.opened, dialog.pin.text()) == ([], "")
    gate.says(dialog, PIN)
    qtbot.waitUntil(lambda: len(gate.opened) == 1)


def test_five_wrong_pins_shut_it_for_half_a_minute_also_in_another_dialog(door, qtbot, window, clock):
    gate = door(FakePins(PIN))
    dialog = gate.knock()
    for _ in range(5):
        qtbot.waitUntil(dialog.pin.isEnabled)
        gate.says(dialog, "314159")
        qtbot.waitUntil(lambda: "PIN" in dialog.notice.text())
    assert dialog.notice.text() == "Too many wrong PINs. Wait 30 seconds."
    assert not dialog.pin.isEnabled()
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(QDialog))
    clock.passes(10)
    dialog = gate.knock()
    qtbot.waitUntil(lambda: "Wait 20 seconds" in dialog.notice.text())
    clock.passes(21)
    qtbot.waitUntil(dialog.pin.isEnabled)
    gate.says(dialog, PIN)
    qtbot.waitUntil(lambda: len(gate.opened) == 1)


def test_without_the_database_nobody_gets_in(door, qtbot):
    pins = FakePins(PIN)
    pins.goes_away()
    gate = door(pins)
    dialog = gate.knock()
    assert dialog.notice.text() == "The database does not answer. Start it."
    assert not dialog.go.isEnabled()


def test_the_keypad_types_where_the_cursor_is(door, qtbot):
    dialog = door(FakePins()).knock()
    keys = {key.text(): key for key in dialog.findChildren(QPushButton)}
    for key in "12⌫3":
        qtbot.mouseClick(keys[key], Qt.MouseButton.LeftButton)
    dialog.again.setFocus()
    qtbot.mouseClick(keys["0"], Qt.MouseButton.LeftButton)
    assert (dialog.pin.text(), dialog.again.text()) == ("13", "0")


def test_no_dialog_is_left_once_it_is_closed(door, qtbot, window):
    gate = door(FakePins(PIN))
    gate.says(gate.knock(), PIN)
    qtbot.waitUntil(lambda: len(gate.opened) == 1)
    gate.opened.pop().reject()
    qtbot.waitUntil(lambda: not window.findChildren(QDialog))


# the standing notice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "A photograph can open this door: liveness is off."),
        ({"mode": "off", "observe": True}, "A photograph can open this door: liveness is off."),
        ({"mode": "passive", "observe": True}, "A photograph can open this door: liveness is only observed."),
        ({"mode": "both", "observe": True}, "A photograph can open this door: liveness is only observed."),
        ({"mode": "passive"}, ""),
        ({"mode": "challenge"}, ""),
        ({"mode": "both"}, ""),
    ],
)
def test_it_is_said_whether_a_photograph_can_open_the_door(settings, said):
    assert standing(LivenessSettings(**settings)) == said


def texts(page):
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


@pytest.mark.parametrize("notice", ["A photograph can open this door: liveness is off.", ""])
def test_the_notice_stands_on_every_page_behind_the_pin_and_not_before_it(door, qtbot, notice):
    gate = door(FakePins(PIN), notice)
    dialog = gate.knock()
    assert notice not in texts(dialog)
    gate.says(dialog, PIN)
    qtbot.waitUntil(lambda: len(gate.opened) == 1)
    assert texts(gate.opened[0]) == ([notice] if notice else [])
