"""Every screen at the smallest size: nothing cut off or out of its place, nothing over another, no target too small."""

import re
from dataclasses import replace
from itertools import combinations

import day
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QWidget,
)
from screens import console, door, gate
from studio import dressed, furnished, opened

from kiosk import theme
from kiosk.banner import Banner
from kiosk.language import LANGUAGES, speak
from kiosk.plate import Plate
from kiosk.touch import TouchKeyboard
from kiosk.veil import Veil

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

SIZE, UPRIGHT = (800, 480), (480, 800)
WHOLE = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit)
"""What is within these is Qt's own affair."""
TOUCHED = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)


@pytest.fixture(scope="module")
def furniture(tmp_path_factory):
    """The parts of one kiosk, the picture of somebody at its camera, and the folder of both."""
    folder = tmp_path_factory.mktemp("screens")
    day.draw_list(folder)
    parts = furnished(folder)
    yield parts, day.somebody(), folder
    parts.stop()


@pytest.fixture
def studio(qtbot, furniture):
    def make(language="en", size=SIZE):
        parts, frame, folder = furniture
        speak(QApplication.instance(), language)
        made = opened(replace(parts, settings=dressed(parts.settings, language=language)), frame, folder, size)
        qtbot.addWidget(made.window)
        return made

    yield make
    speak(QApplication.instance(), "en")


@pytest.mark.parametrize(("language", "size"), [*((code, SIZE) for code in LANGUAGES), ("de", UPRIGHT)])
def test_what_visitors_meet(studio, language, size):
    made = studio(language, size)
    looks_right(made, door(made))


def test_what_operators_meet(studio):
    made = studio()
    looks_right(made, console(made))


def test_the_gate_stands_upright_too(studio):
    made = studio(size=UPRIGHT)
    looks_right(made, gate(made))


def looks_right(studio, screens):
    found = [f"{name}: {fault}" for name in screens for fault in dict.fromkeys(faults(studio.window))]
    assert not found, "\n".join(found)


def faults(window):
    if (window.width(), window.height()) not in (SIZE, UPRIGHT):
        yield f"the window has grown to {window.width()} x {window.height()}"
    for dialog in (d for d in window.findChildren(QDialog) if d.isVisible()):
        yield from among(dialog)
    yield from among(window)


def among(widget):
    """What is wrong with the children of `widget`, and with theirs."""
    children = shown(widget)
    for child in children:
        yield from of(child)
        if not inside(child, widget):
            yield f"{called(child)} reaches out of {called(widget)}"
        if not isinstance(child, WHOLE):
            yield from among(child)
    for one, other in combinations(children, 2):
        over = one.geometry().intersects(other.geometry())
        if over and not isinstance(other, TouchKeyboard) and not isinstance(one, TouchKeyboard):  # it comes and goes
            yield f"{called(one)} lies over {called(other)}"


def shown(widget):
    """Its visible children, those of a scrolled page in its place."""
    if isinstance(widget, QScrollArea):
        return [widget.widget()]
    found = (c for c in widget.children() if isinstance(c, QWidget) and c.isVisible() and not c.isWindow())
    return [child for child in found if not isinstance(child, Veil)]


def inside(child, parent):
    if isinstance(parent, QScrollArea):  # down it may be scrolled, across it may not
        return child.width() <= parent.viewport().width()
    return parent.rect().contains(child.geometry())


def of(widget):
    """What is wrong with one of them."""
    if isinstance(widget, TOUCHED) and min(widget.width(), widget.height()) < theme.TARGET:
        yield f"{called(widget)} is too small for a finger: {widget.width()} x {widget.height()}"
    if not fits(widget):
        yield f"{called(widget)} is cut off in {widget.width()} x {widget.height()}"


def fits(widget):
    """Whether all that it says is seen."""
    for kind, check in CHECKS.items():
        if isinstance(widget, kind):
            return check(widget)
    return True


def label_fits(label):
    if not label.wordWrap():
        return label.sizeHint().width() <= label.width() and label.sizeHint().height() <= label.height()
    words = (label.fontMetrics().horizontalAdvance(word) for word in re.split(r"[\s\u200b]", label.text()))
    return label.heightForWidth(label.width()) <= label.height() and max(words, default=0) <= label.width()


def button_fits(button):
    hint = button.sizeHint()
    return hint.width() <= button.width() and hint.height() <= button.height()


def field_fits(field):
    said = field.displayText() or field.placeholderText()
    return field.fontMetrics().horizontalAdvance(said) <= field.width() - 2 * theme.GAP


def choice_fits(choice):
    option = QStyleOptionComboBox()
    choice.initStyleOption(option)
    style = choice.style()
    room = style.subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, choice
    )
    return choice.fontMetrics().horizontalAdvance(choice.currentText()) <= room.width()


def table_fits(table):
    """Its heads, and what stands in columns of a fixed width; another may hold a name of any length."""
    head = table.horizontalHeader()
    seen = [place for place in range(head.count()) if not head.isSectionHidden(place)]
    whole = all(head.sectionSizeFromContents(place).width() <= head.sectionSize(place) for place in seen)
    fixed = [place for place in seen if head.sectionResizeMode(place) == QHeaderView.ResizeMode.Fixed]
    whole = whole and all(table.sizeHintForColumn(place) <= head.sectionSize(place) for place in fixed)
    rows = table.verticalHeader().defaultSectionSize() >= theme.TARGET
    return whole and rows and not table.horizontalScrollBar().isVisible()


def banner_fits(banner):
    placed = banner._place()
    within = QRect(QPoint(0, 0), banner.size()).toRectF()
    return all(within.contains(area) for area in (placed.sign, placed.title, placed.detail))


CHECKS = {
    QLabel: label_fits,
    QAbstractButton: button_fits,
    QLineEdit: field_fits,
    QComboBox: choice_fits,
    QTableView: table_fits,
    Banner: banner_fits,
}


def called(widget):
    text = getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} {widget.accessibleName() or text[:40]!r}"


# the checks themselves ------------------------------------------------------------------------------------------------


@pytest.fixture
def box(qtbot):
    made = QWidget()
    made.resize(200, 100)
    qtbot.addWidget(made)
    return made


def put(box, widget, *place):
    widget.setParent(box)
    widget.setGeometry(*place)
    widget.show()
    box.show()


def test_a_label_that_is_cut_off_is_found(box):
    put(box, QLabel("More words than there is room for"), 0, 0, 60, 20)
    assert list(among(box)) == ["QLabel 'More words than there is room for' is cut off in 60 x 20"]


def test_what_reaches_out_is_found(box):
    put(box, QWidget(), 180, 0, 40, 40)
    assert list(among(box)) == ["QWidget '' reaches out of QWidget ''"]


def test_what_lies_over_another_is_found(box):
    for place in (0, 20):
        put(box, QLabel(f"{place}"), place, place, 60, 40)
    assert list(among(box)) == ["QLabel '0' lies over QLabel '20'"]


def test_a_target_that_is_too_small_is_found(box):
    put(box, Plate("key"), 0, 0, 100, 20)
    assert "Plate '' is too small for a finger: 100 x 20" in list(among(box))
