"""The console: its pages, who may open which, the way back, and that it leaves by itself."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QDialog, QLineEdit, QVBoxLayout, QWidget

from core.domain import Role
from kiosk import theme
from kiosk.console.console import Console, Entry, allowed

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

NOTICE = "A photograph can open this door: liveness is off."


class Page(QWidget):
    """One that somebody can type on."""

    def __init__(self, title):
        super().__init__()
        layout = QVBoxLayout(self)
        self.typed = QLineEdit(accessibleName=title)
        layout.addWidget(self.typed)


class Book:
    """Entries that note when their pages are made."""

    def __init__(self, *titles, role=Role.OPERATOR):
        self.made = []
        self.entries = [Entry(title, lambda title=title: self._make(title), role) for title in titles]

    def _make(self, title):
        self.made.append(title)
        return Page(title)


@pytest.fixture
def console(qtbot):
    def make(*entries, lock_after=60.0, standing="", size=(1280, 800)):
        made = Console(entries or Book("Enrol", "People", "Health").entries, lock_after=lock_after, standing=standing)
        qtbot.addWidget(made)
        made.resize(*size)
        with qtbot.waitExposed(made):
            made.show()
        made.activateWindow()
        made.setFocus()
        return made

    return make


def shown(console):
    """The titles of the pages that are seen: one."""
    return [page.typed.accessibleName() for page in console.findChildren(Page) if page.isVisible()]


def test_an_administrator_sees_all_entries_and_an_operator_their_own():
    entries = [*Book("Enrol", "People").entries, *Book("Settings", role=Role.ADMINISTRATOR).entries]
    assert [entry.title for entry in allowed(entries, Role.OPERATOR)] == ["Enrol", "People"]
    assert [entry.title for entry in allowed(entries, Role.ADMINISTRATOR)] == ["Enrol", "People", "Settings"]


def test_a_page_is_made_when_it_is_first_opened_and_kept(console, qtbot):
    book = Book("Enrol", "People", "Health")
    made = console(*book.entries)
    assert (book.made, shown(made)) == (["Enrol"], ["Enrol"])
    qtbot.mouseClick(made.tabs["People"], Qt.MouseButton.LeftButton)
    assert (book.made, shown(made)) == (["Enrol", "People"], ["People"])
    qtbot.mouseClick(made.tabs["Enrol"], Qt.MouseButton.LeftButton)
    assert (book.made, shown(made)) == (["Enrol", "People"], ["Enrol"])
    assert [title for title, tab in made.tabs.items() if tab.isChecked()] == ["Enrol"]


def test_opening_by_name_returns_the_page(console):
    made = console()
    assert made.open("Health").typed.accessibleName() == "Health"
    assert (shown(made), made.tabs["Health"].isChecked()) == (["Health"], True)


@pytest.mark.parametrize(
    ("button", "signal"),
    [("back", "left"), ("shut", "closed_wanted"), ("lock", "lock_wanted"), ("fullscreen", "fullscreen_wanted")],
)
def test_each_button_asks_for_what_it_says(console, qtbot, button, signal):
    made = console()
    with qtbot.waitSignal(getattr(made, signal)):
        qtbot.mouseClick(getattr(made, button), Qt.MouseButton.LeftButton)


def test_a_locked_door_is_said_over_all_pages_and_can_be_unlocked(console, qtbot):
    made = console(standing=NOTICE)
    assert made.standing.text() == NOTICE
    made.show_locked(locked=True)
    assert made.standing.text().splitlines() == ["Locked: nobody is let in, by face or by PIN.", NOTICE]
    with qtbot.waitSignal(made.lock_wanted) as wanted:
        qtbot.mouseClick(made.lock, Qt.MouseButton.LeftButton)
    assert wanted.args == [False]


def test_nothing_stands_where_there_is_nothing_to_say(console):
    made = console()
    assert made.standing.isHidden()
    made.show_locked(locked=True)
    made.show_locked(locked=False)
    assert made.standing.isHidden()


# it locks itself ------------------------------------------------------------------------------------------------------


def test_it_leaves_after_idle_minutes(console, qtbot):
    made = console(lock_after=0.002)
    with qtbot.waitSignal(made.left):
        pass


TOUCHES = {
    "a key": lambda qtbot, page: qtbot.keyClick(page.typed, Qt.Key.Key_A),
    "a click": lambda qtbot, page: qtbot.mouseClick(page.typed, Qt.MouseButton.LeftButton),
    "the mouse": lambda qtbot, page: qtbot.mouseMove(page.typed, QPoint(9, 9)),
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_whoever_touches_something_stays(console, qtbot, touch):
    made = console()
    page = made.open("Enrol")
    made._idle.stop()
    TOUCHES[touch](qtbot, page)
    qtbot.waitUntil(made._idle.isActive)


def test_a_question_that_is_still_open_is_answered_with_no(console, qtbot):
    made = console(lock_after=0.005)
    question = QDialog(made)
    with qtbot.waitSignals([made.left, question.rejected]):
        question.open()


def test_one_that_is_not_seen_does_not_leave_again(console, qtbot):
    made = console(lock_after=0.002)
    qtbot.waitSignal(made.left).wait()
    made.hide()
    left = []
    made.left.connect(lambda: left.append(1))
    qtbot.wait(250)
    assert left == []


# everywhere -----------------------------------------------------------------------------------------------------------


def within(console, widget):
    """Whether all of `widget` lies on the console, and nothing else's edge cuts it."""
    corner = widget.mapTo(console, QPoint(0, 0))
    return widget.isVisible() and widget.visibleRegion().boundingRect().size() == widget.size() and corner.x() >= 0


@pytest.mark.parametrize("size", [(800, 480), (1280, 800), (1080, 1920), (3840, 2160)])
def test_every_page_the_way_back_and_the_lock_are_always_in_sight(console, qtbot, size):
    titles = ("Enrol", "People", "Import", "Events", "Health", "Settings", "Set up")
    made = console(*Book(*titles).entries, standing=NOTICE, size=size)
    for title in titles:
        made.open(title)
        for button in (made.back, made.lock, made.fullscreen, made.shut, *made.tabs.values()):
            assert within(made, button), button.text()
            assert min(button.width(), button.height()) >= theme.TARGET, button.text()
    assert made.back.accessibleName() == "Back to the door"


def test_the_names_of_the_pages_stand_below_their_pictures_where_it_is_narrow_and_beside_them_else(console, qtbot):
    made = console(size=(theme.NARROW - 1, 600))
    tab, style = made.tabs["People"], Qt.ToolButtonStyle
    assert (tab.toolButtonStyle(), tab.text()) == (style.ToolButtonTextUnderIcon, "People")
    made.resize(theme.NARROW, 600)
    assert (tab.toolButtonStyle(), tab.text()) == (style.ToolButtonTextBesideIcon, "People")


@pytest.mark.parametrize("size", [(800, 480), (1280, 800)])
def test_the_keyboard_alone_reaches_everything(console, qtbot, size):
    made = console(size=size)
    reached = set()
    for _ in range(20):
        focused = made.focusWidget()
        reached.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    page = made.open("Enrol")
    assert {made.back, made.lock, made.fullscreen, made.shut, page.typed, made.tabs["Enrol"]} <= reached


def test_arrows_lead_from_page_to_page(console, qtbot):
    made = console()
    qtbot.waitUntil(made.tabs["Enrol"].hasFocus)
    qtbot.keyClick(made.tabs["Enrol"], Qt.Key.Key_Down)
    assert made.focusWidget() is made.tabs["People"]
    qtbot.keyClick(made.tabs["People"], Qt.Key.Key_Space)
    assert shown(made) == ["People"]


def test_everything_has_a_name_for_a_screen_reader(console):
    made = console()
    controls = [made.standing, *made.findChildren(QAbstractButton)]
    names = [QAccessible.queryAccessibleInterface(c).text(QAccessible.Text.Name) for c in controls if c.isVisible()]
    assert names
    assert all(names)


def test_it_is_read_from_the_left_whatever_the_door_speaks(console, qapp):
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        assert console().layoutDirection() is Qt.LayoutDirection.LeftToRight
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
