"""Fixtures of what is shown: a dressed application, a window, jobs that end with their test."""

import gc

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.banner import Banner
from kiosk.dress import dress
from kiosk.jobs import Jobs


@pytest.fixture(autouse=True)
def widgets_are_collected_here():
    """And by no thread of a test: kiosk/garbage.py says why."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def no_widget_outlives_its_test():
    """pytest-qt asks for the end of each; without an event loop nobody sees to it, and each hears of a language."""
    yield
    app = QApplication.instance()
    if app is not None:
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert not app.topLevelWidgets()


@pytest.fixture(scope="session")
def dressed(qapp):
    dress(qapp)


@pytest.fixture
def jobs(qtbot):
    made = Jobs()
    yield made
    made.stop()


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.resize(800, 480)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def banner(qtbot):
    made = Banner()
    made.resize(400, 400)
    qtbot.addWidget(made)
    return made
