"""Who may do what an operator may: the PIN, the passphrase, and the gate that asks for them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton

from core.domain import Role
from core.errors import DoorwardError, InvalidField, StoreUnavailable
from core.pin import PAUSE, Attempts, Guard, hashed, hashed_passphrase, matches
from core.settings import LivenessSettings
from kiosk.gate import Gate, GateDialog, whose
from kiosk.notice import standing

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

PIN, PASSPHRASE = "271828", "correct horse battery"
PIN_HASH, PASSPHRASE_HASH = hashed(PIN, PIN), hashed_passphrase(PASSPHRASE, PASSPHRASE)
OPERATOR, ADMINISTRATOR = Role.OPERATOR, Role.ADMINISTRATOR


class FakeSecrets:
    """Keeps the two hashes, or does not answer."""

    def __init__(self, **stored):
        self.stored = {Role(role): secret for role, secret in stored.items()}
        self._away = False

    def goes_away(self):
        self._away = True

    def secret(self, role):
        if self._away:
            raise StoreUnavailable("The database does not answer. Start it.")
        return self.stored.get(role)

    def set_secret(self, role, secret_hash):
        self.stored[role] = secret_hash


BOTH = {"operator": PIN_HASH, "administrator": PASSPHRASE_HASH}


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


# whose secret it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "role"), [(PIN, OPERATOR), (PASSPHRASE, ADMINISTRATOR), ("314159", None), ("", None)]
)
def test_a_secret_tells_whose_it_is(typed, role):
    assert whose(FakeSecrets(**BOTH), typed) is role


def test_until_there_is_a_passphrase_the_operator_may_all():
    assert whose(FakeSecrets(operator=PIN_HASH), PIN) is ADMINISTRATOR


def test_where_nothing_is_stored_nothing_is_right():
    assert whose(FakeSecrets(), "") is None


def test_a_damaged_secret_keeps_nobody_out_who_knows_the_other():
    secrets = FakeSecrets(operator="damaged", administrator=PASSPHRASE_HASH)
    assert whose(secrets, PASSPHRASE) is ADMINISTRATOR
    with pytest.raises(DoorwardError, match="damaged"):
        whose(secrets, PIN)


# the gate ------------------------------------------------------------------------------------------------------------


class Visit:
    """Somebody before the gate, and who it took them for."""

    def __init__(self, qtbot, window, gate):
        self.passed = []
        self._qtbot, self._window, self._gate = qtbot, window, gate

    def knock(self):
        self._gate.ask(self.passed.append)
        dialog = self._window.findChild(GateDialog)
        self._qtbot.waitUntil(lambda: dialog.pin.isEnabled() or not dialog.notice.isHidden())
        return dialog

    def says(self, dialog, pin, again=""):
        dialog.pin.setText(pin)
        dialog.again.setText(again)
        self._qtbot.keyClick(dialog.pin, Qt.Key.Key_Return)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def visit(qtbot, jobs, window, clock):
    return lambda secrets, **how: Visit(qtbot, window, Gate(secrets, jobs, window, Guard(clock), **how))


@pytest.mark.parametrize(("typed", "role"), [(PIN, OPERATOR), (PASSPHRASE, ADMINISTRATOR)])
def test_the_right_secret_lets_through_and_a_wrong_one_does_not(visit, qtbot, typed, role):
    gate = visit(FakeSecrets(**BOTH))
    dialog = gate.knock()
    assert dialog.again.isHidden()
    gate.says(dialog, "314159")
    qtbot.waitUntil(lambda: "neither" in dialog.notice.text())
    assert (gate.passed, dialog.pin.text()) == ([], "")
    gate.says(dialog, typed)
    qtbot.waitUntil(lambda: gate.passed == [role])


def test_where_there_is_neither_the_first_operator_sets_a_pin(visit, qtbot):
    secrets = FakeSecrets()
    gate = visit(secrets)
    dialog = gate.knock()
    assert "no operator's PIN yet" in dialog.lead.text()
    gate.says(dialog, "271828", "271829")
    qtbot.waitUntil(lambda: "not the same" in dialog.notice.text())
    gate.says(dialog, "12345", "12345")
    qtbot.waitUntil(lambda: "6 to 32 digits" in dialog.notice.text())
    assert (secrets.stored, gate.passed) == ({}, [])
    gate.says(dialog, PIN, PIN)
    qtbot.waitUntil(lambda: gate.passed == [ADMINISTRATOR])
    assert matches(PIN, secrets.stored[OPERATOR])


def test_a_pin_that_was_set_meanwhile_is_not_replaced(visit, qtbot):
    secrets = FakeSecrets()
    gate = visit(secrets)
    dialog = gate.knock()
    secrets.set_secret(OPERATOR, PIN_HASH)
    gate.says(dialog, "314159", "314159")
    qtbot.waitUntil(lambda: "meanwhile" in dialog.notice.text())
    assert (secrets.stored[OPERATOR], gate.passed) == (PIN_HASH, [])


def test_a_passphrase_alone_does_not_let_others_set_a_pin(visit):
    dialog = visit(FakeSecrets(administrator=PASSPHRASE_HASH)).knock()
    assert dialog.again.isHidden()


def test_five_wrong_ones_shut_it_for_half_a_minute_also_in_another_dialog(visit, qtbot, window, clock):
    gate = visit(FakeSecrets(**BOTH))
    dialog = gate.knock()
    for _ in range(5):
        qtbot.waitUntil(dialog.pin.isEnabled)
        gate.says(dialog, "314159")
        qtbot.waitUntil(lambda: "neither" in dialog.notice.text() or "Wait" in dialog.notice.text())
    assert dialog.notice.text() == "Too many wrong attempts. Wait 30 seconds."
    assert not dialog.pin.isEnabled()
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(QDialog))
    clock.passes(10)
    dialog = gate.knock()
    qtbot.waitUntil(lambda: "Wait 20 seconds" in dialog.notice.text())
    clock.passes(21)
    qtbot.waitUntil(dialog.pin.isEnabled)
    gate.says(dialog, PIN)
    qtbot.waitUntil(lambda: gate.passed == [OPERATOR])


def test_without_the_database_nobody_gets_in(visit):
    secrets = FakeSecrets(**BOTH)
    secrets.goes_away()
    gate = visit(secrets)
    dialog = gate.knock()
    assert dialog.notice.text() == "The database does not answer. Start it."
    assert not dialog.go.isEnabled()
    assert gate.passed == []


def test_a_database_that_goes_away_meanwhile_lets_nobody_in(visit, qtbot):
    secrets = FakeSecrets(**BOTH)
    gate = visit(secrets)
    dialog = gate.knock()
    secrets.goes_away()
    gate.says(dialog, PIN)
    qtbot.waitUntil(lambda: "does not answer" in dialog.notice.text())
    assert gate.passed == []


def test_the_keypad_types_where_the_cursor_is(visit, qtbot):
    dialog = visit(FakeSecrets()).knock()
    keys = {key.text(): key for key in dialog.findChildren(QPushButton) if key.isVisible()}
    dialog.activateWindow()
    qtbot.waitUntil(dialog.pin.hasFocus)
    for key in "12⌫3":
        qtbot.mouseClick(keys[key], Qt.MouseButton.LeftButton)
    dialog.again.setFocus()
    qtbot.mouseClick(keys["0"], Qt.MouseButton.LeftButton)
    assert (dialog.pin.text(), dialog.again.text()) == ("13", "0")


def test_a_passphrase_is_typed_by_touch_alone(visit, qtbot):
    gate = visit(FakeSecrets(**BOTH))
    dialog = gate.knock()
    dialog.activateWindow()
    qtbot.mouseClick(dialog.letters, Qt.MouseButton.LeftButton)
    assert (dialog.keypad.isVisible(), dialog.keyboard.isVisible()) == (False, True)
    for character in PASSPHRASE:
        named = "Space" if character == " " else character
        keys = [key for key in dialog.keyboard.findChildren(QPushButton) if key.accessibleName() == named]
        qtbot.mouseClick(keys[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: gate.passed == [ADMINISTRATOR])


def test_from_the_letters_one_comes_back_to_the_digits(visit, qtbot):
    dialog = visit(FakeSecrets(**BOTH)).knock()
    qtbot.mouseClick(dialog.letters, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.keyboard.away, Qt.MouseButton.LeftButton)
    assert (dialog.keypad.isVisible(), dialog.keyboard.isVisible()) == (True, False)


def test_a_first_pin_needs_no_letters(visit):
    assert visit(FakeSecrets()).knock().letters.isHidden()


def test_it_asks_once_at_a_time(visit, window):
    gate = visit(FakeSecrets(**BOTH))
    gate.knock()
    gate.knock()
    assert len(window.findChildren(GateDialog)) == 1


def test_no_dialog_is_left_once_it_is_passed(visit, qtbot, window):
    gate = visit(FakeSecrets(**BOTH))
    gate.says(gate.knock(), PIN)
    qtbot.waitUntil(lambda: gate.passed == [OPERATOR])
    qtbot.waitUntil(lambda: not window.findChildren(QDialog))


def test_one_that_somebody_walked_away_from_closes(qtbot, jobs, window):
    dialog = GateDialog(FakeSecrets(**BOTH), Guard(), jobs, window, idle_ms=30)
    with qtbot.waitSignal(dialog.rejected):
        dialog.open()


def test_a_free_gate_asks_nothing(visit, window):
    gate = visit(FakeSecrets(**BOTH), free=True)
    gate._gate.ask(gate.passed.append)
    assert (gate.passed, window.findChild(GateDialog)) == ([ADMINISTRATOR], None)


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
