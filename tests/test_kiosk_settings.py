"""The operator's page of the configuration."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from core.config import load
from kiosk.console.settings import SettingsPage

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

SHIPPED = (Path(__file__).parents[1] / "config.yaml").read_text()


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "config.yaml"
    made.write_text(SHIPPED)
    return made


@pytest.fixture
def page(qtbot, file, jobs):
    made = SettingsPage(file, jobs)
    made.resize(800, 480)
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: len(made.editors) > 50)
    with qtbot.waitExposed(made):
        made.show()
    return made


def put(page, path, text):
    control = page.editors[path].control
    control.setCurrentText(text) if isinstance(control, QComboBox) else control.setText(text)


def test_every_key_is_there_with_its_help(page):
    for editor in page.editors.values():
        assert editor.control.accessibleName() == editor.key.path
        assert editor.control.accessibleDescription()
    assert page.editors["kiosk.theme"].control.count() == 3


def test_what_was_changed_is_saved_and_the_comments_stay(page, qtbot, file):
    assert not page.save.isEnabled()
    put(page, "kiosk.theme", "dark")
    put(page, "recognition.threshold", "0.62")
    qtbot.mouseClick(page.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "started again" in page.notice.text())
    settings = load(file)
    assert (settings.kiosk.theme, settings.recognition.threshold) == ("dark", 0.62)
    assert file.read_text().count("#") == SHIPPED.count("#")
    qtbot.waitUntil(lambda: not page.save.isEnabled())
    assert page.editors["kiosk.theme"].value == "dark"


def test_what_cannot_be_is_said_and_nothing_is_lost(page, qtbot, file):
    put(page, "recognition.threshold", "7")
    put(page, "api.port", "many")
    put(page, "kiosk.theme", "dark")
    qtbot.mouseClick(page.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "api.port" in page.notice.text() and "recognition.threshold" in page.notice.text())
    assert page.editors["api.port"].value == "many"
    assert page.save.isEnabled()
    assert file.read_text() == SHIPPED


def test_what_was_typed_can_be_discarded(page, qtbot):
    put(page, "api.port", "9000")
    qtbot.mouseClick(page.discard, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.editors["api.port"].value == "8000")
    assert not page.discard.isEnabled()


def test_each_section_is_shown_by_itself(page, qtbot):
    page.section.setCurrentText("Kiosk")
    assert page.editors["kiosk.theme"].control.isVisible()
    assert not page.editors["camera.source"].control.isVisible()


def test_the_section_stays_when_it_was_saved(page, qtbot):
    page.section.setCurrentText("Kiosk")
    put(page, "kiosk.theme", "dark")
    before = page.editors
    qtbot.mouseClick(page.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.editors is not before and bool(page.editors))
    assert page.section.currentText() == "Kiosk"


def test_a_password_is_not_shown(page):
    control = page.editors["database.url"].control
    assert control.echoMode() is QLineEdit.EchoMode.PasswordEchoOnEdit


def test_a_variable_that_overrides_a_key_is_told(qtbot, file, jobs, monkeypatch):
    from PySide6.QtWidgets import QLabel

    monkeypatch.setenv("DOORWARD__API__PORT", "9000")
    page = SettingsPage(file, jobs)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: bool(page.editors))
    told = [words.text() for words in page.editors["api.port"].findChildren(QLabel)]
    assert any("DOORWARD__API__PORT" in words for words in told)


def test_a_file_that_is_broken_is_said_so(qtbot, file, jobs):
    file.write_text("a: [")
    page = SettingsPage(file, jobs)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: "not YAML" in page.notice.text())
    assert not page.save.isEnabled()
