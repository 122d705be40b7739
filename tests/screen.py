"""Fixtures of what is shown: a dressed application, a window, jobs that end with their test."""

import pytest
from PySide6.QtWidgets import QWidget

from kiosk.banner import Banner
from kiosk.dress import dress
from kiosk.jobs import Jobs


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
