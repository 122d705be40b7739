"""What tests of the page of all people do and look at."""

from datetime import UTC, datetime

from PySide6.QtWidgets import QApplication

from kiosk.console.peoplemodel import COLUMNS
from kiosk.console.question import Question

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def names(page):
    return [page.model.person(row).name for row in range(page.model.rowCount())]


def text(page, who, column):
    return page.model.index(page.model.place(who), COLUMNS.index(column)).data()


def opened(qtbot, page, who):
    page.open(page.model.person(page.model.place(who)))
    qtbot.waitUntil(lambda: len(page.panel.faces.model.faces) == page.panel.person.faces)
    return page.panel


def says(qtbot, page, words):
    qtbot.waitUntil(lambda: page.undo.notice.text() == words)


def question(qtbot):
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), Question))
    return QApplication.activeModalWidget()
