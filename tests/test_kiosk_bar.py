"""The few buttons at the door: by finger, by keyboard, by ear, and in each language."""

from itertools import combinations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from core.scene import Phase
from kiosk import theme
from kiosk.bar import Bar
from kiosk.language import LANGUAGES, speak

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def english():
    yield
    speak(QApplication.instance(), "en")


@pytest.fixture
def bar(qtbot):
    return shown(qtbot, Bar(LANGUAGES))


def shown(qtbot, bar, shorter=480, width=772):
    qtbot.addWidget(bar)
    bar.fit(shorter, width)
    bar.dress(theme.LIGHT.tones[Phase.IDLE])
    with qtbot.waitActive(bar):
        bar.show()
        bar.activateWindow()
    return bar


def visible(bar):
    return [plate for plate in bar.plates if not plate.isHidden()]


def spoken(plate):
    return QAccessible.queryAccessibleInterface(plate).text(QAccessible.Text.Name)


def test_it_offers_the_pin_a_language_and_the_operators_way_in(qtbot, bar):
    assert [spoken(plate) for plate in visible(bar)] == ["PIN instead", "Language: English", "Operator"]
    assert [plate.text() for plate in visible(bar)] == ["PIN instead", "English", ""]
    with qtbot.waitSignal(bar.pin_wanted, timeout=1000):
        qtbot.mouseClick(bar.pin, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.operator_wanted, timeout=1000):
        qtbot.mouseClick(bar.operator, Qt.MouseButton.LeftButton)


def test_where_nobody_may_type_a_pin_none_is_offered(qtbot):
    bar = shown(qtbot, Bar(LANGUAGES, pin=False))
    assert bar.pin not in visible(bar)
    bar.lock(locked=True)
    bar.lock(locked=False)
    assert bar.pin not in visible(bar)


def test_while_the_door_is_locked_no_pin_is_asked_for(bar):
    bar.lock(locked=True)
    assert visible(bar) == [bar.language, bar.operator]
    bar.lock(locked=False)
    assert bar.pin in visible(bar)


def test_where_there_is_one_language_none_is_offered(qtbot):
    bar = shown(qtbot, Bar({"en": "English"}))
    assert visible(bar) == [bar.pin, bar.operator]


def test_languages_are_offered_by_their_own_names_and_one_is_chosen(qtbot, bar):
    qtbot.mouseClick(bar.language, Qt.MouseButton.LeftButton)
    assert visible(bar) == [bar.back, *bar.choices.values()]
    assert [plate.text() for plate in bar.choices.values()] == list(LANGUAGES.values())
    assert [code for code, plate in bar.choices.items() if plate.isChecked()] == ["en"]
    with qtbot.waitSignal(bar.language_wanted) as wanted:
        qtbot.mouseClick(bar.choices["ar"], Qt.MouseButton.LeftButton)
    assert wanted.args == ["ar"]
    assert bar.language.text() == "العربية"
    assert visible(bar) == [bar.pin, bar.language, bar.operator]


def test_who_chooses_nothing_goes_back(qtbot, bar):
    for leave in (bar.back.click, bar._choosing.timeout.emit):
        bar.language.click()
        with qtbot.assertNotEmitted(bar.language_wanted):
            leave()
        assert visible(bar) == [bar.pin, bar.language, bar.operator]


def test_the_next_visitor_finds_the_configured_language(qtbot):
    bar = shown(qtbot, Bar(LANGUAGES, language="de"))
    bar.language.click()
    bar.choices["fr"].click()
    assert bar._forget.isActive()
    with qtbot.waitSignal(bar.language_wanted) as wanted:
        bar._forget.timeout.emit()
    assert wanted.args == ["de"]
    assert (bar.code, bar._forget.isActive()) == ("de", False)


def test_a_chosen_language_stays_while_somebody_is_there(bar):
    bar.keep()
    assert not bar._forget.isActive(), "there is nothing to forget"
    bar.language.click()
    bar.choices["fr"].click()
    bar._forget.setInterval(60_000_000)
    bar.keep()
    assert bar._forget.remainingTime() > 60_000


def test_the_keyboard_alone_is_enough(qtbot, bar):
    bar.pin.setFocus()
    for there in (bar.language, bar.operator):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert there.hasFocus()
    with qtbot.waitSignal(bar.operator_wanted, timeout=1000):
        qtbot.keyClick(bar.operator, Qt.Key.Key_Return)
    bar.language.setFocus()
    qtbot.keyClick(bar.language, Qt.Key.Key_Space)
    assert bar.choices["en"].hasFocus(), "the focus goes along"
    qtbot.keyClick(bar.choices["en"], Qt.Key.Key_Tab)
    with qtbot.waitSignal(bar.language_wanted, timeout=1000) as wanted:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Enter)
    assert wanted.args == ["de"]
    assert bar.language.hasFocus(), "and comes back"


@pytest.mark.parametrize("phase", Phase)
def test_the_focus_is_seen_on_every_ground(bar, phase):
    bar.dress(theme.LIGHT.tones[phase])
    bar.operator.clearFocus()
    without = bar.operator.grab().toImage()
    bar.operator.setFocus()
    focused = bar.operator.grab().toImage()
    side = bar.operator.width()
    changed = sum(without.pixel(x, y) != focused.pixel(x, y) for x in range(side) for y in range(side))
    assert changed > side * side / 2


@pytest.mark.parametrize("shorter", [480, 1080, 2160])
def test_a_finger_hits_every_button(qtbot, shorter):
    bar = shown(qtbot, Bar(LANGUAGES), shorter)
    bar.language.click()
    bar.adjustSize()
    plates = visible(bar)
    bar.back.click()
    for plate in (*plates, *visible(bar)):
        assert plate.sizeHint().height() >= max(theme.TARGET, shorter * 0.06)
        assert plate.sizeHint().width() >= theme.TARGET


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(("shorter", "width"), [(480, 772), (480, 452), (1080, 1016), (1080, 1856), (2160, 2032)])
def test_it_fits_each_screen_in_each_language(qtbot, english, code, shorter, width):
    speak(QApplication.instance(), code)
    bar = Bar(LANGUAGES, language=code)
    bar.add_badge("DEMO")
    shown(qtbot, bar, shorter, width)
    bar.resize(width, bar.sizeHint().height())
    for _ in range(2):
        bar.layout().activate()
        plates = visible(bar)
        assert all(bar.rect().contains(plate.geometry()) for plate in plates)
        assert all(plate.width() >= plate.sizeHint().width() for plate in plates), "with room for its words"
        assert not [(a, b) for a, b in combinations(plates, 2) if a.geometry().intersects(b.geometry())]
        bar.language.click()


def test_its_words_follow_the_language_and_its_order_the_way_it_is_read(qtbot, english, bar):
    bar.resize(QSize(780, 60))
    assert bar.pin.x() < bar.language.x() < bar.operator.x()
    speak(QApplication.instance(), "ar")
    qtbot.waitUntil(lambda: bar.pin.x() > bar.language.x() > bar.operator.x())
    assert spoken(bar.pin) != "PIN instead"


def test_a_badge_stands_there_until_languages_are_offered(qtbot):
    bar = Bar(LANGUAGES)
    bar.add_badge("DEMO")
    shown(qtbot, bar)
    badge = next(w for w in bar.children() if getattr(w, "accessibleName", str)() == "DEMO")
    assert badge.isVisible()
    seen = badge.grab().toImage().pixelColor(badge.width() // 2, 4).name()
    assert seen == theme.WARNING
