"""All of the kiosk in this process, on the demo's camera and model: window, engine, store, console."""

import pytest
import readymade
from PySide6.QtCore import Qt

from core.config import Settings
from core.domain import Role
from kiosk.console.console import Console
from kiosk.gate import GateDialog
from kiosk.parts import make_parts
from kiosk.session import make_window, open_office


class Kiosk:
    """Its window, its parts, and what was told to the process above it."""

    def __init__(self, qtbot, folder, *, demo, pin, **sections):
        self._qtbot = qtbot
        usual = {
            "camera": {"source": "demo"},
            "models": {"pack": "demo"},
            "database": {"url": readymade.enrolled(folder / "door.sqlite")},
            "kiosk": {"api": False, "sounds": False},
        }
        self.settings = Settings(**{name: usual.get(name, {}) | sections.get(name, {}) for name in usual | sections})
        self.parts = make_parts(self.settings, folder / "config.yaml", demo=demo)
        if pin is not None:
            self.parts.store.set_pin(self.parts.store.people()[0].user_id, pin)
        self.window = make_window(self.settings, self.parts)
        self.told = []
        self.office = open_office(self.window, self.parts, self.told.append)
        qtbot.addWidget(self.window)
        self.parts.start(api=False)
        self.window.appear(fullscreen=False)

    @property
    def console(self):
        return self.window.findChild(Console)

    def press(self, button):
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def passes_the_gate(self, secret):
        """Types it, once the gate has come."""
        dialog = self.window.findChild(GateDialog)
        self._qtbot.waitUntil(dialog.pin.isEnabled)
        dialog.pin.setText(secret)
        self._qtbot.keyClick(dialog.pin, Qt.Key.Key_Return)

    def waits_for_phase(self, phase):
        self._qtbot.waitUntil(lambda: self.window.banner.phase is phase, timeout=60_000)


@pytest.fixture
def kiosk(qtbot, tmp_path):
    def make(*, demo=True, pin=None, sections=(), **secrets):
        made = Kiosk(qtbot, tmp_path, demo=demo, pin=pin, **dict(sections))
        kiosks.append(made)
        for role, secret in secrets.items():
            made.parts.store.set_secret(Role(role), secret)
        return made

    kiosks = []
    yield make
    for made in kiosks:
        made.parts.stop()
