"""While a large gallery is loaded the door says how far it is, in the visitor's language, and then no more."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from kiosk.language import LANGUAGES, speak
from kiosk.loading import Loading

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def loading(qtbot, window):
    made = Loading()
    made.setParent(window)
    made.resize(700, made.height())
    yield made
    speak(QApplication.instance(), "en")


def inked(widget):
    """How many pixels of its lowest line have the ink's colour."""
    picture = widget.grab().toImage()
    row = picture.height() - 2
    return sum(picture.pixelColor(x, row) == QColor("black") for x in range(picture.width()))


def test_it_grows_and_goes(loading):
    loading.dress(QColor("black"), 60)
    assert loading.isHidden()
    lines = []
    for done in (0, 250_000, 500_000, 1_000_000):
        loading.show_progress((done, 1_000_000))
        lines.append(inked(loading))
    assert lines == sorted(set(lines))
    assert not loading.isHidden()
    loading.show_progress(None)
    assert loading.isHidden()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_how_far_in_the_visitors_language(loading, language):
    loading.show_progress((450, 1000))
    speak(QApplication.instance(), language)
    QApplication.processEvents()
    assert "45" in loading.accessibleName()
    assert (loading.accessibleName() == "Faces are being loaded: 45 %") == (language == "en")
