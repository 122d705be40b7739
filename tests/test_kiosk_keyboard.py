"""The keyboard on the screen: every secret and every name can be typed by touch alone."""

import string

import pytest
import readymade
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.camera import LatestFrame
from core.demo import DemoFaceModel
from core.recogniser import Recogniser
from core.settings import RecognitionSettings
from core.store import Store
from kiosk.console.firstrun import FirstRun
from kiosk.console.step import Door
from kiosk.controls import field
from kiosk.keyboard import LETTERS, MARKS, SETS, Keyboard
from kiosk.touch import TouchKeyboard

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

PRINTABLE = string.digits + string.ascii_letters + string.punctuation + " "


class Hand:
    """Presses keys, as a finger would."""

    def __init__(self, qtbot, board):
        self._qtbot, self._board = qtbot, board

    def press(self, key):
        assert key.isVisible()
        assert key.isEnabled()
        self._qtbot.mouseClick(key, Qt.MouseButton.LeftButton)

    def types(self, text):
        """Each character, by whichever keys lead to it."""
        for character in text:
            if character == " ":
                self.press(self._board.space)
                continue
            name, shifted = next((n, s) for n in SETS for s in (False, True) if character in SETS[n][s])
            if self._board.sets[name].isEnabled():
                self.press(self._board.sets[name])
            if shifted:
                self.press(self._board.shift)
            self.press(next(key for key in self._board.keys if key.accessibleName() == character))


def touch(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


# what it types -------------------------------------------------------------------------------------------------------


@pytest.fixture
def board(qtbot):
    """With a field above it that has the focus."""
    holder = QWidget()
    holder.edit, holder.board = QLineEdit(holder), Keyboard()
    layout = QVBoxLayout(holder)
    layout.addWidget(holder.edit)
    layout.addWidget(holder.board)
    holder.resize(800, 300)
    qtbot.addWidget(holder)
    with qtbot.waitExposed(holder):
        holder.show()
    holder.activateWindow()
    holder.edit.setFocus()
    qtbot.waitUntil(holder.edit.hasFocus)
    return holder


@pytest.mark.parametrize("text", [PRINTABLE, *(both for name in SETS for both in SETS[name])])
def test_whatever_can_be_printed_can_be_typed(qtbot, board, text):
    Hand(qtbot, board.board).types(text)
    assert board.edit.text() == text
    assert board.edit.hasFocus(), "no key takes it"


def test_shift_is_for_one_key(qtbot, board):
    keys = list(board.board.keys)
    touch(qtbot, board.board.shift)
    assert keys[0].text() == "Q"
    touch(qtbot, keys[0])
    touch(qtbot, keys[0])
    assert board.edit.text() == "Qq"


def test_what_was_typed_wrongly_is_erased_and_enter_is_enter(qtbot, board):
    Hand(qtbot, board.board).types("ab")
    touch(qtbot, board.board.erase)
    assert board.edit.text() == "a"
    with qtbot.waitSignal(board.edit.returnPressed):
        touch(qtbot, board.board.enter)


def test_each_key_has_a_name_and_none_is_in_the_way_of_a_real_keyboard(board):
    for key in board.board.findChildren(QPushButton):
        assert key.accessibleName().strip()
        assert key.focusPolicy() is Qt.FocusPolicy.NoFocus


# when it is there ----------------------------------------------------------------------------------------------------


class Desk:
    """A window with a page that scrolls: fields, a button, and the keyboard that serves them."""

    def __init__(self, qtbot):
        self.window, held = QMainWindow(), QWidget()
        self.name, self.pin, self.fixed = field("Name", longest=9), field("PIN", longest=9, secret=True), QLineEdit()
        self.fixed.setReadOnly(True)
        self.button, self.last = QPushButton("Go on"), field("Last", longest=9)
        layout = QVBoxLayout(held)
        for widget in (self.name, self.pin, self.fixed, self.button):
            layout.addWidget(widget)
        layout.addStretch()
        layout.addWidget(self.last)
        self.page = QScrollArea(widgetResizable=True)
        self.page.setWidget(held)
        self.window.setCentralWidget(self.page)
        self.touch = TouchKeyboard(self.window)
        self.window.resize(800, 480)
        qtbot.addWidget(self.window)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        self.touch.serve(self.page)


@pytest.fixture
def desk(qtbot):
    made = Desk(qtbot)
    yield made
    made.touch.serve(None)


def test_it_comes_up_where_a_field_is_touched_and_goes_when_something_else_is(qtbot, desk):
    assert desk.touch.isHidden()
    touch(qtbot, desk.name)
    qtbot.waitUntil(desk.touch.isVisible)
    Hand(qtbot, desk.touch.board).types("Zoë 7")
    assert desk.name.text() == "Zoë 7"
    touch(qtbot, desk.button)
    qtbot.waitUntil(desk.touch.isHidden)


def test_a_touch_that_was_for_a_button_reaches_it(qtbot, desk):
    """A page that moved under the finger would take it for something else."""
    touch(qtbot, desk.last)
    qtbot.waitUntil(desk.touch.isVisible)
    with qtbot.waitSignal(desk.button.clicked):
        touch(qtbot, desk.button)


@pytest.mark.parametrize(("which", "shown"), [("name", LETTERS), ("pin", MARKS)])
def test_a_field_for_digits_is_offered_digits(qtbot, desk, which, shown):
    touch(qtbot, getattr(desk, which))
    qtbot.waitUntil(desk.touch.isVisible)
    assert [name for name, key in desk.touch.board.sets.items() if not key.isEnabled()] == [shown]


def test_what_cannot_be_typed_in_needs_none(qtbot, desk):
    touch(qtbot, desk.fixed)
    qtbot.wait(0)
    assert desk.touch.isHidden()


def test_it_is_put_away_and_comes_again(qtbot, desk):
    touch(qtbot, desk.name)
    qtbot.waitUntil(desk.touch.isVisible)
    touch(qtbot, desk.touch.board.away)
    qtbot.waitUntil(desk.touch.isHidden)
    assert desk.page.viewportMargins().bottom() == 0
    touch(qtbot, desk.name)
    qtbot.waitUntil(desk.touch.isVisible)


def test_whoever_has_a_keyboard_is_left_alone_until_the_next_page(qtbot, desk):
    touch(qtbot, desk.name)
    qtbot.waitUntil(desk.touch.isVisible)
    qtbot.keyClick(desk.name, Qt.Key.Key_A)
    assert desk.touch.isHidden()
    touch(qtbot, desk.pin)
    qtbot.wait(0)
    assert desk.touch.isHidden()
    desk.touch.serve(desk.page)
    touch(qtbot, desk.pin)
    qtbot.waitUntil(desk.touch.isVisible)


def test_where_no_page_is_served_it_stays_away(qtbot, desk):
    desk.touch.serve(None)
    touch(qtbot, desk.name)
    qtbot.wait(0)
    assert desk.touch.isHidden()


def whole(widget, window, keyboard):
    """Whether all of it is seen, and not under the keyboard."""
    bottom = widget.mapTo(window, QPoint(0, widget.height())).y()
    return widget.visibleRegion().boundingRect().height() == widget.height() and bottom <= keyboard.y()


def test_what_is_typed_in_is_seen_also_where_it_had_been_below(qtbot, desk):
    touch(qtbot, desk.last)
    qtbot.waitUntil(lambda: desk.touch.isVisible() and whole(desk.last, desk.window, desk.touch))
    desk.window.resize(1000, 420)
    qtbot.waitUntil(lambda: desk.touch.width() == 1000 and whole(desk.last, desk.window, desk.touch))


def test_both_secrets_of_a_new_door_are_set_by_touch_alone(qtbot, jobs, tmp_path):
    store = Store(readymade.made(tmp_path / "door.sqlite"))
    recogniser = Recogniser(DemoFaceModel, store, RecognitionSettings())
    nothing = lambda *_: None  # noqa: E731
    door = Door(
        *(store, recogniser, LatestFrame(), jobs, None, "0", "en", True),
        *(nothing, nothing, nothing, None, nothing),
    )
    window, page = QMainWindow(), FirstRun(door)
    window.setCentralWidget(page)
    window.resize(800, 480)
    keyboard = TouchKeyboard(window)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    keyboard.serve(page)
    page.open(3)
    hand, step = Hand(qtbot, keyboard.board), page.step
    touch(qtbot, step.passphrase)
    qtbot.waitUntil(keyboard.isVisible)
    fields = (step.passphrase, step.passphrase_again, step.pin, step.pin_again)
    for edit, text in zip(fields, ["Grüße, Tür 7!"] * 2 + ["271828"] * 2, strict=True):
        qtbot.waitUntil(lambda edit=edit: edit.hasFocus() and whole(edit, window, keyboard))
        hand.types(text)
        assert edit.text() == text
        touch(qtbot, keyboard.board.enter)
    qtbot.waitUntil(lambda: page.step is page.steps[4])
    keyboard.serve(None)
    store.close()
